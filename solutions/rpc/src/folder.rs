//! Given: the grader uses its own copy, edits here are ignored.
//!
//! A [`Disk`] that is real. Where answers are graded it is not there: they meet other disks.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use kit::sync::{Arc, Mutex};

use crate::disk::Disk;

/// A folder of the real disk.
///
/// A file that was written to stays open until it is renamed or removed: a system that failed to
/// write it back says so to those who have it open, and perhaps to nobody else.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    written: Mutex<BTreeMap<String, Arc<File>>>,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        fs::create_dir_all(&path)?;
        Ok(Folder {
            path,
            written: Mutex::default(),
        })
    }

    /// The open file, to append to.
    fn written(&self, file: &str) -> io::Result<Arc<File>> {
        let mut written = self.written.lock();
        if let Some(open) = written.get(file) {
            return Ok(Arc::clone(open));
        }
        let path = self.path.join(file);
        let open = OpenOptions::new().append(true).create(true).open(path)?;
        let open = Arc::new(open);
        written.insert(file.to_owned(), Arc::clone(&open));
        Ok(open)
    }

    fn close(&self, file: &str) {
        self.written.lock().remove(file);
    }
}

impl Disk for Folder {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path.join(file)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        (&*self.written(file)?).write_all(bytes)
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        self.written(file)?.set_len(length)
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        self.written(file)?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.close(from);
        self.close(to);
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.close(file);
        fs::remove_file(self.path.join(file))
    }

    fn sync_dir(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn files(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}
