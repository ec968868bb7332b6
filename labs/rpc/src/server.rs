//! You write this file: the dispatcher.
//!
//! A [`Server`] knows handlers by name. For each request of a connection it runs the one that is
//! asked for, in a thread of its own, so that a slow request delays nobody, and sends what it
//! returns with the request's number.
//!
//! Watch for:
//! - a handler can take for ever: nothing that other requests need may be held while it runs;
//! - a handler can panic, with whatever payload: its caller gets an error, and the connection lives
//!   on;
//! - a frame that is not a request, or names no method, gets an error as its reply, and so does a
//!   request whose reply is too long to be sent;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - [`Server::serve`] returns when the connection has ended *and* its requests are answered.
//!
//! A thread is expensive to start, so a good server lets threads that are done take the next
//! request. Begin with a thread for each request; `notes/rpc.md` tells, step by step, what makes it
//! twenty times as fast.
//!
//! Not here: whether a request is new (`dedup`), and handlers that panic with something that panics
//! again when it is dropped.
//!
//! Read: notes/rpc.md, "The dispatcher".

use crate::link::Link;
use crate::message::{Reply, Request};
// You will want: use kit::thread; use crate::message::Response; and use crate::wire;

/// Handlers by name, for any number of connections.
///
/// # Examples
///
/// ```no_run
/// use rpc::server::Server;
///
/// let mut server = Server::new();
/// server.register("Math.Double", |request| match request.param().as_u64() {
///     Some(number) => Ok((2 * number).into()),
///     None => Err("that is not a number".to_owned()),
/// });
/// ```
pub struct Server {
    // Your fields: the handlers. Once it serves, they do not change.
}

/// What runs a request, of which it sees all. What it returns is the reply, a result or an error.
pub type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

impl Server {
    /// A server without handlers.
    pub fn new() -> Self {
        todo!("make a server that knows no method")
    }

    /// Runs `handler` for requests with that method. The one that was there before is gone.
    pub fn register(
        &mut self,
        method: &str,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) {
        let _ = handler;
        todo!("keep the handler under {method}")
    }

    /// Answers the requests of one connection. Blocks until it has ended and every handler has
    /// returned. A server may serve several connections at once, and others after them.
    ///
    /// A reply is sent on the connection of its request as soon as the handler has returned,
    /// however long other handlers take: those of requests that came before, of the same client, or
    /// of another connection. Every request has its own reply, also when two have the same number.
    /// If a reply is longer than [a frame may be](crate::wire::MAX_FRAME), an error takes its
    /// place. One that cannot be sent is dropped.
    ///
    /// While a thousand requests of this connection, or 16 MiB of them, or more are not answered it
    /// may leave others unread, so that a client which asks faster than handlers return does not
    /// fill the memory. If what comes is not a frame, it may tell the peer so, under the number 0,
    /// before it returns.
    pub fn serve(&self, link: &dyn Link) {
        let _ = link;
        todo!("answer each request that the link receives, in a thread of its own")
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
