//! A submission that is a folder. No link below it is followed, and nothing but a regular file is
//! ever opened for reading: opening a pipe would wait for ever.

use std::fs::{DirEntry, File};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustix::fs::{CWD, Mode, OFlags, openat};

use super::bundle::{Bundle, Entry, Odd, OnDisk};
use super::names::{self, Named};
use crate::error::BadInput;

/// Lists a folder. What cannot be looked through is not read either, so it changes nothing.
pub(super) fn list(root: &Path, bundle: &mut Bundle) -> Result<()> {
    let shared: Arc<Path> = root.into();
    let mut open: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = dir.read_dir() else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let below = path.strip_prefix(root).expect("found below it");
            let name = below.as_os_str().as_bytes();
            match kind(&entry) {
                Kind::Folder => {
                    bundle.count()?;
                    if matches!(names::clean(name), Named::Usable(_)) {
                        if below.extension().is_some_and(|kind| kind == "rs") {
                            bundle.add(name, Entry::Odd(Odd::NoFile))?;
                        }
                        open.push(path);
                    }
                }
                Kind::File => {
                    let file = OnDisk {
                        root: Arc::clone(&shared),
                        name: below.to_string_lossy().into_owned(),
                    };
                    bundle.add(name, Entry::OnDisk(file))?;
                }
                Kind::Odd(odd) => bundle.add(name, Entry::Odd(odd))?,
            }
        }
    }
    Ok(())
}

enum Kind {
    Folder,
    File,
    Odd(Odd),
}

fn kind(entry: &DirEntry) -> Kind {
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => Kind::Odd(Odd::Link),
        Ok(kind) if kind.is_dir() => Kind::Folder,
        Ok(kind) if kind.is_file() => Kind::File,
        _ => Kind::Odd(Odd::NoFile),
    }
}

/// Reads a file below the folder, to at most one byte more than `most`. Errors call it `full`.
pub(super) fn read(root: &Path, name: &str, full: &Path, most: u64) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| {
        let problem = format!("cannot be read ({error})");
        BadInput::new(full, problem, "make it readable")
    };
    let file = open_beneath(root, name).map_err(|error| failed(&error))?;
    let file = File::from(file);
    let kind = file
        .metadata()
        .with_context(|| full.display().to_string())?;
    if !kind.is_file() {
        return Err(BadInput::new(full, "is not a file", "hand in a file of that name").into());
    }
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Opens a file part by part, so that no link is followed, even one that was put there just now.
fn open_beneath(root: &Path, name: &str) -> rustix::io::Result<OwnedFd> {
    let folder = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    // The submission itself may be named by a link: that is not the student's doing.
    let mut dir = openat(CWD, root, folder, Mode::empty())?;
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        dir = openat(&dir, part, folder | OFlags::NOFOLLOW, Mode::empty())?;
    }
    let only_a_file = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(&dir, file, only_a_file, Mode::empty())
}
