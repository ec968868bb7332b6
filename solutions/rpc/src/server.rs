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
// LAB: // You will want: use kit::thread; use crate::message::Response; and use crate::wire;
use crate::message::Response;
use crate::wire::{self, MAX_FRAME};
use kit::collections::HashMap;
use kit::sync::{Condvar, Mutex};
use kit::thread::{self, Scope};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
// LAB: end

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
    // LAB: // Your fields: the handlers. Once it serves, they do not change.
    handlers: HashMap<String, Box<Handler>>,
    // LAB: end
}

/// What runs a request, of which it sees all. What it returns is the reply, a result or an error.
pub type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

// LAB:
/// How many requests of one connection run or wait at once; no more are read until one is done.
/// High enough not to matter: fewer could all wait for one that is not read.
const MAX_AT_ONCE: usize = 1024;
/// Nor are more read while the open ones have this number of bytes together.
const MAX_BYTES: usize = 16 << 20;

/// The threads of one connection and the frames that wait for them.
///
/// While a frame waits, a thread is on its way to it, and that thread calls the next before it runs
/// a handler. So no frame waits behind a handler, and a burst of frames does not wake a thread for
/// each.
#[derive(Default)]
struct Crew {
    state: Mutex<State>,
    /// Notified when a thread is called, and when no more frames will come. Idle threads wait on
    /// it.
    work: Condvar,
    /// Notified when a frame is done, if there was no room. The reader of frames waits on it.
    room: Condvar,
}

#[derive(Default)]
struct State {
    /// Frames that no thread has taken.
    waiting: VecDeque<Vec<u8>>,
    /// Frames that wait, or whose handlers run.
    open: usize,
    /// How long those are together, in bytes.
    bytes: usize,
    /// A thread was called or started, and has not come yet. Always true while a frame waits.
    on_the_way: bool,
    /// An idle thread was called, and none has heard it yet.
    called: bool,
    /// Threads that wait on `work` and were not called.
    idle: usize,
    /// No more frames will come.
    ended: bool,
}
// LAB: end

impl Server {
    /// A server without handlers.
    pub fn new() -> Self {
        // LAB: todo!("make a server that knows no method")
        Server {
            handlers: HashMap::default(),
        }
        // LAB: end
    }

    /// Runs `handler` for requests with that method. The one that was there before is gone.
    pub fn register(
        &mut self,
        method: &str,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) {
        // LAB: let _ = handler;
        // LAB: end
        // LAB: todo!("keep the handler under {method}")
        self.handlers.insert(method.to_owned(), Box::new(handler));
        // LAB: end
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
        // LAB: let _ = link;
        // LAB: end
        // LAB: todo!("answer each request that the link receives, in a thread of its own")
        let crew = Crew::default();
        thread::scope(|scope| {
            let end = loop {
                match link.receive() {
                    Ok(Some(frame)) => {
                        if crew.take_in(frame) == Call::Start {
                            self.hire(scope, &crew, link);
                        }
                    }
                    end => break end,
                }
            };
            crew.end();
            if let Err(error) = end {
                // Whoever has sent what is not a frame may still listen.
                let why = Response::new(0, Err(error.to_string()));
                let _ = link.send(&wire::encode(&why));
            }
        });
        // LAB: end
    }
    // LAB:

    /// Starts one more thread, which answers frames until no more will come.
    fn hire<'s>(&'s self, scope: &'s Scope<'s, '_>, crew: &'s Crew, link: &'s dyn Link) {
        scope.spawn(move || {
            crew.has_come();
            while let Some((frame, call)) = crew.next() {
                if call == Call::Start {
                    self.hire(scope, crew, link);
                }
                let response = self.answer(&frame);
                // If it cannot be sent, the connection has ended, and nobody waits for it.
                let _ = link.send(&frame_of(&response));
                crew.done(frame.len());
            }
        });
    }

    /// Makes the reply to one frame, whatever it holds and whatever the handler does.
    fn answer(&self, frame: &[u8]) -> Response {
        let request: Request = match wire::decode(frame) {
            Ok(request) => request,
            Err(error) => return Response::new(id_of(frame), Err(error.to_string())),
        };
        let Some(handler) = self.handlers.get(&request.method) else {
            let error = format!("there is no method {}", request.method);
            return Response::new(request.id, Err(error));
        };
        // No lock is held here: a handler may take for ever.
        let reply = catch_unwind(AssertUnwindSafe(|| handler(&request)));
        let reply = reply.unwrap_or_else(|_| Err("the handler panicked".to_owned()));
        Response::new(request.id, reply)
    }
    // LAB: end
}
// LAB:

/// How the next thread is called.
#[derive(PartialEq, Eq)]
enum Call {
    /// It is on its way, or there is nothing for it to do.
    Done,
    /// None is idle: the caller has to start one.
    Start,
}

impl State {
    fn is_full(&self) -> bool {
        self.open >= MAX_AT_ONCE || self.bytes >= MAX_BYTES
    }
}

impl Crew {
    /// A frame has come. Blocks while too many are open.
    fn take_in(&self, frame: Vec<u8>) -> Call {
        let mut state = self.state.lock();
        while state.is_full() {
            self.room.wait(&mut state);
        }
        state.open += 1;
        state.bytes += frame.len();
        state.waiting.push_back(frame);
        self.call(&mut state)
    }

    /// Calls a thread if a frame waits and none is on its way.
    fn call(&self, state: &mut State) -> Call {
        if state.waiting.is_empty() || state.on_the_way {
            return Call::Done;
        }
        state.on_the_way = true;
        if state.idle == 0 {
            return Call::Start;
        }
        state.idle -= 1;
        state.called = true;
        self.work.notify_one();
        Call::Done
    }

    /// The thread that was started is there.
    fn has_come(&self) {
        self.state.lock().on_the_way = false;
    }

    /// The next frame, with the next thread called for those behind it. Blocks until there is one;
    /// `None` if there never will be.
    fn next(&self) -> Option<(Vec<u8>, Call)> {
        let mut state = self.state.lock();
        loop {
            if let Some(frame) = state.waiting.pop_front() {
                let call = self.call(&mut state);
                return Some((frame, call));
            }
            if state.ended {
                return None;
            }
            state.idle += 1;
            while !state.called && !state.ended {
                self.work.wait(&mut state);
            }
            if state.called {
                state.called = false;
                state.on_the_way = false;
            }
        }
    }

    /// A frame of that length is answered.
    fn done(&self, length: usize) {
        let mut state = self.state.lock();
        if state.is_full() {
            self.room.notify_one();
        }
        state.open -= 1;
        state.bytes -= length;
    }

    /// No more frames will come.
    fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        // All of them wake up, and none waits again.
        state.idle = 0;
        self.work.notify_all();
    }
}

/// The frame of a response. If that is too long, nobody could send it: then it says so instead.
fn frame_of(response: &Response) -> Vec<u8> {
    let frame = wire::encode(response);
    let length = frame.len();
    if length <= MAX_FRAME {
        return frame;
    }
    let error = format!("the reply has {length} bytes, and a frame at most {MAX_FRAME}");
    wire::encode(&Response::new(response.id, Err(error)))
}

/// The number that a frame has, which is not a request otherwise; 0 if it has none.
fn id_of(frame: &[u8]) -> u64 {
    wire::decode::<serde_json::Value>(frame)
        .ok()
        .and_then(|value| value.get("id")?.as_u64())
        .unwrap_or(0)
}
// LAB: end

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
