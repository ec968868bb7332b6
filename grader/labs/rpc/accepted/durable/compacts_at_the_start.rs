//! A start takes time anyway, so it writes a snapshot and a new log before it answers anybody: the
//! next one is quicker, and there is no torn tail to cut and nothing of the last process to sync.

use std::fmt;
use std::io;
use std::mem;

use kit::sync::Arc;
use kit::sync::{Condvar, Mutex, MutexGuard};
use serde_json::Value;

use crate::disk::Disk;
use crate::log;
use crate::machine::Machine;
use crate::machine::{Entry, Executor};
use crate::message::{CallId, Reply};

/// Why a call has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client has said that it has seen this call's reply. It was not run.
    Forgotten,
    /// The disk has failed, now or before.
    Disk,
}

/// Why a server cannot start.
#[derive(Debug)]
pub enum OpenError {
    /// The disk does not answer.
    Disk(io::Error),
    /// A file is damaged, or missing while others are there.
    Damaged {
        /// Which file.
        file: String,
        /// Where in it, in bytes.
        offset: usize,
        /// What is wrong there.
        why: String,
    },
}

/// A machine whose calls run at most once, crash or not. Threads share it.
pub struct Durable<M> {
    disk: Arc<dyn Disk>,
    rotate_after: usize,
    inner: Mutex<Inner<M>>,
    changed: Condvar,
}

struct Inner<M> {
    state: Executor<M>,
    generation: u64,
    /// Bytes in the log's file.
    length: usize,
    pending: Vec<u8>,
    /// How many calls were put down, and how many of them are on disk.
    put: u64,
    on_disk: u64,
    /// Somebody is at the disk.
    busy: bool,
    failed: bool,
}

const SNAPSHOT: &str = "all";
const NEXT: &str = "all.next";

fn since(generation: u64) -> String {
    format!("since.{generation}")
}

/// Whether it is one of these, and not `since.007`.
fn is_since(name: &str) -> bool {
    let generation = name.strip_prefix("since.").and_then(|n| n.parse().ok());
    generation.is_some_and(|generation| since(generation) == name)
}

impl<M: Machine> Durable<M> {
    /// Brings back what was on the disk.
    pub fn open(disk: Arc<dyn Disk>, machine: M, rotate_after: usize) -> Result<Self, OpenError> {
        let mut state = Executor::new(machine);
        let generation = match disk.read(SNAPSHOT)? {
            Some(bytes) => load(&bytes, &mut state)?,
            None => 0,
        };
        let files = disk.files()?;
        let logs = files.iter().filter(|file| is_since(file));
        let old: Vec<_> = logs.filter(|&log| *log != since(generation + 1)).collect();
        // Only what a crash of the start before has begun may be there without its snapshot, and it
        // is empty.
        let next = disk.read(&since(generation + 1))?;
        if next.is_some_and(|log| !log.is_empty()) || generation == 0 && !old.is_empty() {
            return Err(damaged(SNAPSHOT, 0, "it is missing, or older than a log"));
        }
        if generation > 0 {
            let file = since(generation);
            let bytes = disk.read(&file)?;
            let bytes = bytes.ok_or_else(|| damaged(&file, 0, "it is missing"))?;
            replay(&file, &bytes, &mut state)?;
        }
        if files.iter().any(|file| file == NEXT) {
            disk.remove(NEXT)?;
        }
        write_snapshot(&*disk, generation + 1, &state.save())?;
        for log in old {
            disk.remove(log)?;
        }
        Ok(Durable {
            disk,
            rotate_after,
            inner: Mutex::new(Inner {
                state,
                generation: generation + 1,
                length: 0,
                pending: Vec::new(),
                put: 0,
                on_disk: 0,
                busy: false,
                failed: false,
            }),
            changed: Condvar::new(),
        })
    }

