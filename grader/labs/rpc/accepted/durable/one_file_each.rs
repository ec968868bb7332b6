//! One file for each generation: its first record is the state, the others are the calls since. A
//! batch that fills the file goes into the next one's state, and not into the file.

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
    number: u64,
    /// Bytes of calls in the file.
    length: usize,
    pending: Vec<u8>,
    /// How many calls were put down, and how many of them are on disk.
    put: u64,
    on_disk: u64,
    /// Somebody is at the disk.
    busy: bool,
    failed: bool,
}

const UNFINISHED: &str = "unfinished";

fn name(number: u64) -> String {
    format!("weft-{number}")
}

fn number(file: &str) -> Option<u64> {
    let number = file.strip_prefix("weft-")?.parse().ok()?;
    // `weft-007` is somebody else's.
    (file == name(number)).then_some(number)
}

impl<M: Machine> Durable<M> {
    /// Brings back what was on the disk.
    pub fn open(disk: Arc<dyn Disk>, machine: M, rotate_after: usize) -> Result<Self, OpenError> {
        let mut state = Executor::new(machine);
        let files = disk.files()?;
        let newest = files.iter().filter_map(|file| number(file)).max();
        let length = match newest {
            Some(newest) => load(&*disk, &name(newest), &mut state)?,
            None => 0,
        };
        if files.iter().any(|file| file == UNFINISHED) {
            disk.remove(UNFINISHED)?;
        }
        let number_now = newest.unwrap_or(0);
        if newest.is_none() {
            begin(&*disk, 0, &state.save())?;
        }
        disk.sync(&name(number_now))?;
        disk.sync_dir()?;
        for file in &files {
            if number(file).is_some_and(|number| number < number_now) {
                disk.remove(file)?;
            }
        }
        Ok(Durable {
            disk,
            rotate_after,
            inner: Mutex::new(Inner {
                state,
                number: number_now,
                length,
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
        if inner.failed {
            return Err(Fault::Disk);
        }
        Ok(reply)
    }

    fn write<'i>(&'i self, mut inner: MutexGuard<'i, Inner<M>>) -> MutexGuard<'i, Inner<M>> {
        inner.busy = true;
        let (put, number) = (inner.put, inner.number);
        let records = mem::take(&mut inner.pending);
        let full = inner.length + records.len() > self.rotate_after;
        let next = full.then(|| inner.state.save());
        drop(inner);
        let written = match &next {
            Some(state) => {
                begin(&*self.disk, number + 1, state).and_then(|()| self.disk.remove(&name(number)))
            }
            None => self
                .disk
                .append(&name(number), &records)
                .and_then(|()| self.disk.sync(&name(number))),
        };
        let mut inner = self.inner.lock();
        inner.busy = false;
        match written {
            Ok(()) if full => (inner.number, inner.length) = (number + 1, 0),
            Ok(()) => inner.length += records.len(),
            Err(_) => inner.failed = true,
        }
        if !inner.failed {
            inner.on_disk = put;
        }
        self.changed.notify_all();
        inner
    }
}

/// Begins a file with that state. It counts when it has its name.
fn begin(disk: &dyn Disk, number: u64, state: &Value) -> io::Result<()> {
    let mut file = Vec::new();
    log::append(&mut file, &serde_json::to_vec(state)?);
    disk.append(UNFINISHED, &file)?;
    disk.sync(UNFINISHED)?;
    disk.rename(UNFINISHED, &name(number))?;
    disk.sync_dir()
}

/// Takes over state and calls of a file, and cuts its torn tail. Returns how many bytes the calls
/// have.
fn load<M: Machine>(
    disk: &dyn Disk,
    file: &str,
    state: &mut Executor<M>,
) -> Result<usize, OpenError> {
    let bytes = disk.read(file)?.unwrap_or_default();
    let records = log::records(&bytes).map_err(|error| damaged(file, error.offset, error))?;
    let mut payloads = records.payloads.iter();
    let first = payloads
        .next()
        .ok_or_else(|| damaged(file, 0, "its state is not whole"))?;
    let saved = serde_json::from_slice(first).map_err(|error| damaged(file, 0, error))?;
    state
        .load(&saved)
        .map_err(|error| damaged(file, 0, error))?;
    let mut offset = log::HEADER + first.len();
    for payload in payloads {
        let entry = serde_json::from_slice(payload).map_err(|why| damaged(file, offset, why))?;
        let _ = state.execute(&entry);
        offset += log::HEADER + payload.len();
    }
    if records.whole < bytes.len() {
        disk.cut(file, records.whole as u64)?;
    }
    Ok(records.whole.saturating_sub(first.len()))
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
