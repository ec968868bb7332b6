//! You write this file, with `log`: a server that remembers.
//!
//! At most once, after a crash as well: what was changed and what was answered survive together. Every call goes into a log,
//! with its [`CallId`], and a reply is given only when the log is on disk (a *write-ahead log*). After a crash the calls of the
//! log run again, in their order, and leave the same state and the same replies.
//!
//! Watch for:
//! - a reply before the sync promises what a crash can take back; that holds for a `get` as well, if it saw what is not on
//!   disk yet, and for a retry;
//! - one sync for each call is slow: calls that wait can share one (*group commit*);
//! - the log must not grow for ever: a snapshot of the state takes its place, and at no moment may neither be there, nor
//!   both count;
//! - a file that was made or renamed is not there after a crash, unless its folder was synced;
//! - a server that was killed leaves a log that may be in the machine's memory alone;
//! - when the disk fails, nobody may be told that anything is safe, ever again: a sync that is tried once more may say that all is
//!   well, and it is not.
//!
//! Not here: what the calls do and which replies are kept (`machine`, given), and the format of records (`log`).
//!
//! Read: notes/rpc.md, "Crash and restart".

use std::fmt;
use std::io;

use kit::sync::Arc;
use serde_json::Value;

use crate::disk::Disk;
use crate::machine::Machine;
use crate::message::{CallId, Reply};
use crate::log;
use crate::machine::{Entry, Executor};
use crate::message::Forgotten;
use kit::sync::{Condvar, Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use std::mem;

/// A machine whose calls run at most once, crash or not. Threads share it.
pub struct Durable<M> {
    disk: Arc<dyn Disk>,
    rotate_after: usize,
    /// As it will be once the log is on disk. LOCKS: before `log`.
    state: Mutex<Executor<M>>,
    /// LOCKS: after `state`. Not held while the disk works.
    log: Mutex<Log>,
    /// Notified when `log.flushing` ends.
    flushed: Condvar,
}

/// Why a call has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client has said that it has seen this call's reply. It was not run.
    Forgotten,
    /// The disk has failed. Nobody knows whether the call will be there after a restart. From the first time on, every call gets
    /// this.
    Disk,
}

/// Why a server cannot start.
#[derive(Debug)]
pub enum OpenError {
    /// The disk does not answer.
    Disk(io::Error),
    /// A file is damaged, or missing while others are there. Starting from the rest would lose calls that were answered.
    Damaged {
        /// Which file.
        file: String,
        /// Where in it, in bytes: where the damaged record begins, and 0 if it is missing.
        offset: usize,
        /// What is wrong there.
        why: String,
    },
}

/// What takes the place of all logs before `generation`.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    generation: u64,
    state: Value,
}

/// The end of the log. Positions count bytes since the start of the server, whatever file they are in.
struct Log {
    /// The log's file is named by it. It grows with each snapshot.
    generation: u64,
    /// Bytes in the log's file.
    length: usize,
    /// Records that are not on their way to disk yet.
    pending: Vec<u8>,
    /// Where `pending` ends.
    end: u64,
    /// All before it is on disk.
    safe: u64,
    /// A thread writes; it has taken what was pending.
    flushing: bool,
    /// The disk has failed: nothing will be safe any more.
    broken: bool,
}

const SNAPSHOT: &str = "snapshot";
const NEW_SNAPSHOT: &str = "snapshot.new";

fn log_file(generation: u64) -> String {
    format!("log.{generation}")
}

fn generation_of(file: &str) -> Option<u64> {
    let generation = file.strip_prefix("log.")?.parse().ok()?;
    // `log.007` is somebody else's.
    (file == log_file(generation)).then_some(generation)
}

impl<M: Machine> Durable<M> {
    /// Brings back what was on the disk, in a machine that is as new. When the log has more than `rotate_after` bytes, a snapshot
    /// takes its place. Files that are not the server's own are left alone.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; what is damaged is left as it is.
    pub fn open(disk: Arc<dyn Disk>, machine: M, rotate_after: usize) -> Result<Self, OpenError> {
        let mut state = Executor::new(machine);
        let generation = load_snapshot(&*disk, &mut state)?;
        let leftovers = leftovers(&*disk, generation)?;
        let generation = generation.unwrap_or(0);
        let file = log_file(generation);
        let bytes = disk.read(&file)?.unwrap_or_default();
        let length = replay(&file, &bytes, &mut state)?;
        // Makes it at the first start.
        disk.append(&file, b"")?;
        if length < bytes.len() {
            // New records must not come behind half of one.
            disk.cut(&file, length as u64)?;
        }
        // The process that wrote all this may have been killed before it was on disk, and a retry rests on it.
        disk.sync(&file)?;
        disk.sync_dir()?;
        for name in leftovers {
            disk.remove(&name)?;
        }
        Ok(Durable {
            disk,
            rotate_after,
            state: Mutex::new(state),
            log: Mutex::new(Log {
                generation,
                length,
                pending: Vec::new(),
                end: 0,
                safe: 0,
                flushing: false,
                broken: false,
            }),
            flushed: Condvar::new(),
        })
    }

