//! The files of a kit, each with a hash: `9ae16a3b2f90404f labs/locks/src/bank.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Files, LISTING, PRISTINE};

/// What a kit handed out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing(BTreeMap<String, String>);

impl Listing {
    /// The listing of these files, but for the copies that a kit keeps for itself.
    pub fn of(files: &Files) -> Listing {
        let kept = |path: &str| path.starts_with(&format!("{PRISTINE}/"));
        let out = files.iter().filter(|(path, _)| !kept(path));
        Listing(
            out.map(|(path, bytes)| (path.clone(), hash([bytes.as_slice()])))
                .collect(),
        )
    }

    /// The listing of the kit in a folder; `None` if there is none.
    pub fn read(root: &Path) -> Option<Listing> {
        let text = std::fs::read_to_string(root.join(LISTING)).ok()?;
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Some(Listing(
            lines
                .map(|(hash, path)| (path.to_owned(), hash.to_owned()))
                .collect(),
        ))
    }

    /// The listing as a file.
    pub fn text(&self) -> String {
        let line = |(path, hash): (&String, &String)| format!("{hash} {path}\n");
        self.0.iter().map(line).collect()
    }

    /// The hash with which a file was handed out.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A hash of files' texts (FNV-1a), the same on every machine and for both kinds of line ends. It
/// finds edits, not forgeries.
pub fn hash<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        // The 0 is the border between two files.
        for byte in text.iter().filter(|byte| **byte != b'\r').chain(&[0]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_tells_files_apart_and_line_endings_not() {
        let of = |texts: &[&str]| hash(texts.iter().map(|text| text.as_bytes()));
        assert_eq!(of(&["a\nb"]), of(&["a\r\nb"]));
        assert_ne!(of(&["ab", ""]), of(&["a", "b"]));
    }
}
