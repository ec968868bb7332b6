//! Each call has a slot with a lock and a condvar of its own, so that a reply wakes only those who
//! wait for it.

use kit::collections::HashMap;
use kit::sync::{Arc, Condvar, Mutex};

use crate::message::{CallId, ClientId, Forgotten, Reply};

/// Lets each call run at most once.
#[derive(Default)]
pub struct Dedup {
    clients: Mutex<HashMap<ClientId, Client>>,
}

#[derive(Default)]
struct Client {
    seen: u64,
    slots: HashMap<u64, Arc<Slot>>,
}

#[derive(Default)]
struct Slot {
    reply: Mutex<Option<Reply>>,
    there: Condvar,
}

impl Slot {
    fn fill(&self, reply: Reply) {
        self.reply.lock().get_or_insert(reply);
        self.there.notify_all();
    }

    fn wait(&self) -> Reply {
        let mut reply = self.reply.lock();
        loop {
            match &*reply {
                Some(reply) => return reply.clone(),
                None => self.there.wait(&mut reply),
            }
        }
    }
}

/// Fills the slot if nobody else has.
struct Filled(Arc<Slot>);

impl Drop for Filled {
    fn drop(&mut self) {
        self.0.fill(Err("the handler did not return".to_owned()));
    }
}

impl Dedup {
    /// Knows of no calls.
    pub fn new() -> Self {
        Dedup::default()
    }

    /// Runs the handler if the call is new.
    pub fn call(&self, call: CallId, handler: impl FnOnce() -> Reply) -> Result<Reply, Forgotten> {
        let mut clients = self.clients.lock();
        let client = clients.entry(call.client).or_default();
        client.seen = client.seen.max(call.seen);
        let seen = client.seen;
        client.slots.retain(|&seq, _| seq > seen);
        if call.seq <= seen {
            return Err(Forgotten);
        }
        if let Some(slot) = client.slots.get(&call.seq) {
            let slot = Arc::clone(slot);
            drop(clients);
            return Ok(slot.wait());
        }
        let slot = Arc::new(Slot::default());
        client.slots.insert(call.seq, Arc::clone(&slot));
        drop(clients);
        let filled = Filled(slot);
        filled.0.fill(handler());
        Ok(filled.0.wait())
    }

    /// How many calls are in the table.
    pub fn len(&self) -> usize {
        self.clients
            .lock()
            .values()
            .map(|client| client.slots.len())
            .sum()
    }

    /// Whether no call is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
