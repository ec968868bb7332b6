//! A disk that counts what it does, and fails when it is told to; and one that only holds bytes.

use std::collections::{BTreeMap, BTreeSet};
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
    /// How many times a file or the names of all files were read.
    pub(super) reads: AtomicU64,
    /// The read that fails; 0: none does.
    pub(super) read_fails_at: AtomicU64,
    /// A sync gives way to nobody: another thread that would run then can still be at its beginning
    /// later.
    pub(super) keeps_going: AtomicBool,
    /// The steps of `disk` with which operations begin.
    begins: std::sync::Mutex<Vec<u64>>,
}

impl Watched {
    pub(super) fn on(disk: CrashDisk) -> Self {
        Watched {
            disk,
            ..Watched::default()
        }
    }

    /// The steps before which a crash is worth its time when many of them are tried: each, but of
    /// the bytes of one append the first, the middle one and the last. (One more is the making of
    /// the file.) A design may write any number of bytes at a start, and
    /// `no_crash_loses_or_repeats_a_call` tries each of them.
    pub(super) fn steps_worth_a_crash(&self) -> Vec<u64> {
        let mut begins = self.begins.lock().expect("no panic holds it").clone();
        begins.push(self.disk.steps() + 1);
        let of_one = |operation: &[u64]| {
            let (begin, end) = (operation[0], operation[1]);
            let steps = BTreeSet::from([begin, begin + 1, begin.midpoint(end), end - 1]);
            steps
                .into_iter()
                .filter(move |step| (begin..end).contains(step))
        };
        begins.windows(2).flat_map(of_one).collect()
    }

    /// The next operation fails.
    pub(super) fn fail_next(&self) {
        self.fails_at
            .store(self.operations.load(SeqCst) + 1, SeqCst);
    }

    fn operation(&self) -> io::Result<()> {
        let mut begins = self.begins.lock().expect("no panic holds it");
        begins.push(self.disk.steps() + 1);
        drop(begins);
        self.count(&self.operations, &self.fails_at)
    }

    fn count(&self, done: &AtomicU64, fails_at: &AtomicU64) -> io::Result<()> {
        let now = done.fetch_add(1, SeqCst) + 1;
        if now == fails_at.load(SeqCst) {
            self.failed.store(true, SeqCst);
            return Err(io::Error::other("the disk has failed, once"));
        }
        Ok(())
    }
}

impl Disk for Watched {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.count(&self.reads, &self.read_fails_at)?;
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

    /// Once something has failed, says that all is well, and does nothing: the system has dropped
    /// what it could not write.
    fn sync(&self, file: &str) -> io::Result<()> {
        self.operation()?;
        self.syncs.fetch_add(1, SeqCst);
        if self.failed.load(SeqCst) {
            return Ok(());
        }
        self.syncing.store(true, SeqCst);
        if !self.keeps_going.load(SeqCst) {
            thread::yield_now();
        }
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
        self.count(&self.reads, &self.read_fails_at)?;
        self.disk.files()
    }
}

/// A disk in memory that never crashes, and is quick.
#[derive(Default)]
pub(super) struct Memory {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Nothing can be removed.
    pub(super) keeps: AtomicBool,
}

impl Memory {
    /// How many bytes, in how many files.
    pub(super) fn holds(&self) -> (usize, usize) {
        let files = self.files.lock();
        (files.values().map(Vec::len).sum(), files.len())
    }
}

impl Disk for Memory {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.lock().get(file).cloned())
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.files.lock();
        files.entry(file.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        let mut files = self.files.lock();
        let bytes = files.get_mut(file).ok_or(ErrorKind::NotFound)?;
        bytes.truncate(usize::try_from(length).expect("it is in memory"));
        Ok(())
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        match self.files.lock().contains_key(file) {
            true => Ok(()),
            false => Err(ErrorKind::NotFound.into()),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.files.lock();
        let bytes = files.remove(from).ok_or(ErrorKind::NotFound)?;
        files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        if self.keeps.load(SeqCst) {
            return Err(io::Error::other("it is kept"));
        }
        let removed = self.files.lock().remove(file);
        removed.map(drop).ok_or(ErrorKind::NotFound.into())
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<String>> {
        Ok(self.files.lock().keys().cloned().collect())
    }
}
