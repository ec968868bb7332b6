//! A disk that counts its syncs, and fails when it is told to; and one that only holds bytes.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
// Not of the model: what the disk notes for itself is no part of what is searched.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use kit::sync::Mutex;
use kit::thread;
use rpc::disk::{CrashDisk, Disk};

/// A [`CrashDisk`] that is watched.
#[derive(Default)]
pub(super) struct Watched {
    pub(super) disk: CrashDisk,
    /// How many times a file was synced.
    pub(super) syncs: AtomicU64,
    /// A sync of a file is under way.
    pub(super) syncing: AtomicBool,
    /// What changes or syncs something, counted from 1.
    pub(super) operations: AtomicU64,
    /// The operation that fails; 0: none does.
    pub(super) fails_at: AtomicU64,
    /// An operation has failed.
    pub(super) failed: AtomicBool,
}

impl Watched {
    /// The next operation fails.
    pub(super) fn fail_next(&self) {
        self.fails_at
            .store(self.operations.load(SeqCst) + 1, SeqCst);
    }

    fn operation(&self) -> io::Result<()> {
        let now = self.operations.fetch_add(1, SeqCst) + 1;
        if now == self.fails_at.load(SeqCst) {
            self.failed.store(true, SeqCst);
            return Err(io::Error::other("the disk has failed, once"));
        }
        Ok(())
    }
}

impl Disk for Watched {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(file)
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        self.operation()?;
        self.disk.append(file, bytes)
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        self.operation()?;
        self.disk.cut(file, length)
    }

    /// Once something has failed, says that all is well, and does nothing: the system has dropped what it could not write.
    fn sync(&self, file: &str) -> io::Result<()> {
        self.operation()?;
        self.syncs.fetch_add(1, SeqCst);
        if self.failed.load(SeqCst) {
            return Ok(());
        }
        self.syncing.store(true, SeqCst);
        thread::yield_now();
        let done = self.disk.sync(file);
        self.syncing.store(false, SeqCst);
        done
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.operation()?;
        self.disk.rename(from, to)
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.operation()?;
        self.disk.remove(file)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.operation()?;
        if self.failed.load(SeqCst) {
            return Ok(());
        }
        self.disk.sync_dir()
    }

    fn files(&self) -> io::Result<Vec<String>> {
        self.disk.files()
    }
}

/// A disk in memory that never crashes, and is quick.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// How many bytes, in how many files.
    pub(super) fn holds(&self) -> (usize, usize) {
        let files = self.0.lock();
        (files.values().map(Vec::len).sum(), files.len())
    }
}

impl Disk for Memory {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().get(file).cloned())
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.0.lock();
        files.entry(file.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        let mut files = self.0.lock();
        let bytes = files.get_mut(file).ok_or(ErrorKind::NotFound)?;
        bytes.truncate(usize::try_from(length).expect("it is in memory"));
        Ok(())
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        match self.0.lock().contains_key(file) {
            true => Ok(()),
            false => Err(ErrorKind::NotFound.into()),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.0.lock();
        let bytes = files.remove(from).ok_or(ErrorKind::NotFound)?;
        files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        let removed = self.0.lock().remove(file);
        removed.map(drop).ok_or(ErrorKind::NotFound.into())
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().keys().cloned().collect())
    }
}
