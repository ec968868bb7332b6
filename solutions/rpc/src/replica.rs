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
// LAB: // You will want: use kit::sync::{Condvar, Mutex}; and use crate::machine::Executor;
use crate::machine::Executor;
use crate::message::Forgotten;
use kit::sync::{Condvar, Mutex, MutexGuard};
// LAB: end

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
    // LAB: _yours: std::marker::PhantomData<fn(M)>, // Your fields: which node this is, the state and the role with what guards them.
    me: NodeId,
    /// Never held while the network is asked: two replicas that each held their own and waited for
    /// the other would wait for ever.
    state: Mutex<State<M>>,
    /// Notified when a request to the backup is over, and when the view changes.
    sent: Condvar,
    // LAB: end
}

// LAB:
struct State<M> {
    executor: Executor<M>,
    /// How many calls `executor` has executed. Two replicas with the same number have the same
    /// state.
    executed: u64,
    /// The newest view that this replica knows.
    view: u64,
    role: Role,
}

enum Role {
    /// Neither. It refuses everything.
    Idle,
    /// Answers clients.
    Primary(Option<Partner>),
    /// Answers the primary. Not `ready` until it has got the state of this view's primary.
    Backup { ready: bool },
}

impl<M> State<M> {
    /// What is known of the backup, if there is one, by the primary of that view.
    fn partner(&mut self, view: u64) -> Result<Option<&mut Partner>, Fault> {
        match &mut self.role {
            Role::Primary(partner) if self.view == view => Ok(partner.as_mut()),
            _ => Err(Fault::NotPrimary),
        }
    }
}

/// What a primary knows of its backup.
struct Partner {
    backup: Arc<dyn Backup>,
    /// The backup has confirmed that many calls.
    confirmed: u64,
    /// Calls after that, in order. They are sent again until they are confirmed.
    unconfirmed: Vec<Entry>,
    /// A thread has sent what was unconfirmed, and waits for the answer. One at a time, or calls
    /// could overtake each other.
    sending: bool,
}
// LAB: end

impl<M: Machine> Replica<M> {
    /// A replica that is neither primary nor backup yet.
    pub fn new(me: NodeId, machine: M) -> Self {
        // LAB: let _ = (me, machine);
        // LAB: end
        // LAB: todo!("make a replica without a role")
        Replica {
            me,
            state: Mutex::new(State {
                executor: Executor::new(machine),
                executed: 0,
                view: 0,
                role: Role::Idle,
            }),
            sent: Condvar::new(),
        }
        // LAB: end
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
        // LAB: let _ = (view, backup);
        // LAB: end
        // LAB: todo!("take the role that the view gives this replica; as primary, bring the backup up to date")
        let mut state = self.state.lock();
        let new = view.number > state.view;
        if view.number < state.view || (!new && !matches!(state.role, Role::Idle)) {
            return Ok(());
        }
        state.view = view.number;
        state.role = if view.backup == Some(self.me) {
            Role::Backup { ready: false }
        } else {
            Role::Idle
        };
        self.sent.notify_all();
        if view.primary != self.me {
            return Ok(());
        }
        // While it has no role it executes nothing, so what is saved here stays true until it is
        // primary.
        let (executed, saved) = (state.executed, state.executor.save());
        drop(state);
        if let Some(backup) = &backup {
            backup.install(view.number, executed, &saved)?;
        }
        let mut state = self.state.lock();
        if state.view == view.number && matches!(state.role, Role::Idle) {
            state.role = Role::Primary(backup.map(|backup| Partner {
                backup,
                confirmed: executed,
                unconfirmed: Vec::new(),
                sending: false,
            }));
        }
        Ok(())
        // LAB: end
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
        // LAB: let _ = (call, method, param);
        // LAB: end
        // LAB: todo!("execute the call or find its reply, and give it when the backup has confirmed all calls")
        let mut state = self.state.lock();
        let State {
            executor,
            executed,
            view,
            role: Role::Primary(partner),
        } = &mut *state
        else {
            return Err(Fault::NotPrimary);
        };
        let known = executor.known(call).map_err(|Forgotten| Fault::Forgotten)?;
        let reply = known.unwrap_or_else(|| {
            let entry = Entry {
                call,
                method: method.to_owned(),
                param: param.clone(),
            };
            let reply = executor.execute(&entry);
            *executed += 1;
            if let Some(partner) = partner {
                partner.unconfirmed.push(entry);
            }
            reply
        });
        // For a known reply as well: the try that executed it may have had no confirmation.
        let (executed, view) = (*executed, *view);
        self.confirm(state, executed, view).map(|()| reply)
        // LAB: end
    }
    // LAB:

    /// Blocks until the backup, if there is one, has confirmed the first `executed` calls. Whoever
    /// finds nobody sending sends for all.
    fn confirm<'r>(
        &'r self,
        mut state: MutexGuard<'r, State<M>>,
        executed: u64,
        view: u64,
    ) -> Result<(), Fault> {
        while let Some(partner) = state.partner(view)?
            && partner.confirmed < executed
        {
            if partner.sending {
                self.sent.wait(&mut state);
                continue;
            }
            partner.sending = true;
            let backup = Arc::clone(&partner.backup);
            let (first, entries) = (partner.confirmed, partner.unconfirmed.clone());
            drop(state);
            let answer = backup.replicate(view, first, &entries);
            state = self.state.lock();
            // Unless there is a new view by now, which knows nothing of this partner.
            if let Some(partner) = state.partner(view)? {
                partner.sending = false;
                self.sent.notify_all();
                answer.map_err(|_| Fault::Unconfirmed)?;
                partner.confirmed += entries.len() as u64;
                partner.unconfirmed.drain(..entries.len());
            }
        }
        Ok(())
    }
    // LAB: end
}

impl<M: Machine> Backup for Replica<M> {
    fn install(&self, view: u64, executed: u64, saved: &Value) -> Result<(), Refused> {
        // LAB: let _ = (view, executed, saved);
        // LAB: end
        // LAB: todo!("take over the state, if this replica is backup in that view")
        let mut state = self.state.lock();
        match state.role {
            Role::Backup { .. } if state.view == view => {}
            _ => return Err(Refused::NotBackup),
        }
        // It may come twice, and late: what was replicated since must stay.
        if executed < state.executed && matches!(state.role, Role::Backup { ready: true }) {
            return Ok(());
        }
        state.executor.load(saved).map_err(|_| Refused::NotBackup)?;
        state.executed = executed;
        state.role = Role::Backup { ready: true };
        Ok(())
        // LAB: end
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        // LAB: let _ = (view, first, entries);
        // LAB: end
        // LAB: todo!("execute those calls that are new, in order, if this replica is backup in that view")
        let mut state = self.state.lock();
        let in_order = first <= state.executed;
        match state.role {
            Role::Backup { ready: true } if state.view == view && in_order => {}
            _ => return Err(Refused::NotBackup),
        }
        let had = state.executed - first;
        for entry in entries.iter().skip(had as usize) {
            // Kept for the client that will ask here one day.
            let _ = state.executor.execute(entry);
            state.executed += 1;
        }
        Ok(())
        // LAB: end
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
