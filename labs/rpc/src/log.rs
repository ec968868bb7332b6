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
    let _ = (file, payload);
    todo!("append the length, both checksums, and the payload")
}

/// Reads all records of a file, up to the torn tail if it has one. Zeros at the end of the file
/// count as not written, so a last record whose last byte has become zero is torn.
///
/// # Errors
///
/// [`Damaged`] where a record is there and wrong. So is a header that was written whole and whose
/// length has another checksum, whatever is behind it.
pub fn records(file: &[u8]) -> Result<Records<'_>, Damaged> {
    let _ = file;
    todo!("take record after record, and tell a torn tail from damage")
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record at byte {} is damaged", self.offset)
    }
}

impl std::error::Error for Damaged {}
