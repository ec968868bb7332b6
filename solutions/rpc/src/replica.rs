//! You write this file: a server that survives its machine.
//!
//! Two replicas: the *primary* executes calls and answers, the *backup* has everything that was answered, table of replies
//! included, before it was. When the primary dies, a view service ([`crate::view`]) makes the backup primary, and clients that try
//! again find what they have done.
//!
//! Watch for:
//! - a reply before the backup has the call promises what dies with the primary; that holds for a `get` as well;
//! - a primary that is cut off does not know that it is none any more, but its backup does: whoever is in another view refuses;
//! - the backup executes calls in the primary's order, each once, although messages are lost and come again;
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
// LAB: // You will want: use kit::sync::Mutex; and use crate::machine::Executor;
use crate::machine::Executor;
use crate::message::Forgotten;
use kit::sync::Mutex;
// LAB: end

/// What a primary asks of its backup, over a network that loses requests and replies.
pub trait Backup: Send + Sync {
    /// Hands over the whole state, which has `executed` calls in it.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused>;

    /// Hands over calls in the order in which the primary executes them, of which the first is number `first`, counted from 0.
    /// Those that the backup has are skipped.
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
    /// The backup did not confirm. Nobody knows whether the call will have been executed. Try again.
    Unconfirmed,
    /// The client has said that it has seen this call's reply. It was not executed.
    Forgotten,
}

/// One replica of a machine. Threads share it.
pub struct Replica<M> {
    // LAB: _yours: std::marker::PhantomData<M>, // Your fields: which node this is, the state and the role with what guards them.
    me: NodeId,
    state: Mutex<State<M>>,
    // LAB: end
}

// LAB:
struct State<M> {
    executor: Executor<M>,
    /// How many calls `executor` has executed. Two replicas with the same number have the same state.
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

/// What a primary knows of its backup.
struct Partner {
    backup: Arc<dyn Backup>,
    /// The backup has confirmed so many calls.
    confirmed: u64,
    /// Calls after that, in order. They are sent again until they are confirmed.
    unconfirmed: Vec<Entry>,
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
        }
        // LAB: end
    }

    /// Takes up a view, unless it is older than the one that this replica is in. `backup` is the way to the view's backup. A
    /// primary brings it up to date first, and blocks until that is done. Taking up the same view again tries that again.
    ///
    /// # Errors
    ///
    /// [`Refused`] if the backup is not up to date: do not tell the view service that this view is ready.
    pub fn adopt(&self, view: View, backup: Option<Arc<dyn Backup>>) -> Result<(), Refused> {
        // LAB: let _ = (view, backup);
        // LAB: end
        // LAB: todo!("take the role that the view gives this replica; as primary, bring the backup up to date")
        let mut state = self.state.lock();
        let same = view.number == state.view;
        if view.number < state.view {
            return Ok(());
        }
        state.view = view.number;
        if view.backup == Some(self.me) {
            if !same {
                state.role = Role::Backup { ready: false };
            }
            return Ok(());
        }
        if view.primary != self.me {
            state.role = Role::Idle;
            return Ok(());
        }
        if same && matches!(state.role, Role::Primary(_)) {
            return Ok(());
        }
        // Until the backup has everything this replica answers nobody.
        state.role = Role::Idle;
        let partner = match backup {
            None => None,
            Some(backup) => {
                let executed = state.executed;
                backup.install(view.number, executed, &state.executor.save())?;
                Some(Partner {
                    backup,
                    confirmed: executed,
                    unconfirmed: Vec::new(),
                })
            }
        };
        state.role = Role::Primary(partner);
        Ok(())
        // LAB: end
    }

    /// Executes a call, unless it was executed before: then gives the reply that it had. Blocks until the backup, if there is
    /// one, has confirmed everything that the reply rests on.
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
        // For a known reply as well: the try that executed it may have had no confirmation. The lock is held, so the backup
        // gets calls in the order in which they were executed here.
        match partner {
            Some(partner) => partner.bring_up_to_date(*view)?,
            None => {}
        }
        Ok(reply)
        // LAB: end
    }
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
// LAB:

impl Partner {
    /// Blocks until the backup has confirmed everything, or has not replied.
    fn bring_up_to_date(&mut self, view: u64) -> Result<(), Fault> {
        // Empty or not: the backup's answer also says that this replica is primary still.
        let confirmed = self
            .backup
            .replicate(view, self.confirmed, &self.unconfirmed);
        confirmed.map_err(|_| Fault::Unconfirmed)?;
        self.confirmed += self.unconfirmed.len() as u64;
        self.unconfirmed.clear();
        Ok(())
    }
}
// LAB: end

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
