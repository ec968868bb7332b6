//! You write this file: a server that survives its machine.
//!
//! Two replicas: the *primary* executes calls and answers, the *backup* has everything that was
//! answered, table of replies included, before it was. When the primary dies, a view service
//! ([`crate::view`]) makes the backup primary, and clients that try again find what they have done.
//!
//! Watch for:
//! - a reply before the backup has the call promises what dies with the primary; that holds for a
//!   `get` as well;
//! - a primary that is cut off does not know that it is none any more, but its backup does: whoever
//!   is in another view refuses;
//! - the backup executes calls in the primary's order, each once, although messages are lost and
//!   come again;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - a new backup has nothing: it gets the whole state first.
//!
//! Not here: who is primary (`view`), and what the calls do (`machine`); both are given.
//!
//! Read: notes/rpc.md, "Two machines".

use std::fmt;

use kit::sync::Arc;
use serde_json::Value;

use crate::machine::{Entry, Machine};
use crate::message::{CallId, Reply};
use crate::view::{NodeId, View};
// You will want: use kit::sync::{Condvar, Mutex}; and use crate::machine::Executor;

/// What a primary asks of its backup, over a network that loses requests and replies.
pub trait Backup: Send + Sync {
    /// Hands over the whole state, which has `executed` calls in it.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused>;

    /// Hands over calls in the order in which the primary executes them, of which the first is
    /// number `first`, counted from 0. Those that the backup has are skipped.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused>;
}

/// Why a backup did not do what the primary asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No reply came. Nobody knows whether it was done.
    NoReply,
    /// It is not backup in that view, or has not what comes before.
    NotBackup,
}

/// Why a call has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This replica is not primary, as far as it knows. Ask the view service, and try there.
    NotPrimary,
    /// The backup did not confirm. Nobody knows whether the call will have been executed. Try
    /// again.
    Unconfirmed,
    /// The client has said that it has seen this call's reply. It was not executed.
    Forgotten,
}

/// One replica of a machine. Threads share it.
pub struct Replica<M> {
    _yours: std::marker::PhantomData<fn(M)>, // Your fields: which node this is, the state and the role with what guards them.
}

impl<M: Machine> Replica<M> {
    /// A replica that is neither primary nor backup yet.
    pub fn new(me: NodeId, machine: M) -> Self {
        let _ = (me, machine);
        todo!("make a replica without a role")
    }

    /// Takes up a view, unless it is older than the one that this replica is in. `backup` is the
    /// way to the view's backup. A primary brings it up to date first, and blocks until that is
    /// done. Taking up the same view again tries that again if it failed, and changes nothing
    /// otherwise.
    ///
    /// Does not wait for calls that are under way, nor do calls of the new view wait for them:
    /// their backup may never answer.
    ///
    /// # Errors
    ///
    /// [`Refused`] if the backup is not up to date: do not tell the view service that this view is
    /// ready.
    pub fn adopt(&self, view: View, backup: Option<Arc<dyn Backup>>) -> Result<(), Refused> {
        let _ = (view, backup);
        todo!(
            "take the role that the view gives this replica; as primary, bring the backup up to date"
        )
    }

    /// Executes a call, unless it was executed before: then gives the reply that it had. Blocks
    /// until the backup, if there is one, has confirmed everything that the reply rests on, and
    /// sends nothing for others after that. In an old view it may block for as long as that view's
    /// backup does not answer.
    ///
    /// Memory does not grow with the calls: what the backup has confirmed is let go.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn call(&self, call: Option<CallId>, method: &str, param: &Value) -> Result<Reply, Fault> {
        let _ = (call, method, param);
        todo!(
            "execute the call or find its reply, and give it when the backup has confirmed all calls"
        )
    }
}

impl<M: Machine> Backup for Replica<M> {
    fn install(&self, view: u64, executed: u64, saved: &Value) -> Result<(), Refused> {
        let _ = (view, executed, saved);
        todo!("take over the state, if this replica is backup in that view")
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        let _ = (view, first, entries);
        todo!("execute those calls that are new, in order, if this replica is backup in that view")
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::NoReply => "no reply came",
            Refused::NotBackup => "it is not backup in that view",
        })
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NotPrimary => "this replica is not primary",
            Fault::Unconfirmed => "the backup did not confirm",
            Fault::Forgotten => "the call is older than what its client has seen",
        })
    }
}

impl std::error::Error for Fault {}
