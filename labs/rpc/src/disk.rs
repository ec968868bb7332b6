//! Given: the grader uses its own copy, edits here are ignored.
//!
//! What a log needs of a disk, and what a disk promises: less than it seems. Appended bytes are in
//! the machine's memory until [`Disk::sync`]; a file that was made or renamed may be gone after a
//! crash until [`Disk::sync_dir`].
//!
//! There are two: a [`Folder`](crate::folder::Folder) is real, and [`CrashDisk`] crashes where it
//! is told to, so that every place where a crash can hit can be tried.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};

use kit::sync::Mutex;

/// A folder of files. Threads share it.
pub trait Disk: Send + Sync {
    /// The whole of a file; `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// As of the system, here and below.
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>>;

    /// Puts bytes at the end of a file, and makes it if it is not there. After a crash any first
    /// part of them may be there, until [`sync`](Disk::sync).
    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file off after `length` bytes.
    fn cut(&self, file: &str, length: u64) -> io::Result<()>;

    /// Blocks until what a file holds survives a crash. That it exists may not: see
    /// [`sync_dir`](Disk::sync_dir).
    fn sync(&self, file: &str) -> io::Result<()>;

    /// Gives a file another name. A file that had that name is gone, and at no moment is there
    /// none.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, file: &str) -> io::Result<()>;

    /// Blocks until all making, renaming and removing of files survives a crash.
    fn sync_dir(&self) -> io::Result<()>;

    /// The names of all files, sorted.
    fn files(&self) -> io::Result<Vec<String>>;
}

/// A disk in memory that fails at a moment that was chosen, for ever, and can then be looked at as
/// a restarted machine would find it.
///
/// Time is counted in *steps*: each appended byte is one, and so is each other change and each
/// sync. A crash before step *n* lets the steps before it take effect, and no other. What has
/// effect in memory and was not synced is up to [`Unsynced`].
///
/// # Examples
///
/// ```
/// use rpc::disk::{CrashDisk, Disk, Unsynced};
///
/// let disk = CrashDisk::crashing_before(7);
/// disk.append("log", b"ab").unwrap();
/// disk.sync("log").unwrap();
/// disk.sync_dir().unwrap();
/// assert!(disk.append("log", b"cd").is_err(), "step 6 appends c, and d would be the seventh");
/// let kept = disk.after_crash(Unsynced::Kept);
/// assert_eq!(kept.read("log").unwrap().as_deref(), Some(&b"abc"[..]));
/// let lost = disk.after_crash(Unsynced::Lost);
/// assert_eq!(lost.read("log").unwrap().as_deref(), Some(&b"ab"[..]));
/// ```
#[derive(Debug, Default)]
pub struct CrashDisk {
    state: Mutex<State>,
}

/// What a crash does with what was not synced. The real thing may do anything between; these are
/// its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// The disk was quicker than the crash.
    Kept,
    /// All of it is gone.
    Lost,
    /// Names are as they were, and bytes are gone: a file that was renamed before it was synced is
    /// empty.
    NamesKept,
    /// Removed files are gone, and so is all else: nothing says that a disk does things in their
    /// order.
    RemovalsKept,
}

impl Unsynced {
    /// Each of them.
    pub const ALL: [Unsynced; 4] = [
        Unsynced::Kept,
        Unsynced::Lost,
        Unsynced::NamesKept,
        Unsynced::RemovalsKept,
    ];
}

#[derive(Debug, Default, Clone)]
struct State {
    steps: u64,
    crash_before: Option<u64>,
    /// What it would have done when it crashed.
    crashed: Option<String>,
    /// Contents, by number. A name leads to a number, so that a rename moves no bytes.
    contents: BTreeMap<u64, Content>,
    names: BTreeMap<String, u64>,
    synced_names: BTreeMap<String, u64>,
    /// Removed since the names were synced.
    removed: BTreeSet<String>,
}

#[derive(Debug, Default, Clone)]
struct Content {
    bytes: Vec<u8>,
    synced: Vec<u8>,
}

impl CrashDisk {
    /// An empty disk that does not crash.
    pub fn new() -> Self {
        CrashDisk::default()
    }

    /// An empty disk that crashes before the step of that number, counted from 1.
    pub fn crashing_before(step: u64) -> Self {
        let disk = CrashDisk::new();
        disk.crash_before(step);
        disk
    }