    /// Executes a call, unless it was executed before: then gives the reply that it had. Without a [`CallId`] every call is
    /// new. Blocks until everything that the reply rests on is on disk. Meanwhile other calls are executed, and those that wait
    /// share the next sync.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn call(&self, call: Option<CallId>, method: &str, param: &Value) -> Result<Reply, Fault> {
        let mut state = self.state.lock();
        // Before all else: what this machine knows is not what is on disk any more.
        self.log.lock().check()?;
        let reply = match state.known(call).map_err(|Forgotten| Fault::Forgotten)? {
            Some(reply) => reply,
            None => {
                let entry = Entry {
                    call,
                    method: method.to_owned(),
                    param: param.clone(),
                };
                // In the order in which they are executed, because `state` is locked.
                self.log.lock().put(&entry)?;
                state.execute(&entry)
            }
        };
        let end = self.log.lock().end;
        drop(state);
        // Also for a reply that was known, and for one that changed nothing: it may rest on a call that is not on disk yet.
        self.wait_until_safe(end)?;
        if self.log.lock().length > self.rotate_after {
            self.rotate()?;
        }
        Ok(reply)
    }
}

impl<M: Machine> Durable<M> {
    /// Blocks until all before `position` is on disk. Whoever finds nobody writing writes for all.
    fn wait_until_safe(&self, position: u64) -> Result<(), Fault> {
        let mut log = self.log.lock();
        loop {
            // Before all else. A disk that has failed once is not written to again, and what it says is not believed.
            log.check()?;
            if log.safe >= position {
                return Ok(());
            }
            if log.flushing {
                self.flushed.wait(&mut log);
            } else {
                log = self.flush(log);
            }
        }
    }

    /// Writes what is pending, without the lock: what comes meanwhile is for the next.
    fn flush<'l>(&'l self, mut log: MutexGuard<'l, Log>) -> MutexGuard<'l, Log> {
        let (records, end, file) = (
            mem::take(&mut log.pending),
            log.end,
            log_file(log.generation),
        );
        log.flushing = true;
        drop(log);
        let written = self
            .disk
            .append(&file, &records)
            .and_then(|()| self.disk.sync(&file));
        let mut log = self.log.lock();
        log.flushing = false;
        match written {
            Ok(()) => {
                log.safe = end;
                log.length += records.len();
            }
            // Some of it may be there and some not, and a second sync may say that all is well. It is not.
            Err(_) => log.broken = true,
        }
        self.flushed.notify_all();
        log
    }

    /// Puts a snapshot in the place of the log. No call is executed meanwhile.
    fn rotate(&self) -> Result<(), Fault> {
        let state = self.state.lock();
        // Nothing of the old log may be under way when the new one begins.
        let end = self.log.lock().end;
        self.wait_until_safe(end)?;
        let (generation, length) = {
            let log = self.log.lock();
            (log.generation, log.length)
        };
        if length <= self.rotate_after {
            return Ok(()); // Another thread was here first.
        }
        let written = self.write_snapshot(&state, generation);
        let mut log = self.log.lock();
        if written.is_err() {
            log.broken = true;
            return Err(Fault::Disk);
        }
        log.generation += 1;
        log.length = 0;
        Ok(())
    }

    /// The rename is the moment at which the new snapshot counts, with its log, and the old ones do not.
    fn write_snapshot(&self, state: &Executor<M>, old: u64) -> io::Result<()> {
        let snapshot = Snapshot {
            generation: old + 1,
            state: state.save(),
        };
        let mut file = Vec::new();
        log::append(&mut file, &json(&snapshot));
        self.disk.append(&log_file(old + 1), b"")?;
        self.disk.append(NEW_SNAPSHOT, &file)?;
        self.disk.sync(NEW_SNAPSHOT)?;
        // A snapshot without its log is refused at the start, so the log has to be there first.
        self.disk.sync_dir()?;
        self.disk.rename(NEW_SNAPSHOT, SNAPSHOT)?;
        // A disk may do things in another order: without this, the old log may be gone and the old snapshot back.
        self.disk.sync_dir()?;
        self.disk.remove(&log_file(old))
    }
}

