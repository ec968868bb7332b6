//! You write this file: at most once.
//!
//! A client that got no reply tries again, and cannot know whether the first try was lost on the
//! way there or on the way back. So the server must be able to tell a retry from a new call, and
//! answer it without running it again. [`Dedup::call`] stands around every handler: it knows by its
//! [`CallId`] what has run, what runs, and what it has answered.
//!
//! Watch for:
//! - a retry can come while the original still runs: it must neither run nor be answered early, so
//!   it waits;
//! - looking whether a call is new and marking it as running are one step;
//! - a handler can panic, and whoever waits for it must not wait for ever;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - recorded replies cannot be kept for ever, and forgetting one too early lets its call run
//!   twice: a client says which replies it has seen (`CallId::seen`), and what is older than that
//!   is refused.
//!
//! Not here: surviving a crash of the server (`durable`).
//!
//! Read: notes/rpc.md, "At most once".

use crate::message::{CallId, Forgotten, Reply};
// LAB: // You will want: use kit::collections::HashMap; and use kit::sync::{Condvar, Mutex};
use crate::message::ClientId;
use kit::collections::HashMap;
use kit::sync::{Condvar, Mutex};
use std::collections::BTreeMap;
// LAB: end

/// Lets each call run at most once, and gives every retry the same reply.
///
/// # Examples
///
/// ```no_run
/// use rpc::dedup::Dedup;
/// use rpc::message::{CallId, ClientId};
///
/// let dedup = Dedup::new();
/// let call = CallId { client: ClientId(7), seq: 1, seen: 0 };
/// assert_eq!(dedup.call(call, || Ok(90.into())), Ok(Ok(90.into())));
/// // The reply was lost, so the client tries again. The handler does not run.
/// assert_eq!(dedup.call(call, || Ok(80.into())), Ok(Ok(90.into())));
/// ```
pub struct Dedup {
    // LAB: // Your fields: what is known of each client, with what guards it, and what a waiting retry
    // LAB: end
    // LAB: // sleeps on.
    /// What is known of each client. Held only to look and to mark, never while a handler runs.
    clients: Mutex<HashMap<ClientId, Client>>,
    /// Notified, with `clients` locked, each time that a call is not `Running` any more.
    finished: Condvar,
    // LAB: end
}

// LAB:
/// What is known of one client's calls.
#[derive(Default)]
struct Client {
    /// The client has seen the replies of all calls up to this one, and they are gone.
    seen: u64,
    /// Calls after `seen` that came at least once.
    calls: BTreeMap<u64, Call>,
}

/// A call that is new has no `Call`. From there it goes to `Running`, then to `Done`, and never
/// back.
enum Call {
    /// Its handler runs. Retries wait.
    Running,
    /// Its handler has returned this. Retries get it.
    Done(Reply),
}
// LAB: end

impl Dedup {
    /// Knows of no calls.
    pub fn new() -> Self {
        // LAB: todo!("make an empty table")
        Dedup {
            clients: Mutex::new(HashMap::default()),
            finished: Condvar::new(),
        }
        // LAB: end
    }

    /// Runs `handler` if `call` is new; else gives the reply that it got when it ran. Blocks while
    /// the handler runs, here or on behalf of another try.
    ///
    /// What `call.seen` covers is forgotten before anything else happens, and whatever comes of the
    /// call itself.
    ///
    /// # Errors
    ///
    /// [`Forgotten`] if this client has said, before this call or with it, that it has seen its
    /// reply. If it says so while tries of this call are here, the one whose handler runs returns
    /// its reply, and the others that or this.
    ///
    /// # Panics
    ///
    /// If the handler does, with the same payload. It may have done half of its work, so the call
    /// counts as run: retries get an error as its reply.
    pub fn call(&self, call: CallId, handler: impl FnOnce() -> Reply) -> Result<Reply, Forgotten> {
        // LAB: let _ = (call, handler);
        // LAB: end
        // LAB: todo!("run the handler if the call is new, wait if it runs, repeat the reply if it is done")
        let mut clients = self.clients.lock();
        clients.entry(call.client).or_default().forget(call.seen);
        loop {
            let client = clients.entry(call.client).or_default();
            if call.seq <= client.seen {
                return Err(Forgotten);
            }
            match client.calls.get(&call.seq) {
                Some(Call::Done(reply)) => return Ok(reply.clone()),
                // Not answered early, and not run: this try waits for the other's reply.
                Some(Call::Running) => self.finished.wait(&mut clients),
                None => {
                    // Marked under the same lock as it was looked for, so that one try wins.
                    client.calls.insert(call.seq, Call::Running);
                    break;
                }
            }
        }
        drop(clients);
        let mut running = Running {
            dedup: self,
            call,
            reply: Err("the handler panicked".to_owned()),
        };
        running.reply = handler();
        // Recorded when `running` is dropped, which is before anybody can send what this returns.
        Ok(running.reply.clone())
        // LAB: end
    }

    /// How many calls are in the table: those that run, and those whose replies are kept. One that
    /// its client has let go of while it runs is gone when it ends, or sooner.
    pub fn len(&self) -> usize {
        // LAB: todo!("count the calls in the table")
        let clients = self.clients.lock();
        clients.values().map(|client| client.calls.len()).sum()
        // LAB: end
    }

    /// Whether no call is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

// LAB:
impl Client {
    /// The client has seen the replies of all calls up to `seen`.
    fn forget(&mut self, seen: u64) {
        // An old message that comes late says less than is known.
        if seen > self.seen {
            self.seen = seen;
            self.calls.retain(|&seq, _| seq > seen);
        }
    }
}

/// A call whose handler runs. Dropped, also by a panic, it records the reply and wakes who waits
/// for it.
struct Running<'d> {
    dedup: &'d Dedup,
    call: CallId,
    reply: Reply,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut clients = self.dedup.clients.lock();
        let client = clients.entry(self.call.client).or_default();
        // Unless the client has said meanwhile that it does not want it: then nothing would ever
        // take it out again.
        if self.call.seq > client.seen {
            let done = Call::Done(self.reply.clone());
            client.calls.insert(self.call.seq, done);
        }
        // All of them: every retry of this call waits here, and so do those of others.
        self.dedup.finished.notify_all();
    }
}
// LAB: end

impl Default for Dedup {
    fn default() -> Self {
        Self::new()
    }
}
