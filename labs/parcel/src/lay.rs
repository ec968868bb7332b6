//! A kit laid into a folder, or over the work in it.
//!
//! The one idea: what a student wrote is told apart from what was handed out by the hash that the
//! kit before this one left. A file to edit is never written over; a given file that was edited is
//! kept beside the new one.

use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use crate::{Files, LISTING, Listing, PRISTINE, backup, hash};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new, or was gone.
    Added,
    /// Nobody had edited it, and the course has another one now.
    Updated,
    /// The student's stays, and the course has another one now: below `.pristine`.
    Kept,
    /// The course has another one now, and the student's is kept under this name.
    Replaced(String),
    /// The course has it no longer, and nobody had edited it.
    Removed,
    /// The course has it no longer, and the student's stays.
    Left,
}

/// Lays a kit into a folder. Gives what changed, if there was a kit before.
///
/// # Errors
///
/// If something else is in the folder, or it cannot be written. Files that were not reached then
/// are as they were.
pub fn lay(root: &Path, files: &Files) -> Result<Vec<(String, Change)>> {
    let old = Listing::read(root);
    let empty = !root.exists() || fs::read_dir(root)?.next().is_none();
    if old.is_none() && !empty {
        let problem = format!("{} is not empty, and has no kit in it", root.display());
        return Err(Error::new(ErrorKind::AlreadyExists, problem));
    }
    let known = old.clone().unwrap_or_default();
    let new = Listing::of(files);
    let mut changes = Vec::new();
    for path in new.paths() {
        let edited = files.contains_key(&format!("{PRISTINE}/{path}"));
        if let Some(change) = lay_one(root, path, &files[path], known.get(path), edited)? {
            changes.push((path.to_owned(), change));
        }
    }
    for path in known.paths().filter(|path| new.get(path).is_none()) {
        changes.extend(take(root, path, known.get(path))?.map(|change| (path.to_owned(), change)));
    }
    for (path, bytes) in files.iter().filter(|(path, _)| new.get(path).is_none()) {
        put(root, path, bytes)?;
    }
    // Last: a kit that was cut off is laid again.
    put(root, LISTING, new.text().as_bytes())?;
    Ok(if old.is_some() { changes } else { Vec::new() })
}

fn lay_one(
    root: &Path,
    path: &str,
    bytes: &[u8],
    handed_out: Option<&str>,
    edited: bool,
) -> Result<Option<Change>> {
    let Some(now) = found(root, path)? else {
        put(root, path, bytes)?;
        return Ok(Some(Change::Added));
    };
    let (now_is, new_is) = (hash([now.as_slice()]), hash([bytes]));
    if now_is == new_is {
        return Ok(None);
    }
    if handed_out == Some(&now_is) {
        put(root, path, bytes)?;
        return Ok(Some(Change::Updated));
    }
    if handed_out == Some(&new_is) {
        return Ok(None); // Theirs, and the course's is what it was.
    }
    if edited {
        return Ok(Some(Change::Kept));
    }
    let kept = backup(root, path);
    put(root, &kept, &now)?;
    put(root, path, bytes)?;
    Ok(Some(Change::Replaced(kept)))
}

/// Takes a file away that the course has no longer.
fn take(root: &Path, path: &str, handed_out: Option<&str>) -> Result<Option<Change>> {
    let Some(now) = found(root, path)? else {
        return Ok(None);
    };
    if handed_out != Some(&hash([now.as_slice()])) {
        return Ok(Some(Change::Left));
    }
    fs::remove_file(root.join(path))?;
    Ok(Some(Change::Removed))
}

fn found(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a file of a folder"))?;
    fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kit(of: &[(&str, &str)]) -> Files {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        of.iter().map(own).collect()
    }

    #[test]
    fn a_newer_kit_keeps_the_work_and_says_what_changed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("course");
        let first = kit(&[
            ("a.rs", "todo a"),
            (".pristine/a.rs", "todo a"),
            ("b.rs", "todo b"),
            (".pristine/b.rs", "todo b"),
            ("given.rs", "1"),
            ("touched.rs", "1"),
            ("same.rs", "1"),
            ("gone.rs", "1"),
            ("left.rs", "1"),
        ]);
        assert_eq!(lay(&root, &first).expect("laid"), []);
        for file in ["a.rs", "touched.rs", "same.rs", "left.rs"] {
            fs::write(root.join(file), "mine").expect("written");
        }
        let second = kit(&[
            ("a.rs", "todo a, better"),
            (".pristine/a.rs", "todo a, better"),
            ("b.rs", "todo b, better"),
            (".pristine/b.rs", "todo b, better"),
            ("given.rs", "2"),
            ("touched.rs", "2"),
            ("same.rs", "1"),
            ("new.rs", "1"),
        ]);
        let kept = ".weft-backup/touched.rs.1".to_owned();
        let changes = [
            ("a.rs", Change::Kept),
            ("b.rs", Change::Updated),
            ("given.rs", Change::Updated),
            ("new.rs", Change::Added),
            ("touched.rs", Change::Replaced(kept.clone())),
            ("gone.rs", Change::Removed),
            ("left.rs", Change::Left),
        ];
        let laid = lay(&root, &second).expect("laid");
        let own = changes.map(|(file, change)| (file.to_owned(), change));
        assert_eq!(laid, own);
        let text = |file: &str| fs::read_to_string(root.join(file)).expect("it is there");
        assert_eq!(
            (text("a.rs"), text("touched.rs")),
            ("mine".into(), "2".into())
        );
        assert_eq!(
            (text(&kept), text("same.rs")),
            ("mine".into(), "mine".into())
        );
        assert_eq!(text(".pristine/a.rs"), "todo a, better");
        assert_eq!(lay(&root, &second).expect("laid"), [], "nothing is to do");
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("diary"), "mine").expect("written");
        assert!(lay(folder.path(), &kit(&[("a.rs", "1")])).is_err());
        assert!(!folder.path().join("a.rs").exists());
    }
}
