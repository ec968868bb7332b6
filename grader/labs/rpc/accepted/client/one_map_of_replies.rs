//! Replies are put into the table of calls, and one condvar wakes all that wait to look for theirs.

use kit::collections::HashMap;
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::{self, JoinHandle};
use kit::time::Duration;
use serde_json::Value;

use crate::link::Link;
use crate::message::{CallError, CallId, Reply, Request, Response};
use crate::wire;

/// One connection that threads share to call.
pub struct Client {
    link: Arc<dyn Link>,
    table: Arc<Table>,
    timeout: Option<Duration>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Table {
    calls: Mutex<Calls>,
    news: Condvar,
}

#[derive(Default)]
struct Calls {
    last: u64,
    replies: HashMap<u64, Option<Reply>>,
    lost: bool,
}

impl Client {
    /// Calls over `link`, and waits for each reply at most that long.
    pub fn new(link: Arc<dyn Link>, timeout: Option<Duration>) -> Self {
        let table = Arc::new(Table::default());
        let (from, into) = (Arc::clone(&link), Arc::clone(&table));
        let reader = thread::spawn(move || into.read(&*from));
        Client {
            link,
            table,
            timeout,
            reader: Some(reader),
        }
    }

    /// Calls `method`, and returns what its handler did.
    pub fn call(
        &self,
        method: &str,
        param: &Value,
        call: Option<CallId>,
    ) -> Result<Value, CallError> {
        let mut calls = self.table.calls.lock();
        if calls.lost {
            return Err(CallError::Lost);
        }
        calls.last += 1;
        let id = calls.last;
        calls.replies.insert(id, None);
        drop(calls);

        let mut request = Request::new(id, method, param.clone());
        request.call = call;
        let sent = self.link.send(&wire::encode(&request));

        let mut calls = self.table.calls.lock();
        let waits = |calls: &mut Calls| !calls.lost && calls.replies[&id].is_none();
        match self.timeout {
            _ if sent.is_err() => {}
            None => self.table.news.wait_while(&mut calls, waits),
            Some(timeout) => {
                self.table.news.wait_while_for(&mut calls, waits, timeout);
            }
        }
        match calls.replies.remove(&id).flatten() {
            Some(reply) => reply.map_err(CallError::Refused),
            None if calls.lost || sent.is_err() => Err(CallError::Lost),
            None => Err(CallError::TimedOut),
        }
    }
}

impl Table {
    fn read(&self, link: &dyn Link) {
        while let Ok(Some(frame)) = link.receive() {
            if let Ok(response) = wire::decode::<Response>(&frame) {
                let mut calls = self.calls.lock();
                if let Some(reply) = calls.replies.get_mut(&response.id) {
                    *reply = Some(response.into_reply());
                    self.news.notify_all();
                }
            }
        }
        self.calls.lock().lost = true;
        self.news.notify_all();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.link.close();
        let reader = self.reader.take();
        let _ = reader.map(JoinHandle::join);
    }
}
