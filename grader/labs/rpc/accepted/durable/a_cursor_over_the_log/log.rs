//! Another design: a record is read field by field from a cursor that moves forward, and what
//! cannot be read is judged at the end, by what is left of the file.

use std::fmt;

/// How many bytes of a record are before its payload.
pub const HEADER: usize = 12;

/// The records of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Records<'b> {
    /// Their payloads, in the order in which they were written.
    pub payloads: Vec<&'b [u8]>,
    /// How many bytes they take from the beginning of the file. What is behind is the torn tail.
    pub whole: usize,
}

/// A record that was written whole is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged {
    /// Where it begins, in bytes from the beginning of the file.
    pub offset: usize,
}

/// Puts a record behind what is in `file`.
///
/// # Panics
///
/// If the payload is empty, ends in a zero, or has 4 GiB or more.
pub fn append(file: &mut Vec<u8>, payload: &[u8]) {
    assert_ne!(
        payload.last().copied().unwrap_or(0),
        0,
        "a payload ends in a byte that is not zero"
    );
    let length = u32::try_from(payload.len()).expect("less than 4 GiB");
    for word in [
        length,
        crc32fast::hash(&length.to_le_bytes()),
        crc32fast::hash(payload),
    ] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(payload);
}

/// How reading a record ends, if not with a record.
enum Stop {
    /// What is there is the first part of a record, or nothing.
    Torn,
    /// It was written whole, and is wrong.
    Damaged,
}

/// Reads all records of a file, up to the torn tail if it has one.
///
/// # Errors
///
/// [`Damaged`] where a record is there and wrong.
pub fn records(file: &[u8]) -> Result<Records<'_>, Damaged> {
    let mut payloads = Vec::new();
    let mut rest = file;
    loop {
        let offset = file.len() - rest.len();
        match record(&mut rest) {
            Ok(payload) => payloads.push(payload),
            Err(Stop::Torn) => {
                return Ok(Records {
                    payloads,
                    whole: offset,
                });
            }
            Err(Stop::Damaged) => return Err(Damaged { offset }),
        }
    }
}

fn record<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], Stop> {
    // Zeros at the end belong to no record.
    let zeros = rest.iter().rev().take_while(|byte| **byte == 0).count();
    let written = rest.len() - zeros;
    let mut cursor = *rest;
    let length = word(&mut cursor)?;
    let of_length = word(&mut cursor)?;
    let of_payload = word(&mut cursor)?;
    if crc32fast::hash(&length.to_le_bytes()) != of_length {
        return Err(if written < HEADER {
            Stop::Torn
        } else {
            Stop::Damaged
        });
    }
    let length = length as usize;
    if length > cursor.len() - zeros.min(cursor.len()) {
        return Err(Stop::Torn);
    }
    let (payload, behind) = cursor.split_at(length);
    if payload.is_empty() || crc32fast::hash(payload) != of_payload {
        return Err(Stop::Damaged);
    }
    *rest = behind;
    Ok(payload)
}

fn word(cursor: &mut &[u8]) -> Result<u32, Stop> {
    let (word, rest) = cursor.split_first_chunk().ok_or(Stop::Torn)?;
    *cursor = rest;
    Ok(u32::from_le_bytes(*word))
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record at byte {} is damaged", self.offset)
    }
}

impl std::error::Error for Damaged {}
