//! Given: the grader uses its own copy, edits here are ignored.
//!
//! A [`Caller`] that connects when it has to: at the first call, and again after a connection was
//! lost. It is what `retry` needs of a server that crashes and comes back.

use std::io;

use kit::sync::{Arc, Mutex};
use kit::time::Duration;
use serde_json::Value;

use crate::client::Client;
use crate::link::Link;
use crate::message::{CallError, CallId};
use crate::retry::Caller;

/// Makes a new connection, or says why there is none.
pub type Connect = dyn Fn() -> io::Result<Arc<dyn Link>> + Send + Sync;

/// Calls over a connection that is made when it is needed. Threads share it.
pub struct Dial {
    connect: Box<Connect>,
    timeout: Duration,
    client: Mutex<Option<Arc<Client>>>,
}

impl Dial {
    /// Connects with `connect`, and waits for each reply at most that long. Does not connect yet.
    pub fn new(
        connect: impl Fn() -> io::Result<Arc<dyn Link>> + Send + Sync + 'static,
        timeout: Duration,
    ) -> Self {
        Dial {
            connect: Box::new(connect),
            timeout,
            client: Mutex::new(None),
        }
    }

    /// The connection that there is, or a new one. Blocks while another thread makes it.
    fn client(&self) -> Result<Arc<Client>, CallError> {
        let mut client = self.client.lock();
        if let Some(client) = &*client {
            return Ok(Arc::clone(client));
        }
        let link = (self.connect)().map_err(|_| CallError::Lost)?;
        let new = Arc::new(Client::new(link, Some(self.timeout)));
        *client = Some(Arc::clone(&new));
        Ok(new)
    }

    /// That connection is of no use any more. Another thread may have made a new one already, which
    /// stays.
    fn hang_up(&self, lost: &Arc<Client>) {
        let mut client = self.client.lock();
        let same = client.as_ref().is_some_and(|now| Arc::ptr_eq(now, lost));
        let old = if same { client.take() } else { None };
        drop(client);
        // Dropped without the lock: it waits for the thread that reads.
        drop(old);
    }
}

impl Caller for Dial {
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        let client = self.client()?;
        let result = client.call(method, param, call);
        if result == Err(CallError::Lost) {
            self.hang_up(&client);
        }
        result
    }
}
