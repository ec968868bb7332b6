//! What goes out to students and what comes back: archives whose bytes depend on nothing but what
//! is in them, and a kit that is laid over a student's work without losing any.
//!
//! The one idea: both are files by their path, sorted, so that the same files give the same bytes
//! on every machine.
//!
//! Not here: which files a kit has, which is the grader's; and which files an answer has, which is
//! in `lab.toml`.

mod archive;
mod lay;
mod listing;

use std::collections::BTreeMap;

pub use archive::{read, write};
pub use lay::{Change, lay};
pub use listing::{Listing, hash};

/// Files by their path from some folder, with `/`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Where a kit keeps its own copies of the files that students edit, by their path.
pub const PRISTINE: &str = ".pristine";
/// Where a kit names its files, each with a hash, so that the next one knows what was edited.
pub const LISTING: &str = ".pristine/files";
/// Where a file goes that would be lost, under the first number that is free.
pub const BACKUP: &str = ".weft-backup";
/// Where a kit has the course's own answers, if the instructor wants them in it.
pub const SOLUTIONS: &str = ".solutions";

/// The name under which a file is kept: `.weft-backup/labs/locks/src/bank.rs.1`, or the next number
/// that is free below `root`.
pub fn backup(root: &std::path::Path, file: &str) -> String {
    let name = |n: usize| format!("{BACKUP}/{file}.{n}");
    let free = (1..).map(name).find(|name| !root.join(name).exists());
    free.expect("numbers do not end")
}
