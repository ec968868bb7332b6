//! What one person or group handed in: where its parts lie, and what the platform says of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::git;
use super::holder::ClassZip;
use crate::intake::{self, Bundle, Entry, Odd, OnDisk};
use crate::results::Person;

/// One submission.
#[derive(Debug, Clone, Default)]
pub(super) struct Handed {
    /// Who, as far as names say. The id is what the platform calls them.
    pub(super) person: Person,
    /// The names of what was handed in, as they came.
    pub(super) source: Vec<String>,
    pub(super) submitted: Option<String>,
    pub(super) late: bool,
    pub(super) attempt: Option<u32>,
    pub(super) parts: Vec<Part>,
    /// Why nothing of it can be taken in, if that is known already.
    pub(super) refused: Option<String>,
    /// What its reader should know besides.
    pub(super) remarks: Vec<String>,
}

/// A part of a submission.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A folder, an archive or a source, by its path: it is the whole submission.
    Whole(PathBuf),
    /// A file of a folder, under the name that it was uploaded with.
    File { path: PathBuf, name: String },
    /// An entry of the archive that a platform gives: a file, or all below a folder.
    Zipped {
        zip: Arc<ClassZip>,
        at: String,
        name: String,
    },
    /// What a commit of a repository holds.
    Commit { repository: PathBuf, of: String },
}

impl Handed {
    /// Lists its files. `label` is what errors call it.
    pub(super) fn open(&self, label: &Path) -> Result<Bundle> {
        let mut bundle = Bundle::empty(label);
        for part in &self.parts {
            match part {
                Part::Whole(path) if path.is_symlink() => {
                    return Err(bundle.bad("is a symbolic link", "name what it leads to"));
                }
                Part::Whole(path) => bundle.add_path(path)?,
                Part::File { path, name } => bundle.add(name.as_bytes(), on_disk(path))?,
                Part::Zipped { zip, at, name } => zip.add(at, name, &mut bundle)?,
                Part::Commit { repository, of } => git::add(repository, of, &mut bundle)?,
            }
        }
        Ok(bundle)
    }
}

fn on_disk(path: &Path) -> Entry {
    let kind = path.symlink_metadata().map(|meta| meta.file_type());
    match (kind, path.parent(), path.file_name()) {
        (Ok(kind), Some(root), Some(name)) if kind.is_file() => Entry::OnDisk(OnDisk {
            root: root.into(),
            name: name.to_string_lossy().into_owned(),
        }),
        (Ok(kind), ..) if kind.is_symlink() => Entry::Odd(Odd::Link),
        _ => Entry::Odd(Odd::NoFile),
    }
}

/// Whether a name is one of those whose contents are looked at.
pub(super) fn is_readable(name: &str) -> bool {
    name.ends_with(".rs") || intake::is_archive(name)
}
