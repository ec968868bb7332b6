//! Each value has a lock of its own. The lock around the map is taken for reading by who changes
//! values, and for writing by who adds keys or wants all of them, which nobody can change then.

use std::collections::BTreeMap;
use std::fmt;

use kit::sync::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message::Reply;

/// A map from keys to values.
#[derive(Default)]
pub struct Store {
    values: RwLock<BTreeMap<String, Mutex<String>>>,
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
        Store::default()
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<String> {
        let values = self.values.read();
        values.get(key).map(|value| value.lock().clone())
    }

    /// Changes the value under `key`, which is empty if there was none.
    fn change<T>(&self, key: &str, with: impl FnOnce(&mut String) -> T) -> T {
        let values = self.values.read();
        if let Some(value) = values.get(key) {
            return with(&mut value.lock());
        }
        drop(values);
        // Somebody may have added the key since; then it is there.
        let mut values = self.values.write();
        with(values.entry(key.to_owned()).or_default().get_mut())
    }

    /// Puts a value.
    pub fn put(&self, key: &str, value: &str) {
        self.change(key, |old| value.clone_into(old));
    }

    /// Adds behind a value.
    pub fn append(&self, key: &str, value: &str) -> usize {
        self.change(key, |text| {
            text.push_str(value);
            text.len()
        })
    }

    /// Takes from a number.
    pub fn deduct(&self, key: &str, amount: u64) -> Result<u64, Refused> {
        let values = self.values.read();
        let mut value = values.get(key).ok_or(Refused::NoBalance)?.lock();
        let balance = balance(&value).ok_or(Refused::NoBalance)?;
        let left = balance
            .checked_sub(amount)
            .ok_or(Refused::Insufficient(balance))?;
        *value = left.to_string();
        Ok(left)
    }

    /// The whole map.
    pub fn all(&self) -> BTreeMap<String, String> {
        let mut values = self.values.write();
        values
            .iter_mut()
            .map(|(key, value)| (key.clone(), value.get_mut().clone()))
            .collect()
    }

    /// Does what a request asks for.
    pub fn handle(&self, method: &str, param: &Value) -> Reply {
        let nonsense = |error: serde_json::Error| format!("{method}: {error}");
        let param = param.clone();
        Ok(match method {
            "KV.Get" => {
                let args: GetArgs = serde_json::from_value(param).map_err(nonsense)?;
                json!({ "value": self.get(&args.key) })
            }
            "KV.Put" | "KV.Append" => {
                let args: PutArgs = serde_json::from_value(param).map_err(nonsense)?;
                if method == "KV.Put" {
                    self.put(&args.key, &args.value);
                    json!({})
                } else {
                    json!({ "length": self.append(&args.key, &args.value) })
                }
            }
            "KV.Deduct" => {
                let args: DeductArgs = serde_json::from_value(param).map_err(nonsense)?;
                let left = self.deduct(&args.key, args.amount);
                json!({ "left": left.map_err(|why| why.to_string())? })
            }
            _ => return Err(format!("{method} is not among the methods")),
        })
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