    /// From now on, crashes before the step of that number, counted from when the disk was made or
    /// restarted.
    pub fn crash_before(&self, step: u64) {
        self.state.lock().crash_before = Some(step);
    }

    /// How many steps were made.
    pub fn steps(&self) -> u64 {
        self.state.lock().steps
    }

    /// Whether it has crashed.
    pub fn has_crashed(&self) -> bool {
        self.state.lock().crashed.is_some()
    }

    /// The step that it did not make because it crashed, in words: `sync log.0`.
    pub fn crashed_at(&self) -> Option<String> {
        self.state.lock().crashed.clone()
    }

    /// What a process finds when only the process was killed and started again: everything, and
    /// what was not synced still is not. The disk does not crash.
    pub fn after_kill(&self) -> CrashDisk {
        let state = State {
            steps: 0,
            crash_before: None,
            crashed: None,
            ..self.state.lock().clone()
        };
        CrashDisk {
            state: Mutex::new(state),
        }
    }

    /// What the machine finds when it starts again: a disk that does not crash.
    pub fn after_crash(&self, unsynced: Unsynced) -> CrashDisk {
        let state = self.state.lock();
        let mut names = match unsynced {
            Unsynced::Kept | Unsynced::NamesKept => state.names.clone(),
            Unsynced::Lost | Unsynced::RemovalsKept => state.synced_names.clone(),
        };
        if unsynced == Unsynced::RemovalsKept {
            names.retain(|name, _| !state.removed.contains(name));
        }
        let found = |content: &Content| {
            let bytes = match unsynced {
                Unsynced::Kept => content.bytes.clone(),
                _ => content.synced.clone(),
            };
            Content {
                synced: bytes.clone(),
                bytes,
            }
        };
        let contents = state.contents.iter().map(|(&n, c)| (n, found(c))).collect();
        CrashDisk {
            state: Mutex::new(State {
                contents,
                synced_names: names.clone(),
                names,
                ..State::default()
            }),
        }
    }
}

impl State {
    /// One step, if the crash is not before it.
    fn step(&mut self, what: impl FnOnce() -> String) -> io::Result<()> {
        self.alive()?;
        if self.crash_before == Some(self.steps + 1) {
            self.crashed = Some(what());
        }
        self.alive()?;
        self.steps += 1;
        Ok(())
    }

    fn alive(&self) -> io::Result<()> {
        match &self.crashed {
            None => Ok(()),
            Some(_) => Err(io::Error::other("the machine has crashed")),
        }
    }

    fn content(&mut self, file: &str) -> io::Result<&mut Content> {
        let number = self.names.get(file).ok_or(ErrorKind::NotFound)?;
        Ok(self
            .contents
            .get_mut(number)
            .expect("a name leads to a content"))
    }
}

impl Disk for CrashDisk {
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        let mut state = self.state.lock();
        state.alive()?;
        Ok(state
            .content(file)
            .ok()
            .map(|content| content.bytes.clone()))
    }

    fn append(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        if !state.names.contains_key(file) {
            state.step(|| format!("make {file}"))?;
            let number = state.contents.len() as u64;
            state.contents.insert(number, Content::default());
            state.names.insert(file.to_owned(), number);
        }
        for &byte in bytes {
            let at = state.content(file)?.bytes.len();
            state.step(|| format!("append byte {at} of {file}"))?;
            state.content(file)?.bytes.push(byte);
        }
        Ok(())
    }

    fn cut(&self, file: &str, length: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        state.step(|| format!("cut {file} after {length} bytes"))?;
        state.content(file)?.bytes.truncate(length as usize);
        Ok(())
    }

    fn sync(&self, file: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.step(|| format!("sync {file}"))?;
        let content = state.content(file)?;
        content.synced = content.bytes.clone();
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.step(|| format!("rename {from} to {to}"))?;
        let number = state.names.remove(from).ok_or(ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.step(|| format!("remove {file}"))?;
        state.names.remove(file).ok_or(ErrorKind::NotFound)?;
        state.removed.insert(file.to_owned());
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.step(|| "sync the folder".to_owned())?;
        state.synced_names = state.names.clone();
        state.removed.clear();
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<String>> {
        let state = self.state.lock();
        state.alive()?;
        Ok(state.names.keys().cloned().collect())
    }
}
