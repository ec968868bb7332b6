//! Threads take frames from a channel. The reader counts those that are free, and starts one more
//! if none is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel::{self, Receiver};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::thread;
use serde_json::Value;

use crate::link::Link;
use crate::message::{Reply, Request, Response};
use crate::wire;

/// Handlers by name.
pub struct Server {
    handlers: BTreeMap<String, Arc<Handler>>,
}

/// What runs a request.
pub type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

impl Server {
    /// A server without handlers.
    pub fn new() -> Self {
        Server {
            handlers: BTreeMap::new(),
        }
    }

    /// Runs `handler` for requests with that method.
    pub fn register(
        &mut self,
        method: &str,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) {
        self.handlers.insert(method.to_owned(), Arc::new(handler));
    }

    /// Answers the requests of one connection.
    pub fn serve(&self, link: &dyn Link) {
        // Threads that are done, less the frames in the queue: each of those has its thread.
        let free = AtomicUsize::new(0);
        let (queue, frames) = channel::unbounded();
        thread::scope(|scope| {
            while let Ok(Some(frame)) = link.receive() {
                let one_less = |free: usize| free.checked_sub(1);
                if free.fetch_update(SeqCst, SeqCst, one_less).is_ok() {
                    let _ = queue.send(frame);
                } else {
                    let (free, frames) = (&free, frames.clone());
                    scope.spawn(move || self.work(link, frame, free, &frames));
                }
            }
            drop(queue);
        });
    }

    /// Answers a frame, and then those of the queue until it ends.
    fn work(&self, link: &dyn Link, first: Vec<u8>, free: &AtomicUsize, queue: &Receiver<Vec<u8>>) {
        let mut next = Ok(first);
        while let Ok(frame) = next {
            let response = match wire::decode::<Request>(&frame) {
                Ok(request) => Response::new(request.id, self.reply(&request)),
                Err(error) => Response::new(number(&frame), Err(error.to_string())),
            };
            let _ = link.send(&framed(&response));
            free.fetch_add(1, SeqCst);
            next = queue.recv();
        }
    }

    fn reply(&self, request: &Request) -> Reply {
        let Some(handler) = self.handlers.get(&request.method) else {
            return Err("no such method".to_owned());
        };
        let reply = catch_unwind(AssertUnwindSafe(|| handler(request)));
        reply.unwrap_or_else(|_| Err("it panicked".to_owned()))
    }
}

/// A reply as a frame, or, if it would be too long, that it is.
fn framed(response: &Response) -> Vec<u8> {
    let frame = wire::encode(response);
    if frame.len() > wire::MAX_FRAME {
        let error = "the reply is too long".to_owned();
        return wire::encode(&Response::new(response.id, Err(error)));
    }
    frame
}

fn number(frame: &[u8]) -> u64 {
    let value = wire::decode::<Value>(frame).ok();
    value.and_then(|value| value["id"].as_u64()).unwrap_or(0)
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
