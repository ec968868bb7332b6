//! What was handed in, as a list of names: a folder, an archive, or a single file.
//!
//! The one idea: nothing is unpacked. A name is only ever looked up in this list, so what a name
//! says (`../`, a link, a device) can do nothing but stand in it, with the reason why it is not
//! read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::names::{self, Named};
use super::{archive, folder};
use crate::error::BadInput;

/// An edit file may be this large, in bytes: twenty times the longest solution.
pub const LARGEST: u64 = 256 * 1024;

/// A submission may have this many entries: a whole repository has a tenth.
const MOST_ENTRIES: usize = 20_000;

/// The sources that an archive holds may together be this large, in bytes.
const MOST_KEPT: usize = 32 * 1024 * 1024;

/// A submission's entries by their path from its root, with `/` between the parts.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// What errors call it.
    path: PathBuf,
    /// What stands before the names of what is added.
    below: String,
    entries: BTreeMap<String, Entry>,
    /// Names that stand for nothing that could be looked up, each with the reason.
    unusable: Vec<String>,
    /// Entries seen so far, and the bytes of those that are kept.
    seen: usize,
    kept: usize,
}

/// What stands under a name.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    /// A regular file of a folder: read when it is asked for.
    OnDisk(OnDisk),
    /// An archive within an archive, whole.
    Packed(Vec<u8>),
    /// A regular file of an archive, so far as it may be read.
    Kept(Vec<u8>),
    /// A regular file of an archive that is not a source.
    Skipped,
    /// Something that is never read.
    Odd(Odd),
}

/// A file by the folder that was handed in, and its path from there.
#[derive(Debug, Clone)]
pub(crate) struct OnDisk {
    pub(crate) root: Arc<Path>,
    pub(crate) name: String,
}

/// Why an entry is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    Link,
    NoFile,
    Encrypted,
    Twice,
}

impl Odd {
    /// What is wrong, and what to do.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Odd::Link => ("is a symbolic link", "hand in the file itself"),
            Odd::NoFile => ("is not a file", "hand in a file of that name"),
            Odd::Encrypted => ("is encrypted", "hand it in without a password"),
            Odd::Twice => ("is in the archive twice", "hand in one file of that name"),
        }
    }
}

impl Bundle {
    /// Lists what a path holds.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where it is nothing that could be handed in, or more than is read.
    pub(crate) fn open(path: &Path) -> Result<Bundle> {
        let mut bundle = Bundle::empty(path);
        bundle.add_path(path)?;
        Ok(bundle)
    }

    /// Nothing yet; `label` is what errors call it.
    pub(crate) fn empty(label: &Path) -> Bundle {
        Bundle {
            path: label.to_owned(),
            below: String::new(),
            entries: BTreeMap::new(),
            unusable: Vec::new(),
            seen: 0,
            kept: 0,
        }
    }

    /// Adds what a folder, an archive or a source holds.
    ///
    /// # Errors
    ///
    /// As for [`Bundle::open`].
    pub(crate) fn add_path(&mut self, path: &Path) -> Result<()> {
        let Ok(kind) = path.metadata() else {
            return Err(self.bad("is not there", "check the path"));
        };
        if kind.is_dir() {
            folder::list(path, self)
        } else if kind.is_file() {
            archive::list(path, kind.len(), self)
        } else {
            let remedy = "name a folder or an archive (.zip, .tar, .tar.gz)";
            Err(self.bad("is neither a file nor a folder", remedy))
        }
    }

