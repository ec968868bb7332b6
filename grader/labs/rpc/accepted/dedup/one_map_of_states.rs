//! One ordered map from client and number to state, which is cut at what was seen; a panic is
//! caught and thrown again.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kit::sync::{Condvar, Mutex};

use crate::message::{CallId, ClientId, Forgotten, Reply};

/// Lets each call run at most once.
#[derive(Default)]
pub struct Dedup {
    table: Mutex<Table>,
    changed: Condvar,
}

#[derive(Default)]
struct Table {
    /// No reply: it runs.
    calls: BTreeMap<(ClientId, u64), Option<Reply>>,
    seen: BTreeMap<ClientId, u64>,
}

impl Table {
    fn is_forgotten(&self, call: CallId) -> bool {
        self.seen
            .get(&call.client)
            .is_some_and(|&seen| call.seq <= seen)
    }
}

impl Dedup {
    /// Knows of no calls.
    pub fn new() -> Self {
        Dedup::default()
    }

    /// Runs the handler if the call is new.
    pub fn call(&self, call: CallId, handler: impl FnOnce() -> Reply) -> Result<Reply, Forgotten> {
        let key = (call.client, call.seq);
        let mut table = self.table.lock();
        let seen = table.seen.entry(call.client).or_insert(0);
        *seen = call.seen.max(*seen);
        let old = (call.client, 0)..=(call.client, *seen);
        table.calls.retain(|key, _| !old.contains(key));
        while !table.is_forgotten(call) && table.calls.get(&key) == Some(&None) {
            self.changed.wait(&mut table);
        }
        if table.is_forgotten(call) {
            return Err(Forgotten);
        }
        if let Some(Some(reply)) = table.calls.get(&key) {
            return Ok(reply.clone());
        }
        table.calls.insert(key, None);
        drop(table);

        let result = catch_unwind(AssertUnwindSafe(handler));
        let reply = match &result {
            Ok(reply) => reply.clone(),
            Err(_) => Err("it panicked".to_owned()),
        };
        let mut table = self.table.lock();
        if !table.is_forgotten(call) {
            table.calls.insert(key, Some(reply));
        }
        drop(table);
        self.changed.notify_all();
        result.map(Ok).unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// How many calls are in the table.
    pub fn len(&self) -> usize {
        self.table.lock().calls.len()
    }

    /// Whether no call is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
