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
// You will want: use kit::channel; use kit::sync::Mutex; use kit::thread; and use crate::wire;

/// One connection that threads share to call.
///
/// Dropped, it closes the connection, and blocks until the thread that reads replies has ended.
pub struct Client {
    // Your fields: the link, the calls that wait with what guards them, and the thread that reads
    // replies.
}

impl Client {
    /// Calls over `link`, any number of threads at once, and waits for each reply at most that
    /// long after its request was sent, or after the call began, whatever replies other calls get
    /// meanwhile. Without a limit, or with one that is longer than the clock can say, until the
    /// reply is there or the connection is lost.
    pub fn new(link: Arc<dyn Link>, timeout: Option<Duration>) -> Self {
        let _ = (link, timeout);
        todo!("keep the link, and start a thread that reads replies")
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
        let _ = (method, param, call);
        todo!("send the request under a new number, and wait for the reply that has it")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Yours: close the link, and wait for the thread that reads.
    }
}