    /// Adds what the archives hold that lie in it. Below their names, so that two cannot be taken
    /// for one, unless there is nothing else.
    pub(super) fn unpack(&mut self) -> Result<()> {
        let packed = |(name, entry): (&String, &Entry)| match entry {
            Entry::OnDisk(_) | Entry::Packed(_) if archive::is_archive(name) => Some(name.clone()),
            _ => None,
        };
        let packed: Vec<String> = self.entries.iter().filter_map(packed).collect();
        let one = packed.len() == 1 && self.entries.len() == 1;
        for name in packed {
            let full = self.path.join(&name);
            let bytes = match self.entries.remove(&name) {
                Some(Entry::Packed(bytes)) => bytes,
                Some(Entry::OnDisk(file)) => {
                    folder::read(&file.root, &file.name, &full, archive::LARGEST_ARCHIVE)?
                }
                _ => continue,
            };
            if !one {
                self.below = format!("{name}/");
            }
            let listed = archive::list_bytes(&name, bytes, self);
            self.below.clear();
            listed?;
        }
        Ok(())
    }

    /// Counts an entry of whatever kind.
    pub(super) fn count(&mut self) -> Result<()> {
        self.seen += 1;
        if self.seen > MOST_ENTRIES {
            let problem = format!("has more than {MOST_ENTRIES} entries");
            return Err(self.bad(&problem, "hand in your answers only"));
        }
        Ok(())
    }

    /// Takes in an entry under the name that it was given, as bytes.
    pub(crate) fn add(&mut self, name: &[u8], entry: Entry) -> Result<()> {
        self.count()?;
        let name = match names::clean(name) {
            Named::Usable(name) => format!("{}{name}", self.below),
            Named::Clutter => return Ok(()),
            Named::Unusable(why) => {
                let name = String::from_utf8_lossy(name);
                self.unusable.push(format!("{name} ({why})"));
                return Ok(());
            }
        };
        if let Entry::Kept(bytes) = &entry {
            self.kept += bytes.len();
            if self.kept > MOST_KEPT {
                let problem = format!("has more than {} MiB of sources", MOST_KEPT >> 20);
                return Err(self.bad(&problem, "hand in your answers only"));
            }
        }
        let known = self.entries.insert(name.clone(), entry);
        if known.is_some() {
            self.entries.insert(name, Entry::Odd(Odd::Twice));
        }
        Ok(())
    }

    /// The names of all entries, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Whether there is anything of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Whether that name stands for a regular file.
    pub(super) fn is_file(&self, name: &str) -> bool {
        matches!(
            self.entries.get(name),
            Some(Entry::OnDisk(_) | Entry::Packed(_) | Entry::Kept(_) | Entry::Skipped)
        )
    }

    /// Refuses a name that stands for something that is never read.
    pub(super) fn refuse_odd(&self, name: &str) -> Result<()> {
        match self.entries.get(name) {
            Some(Entry::Odd(odd)) => {
                let (problem, remedy) = odd.words();
                Err(BadInput::new(&self.path.join(name), problem, remedy).into())
            }
            _ => Ok(()),
        }
    }

    /// Names that could not be looked up, each with the reason.
    pub(super) fn unusable(&self) -> &[String] {
        &self.unusable
    }

    /// Reads a file: of bounded size, in UTF-8.
    pub(super) fn read(&self, name: &str) -> Result<String> {
        self.refuse_odd(name)?;
        let full = self.path.join(name);
        match self.entries.get(name) {
            Some(Entry::Kept(bytes)) => text(&full, bytes.clone()),
            Some(Entry::OnDisk(file)) => {
                text(&full, folder::read(&file.root, &file.name, &full, LARGEST)?)
            }
            _ => Err(BadInput::new(&full, "is not there", "write it first").into()),
        }
    }

    /// A problem with the whole of it.
    pub(crate) fn bad(&self, problem: &str, remedy: &str) -> anyhow::Error {
        BadInput::new(&self.path, problem, remedy).into()
    }
}

/// The text of a file that was read to at most one byte more than it may have.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    let bad = |problem: &str, remedy: &str| BadInput::new(path, problem, remedy);
    if bytes.len() as u64 > LARGEST {
        let problem = format!("is longer than {} KiB", LARGEST / 1024);
        return Err(bad(&problem, "shorten it: an answer is a few KiB").into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        bad("is not UTF-8", "save it as UTF-8 and hand it in again")
            .at_line(line)
            .into()
    })
}
