//! You write this file, with `log`: a server that remembers.
//!
//! At most once, after a crash as well: what was changed and what was answered survive together.
//! Every call goes into a log, with its [`CallId`], and a reply is given only when the log is on
//! disk (a *write-ahead log*). After a crash the calls of the log run again, in their order, and
//! leave the same state and the same replies.
//!
//! Watch for:
//! - a reply before the sync promises what a crash can take back; that holds for a `get` as well,
//!   if it saw what is not on disk yet, and for a retry;
//! - one sync for each call is slow: calls that wait can share one (*group commit*);
//! - neither the log nor what is in memory may grow for ever: a snapshot of the state takes the
//!   log's place, and at no moment may neither be there, nor both count;
//! - a file that was made or renamed is not there after a crash, unless its folder was synced;
//! - a server that was killed leaves a log that may be in the machine's memory alone;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - when the disk fails, nobody may be told that anything is safe, ever again: a sync that is
//!   tried once more may say that all is well, and it is not.
//!
//! Not here: what the calls do and which replies are kept (`machine`, given), and the format of
//! records (`log`).
//!
//! Read: notes/rpc.md, "Crash and restart".

use std::fmt;
use std::io;

use kit::sync::Arc;
use serde_json::Value;

use crate::disk::Disk;
use crate::machine::Machine;
use crate::message::{CallId, Reply};
// You will want: use kit::sync::{Condvar, Mutex}; use crate::log; and use crate::machine::{Entry,
// Executor};

/// A machine whose calls run at most once, crash or not. Threads share it.
pub struct Durable<M> {
    _yours: std::marker::PhantomData<fn(M)>, // Your fields: the disk; the machine and its table of replies; the log; what guards them.
}

/// Why a call has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client has said that it has seen this call's reply. It was not run.
    Forgotten,
    /// The disk has failed. Nobody knows whether the call will be there after a restart. From the
    /// first time on, every call that begins gets this.
    Disk,
}

/// Why a server cannot start.
#[derive(Debug)]
pub enum OpenError {
    /// The disk does not answer.
    Disk(io::Error),
    /// A file is damaged, or missing while others are there. Starting from the rest would lose
    /// calls that were answered.
    Damaged {
        /// Which file.
        file: String,
        /// Where in it, in bytes: where the damaged record begins, and 0 if it is missing.
        offset: usize,
        /// What is wrong there.
        why: String,
    },
}

impl<M: Machine> Durable<M> {
    /// Brings back what was on the disk, in a machine that is as new. When the log has more than
    /// `rotate_after` bytes, a snapshot takes its place, at most one call sooner or later. Files
    /// that are not the server's own are left alone.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; a file that is damaged is left as it is.
    pub fn open(disk: Arc<dyn Disk>, machine: M, rotate_after: usize) -> Result<Self, OpenError> {
        let _ = (disk, machine, rotate_after);
        todo!("load the snapshot, run the calls of its log again, and cut off a torn tail")
    }

    /// Executes a call, unless it was executed before: then gives the reply that it had. Without a
    /// [`CallId`] every call is new. Blocks until everything that the reply rests on is on disk,
    /// and syncs nothing for others after that. It may put a snapshot in the log's place, though.
    ///
    /// Meanwhile other calls are executed, and those that wait share the next sync, however many
    /// they are and whatever they write.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn call(&self, call: Option<CallId>, method: &str, param: &Value) -> Result<Reply, Fault> {
        let _ = (call, method, param);
        todo!("execute the call or find its reply, log it, and wait until the log is on disk")
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
