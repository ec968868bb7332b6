//! You write this file, with `durable`: records in a file that may end in the middle of one.
//!
//! A machine that crashes while it appends leaves a first part of what it meant to write: the *torn
//! tail*. Nobody was told that it is there, so it is cut off. Everything else that is wrong was
//! right once, and somebody may have been told: it is damage, and who finds it must not go on as if
//! nothing were missing.
//!
//! A record is its length, a checksum of the length, a checksum of the payload (4 bytes each, the
//! lowest first), and the payload.
//!
//! Watch for:
//! - a length that is damaged must not pass for a torn tail, or all records behind it are lost
//!   without a word;
//! - some file systems make a file longer before they write to it: zeros at its end are torn tail
//!   as well.
//!
//! Not here: files. These are functions on bytes.
//!
//! Read: notes/rpc.md, "The log".

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

/// Puts a record behind what is in `file`: the payload's length, a checksum of the length, a
/// checksum of the payload (CRC-32; 4 bytes each, the lowest first), and the payload.
///
/// # Panics
///
/// If the payload is empty, ends in a zero (it could not be told from a torn tail), or has 4 GiB or
/// more.
pub fn append(file: &mut Vec<u8>, payload: &[u8]) {
    // LAB: let _ = (file, payload);
    // LAB: end
    // LAB: todo!("append the length, both checksums, and the payload")
    assert!(
        payload.last().is_some_and(|&byte| byte != 0),
        "a payload ends in a byte that is not zero"
    );
    let length = u32::try_from(payload.len()).expect("a record has less than 4 GiB");
    let length = length.to_le_bytes();
    file.extend(length);
    file.extend(crc32fast::hash(&length).to_le_bytes());
    file.extend(crc32fast::hash(payload).to_le_bytes());
    file.extend(payload);
    // LAB: end
}

/// Reads all records of a file, up to the torn tail if it has one. Zeros at the end of the file
/// count as not written, so a last record whose last byte has become zero is torn.
///
/// # Errors
///
/// [`Damaged`] where a record is there and wrong. So is a header that was written whole and whose
/// length has another checksum, whatever is behind it.
pub fn records(file: &[u8]) -> Result<Records<'_>, Damaged> {
    // LAB: let _ = file;
    // LAB: end
    // LAB: todo!("take record after record, and tell a torn tail from damage")
    // No record ends in a zero, so zeros at the end were never written by anybody.
    let written = file
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    let mut found = Records {
        payloads: Vec::new(),
        whole: 0,
    };
    loop {
        let offset = found.whole;
        let Some(header) = file[offset..].first_chunk::<HEADER>() else {
            return Ok(found);
        };
        let [length, of_length, of_payload] = words(header);
        if crc32fast::hash(&length) != u32::from_le_bytes(of_length) {
            // Less than a header was written: its rest is zeros.
            let torn = written < offset + HEADER;
            return if torn {
                Ok(found)
            } else {
                Err(Damaged { offset })
            };
        }
        // The length can be trusted. If so much was not written, the record was not.
        let start = offset + HEADER;
        let end = start.saturating_add(u32::from_le_bytes(length) as usize);
        if end > written {
            return Ok(found);
        }
        let payload = &file[start..end];
        if payload.is_empty() || crc32fast::hash(payload) != u32::from_le_bytes(of_payload) {
            return Err(Damaged { offset });
        }
        found.payloads.push(payload);
        found.whole = end;
    }
    // LAB: end
}
// LAB:

fn words(header: &[u8; HEADER]) -> [[u8; 4]; 3] {
    let (words, _) = header.as_chunks::<4>();
    [words[0], words[1], words[2]]
}
// LAB: end

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record at byte {} is damaged", self.offset)
    }
}

impl std::error::Error for Damaged {}
