//! Each client has a lock and a condvar of its own, so a reply wakes only its own client's tries.
//! What was seen drops out of a queue in the order of the numbers.

use std::collections::VecDeque;

use kit::collections::HashMap;
use kit::sync::{Arc, Condvar, Mutex};

use crate::message::{CallId, ClientId, Forgotten, Reply};

/// Lets each call run at most once.
#[derive(Default)]
pub struct Dedup {
    clients: Mutex<HashMap<ClientId, Arc<Client>>>,
}

#[derive(Default)]
struct Client {
    calls: Mutex<Calls>,
    ended: Condvar,
}

/// The calls behind `seen`, in order: the first is number `seen + 1`.
#[derive(Default)]
struct Calls {
    seen: u64,
    states: VecDeque<State>,
}

#[derive(Clone, Default)]
enum State {
    #[default]
    New,
    Runs,
    Ended(Reply),
}

impl Calls {
    fn see(&mut self, seen: u64) {
        while self.seen < seen {
            self.seen = match self.states.pop_front() {
                Some(_) => self.seen + 1,
                None => seen,
            };
        }
    }

    /// The state of a call; nothing if it was forgotten.
    fn of(&mut self, seq: u64) -> Option<&mut State> {
        let at = usize::try_from(seq.checked_sub(self.seen)?.checked_sub(1)?).ok()?;
        if at >= self.states.len() {
            self.states.resize(at + 1, State::New);
        }
        self.states.get_mut(at)
    }
}

/// Ends the call with what it says when it is dropped.
struct End {
    client: Arc<Client>,
    seq: u64,
    reply: Reply,
}

impl Drop for End {
    fn drop(&mut self) {
        if let Some(state) = self.client.calls.lock().of(self.seq) {
            *state = State::Ended(self.reply.clone());
        }
        self.client.ended.notify_all();
    }
}

impl Dedup {
    /// Knows of no calls.
    pub fn new() -> Self {
        Dedup::default()
    }

    fn client(&self, id: ClientId) -> Arc<Client> {
        Arc::clone(self.clients.lock().entry(id).or_default())
    }

    /// Runs the handler if the call is new.
    pub fn call(&self, call: CallId, handler: impl FnOnce() -> Reply) -> Result<Reply, Forgotten> {
        let client = self.client(call.client);
        let mut calls = client.calls.lock();
        calls.see(call.seen);
        loop {
            match calls.of(call.seq) {
                None => return Err(Forgotten),
                Some(State::Ended(reply)) => return Ok(reply.clone()),
                Some(State::Runs) => client.ended.wait(&mut calls),
                Some(new) => {
                    *new = State::Runs;
                    break;
                }
            }
        }
        drop(calls);
        let mut end = End {
            client,
            seq: call.seq,
            reply: Err("the handler did not come to its end".to_owned()),
        };
        end.reply = handler();
        Ok(end.reply.clone())
    }

    /// How many calls are in the table.
    pub fn len(&self) -> usize {
        let clients = self.clients.lock();
        let known = |client: &Arc<Client>| {
            let calls = client.calls.lock();
            let known = |state: &&State| !matches!(state, State::New);
            calls.states.iter().filter(known).count()
        };
        clients.values().map(known).sum()
    }

    /// Whether no call is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
