//! The disk has a lock of its own: whoever waits for it finds that somebody has written for all, or
//! writes for all. There is no condvar.

use std::fmt;
use std::io;
use std::mem;

use kit::sync::Arc;
use kit::sync::Mutex;
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
    /// Held while the disk works. LOCKS: before `memory`.
    writer: Mutex<Writer>,
    /// LOCKS: after `writer`.
    memory: Mutex<Memory<M>>,
}

struct Writer {
    disk: Arc<dyn Disk>,
    rotate_after: usize,
    generation: u64,
    length: usize,
    /// How many calls are on disk.
    safe: u64,
    failed: bool,
}

struct Memory<M> {
    state: Executor<M>,
    pending: Vec<u8>,
    /// How many calls were executed.
    executed: u64,
}

const STATE: &str = "state";
const NEXT: &str = "state.next";

fn calls(generation: u64) -> String {
    format!("calls.{generation}")
}

/// Whether it is one of these, and not `calls.007`.
fn is_calls(name: &str) -> bool {
    let generation = name.strip_prefix("calls.").and_then(|n| n.parse().ok());
    generation.is_some_and(|generation| calls(generation) == name)
}

impl<M: Machine> Durable<M> {
    /// Brings back what was on the disk.
    pub fn open(disk: Arc<dyn Disk>, machine: M, rotate_after: usize) -> Result<Self, OpenError> {
        let mut state = Executor::new(machine);
        let saved = disk.read(STATE)?;
        let others = others(&*disk)?;
        let generation = match &saved {
            Some(bytes) => load(bytes, &mut state)?,
            None if others.is_empty() || others == [calls(0)] || others == [NEXT] => 0,
            None if others.contains(&calls(0)) => 0,
            None => return Err(damaged(STATE, 0, "it is missing")),
        };
        let file = calls(generation);
        if saved.is_some() && !others.contains(&file) {
            return Err(damaged(&file, 0, "it is missing"));
        }
        let later = calls(generation + 1);
        if disk.read(&later)?.is_some_and(|calls| !calls.is_empty()) {
            return Err(damaged(STATE, 0, "an older one is there"));
        }
        let bytes = disk.read(&file)?.unwrap_or_default();
        let records = log::records(&bytes).map_err(|error| damaged(&file, error.offset, error))?;
        let mut offset = 0;
        for payload in &records.payloads {
            let entry =
                serde_json::from_slice(payload).map_err(|why| damaged(&file, offset, why))?;
            let _ = state.execute(&entry);
            offset += log::HEADER + payload.len();
        }
        disk.append(&file, b"")?;
        disk.cut(&file, records.whole as u64)?;
        disk.sync(&file)?;
        disk.sync_dir()?;
        for name in others.iter().filter(|&name| *name != file) {
            disk.remove(name)?;
        }
        Ok(Durable {
            writer: Mutex::new(Writer {
                disk,
                rotate_after,
                generation,
                length: records.whole,
                safe: 0,
                failed: false,
            }),
            memory: Mutex::new(Memory {
                state,
                pending: Vec::new(),
                executed: 0,
            }),
        })
    }

    /// Executes a call at most once. Blocks until what the reply rests on is on disk.
    pub fn call(&self, call: Option<CallId>, method: &str, param: &Value) -> Result<Reply, Fault> {
        let (reply, mine) = {
            let mut memory = self.memory.lock();
            let Ok(known) = memory.state.known(call) else {
                drop(memory);
                return Err(match self.writer.lock().failed {
                    true => Fault::Disk,
                    false => Fault::Forgotten,
                });
            };
            let reply = known.unwrap_or_else(|| {
                let entry = Entry {
                    call,
                    method: method.to_owned(),
                    param: param.clone(),
                };
                let json = serde_json::to_vec(&entry).expect("it is JSON");
                log::append(&mut memory.pending, &json);
                memory.executed += 1;
                memory.state.execute(&entry)
            });
            (reply, memory.executed)
        };
        let mut writer = self.writer.lock();
        if writer.safe < mine && !writer.failed {
            let (records, executed) = {
                let mut memory = self.memory.lock();
                (mem::take(&mut memory.pending), memory.executed)
            };
            writer.failed = writer.write(&records).is_err();
            writer.safe = executed;
        }
        if writer.length > writer.rotate_after && !writer.failed {
            // Nothing is executed from here on: what is pending goes into the new state.
            let mut memory = self.memory.lock();
            memory.pending.clear();
            writer.safe = memory.executed;
            writer.failed = writer.rotate(memory.state.save()).is_err();
        }
        match writer.failed {
            true => Err(Fault::Disk),
            false => Ok(reply),
        }
    }
}

impl Writer {
    fn write(&mut self, records: &[u8]) -> io::Result<()> {
        let file = calls(self.generation);
        self.disk.append(&file, records)?;
        self.length += records.len();
        self.disk.sync(&file)
    }

    fn rotate(&mut self, state: Value) -> io::Result<()> {
        let old = self.generation;
        let mut file = Vec::new();
        log::append(&mut file, &serde_json::to_vec(&(old + 1, state))?);
        self.disk.append(&calls(old + 1), b"")?;
        self.disk.append(NEXT, &file)?;
        self.disk.sync(NEXT)?;
        self.disk.sync_dir()?;
        self.disk.rename(NEXT, STATE)?;
        self.disk.sync_dir()?;
        self.disk.remove(&calls(old))?;
        (self.generation, self.length) = (old + 1, 0);
        Ok(())
    }
}

/// The server's own files, apart from the state.
fn others(disk: &dyn Disk) -> io::Result<Vec<String>> {
    let own = |name: &String| name == NEXT || is_calls(name);
    Ok(disk.files()?.into_iter().filter(own).collect())
}

/// Takes over a state, and says which calls go on from it.
fn load<M: Machine>(bytes: &[u8], state: &mut Executor<M>) -> Result<u64, OpenError> {
    let records = log::records(bytes).map_err(|error| damaged(STATE, error.offset, error))?;
    let [payload] = records.payloads[..] else {
        return Err(damaged(STATE, 0, "it is not whole"));
    };
    let (generation, saved): (u64, Value) =
        serde_json::from_slice(payload).map_err(|error| damaged(STATE, 0, error))?;
    state.load(&saved).map_err(|why| damaged(STATE, 0, why))?;
    Ok(generation)
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
