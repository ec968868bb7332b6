//! A thread for each request, in a scope that waits for all of them. Nothing is reused, and nothing
//! is limited.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::collections::HashMap;
use kit::thread;
use serde_json::Value;

use crate::link::Link;
use crate::message::{Reply, Request, Response};
use crate::wire;

/// Handlers by name.
#[derive(Default)]
pub struct Server {
    handlers: HashMap<String, Box<Handler>>,
}

/// What runs a request.
pub type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

impl Server {
    /// A server without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `handler` for requests with that method.
    pub fn register(
        &mut self,
        method: &str,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) {
        self.handlers.insert(method.to_owned(), Box::new(handler));
    }

    /// Answers the requests of one connection.
    pub fn serve(&self, link: &dyn Link) {
        thread::scope(|scope| {
            while let Ok(Some(frame)) = link.receive() {
                scope.spawn(move || {
                    let _ = link.send(&framed(&self.answer(&frame)));
                });
            }
        });
    }

    fn answer(&self, frame: &[u8]) -> Response {
        match wire::decode::<Request>(frame) {
            Ok(request) => Response::new(request.id, self.run(&request)),
            Err(error) => {
                let value: Value = wire::decode(frame).unwrap_or_default();
                let id = value["id"].as_u64().unwrap_or(0);
                Response::new(id, Err(error.to_string()))
            }
        }
    }

    fn run(&self, request: &Request) -> Reply {
        let handler = self.handlers.get(&request.method);
        let handler = handler.ok_or_else(|| format!("unknown method: {}", request.method))?;
        catch_unwind(AssertUnwindSafe(|| handler(request)))
            .unwrap_or_else(|_| Err("a panic".to_owned()))
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
