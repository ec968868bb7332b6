//! Clients that look like ours, each with a mistake.

use std::collections::BTreeMap;

use kit::channel::{self, Sender};
use kit::sync::{Arc, Mutex};
use kit::thread::{self, JoinHandle};
use rpc::link::Link;
use rpc::message::{CallError, Reply, Request, Response};
use rpc::wire;
use serde_json::Value;

use crate::stack::PATIENCE;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A number is free again when its call has given up, and a late reply to that goes to the next
    /// call that has it.
    NumbersComeAgain,
    /// Whoever waits longest gets the next reply, whatever number it has.
    FirstComeFirstServed,
}

pub(crate) struct Careless {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

struct Shared {
    link: Arc<dyn Link>,
    mistake: Mistake,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    last: u64,
    waiting: BTreeMap<u64, Sender<Reply>>,
}

impl Careless {
    pub(crate) fn new(link: Arc<dyn Link>, mistake: Mistake) -> Self {
        let calls = Mutex::default();
        let shared = Arc::new(Shared {
            link,
            mistake,
            calls,
        });
        let reading = Arc::clone(&shared);
        Careless {
            shared,
            reader: Some(thread::spawn(move || reading.read_replies())),
        }
    }

    pub(crate) fn call(&self, method: &str, param: &Value) -> Result<Value, CallError> {
        let (reply, answer) = channel::bounded(1);
        let id = self.shared.expect(reply);
        let request = Request::new(id, method, param.clone());
        let sent = self.shared.link.send(&wire::encode(&request));
        sent.map_err(|_| CallError::Lost)?;
        match answer.recv_timeout(PATIENCE) {
            Ok(reply) => reply.map_err(CallError::Refused),
            Err(_) => {
                self.shared.calls.lock().waiting.remove(&id);
                Err(CallError::TimedOut)
            }
        }
    }
}

impl Shared {
    fn expect(&self, reply: Sender<Reply>) -> u64 {
        let mut calls = self.calls.lock();
        let id = match self.mistake {
            Mistake::NumbersComeAgain => {
                let free = |id: &u64| !calls.waiting.contains_key(id);
                (1..).find(free).expect("there are enough numbers")
            }
            Mistake::FirstComeFirstServed => calls.last + 1,
        };
        calls.last = id;
        calls.waiting.insert(id, reply);
        id
    }

    fn read_replies(&self) {
        while let Ok(Some(frame)) = self.link.receive() {
            let response: Response = wire::decode(&frame).expect("the server sends replies");
            let mut calls = self.calls.lock();
            let waits = match self.mistake {
                Mistake::NumbersComeAgain => calls.waiting.remove(&response.id),
                Mistake::FirstComeFirstServed => calls.waiting.pop_first().map(|(_, first)| first),
            };
            if let Some(reply) = waits {
                let _ = reply.send(response.into_reply());
            }
        }
    }
}

impl Drop for Careless {
    fn drop(&mut self) {
        self.shared.link.close();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
