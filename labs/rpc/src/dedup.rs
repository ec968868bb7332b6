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
// You will want: use kit::collections::HashMap; and use kit::sync::{Condvar, Mutex};

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
    // Your fields: what is known of each client, with what guards it, and what a waiting retry
    // sleeps on.
}

impl Dedup {
    /// Knows of no calls.
    pub fn new() -> Self {
        todo!("make an empty table")
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
        let _ = (call, handler);
        todo!("run the handler if the call is new, wait if it runs, repeat the reply if it is done")
    }

    /// How many calls are in the table: those that run, and those whose replies are kept. One that
    /// its client has let go of while it runs is gone when it ends, or sooner.
    pub fn len(&self) -> usize {
        todo!("count the calls in the table")
    }

    /// Whether no call is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Dedup {
    fn default() -> Self {
        Self::new()
    }
}