/// Takes over the snapshot, if there is one, and says which log goes on from it.
fn load_snapshot<M: Machine>(
    disk: &dyn Disk,
    state: &mut Executor<M>,
) -> Result<Option<u64>, OpenError> {
    let Some(bytes) = disk.read(SNAPSHOT)? else {
        return Ok(None);
    };
    let damaged = |offset, why: &dyn fmt::Display| OpenError::damaged(SNAPSHOT, offset, why);
    let records = log::records(&bytes).map_err(|error| damaged(error.offset, &error))?;
    let [payload] = records.payloads[..] else {
        return Err(damaged(records.whole, &"it is not whole"));
    };
    let snapshot: Snapshot = serde_json::from_slice(payload).map_err(|error| damaged(0, &error))?;
    state
        .load(&snapshot.state)
        .map_err(|error| damaged(0, &error))?;
    Ok(Some(snapshot.generation))
}

/// Finds the files that a crash in a rotation has left, once it is clear that none is missing.
fn leftovers(disk: &dyn Disk, snapshot: Option<u64>) -> Result<Vec<String>, OpenError> {
    let files = disk.files()?;
    let logs: Vec<u64> = files
        .iter()
        .filter_map(|name| generation_of(name))
        .collect();
    let generation = snapshot.unwrap_or(0);
    for &later in logs.iter().filter(|&&log| log > generation) {
        // An empty one was made for a snapshot that did not come to count. A call needs the snapshot before it.
        let calls = disk.read(&log_file(later))?.unwrap_or_default();
        if !calls.is_empty() {
            let why = format!(
                "the snapshot that {} goes on from is missing",
                log_file(later)
            );
            return Err(OpenError::damaged(SNAPSHOT, 0, &why));
        }
    }
    let is_new = snapshot.is_none() && logs.is_empty();
    if !is_new && !logs.contains(&generation) {
        let (file, why) = match snapshot {
            Some(_) => (
                log_file(generation),
                "the log behind the snapshot is missing",
            ),
            None => (
                SNAPSHOT.to_owned(),
                "it is missing, and later logs are there",
            ),
        };
        return Err(OpenError::damaged(&file, 0, &why));
    }
    let is_left = |name: &String| {
        name == NEW_SNAPSHOT || generation_of(name).is_some_and(|log| log != generation)
    };
    Ok(files.into_iter().filter(is_left).collect())
}

/// Executes the calls of a log, and says how many bytes of it are whole.
fn replay<M: Machine>(
    file: &str,
    bytes: &[u8],
    state: &mut Executor<M>,
) -> Result<usize, OpenError> {
    let damaged = |offset, why: &dyn fmt::Display| OpenError::damaged(file, offset, why);
    let records = log::records(bytes).map_err(|error| damaged(error.offset, &error))?;
    let mut offset = 0;
    for payload in records.payloads {
        let entry = serde_json::from_slice(payload).map_err(|error| damaged(offset, &error))?;
        // Its reply is kept again, as it was before the crash.
        let _ = state.execute(&entry);
        offset += log::HEADER + payload.len();
    }
    Ok(records.whole)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it has nothing that JSON cannot say")
}

impl Log {
    fn put(&mut self, entry: &Entry) -> Result<(), Fault> {
        self.check()?;
        let before = self.pending.len();
        log::append(&mut self.pending, &json(entry));
        self.end += (self.pending.len() - before) as u64;
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        if self.broken {
            return Err(Fault::Disk);
        }
        Ok(())
    }
}

impl OpenError {
    fn damaged(file: &str, offset: usize, why: &dyn fmt::Display) -> Self {
        OpenError::Damaged {
            file: file.to_owned(),
            offset,
            why: why.to_string(),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        OpenError::Disk(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Forgotten => "the call is older than what its client has seen",
            Fault::Disk => "the disk has failed",
        })
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Disk(error) => write!(f, "the disk does not answer: {error}"),
            OpenError::Damaged { file, offset, why } => {
                write!(f, "{file} is damaged at byte {offset}: {why}")
            }
        }
    }
}

impl std::error::Error for OpenError {}
