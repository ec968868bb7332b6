//! Given: the grader uses its own copy, edits here are ignored.
//!
//! What `durable` and `replica` keep alive: a machine, the calls that it executes, and the replies
//! that its clients may ask for once more.
//!
//! The one idea: a machine that depends on nothing but its calls is in the same state wherever and
//! whenever the same calls were executed in the same order. So it is enough to write down the
//! calls, or to send them to another machine. (Schneider, "Implementing fault-tolerant services
//! using the state machine approach", 1990.)

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kv::Store;
use crate::message::{CallId, ClientId, Forgotten, Reply};

/// What a server does, apart from remembering: the same calls in the same order give the same
/// replies and the same state.
pub trait Machine: Send {
    /// Executes one call. Must not panic, and must not depend on anything but the calls before it.
    fn apply(&mut self, method: &str, param: &Value) -> Reply;

    /// All of the state, as a value.
    fn save(&self) -> Value;

    /// Takes over what [`save`](Machine::save) gave.
    ///
    /// # Errors
    ///
    /// If it is something else.
    fn load(&mut self, saved: &Value) -> Result<(), String>;
}

impl Machine for Store {
    fn apply(&mut self, method: &str, param: &Value) -> Reply {
        self.handle(method, param)
    }

    fn save(&self) -> Value {
        Value::Object(
            self.all()
                .into_iter()
                .map(|(key, value)| (key, value.into()))
                .collect(),
        )
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        let all = BTreeMap::<String, String>::deserialize(saved).map_err(|why| why.to_string())?;
        *self = Store::new();
        for (key, value) in all {
            self.put(&key, &value);
        }
        Ok(())
    }
}

/// A call, as it is logged or sent to a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which; without it every call is new.
    pub call: Option<CallId>,
    /// Service and method.
    pub method: String,
    /// The argument.
    pub param: Value,
}

/// A machine and the replies that belong to its state: the two change together, are saved together,
/// and come back together.
#[derive(Debug, Default)]
pub struct Executor<M> {
    machine: M,
    clients: BTreeMap<ClientId, Client>,
}

/// What is known of one client's calls.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Client {
    /// The client has seen the replies of all calls up to this one, and they are gone.
    seen: u64,
    /// Replies to the calls after it.
    replies: BTreeMap<u64, Reply>,
}

impl<M: Machine> Executor<M> {
    /// The machine, with no replies yet.
    pub fn new(machine: M) -> Self {
        Executor {
            machine,
            clients: BTreeMap::new(),
        }
    }

    /// The reply that a call had; `None` if it is new.
    ///
    /// # Errors
    ///
    /// [`Forgotten`] if its client has said that it has seen the reply.
    pub fn known(&mut self, call: Option<CallId>) -> Result<Option<Reply>, Forgotten> {
        let Some(call) = call else { return Ok(None) };
        let client = self.clients.entry(call.client).or_default();
        client.forget(call.seen);
        if call.seq <= client.seen {
            return Err(Forgotten);
        }
        Ok(client.replies.get(&call.seq).cloned())
    }

    /// Executes a new call, and keeps its reply.
    pub fn execute(&mut self, entry: &Entry) -> Reply {
        let reply = self.machine.apply(&entry.method, &entry.param);
        if let Some(call) = entry.call {
            let client = self.clients.entry(call.client).or_default();
            client.forget(call.seen);
            client.replies.insert(call.seq, reply.clone());
        }
        reply
    }

    /// All of it, as a value.
    pub fn save(&self) -> Value {
        serde_json::json!({ "machine": self.machine.save(), "clients": self.clients })
    }

    /// Takes over what [`save`](Executor::save) gave.
    ///
    /// # Errors
    ///
    /// If it is something else.
    pub fn load(&mut self, saved: &Value) -> Result<(), String> {
        let clients = BTreeMap::deserialize(&saved["clients"]).map_err(|why| why.to_string())?;
        self.machine.load(&saved["machine"])?;
        self.clients = clients;
        Ok(())
    }
}

impl Client {
    fn forget(&mut self, seen: u64) {
        if seen > self.seen {
            self.seen = seen;
            self.replies.retain(|&seq, _| seq > seen);
        }
    }
}
