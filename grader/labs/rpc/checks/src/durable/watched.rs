//! A disk that counts what it does, and fails when it is told to; and one that only holds bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
// Not of the model: what the disk notes for itself is not part of what is searched.
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
    /// What becomes of the operation that fails.
    pub(super) failing: Failing,
}

/// What an operation has done that says that it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Failing {
    #[default]
    Nothing,
    /// The first half of what was appended; other operations do not fail.
    Half,
    /// All of it.
    All,
}

impl Failing {
    pub(super) const EACH: [Failing; 3] = [Failing::Nothing, Failing::Half, Failing::All];
}

impl Watched {
    pub(super) fn on(disk: CrashDisk) -> Self {
        Watched {
            disk,
            ..Watched::default()
        }
    }

    /// The next operation fails.
    pub(super) fn fail_next(&self) {
        self.fails_at
            .store(self.operations.load(SeqCst) + 1, SeqCst);
    }

    /// Does something, and fails if it is its turn.
    fn operation(&self, run: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let fails = self.failing != Failing::Half;
        let counted = self.count(&self.operations, &self.fails_at, fails);
        if counted.is_ok() || self.failing == Failing::All {
            run()?;
        }
        counted
    }

    fn count(&self, done: &AtomicU64, fails_at: &AtomicU64, fails: bool) -> io::Result<()> {
        let now = done.fetch_add(1, SeqCst) + 1;
        if fails && now == fails_at.load(SeqCst) {
            self.failed.store(true, SeqCst);
            return Err(io::Error::other("the disk has failed, once"));
        }
        Ok(())
    }
}

impl Disk for Watched {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.count(&self.reads, &self.read_fails_at, true)?;
        self.disk.read(file)
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        if self.failing != Failing::Half {
            return self.operation(|| self.disk.append(file, bytes));
        }
        let counted = self.count(&self.operations, &self.fails_at, true);
        let written = match counted {
            Ok(()) => bytes,
            Err(_) => &bytes[..bytes.len() / 2],
        };
        self.disk.append(file, written)?;
        counted
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        self.operation(|| self.disk.cut(file, length))
    }

    /// Once something has failed, says that all is well, and does nothing: the system has dropped
    /// what it could not write.
    fn sync(&self, file: &str) -> io::Result<()> {
        self.syncs.fetch_add(1, SeqCst);
        let failed = self.failed.load(SeqCst);
        self.operation(|| {
            if failed {
                return Ok(());
            }
            self.syncing.store(true, SeqCst);
            if !self.keeps_going.load(SeqCst) {
                thread::yield_now();
            }
            let done = self.disk.sync(file);
            self.syncing.store(false, SeqCst);
            done
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.operation(|| self.disk.rename(from, to))
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.operation(|| self.disk.remove(file))
    }

    fn sync_dir(&self) -> io::Result<()> {
        let failed = self.failed.load(SeqCst);
        self.operation(|| if failed { Ok(()) } else { self.disk.sync_dir() })
    }

    fn files(&self) -> io::Result<Vec<String>> {
        self.count(&self.reads, &self.read_fails_at, true)?;
        self.disk.files()
    }
}

/// A [`CrashDisk`] of which a picture is taken before each step that is worth a crash: each, but of
/// the bytes of one append the first, the middle one and the last.
#[derive(Default)]
pub(super) struct Filmed {
    pub(super) disk: CrashDisk,
    /// The pictures, each with what came next; not of a model.
    film: std::sync::Mutex<Vec<(String, CrashDisk)>>,
}

impl Filmed {
    pub(super) fn on(disk: CrashDisk) -> Self {
        Filmed {
            disk,
            ..Filmed::default()
        }
    }

    /// Drops the pictures taken so far.
    pub(super) fn begin(&self) {
        self.film.lock().expect("no panic holds it").clear();
    }

    /// Those that were taken since.
    pub(super) fn pictures(&self) -> Vec<(String, CrashDisk)> {
        std::mem::take(&mut self.film.lock().expect("no panic holds it"))
    }

    fn shoot(&self, next: String) {
        let picture = self.disk.after_kill();
        let mut film = self.film.lock().expect("no panic holds it");
        film.push((next, picture));
    }
}

impl Disk for Filmed {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(file)
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        self.shoot(format!("before {} bytes for {file}", bytes.len()));
        let cuts = BTreeSet::from([0, 1, bytes.len() / 2, bytes.len().saturating_sub(1)]);
        let mut at = 0;
        for cut in cuts.into_iter().filter(|&cut| cut < bytes.len()) {
            self.disk.append(file, &bytes[at..cut])?;
            let of = bytes.len();
            self.shoot(format!("when {cut} of {of} bytes are appended to {file}"));
            at = cut;
        }
        self.disk.append(file, &bytes[at..])
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        self.shoot(format!("before {file} is cut after {length} bytes"));
        self.disk.cut(file, length)
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        self.shoot(format!("before the sync of {file}"));
        self.disk.sync(file)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.shoot(format!("before {from} is renamed to {to}"));
        self.disk.rename(from, to)
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.shoot(format!("before {file} is removed"));
        self.disk.remove(file)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.shoot("before the sync of the folder".to_owned());
        self.disk.sync_dir()
    }

    fn files(&self) -> io::Result<Vec<String>> {
        self.disk.files()
    }
}

/// A disk whose syncs are held before they begin.
pub(super) struct Held<D, F> {
    disk: D,
    /// How many times a file was synced, or is about to be.
    pub(super) syncs: AtomicU64,
    /// Returns when a sync may begin; is told how many were before it.
    hold: F,
}

impl<D, F: Fn(u64)> Held<D, F> {
    pub(super) fn on(disk: D, hold: F) -> Self {
        Held {
            disk,
            syncs: AtomicU64::new(0),
            hold,
        }
    }
}

impl<D: Disk, F: Fn(u64) + Send + Sync> Disk for Held<D, F> {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(file)
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        self.disk.append(file, bytes)
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        self.disk.cut(file, length)
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        (self.hold)(self.syncs.fetch_add(1, SeqCst));
        self.disk.sync(file)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        self.disk.remove(file)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.disk.sync_dir()
    }

    fn files(&self) -> io::Result<Vec<String>> {
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

    /// How many times the word is in them.
    pub(super) fn count(&self, word: &str) -> usize {
        let files = self.files.lock();
        let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
        texts.map(|text| text.matches(word).count()).sum()
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
