//! You write this file: the lecture's key-value server.
//!
//! What its handlers do: get, put, append, and deduct, which is the call that nobody wants to run
//! twice. The server runs each request in a thread of its own, so they share one map under a lock.
//!
//! Watch for:
//! - to read a value, change it and write it back is one step, or two calls lose one of their
//!   changes;
//! - a deduct that is refused changes nothing;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - the lock is held for the map alone, not while arguments are read or replies are made.
//!
//! Not here: whether a call is new (`dedup`), and what happens when the server crashes (`durable`).
//!
//! Read: notes/rpc.md, "A key-value server".

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::Reply;
// You will want: use kit::collections::HashMap; and use kit::sync::Mutex;

/// A map from keys to values, both text, that threads share.
///
/// # Examples
///
/// ```no_run
/// use rpc::kv::Store;
///
/// let store = Store::new();
/// store.put("alice", "100");
/// assert_eq!(store.deduct("alice", 10), Ok(90));
/// assert_eq!(store.get("alice").as_deref(), Some("90"));
/// ```
pub struct Store {
    // Your fields: the map with what guards it.
}

/// The argument of `KV.Get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetArgs {
    /// Which value.
    pub key: String,
}

/// The argument of `KV.Put` and `KV.Append`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutArgs {
    /// Which value.
    pub key: String,
    /// What to put there, or behind what is there.
    pub value: String,
}

/// The argument of `KV.Deduct`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeductArgs {
    /// Whose balance.
    pub key: String,
    /// How much.
    pub amount: u64,
}

/// Why [`Store::deduct`] took nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no such key, or its value is not a balance: a whole number up to [`u64::MAX`], in
    /// decimal digits (leading zeros are allowed) and nothing else.
    NoBalance,
    /// The balance is only this.
    Insufficient(u64),
}

impl Store {
    /// An empty map.
    pub fn new() -> Self {
        todo!("make an empty map")
    }

    /// The value under `key`. Blocks while another thread uses the map, as all methods do.
    pub fn get(&self, key: &str) -> Option<String> {
        todo!("copy the value under {key}")
    }

    /// Puts `value` under `key`, in place of what is there.
    pub fn put(&self, key: &str, value: &str) {
        todo!("put {value} under {key}")
    }

    /// Puts `value` behind what is under `key`, or alone if nothing is. Returns how long the value
    /// is now, in bytes.
    pub fn append(&self, key: &str, value: &str) -> usize {
        todo!("put {value} behind what is under {key}")
    }

    /// Takes `amount` from the balance under `key`, and returns what is left: that is the value
    /// then, without leading zeros, also if the amount is 0.
    ///
    /// # Errors
    ///
    /// [`Refused`] if there is no balance, or too small a one; nothing has changed then.
    pub fn deduct(&self, key: &str, amount: u64) -> Result<u64, Refused> {
        todo!("take {amount} from the balance under {key}, if it is enough")
    }

    /// All keys and values, as they were at one moment.
    pub fn all(&self) -> BTreeMap<String, String> {
        todo!("copy the whole map")
    }

    /// Does what a request asks for: `KV.Get`, `KV.Put`, `KV.Append` or `KV.Deduct`. This is the
    /// handler that a server runs for each of them.
    ///
    /// The reply is `{"value": …}` for `KV.Get` (`null` if there is none), `{}` for `KV.Put`,
    /// `{"length": …}` for `KV.Append`, `{"left": …}` for `KV.Deduct`; an error is a text for
    /// people. Whether an argument may be an array of the members' values is left open.
    pub fn handle(&self, method: &str, param: &Value) -> Reply {
        let _ = param;
        todo!("read the argument of {method}, do it, and make the reply")
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NoBalance => f.write_str("there is no balance"),
            Refused::Insufficient(balance) => write!(f, "the balance is only {balance}"),
        }
    }
}

impl std::error::Error for Refused {}