    /// Executes a call at most once. Blocks until what the reply rests on is on disk.
    pub fn call(&self, call: Option<CallId>, method: &str, param: &Value) -> Result<Reply, Fault> {
        let mut inner = self.inner.lock();
        if inner.failed {
            return Err(Fault::Disk);
        }
        let known = inner.state.known(call).map_err(|_| Fault::Forgotten)?;
        let reply = known.unwrap_or_else(|| {
            let entry = Entry {
                call,
                method: method.to_owned(),
                param: param.clone(),
            };
            let json = serde_json::to_vec(&entry).expect("it is JSON");
            log::append(&mut inner.pending, &json);
            inner.put += 1;
            inner.state.execute(&entry)
        });
        let mine = inner.put;
        while !inner.failed && inner.on_disk < mine {
            if inner.busy {
                self.changed.wait(&mut inner);
            } else {
                inner = self.write(inner);
            }
        }
        match inner.failed {
            true => Err(Fault::Disk),
            false => Ok(reply),
        }
    }

    /// Writes what is pending, and behind that a snapshot if the log is long enough.
    fn write<'i>(&'i self, mut inner: MutexGuard<'i, Inner<M>>) -> MutexGuard<'i, Inner<M>> {
        inner.busy = true;
        let put = inner.put;
        let file = since(inner.generation);
        let records = mem::take(&mut inner.pending);
        drop(inner);
        let disk = &*self.disk;
        let written = disk.append(&file, &records).and_then(|()| disk.sync(&file));
        let mut inner = self.inner.lock();
        inner.length += records.len();
        let mut written = written.is_ok();
        if written {
            inner.on_disk = put;
        }
        if written && inner.length > self.rotate_after {
            // With the lock: no call is executed meanwhile. What is pending is in the new state.
            inner.pending.clear();
            inner.on_disk = inner.put;
            inner.generation += 1;
            inner.length = 0;
            written = write_snapshot(disk, inner.generation, &inner.state.save())
                .and_then(|()| disk.remove(&file))
                .is_ok();
        }
        inner.failed = !written;
        inner.busy = false;
        self.changed.notify_all();
        inner
    }
}

/// Begins a generation: an empty log and the state before it, which counts when it has its name.
fn write_snapshot(disk: &dyn Disk, generation: u64, state: &Value) -> io::Result<()> {
    let mut file = Vec::new();
    log::append(&mut file, &serde_json::to_vec(&(generation, state))?);
    disk.append(&since(generation), b"")?;
    disk.append(NEXT, &file)?;
    disk.sync(NEXT)?;
    disk.sync_dir()?;
    disk.rename(NEXT, SNAPSHOT)?;
    disk.sync_dir()
}

/// Takes over a snapshot, and says which log goes on from it.
fn load<M: Machine>(bytes: &[u8], state: &mut Executor<M>) -> Result<u64, OpenError> {
    let records = log::records(bytes).map_err(|error| damaged(SNAPSHOT, error.offset, error))?;
    let [payload] = records.payloads[..] else {
        return Err(damaged(SNAPSHOT, records.whole, "it is not whole"));
    };
    let (generation, saved): (u64, Value) =
        serde_json::from_slice(payload).map_err(|error| damaged(SNAPSHOT, 0, error))?;
    state
        .load(&saved)
        .map_err(|why| damaged(SNAPSHOT, 0, why))?;
    Ok(generation)
}

/// Executes the calls of a log.
fn replay<M: Machine>(file: &str, bytes: &[u8], state: &mut Executor<M>) -> Result<(), OpenError> {
    let records = log::records(bytes).map_err(|error| damaged(file, error.offset, error))?;
    let mut offset = 0;
    for payload in records.payloads {
        let entry = serde_json::from_slice(payload).map_err(|why| damaged(file, offset, why))?;
        let _ = state.execute(&entry);
        offset += log::HEADER + payload.len();
    }
    Ok(())
}

fn damaged(file: &str, offset: usize, why: impl fmt::Display) -> OpenError {
    OpenError::Damaged {
        file: file.to_owned(),
        offset,
        why: why.to_string(),
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
