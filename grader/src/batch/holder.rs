//! Where many submissions lie beside each other: a folder, or the archive that a platform gives.
//!
//! The one idea: names are all that a layout looks at. Nothing is unpacked, and no name of an entry
//! becomes a path on disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use zip::ZipArchive;

use super::handed::{Part, is_readable};
use crate::error::BadInput;
use crate::intake::{self, Bundle, Entry, Odd};

/// Names beside each other.
#[derive(Debug)]
pub(super) struct Holder {
    place: Place,
    pub(super) names: Vec<Name>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    /// Below a folder of the archive: empty, or ends with `/`.
    Zip(Arc<ClassZip>, String),
}

/// A name in a holder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) name: String,
    pub(super) folder: bool,
}

/// What stands beside submissions, and is none.
const BESIDE: [&str; 4] = [".csv", ".yml", ".yaml", ".xls"];

impl Holder {
    /// Lists a folder.
    pub(super) fn folder(path: &Path) -> Result<Holder> {
        let entries = path.read_dir();
        let entries = entries.with_context(|| format!("reading {}", path.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {}", path.display()))?;
            names.push(Name {
                name: entry.file_name().to_string_lossy().into_owned(),
                folder: entry.file_type().is_ok_and(|kind| kind.is_dir()),
            });
        }
        names.sort();
        let place = Place::Folder(path.to_owned());
        Ok(Holder { place, names })
    }

    /// Lists an archive.
    pub(super) fn zip(path: &Path) -> Result<Holder> {
        let zip = Arc::new(ClassZip::open(path)?);
        Ok(Holder::within(zip, String::new()))
    }

    fn within(zip: Arc<ClassZip>, below: String) -> Holder {
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        for entry in zip.entries.keys() {
            let Some(rest) = entry.strip_prefix(&below).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            match rest.split_once('/') {
                Some((first, _)) => names.insert(first, true),
                None => names.insert(rest, false),
            };
        }
        let names = names.into_iter().map(|(name, folder)| Name {
            name: name.to_owned(),
            folder,
        });
        let names = names.collect();
        Holder {
            place: Place::Zip(zip, below),
            names,
        }
    }

    /// The folder of that name in it, as a holder.
    pub(super) fn inner(&self, name: &str) -> Result<Holder> {
        match &self.place {
            Place::Folder(path) => Holder::folder(&path.join(name)),
            Place::Zip(zip, below) => {
                Ok(Holder::within(Arc::clone(zip), format!("{below}{name}/")))
            }
        }
    }

    /// Those that may be submissions.
    pub(super) fn submissions(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| {
            let beside = BESIDE.iter().any(|kind| name.name.ends_with(kind));
            let clutter = name.name.starts_with('.') || name.name == "__MACOSX";
            !clutter && (name.folder || !beside)
        })
    }

    /// What lies under a name, which was uploaded as `uploaded`.
    pub(super) fn part(&self, name: &Name, uploaded: &str) -> Part {
        match &self.place {
            Place::Folder(path) if name.folder => Part::Whole(path.join(&name.name)),
            Place::Folder(path) => Part::File {
                path: path.join(&name.name),
                name: uploaded.to_owned(),
            },
            Place::Zip(zip, below) => {
                let end = if name.folder { "/" } else { "" };
                let uploaded = if name.folder { "" } else { uploaded };
                Part::Zipped {
                    zip: Arc::clone(zip),
                    at: format!("{below}{}{end}", name.name),
                    name: uploaded.to_owned(),
                }
            }
        }
    }

    /// What lies under a name that is the whole submission.
    pub(super) fn whole(&self, name: &Name) -> Part {
        match &self.place {
            Place::Folder(path) => Part::Whole(path.join(&name.name)),
            Place::Zip(..) => self.part(name, &name.name),
        }
    }

    /// The text of a file that the platform has put there, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        if !self.names.iter().any(|known| known.name == name) {
            return Ok(None);
        }
        let bytes = match &self.place {
            Place::Folder(path) => std::fs::read(path.join(name))?,
            Place::Zip(zip, below) => zip.read(&format!("{below}{name}"), MOST_TEXT)?,
        };
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// All that it holds, as one submission.
    pub(super) fn all(&self) -> Part {
        match &self.place {
            Place::Folder(path) => Part::Whole(path.clone()),
            Place::Zip(zip, _) => Part::Whole(zip.path.clone()),
        }
    }
}

/// A platform's own file may be this large, in bytes.
const MOST_TEXT: u64 = 64 << 20;

/// The archive that a platform gives for a class: as large as it likes, read entry by entry.
#[derive(Debug)]
pub(super) struct ClassZip {
    path: PathBuf,
    archive: Mutex<ZipArchive<File>>,
    /// Where each entry is, by its name with `/` between the parts.
    entries: BTreeMap<String, usize>,
}

impl ClassZip {
    fn open(path: &Path) -> Result<ClassZip> {
        let damaged = |error: &dyn std::fmt::Display| {
            let problem = format!("is a damaged archive ({error})");
            BadInput::new(path, problem, "download it again")
        };
        let file = File::open(path).map_err(|error| damaged(&error))?;
        let mut archive = ZipArchive::new(file).map_err(|error| damaged(&error))?;
        let mut entries = BTreeMap::new();
        for at in 0..archive.len() {
            let raw = archive.by_index_raw(at).map_err(|error| damaged(&error))?;
            let name = String::from_utf8_lossy(raw.name_raw()).replace('\\', "/");
            entries.insert(name, at);
        }
        Ok(ClassZip {
            path: path.to_owned(),
            archive: Mutex::new(archive),
            entries,
        })
    }

    /// Adds a file, or all files below a folder.
    pub(super) fn add(&self, at: &str, name: &str, bundle: &mut Bundle) -> Result<()> {
        let below = self.entries.range(at.to_owned()..);
        let mine = below.take_while(|(entry, _)| entry.starts_with(at));
        for (entry, index) in mine.filter(|(entry, _)| !entry.ends_with('/')) {
            if !at.ends_with('/') && entry != at {
                continue;
            }
            let name = format!("{name}{}", &entry[at.len()..]);
            let what = self.entry(*index, &name).map_err(|error| {
                let problem = format!("has an entry that cannot be read: {name} ({error})");
                bundle.bad(&problem, "download it again")
            })?;
            bundle.add(name.as_bytes(), what)?;
        }
        Ok(())
    }

    fn entry(&self, index: usize, name: &str) -> Result<Entry> {
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let raw = archive.by_index_raw(index)?;
        if raw.is_symlink() {
            return Ok(Entry::Odd(Odd::Link));
        }
        if raw.encrypted() {
            return Ok(Entry::Odd(Odd::Encrypted));
        }
        drop(raw);
        if !is_readable(name) {
            return Ok(Entry::Skipped);
        }
        let packed = intake::is_archive(name);
        let most = match packed {
            true => intake::LARGEST_ARCHIVE,
            false => intake::LARGEST,
        };
        let mut bytes = Vec::new();
        archive
            .by_index(index)?
            .take(most + 1)
            .read_to_end(&mut bytes)?;
        Ok(match packed {
            true => Entry::Packed(bytes),
            false => Entry::Kept(bytes),
        })
    }

    fn read(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        let index = self
            .entries
            .get(name)
            .ok_or_else(|| anyhow!("it is not there"))?;
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        archive
            .by_index(*index)?
            .take(most)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
