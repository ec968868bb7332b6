//! As TCP has it: a number up to which everything is over, and the few beyond it that are over as
//! well. A call is over where it returns, not in a destructor.

use std::collections::BTreeSet;
use std::fmt;

use kit::sync::Mutex;
use kit::thread;
use kit::time::Duration;
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
    numbers: Mutex<Numbers>,
}

#[derive(Default)]
struct Numbers {
    newest: u64,
    /// Up to here all are over.
    over: u64,
    /// These are over, too; `over + 1` is not among them.
    beyond: BTreeSet<u64>,
}

impl Numbers {
    fn end(&mut self, seq: u64) {
        self.beyond.insert(seq);
        while self.beyond.remove(&(self.over + 1)) {
            self.over += 1;
        }
    }
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
        let numbers = Mutex::new(Numbers::default());
        Retry {
            caller,
            client,
            policy,
            numbers,
        }
    }

    /// Calls until there is a reply.
    pub fn call(&self, method: &str, param: &Value) -> Result<Value, RetryError> {
        let call = {
            let mut numbers = self.numbers.lock();
            numbers.newest += 1;
            CallId {
                client: self.client,
                seq: numbers.newest,
                seen: numbers.over,
            }
        };
        let result = self.try_again(method, param, call);
        self.numbers.lock().end(call.seq);
        result
    }

    /// All tries say the same, as a message that is sent again would.
    fn try_again(&self, method: &str, param: &Value, call: CallId) -> Result<Value, RetryError> {
        let tries = self.policy.tries.max(1);
        let mut pauses = self.pauses();
        for left in (0..tries).rev() {
            match self.caller.call(method, param, Some(call)) {
                Ok(result) => return Ok(result),
                Err(CallError::Refused(why)) => return Err(RetryError::Refused(why)),
                Err(_) if left > 0 => thread::sleep(pauses.next().unwrap_or_default()),
                Err(_) => {}
            }
        }
        Err(RetryError::GaveUp { tries })
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> {
        let longest = self.policy.longest_pause;
        let doubled = move |pause: &Duration| Some(pause.checked_mul(2).unwrap_or(longest));
        std::iter::successors(Some(self.policy.pause), doubled).map(move |pause| pause.min(longest))
    }
}

impl fmt::Display for RetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for RetryError {}
