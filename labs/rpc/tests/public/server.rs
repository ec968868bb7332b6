//! Public tests of `server`: `cargo test -p rpc server`.

use std::collections::VecDeque;
use std::io;
use std::panic::panic_any;
use std::sync::Mutex;

use kit::channel;
use kit::explore::Explorer;
use rpc::link::Link;
use rpc::message::{Request, Response};
use rpc::server::Server;
use rpc::wire::{decode, encode};
use serde_json::json;

rules::test!("src/server.rs");

/// A connection whose frames are written down beforehand, and whose replies are kept. Its locks are
/// the test's own: no steps of a search.
struct Script {
    frames: Mutex<VecDeque<Vec<u8>>>,
    replies: Mutex<Vec<Response>>,
}

impl Link for Script {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let reply = decode(frame).expect("a reply");
        self.replies.lock().unwrap().push(reply);
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.frames.lock().unwrap().pop_front())
    }

    fn close(&self) {}
}

/// What a server replies to those frames, by number.
fn replies(server: &Server, frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<Response> {
    let script = Script {
        frames: Mutex::new(frames.into_iter().collect()),
        replies: Mutex::default(),
    };
    server.serve(&script);
    let mut replies = script.replies.into_inner().unwrap();
    replies.sort_by_key(|reply| reply.id);
    replies
}

fn request(id: u64, method: &str) -> Vec<u8> {
    encode(&Request::new(id, method, json!(id)))
}

fn echo() -> Server {
    let mut server = Server::new();
    server.register("Echo", |request| Ok(request.param().clone()));
    server
}

#[test]
fn each_request_is_answered_under_its_number() {
    let requests = (1..=20).map(|id| request(id, "Echo"));
    let expected: Vec<_> = (1..=20)
        .map(|id| Response::new(id, Ok(json!(id))))
        .collect();
    assert_eq!(
        replies(&echo(), requests),
        expected,
        "each of twenty requests must have its own reply"
    );
}

#[test]
fn what_cannot_be_handled_is_an_error_and_the_next_request_is_handled() {
    let mut server = echo();
    server.register("Panic", |_| panic_any("on purpose"));
    let nonsense = b"{\"id\": 3}".to_vec();
    let frames = [
        request(1, "Panic"),
        request(2, "Nobody"),
        nonsense,
        request(4, "Echo"),
    ];
    let replies = replies(&server, frames);
    for (id, reply) in (1..=3).zip(&replies) {
        assert_eq!(
            reply.id, id,
            "each request must have a reply with its number"
        );
        assert!(reply.error.is_some(), "{reply:?} is not an error");
    }
    assert_eq!(
        replies[3..],
        [Response::new(4, Ok(json!(4)))],
        "requests before it failed: this one must have its reply all the same"
    );
}

#[test]
fn a_slow_request_delays_nobody() {
    Explorer::new().preemptions(2).explore(|| {
        let (tell, told) = channel::unbounded();
        let mut server = Server::new();
        server.register("Wait", move |_| Ok(json!(told.recv().is_ok())));
        server.register("Tell", move |_| Ok(json!(tell.send(()).is_ok())));
        let replies = replies(&server, [request(1, "Wait"), request(2, "Tell")]);
        let done = |id| Response::new(id, Ok(json!(true)));
        assert_eq!(
            replies,
            [done(1), done(2)],
            "one handler waits for the other: both requests must be answered"
        );
    });
}
