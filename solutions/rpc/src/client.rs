//! You write this file: many calls at once on one connection.
//!
//! [`Client::call`] looks like a function call. Behind it, requests of many threads go out on one
//! [`Link`], each with a number, and one thread reads replies, in whatever order they come, and
//! hands each to the call that has its number.
//!
//! Watch for:
//! - a reply can come before `send` has returned: whoever waits for it must be known by then;
//! - `send` blocks while the way is full, and the server may be in its own `send`: replies must be
//!   read meanwhile;
//! - a reply can come after its call has given up: it must not be given to another;
//! - a call that is over leaves nothing behind, whichever way it ended: a connection may live for a
//!   year;
//! - when the connection is lost (`receive` says that no more will come, or fails), every call that
//!   waits fails, and so does every later one;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - what is not a reply, or nobody's, harms nobody.
//!
//! Not here: trying again (`retry`).
//!
//! Read: notes/rpc.md, "The client".

use kit::sync::Arc;
use kit::time::Duration;
use serde_json::Value;

use crate::link::Link;
use crate::message::{CallError, CallId};
// LAB: // You will want: use kit::channel; use kit::sync::Mutex; use kit::thread; and use crate::wire;
use crate::message::{Reply, Request, Response};
use crate::wire;
use kit::channel::{self, RecvTimeoutError, Sender};
use kit::collections::HashMap;
use kit::sync::Mutex;
use kit::thread::{self, JoinHandle};
// LAB: end

/// One connection that threads share to call.
///
/// Dropped, it closes the connection, and blocks until the thread that reads replies has ended.
pub struct Client {
    // LAB: // Your fields: the link, the calls that wait with what guards them, and the thread that reads
    // LAB: end
    // LAB: // replies.
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    timeout: Option<Duration>,
    // LAB: end
}

// LAB:
struct Shared {
    link: Arc<dyn Link>,
    calls: Mutex<Calls>,
}

/// The calls that wait for a reply.
struct Calls {
    /// The number of the next call. None is used twice, so a late reply finds nobody.
    next: u64,
    /// Who waits for which number. Its sender dropped, a call knows that the connection is lost.
    waiting: HashMap<u64, Sender<Reply>>,
    /// The connection is lost: nobody would answer.
    lost: bool,
}
// LAB: end

impl Client {
    /// Calls over `link`, any number of threads at once, and waits for each reply at most that
    /// long after its request was sent, or after the call began, whatever replies other calls get
    /// meanwhile. Without a limit, or with one that is longer than the clock can say, until the
    /// reply is there or the connection is lost.
    pub fn new(link: Arc<dyn Link>, timeout: Option<Duration>) -> Self {
        // LAB: let _ = (link, timeout);
        // LAB: end
        // LAB: todo!("keep the link, and start a thread that reads replies")
        let shared = Arc::new(Shared {
            link,
            calls: Mutex::new(Calls {
                next: 1,
                waiting: HashMap::default(),
                lost: false,
            }),
        });
        let reading = Arc::clone(&shared);
        Client {
            shared,
            reader: Some(thread::spawn(move || reading.read_replies())),
            timeout,
        }
        // LAB: end
    }

    /// Calls `method`, and returns what its handler did, `null` included. Blocks until the reply is
    /// there, the time is up, or the connection is lost. A reply that comes before the connection
    /// is lost is the result, also if it is lost at once.
    ///
    /// # Errors
    ///
    /// [`CallError::Refused`] is the handler's own error. [`CallError::Lost`], too, if the request
    /// could not be sent; if its reply has come all the same, either may be the result. After
    /// [`CallError::TimedOut`] and [`CallError::Lost`] nobody knows whether the call was executed.
    pub fn call(
        &self,
        method: &str,
        param: &Value,
        call: Option<CallId>,
    ) -> Result<Value, CallError> {
        // LAB: let _ = (method, param, call);
        // LAB: end
        // LAB: todo!("send the request under a new number, and wait for the reply that has it")
        let (reply, answer) = channel::bounded(1);
        let id = self.shared.expect(reply).ok_or(CallError::Lost)?;
        let request = Request {
            call,
            ..Request::new(id, method, param.clone())
        };
        // The call is known before it is sent: its reply may be there before `send` has returned.
        if self.shared.link.send(&wire::encode(&request)).is_err() {
            self.shared.forget(id);
            return Err(CallError::Lost);
        }
        let answered = match self.timeout {
            Some(timeout) => answer.recv_timeout(timeout),
            None => answer.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match answered {
            Ok(reply) => reply.map_err(CallError::Refused),
            Err(RecvTimeoutError::Disconnected) => Err(CallError::Lost),
            Err(RecvTimeoutError::Timeout) => {
                self.shared.forget(id);
                Err(CallError::TimedOut)
            }
        }
        // LAB: end
    }
}
// LAB:

impl Shared {
    /// Gives the call that waits at `reply` a number; `None` if the connection is lost.
    fn expect(&self, reply: Sender<Reply>) -> Option<u64> {
        let mut calls = self.calls.lock();
        if calls.lost {
            return None;
        }
        let id = calls.next;
        calls.next += 1;
        calls.waiting.insert(id, reply);
        Some(id)
    }

    /// Nobody waits for that reply any more.
    fn forget(&self, id: u64) {
        self.calls.lock().waiting.remove(&id);
    }

    /// Hands each reply to the call that has its number, until the connection ends.
    fn read_replies(&self) {
        while let Ok(Some(frame)) = self.link.receive() {
            // What is not a reply is nobody's: the call it was meant for, if any, will time out.
            let Ok(response) = wire::decode::<Response>(&frame) else {
                continue;
            };
            let waiting = self.calls.lock().waiting.remove(&response.id);
            if let Some(reply) = waiting {
                // Room for one, and sent once: never blocks. If the call has just given up, nobody
                // reads it.
                let _ = reply.send(response.into_reply());
            }
        }
        let mut calls = self.calls.lock();
        calls.lost = true;
        // Every call that waits sees its channel disconnected.
        calls.waiting.clear();
    }
}
// LAB: end

impl Drop for Client {
    fn drop(&mut self) {
        // LAB: // Yours: close the link, and wait for the thread that reads.
        self.shared.link.close();
        if let Some(reader) = self.reader.take() {
            // It does not panic, and if it did, this is not a place to say so.
            let _ = reader.join();
        }
        // LAB: end
    }
}
