//! Values never change: a change makes a new map and puts it in place of the old one, so `all` and
//! `get` hold the lock only to take what is there. Arguments are taken out of the JSON by hand.

use std::collections::BTreeMap;
use std::fmt;

use kit::sync::{Arc, Mutex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message::Reply;

/// A map from keys to values.
pub struct Store {
    newest: Mutex<Arc<BTreeMap<String, String>>>,
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
    /// What to put there.
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
    /// There is no number.
    NoBalance,
    /// It is only this.
    Insufficient(u64),
}

impl Store {
    /// An empty map.
    pub fn new() -> Self {
        Store {
            newest: Mutex::new(Arc::default()),
        }
    }

    fn newest(&self) -> Arc<BTreeMap<String, String>> {
        Arc::clone(&self.newest.lock())
    }

    /// Changes a copy, and makes it the newest if that went well.
    fn change<T, E>(
        &self,
        with: impl FnOnce(&mut BTreeMap<String, String>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut newest = self.newest.lock();
        let mut copy = BTreeMap::clone(&newest);
        let result = with(&mut copy)?;
        *newest = Arc::new(copy);
        Ok(result)
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<String> {
        self.newest().get(key).cloned()
    }

    /// Puts a value.
    pub fn put(&self, key: &str, value: &str) {
        let _ = self.change(|map| Ok::<_, ()>(map.insert(key.to_owned(), value.to_owned())));
    }

    /// Adds behind a value.
    pub fn append(&self, key: &str, value: &str) -> usize {
        let result: Result<usize, std::convert::Infallible> = self.change(|map| {
            let text = map.remove(key).unwrap_or_default() + value;
            let length = text.len();
            map.insert(key.to_owned(), text);
            Ok(length)
        });
        match result {
            Ok(length) => length,
            Err(never) => match never {},
        }
    }

    /// Takes from a number.
    pub fn deduct(&self, key: &str, amount: u64) -> Result<u64, Refused> {
        self.change(|map| {
            let balance = map.get(key).and_then(|text| balance(text));
            let balance = balance.ok_or(Refused::NoBalance)?;
            if balance < amount {
                return Err(Refused::Insufficient(balance));
            }
            map.insert(key.to_owned(), (balance - amount).to_string());
            Ok(balance - amount)
        })
    }

    /// The whole map.
    pub fn all(&self) -> BTreeMap<String, String> {
        BTreeMap::clone(&self.newest())
    }

    /// Does what a request asks for.
    pub fn handle(&self, method: &str, param: &Value) -> Reply {
        let text = |name: &str| {
            let text = param.get(name).and_then(Value::as_str);
            text.ok_or(format!("`{name}` is not text"))
        };
        if method == "KV.Get" {
            return Ok(json!({ "value": self.get(text("key")?) }));
        }
        if method == "KV.Put" {
            self.put(text("key")?, text("value")?);
            return Ok(json!({}));
        }
        if method == "KV.Append" {
            return Ok(json!({ "length": self.append(text("key")?, text("value")?) }));
        }
        if method == "KV.Deduct" {
            let amount = param.get("amount").and_then(Value::as_u64);
            let amount = amount.ok_or("`amount` is not a number of that kind")?;
            let left = self.deduct(text("key")?, amount);
            return left
                .map(|left| json!({ "left": left }))
                .map_err(|why| why.to_string());
        }
        Err("no such method".to_owned())
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refused {}

/// A balance is digits and nothing else.
fn balance(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}
