//! You write this file: at least once, at most a given number of tries.
//!
//! [`Retry::call`] calls again until there is a reply, or the tries are used up. Each try has the
//! same [`CallId`], so that a server that cares (`dedup`) runs only one of them.
//!
//! Watch for:
//! - a retry is the same call: it has the number of the first try;
//! - an error that the handler returned is a reply: trying again would only ask twice;
//! - between two tries a thread sleeps: it does not spin;
//! - a client may have several calls under way: it has seen all replies up to the oldest of them,
//!   and no further, whatever newer calls have returned.
//!
//! Without `dedup` on the other side this is *at least once*: fine for calls that can run twice
//! (get, put of one client at a time), wrong for `deduct`.
//!
//! Read: notes/rpc.md, "At least once".

use std::fmt;

use kit::time::Duration;
use serde_json::Value;

use crate::message::{CallError, CallId, ClientId};
// LAB: // You will want: use kit::sync::Mutex; use kit::thread; and use std::collections::BTreeSet;
use kit::sync::Mutex;
use kit::thread;
use std::collections::BTreeSet;
// LAB: end

/// What can call: a [`crate::client::Client`], or something that loses calls on purpose.
pub trait Caller {
    /// Calls once. Blocks until there is a reply, or it is given up. Never panics.
    ///
    /// # Errors
    ///
    /// As [`crate::client::Client::call`].
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError>;
}

impl<C: Caller + ?Sized> Caller for &C {
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        (**self).call(method, param, call)
    }
}

/// How often, and how fast: a server that is overloaded needs fewer requests, not more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries in all, at least 1; `u32::MAX` for a client that does not give up.
    pub tries: u32,
    /// From the end of a call's first try to its second, whether the first timed out or was lost.
    /// Each further pause of the call is twice as long as the one before it, to the nanosecond.
    pub pause: Duration,
    /// But no pause is longer than this.
    pub longest_pause: Duration,
}

/// One client, whose calls are tried again. Threads share it.
pub struct Retry<C> {
    // LAB: _yours: std::marker::PhantomData<C>, // Your fields: who calls, the client, the policy; and which calls are under way, with what guards them.
    caller: C,
    client: ClientId,
    policy: Policy,
    calls: Mutex<Calls>,
    // LAB: end
}

// LAB:
#[derive(Default)]
struct Calls {
    /// The number of the newest call.
    last: u64,
    /// Those that have not returned yet.
    under_way: BTreeSet<u64>,
}
// LAB: end

/// Why [`Retry::call`] has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryError {
    /// The handler's own error.
    Refused(String),
    /// No try had a reply. Nobody knows whether the call was executed.
    GaveUp {
        /// How many tries there were.
        tries: u32,
    },
}

impl<C: Caller> Retry<C> {
    /// Calls as `client`, which no other living or former client may be.
    pub fn new(caller: C, client: ClientId, policy: Policy) -> Self {
        // LAB: let _ = (caller, client, policy);
        // LAB: end
        // LAB: todo!("keep the three, with no call under way")
        Retry {
            caller,
            client,
            policy,
            calls: Mutex::default(),
        }
        // LAB: end
    }

    /// Calls until there is a reply. Each call has the next number of the client, counted from 1.
    /// Each try says which replies were seen ([`CallId::seen`]) when it began, or when the call's
    /// first try did: a call that was refused or given up counts as seen.
    ///
    /// Blocks for all its tries and the pauses between them at most: other calls do not
    /// delay it, however many they are, and whether they wait or pause.
    ///
    /// # Errors
    ///
    /// See [`RetryError`].
    pub fn call(&self, method: &str, param: &Value) -> Result<Value, RetryError> {
        // LAB: let _ = (method, param);
        // LAB: end
        // LAB: todo!("try with one number until there is a reply or the tries are used up")
        let turn = Turn::begin(&self.calls);
        let mut pause = self.policy.pause;
        for again in 0..self.policy.tries.max(1) {
            if again > 0 {
                thread::sleep(pause.min(self.policy.longest_pause));
                pause = pause.saturating_mul(2);
            }
            let call = CallId {
                client: self.client,
                seq: turn.seq,
                seen: turn.seen(),
            };
            match self.caller.call(method, param, Some(call)) {
                Ok(result) => return Ok(result),
                // A reply, if not a nice one: the handler would say the same again.
                Err(CallError::Refused(error)) => return Err(RetryError::Refused(error)),
                Err(CallError::TimedOut | CallError::Lost) => {}
            }
        }
        Err(RetryError::GaveUp {
            tries: self.policy.tries.max(1),
        })
        // LAB: end
    }
}
// LAB:

/// A call under way. Dropped, it is over: its reply was seen, or nobody will ask for it again.
struct Turn<'r> {
    calls: &'r Mutex<Calls>,
    seq: u64,
}

impl<'r> Turn<'r> {
    fn begin(calls: &'r Mutex<Calls>) -> Self {
        let mut state = calls.lock();
        state.last += 1;
        let seq = state.last;
        state.under_way.insert(seq);
        Turn { calls, seq }
    }

    /// All calls before the oldest that is under way have returned. This one is, so there is an
    /// oldest.
    fn seen(&self) -> u64 {
        let oldest = self.calls.lock().under_way.first().copied();
        oldest.unwrap_or(self.seq) - 1
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.calls.lock().under_way.remove(&self.seq);
    }
}
// LAB: end

impl fmt::Display for RetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetryError::Refused(error) => f.write_str(error),
            RetryError::GaveUp { tries } => write!(f, "no reply after {tries} tries"),
        }
    }
}

impl std::error::Error for RetryError {}
