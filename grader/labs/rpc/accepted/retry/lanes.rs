//! The client lends out lanes. A call leaves its number in a lane while it is under way; the lock
//! guards the lanes and the newest number, and a pause is a wait with a time-out on a condvar that
//! nobody notifies.

use std::fmt;

use kit::sync::{Condvar, Mutex};
use kit::time::{Duration, Instant};
use serde_json::Value;

use crate::message::{CallError, CallId, ClientId};

/// What can call.
pub trait Caller {
    /// Calls once.
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError>;
}

impl<C: Caller + ?Sized> Caller for &C {
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        (**self).call(method, param, call)
    }
}

/// How often, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries in all.
    pub tries: u32,
    /// Between the first try and the second.
    pub pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
}

/// One client, whose calls are tried again.
pub struct Retry<C> {
    caller: C,
    client: ClientId,
    policy: Policy,
    lanes: Mutex<Lanes>,
    never: Condvar,
}

struct Lanes {
    next: u64,
    /// The number of the call in each lane, if one is there.
    calls: Vec<Option<u64>>,
}

/// Why [`Retry::call`] has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryError {
    /// The handler's own error.
    Refused(String),
    /// No try had a reply.
    GaveUp {
        /// How many tries there were.
        tries: u32,
    },
}

impl<C: Caller> Retry<C> {
    /// Calls as `client`.
    pub fn new(caller: C, client: ClientId, policy: Policy) -> Self {
        Retry {
            caller,
            client,
            policy,
            lanes: Mutex::new(Lanes {
                next: 1,
                calls: Vec::new(),
            }),
            never: Condvar::new(),
        }
    }

    /// Calls until there is a reply.
    pub fn call(&self, method: &str, param: &Value) -> Result<Value, RetryError> {
        let (lane, seq) = self.enter();
        let mut reply = self.attempt(method, param, seq);
        let mut tries = 1;
        while reply.is_none() && tries < self.policy.tries {
            self.pause(tries - 1);
            reply = self.attempt(method, param, seq);
            tries += 1;
        }
        self.lanes.lock().calls[lane] = None;
        reply.unwrap_or(Err(RetryError::GaveUp { tries }))
    }

    fn enter(&self) -> (usize, u64) {
        let mut lanes = self.lanes.lock();
        let seq = lanes.next;
        lanes.next += 1;
        let free = lanes.calls.iter().position(Option::is_none);
        let lane = free.unwrap_or(lanes.calls.len());
        if free.is_none() {
            lanes.calls.push(None);
        }
        lanes.calls[lane] = Some(seq);
        (lane, seq)
    }

    /// One try; `None` is silence.
    fn attempt(&self, method: &str, param: &Value, seq: u64) -> Option<Result<Value, RetryError>> {
        let oldest = self.lanes.lock().calls.iter().flatten().min().copied();
        let call = CallId {
            client: self.client,
            seq,
            seen: oldest? - 1,
        };
        match self.caller.call(method, param, Some(call)) {
            Ok(result) => Some(Ok(result)),
            Err(CallError::Refused(why)) => Some(Err(RetryError::Refused(why))),
            Err(CallError::TimedOut | CallError::Lost) => None,
        }
    }

    fn pause(&self, before: u32) {
        let Policy {
            pause,
            longest_pause,
            ..
        } = self.policy;
        // No pause can be doubled more often.
        let doubled = (0..before.min(100)).fold(pause, |pause, _| pause.saturating_mul(2));
        let pause = doubled.min(longest_pause);
        let begun = Instant::now();
        let (lock, mut left) = (Mutex::new(()), pause);
        let mut guard = lock.lock();
        while !left.is_zero() {
            self.never.wait_for(&mut guard, left);
            left = pause.saturating_sub(begun.elapsed());
        }
    }
}

impl fmt::Display for RetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetryError::Refused(why) => f.write_str(why),
            RetryError::GaveUp { tries } => write!(f, "{tries} tries, and no reply"),
        }
    }
}

impl std::error::Error for RetryError {}
