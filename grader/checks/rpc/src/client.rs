//! Hidden checks of `client`.

use std::io;

use kit::channel::{self, Receiver, Sender};
use kit::explore::Explorer;
use kit::sync::Arc;
use kit::time::Duration;
use kit::{explore, possible, thread};
use rpc::client::Client;
use rpc::link::Link;
use rpc::message::{CallError, CallId, ClientId};
use serde_json::{Value, json};

use crate::memory;

harness::checks![
    a_call_has_its_result,
    a_refusal_is_an_error,
    a_request_says_all,
    no_number_is_used_twice,
    what_is_no_reply_harms_nobody,
    a_reply_that_nobody_wants_harms_nobody,
    a_reply_may_come_before_send_returns,
    a_request_that_cannot_be_sent_is_lost,
    an_answered_call_leaves_nothing_behind,
    a_call_that_was_given_up_leaves_nothing_behind,
    after_the_end_every_call_is_lost,
    a_dropped_client_closes_its_link,
    replies_find_their_calls_in_any_order,
    the_end_reaches_every_call,
    silence_is_a_time_out,
    a_late_reply_is_nobodys,
    two_calls_are_under_way_at_once,
];

// What the file has to offer, to the letter.
type Call = fn(&Client, &str, &Value, Option<CallId>) -> Result<Value, CallError>;
const _: Call = |client, method, param, call| client.call(method, param, call);

/// A link with the check at its other end: it sees each request, and sends what it likes.
struct Wire {
    requests: Sender<Value>,
    /// What comes, and at last that no more will.
    into: Sender<Option<Vec<u8>>>,
    frames: Receiver<Option<Vec<u8>>>,
}

/// The other end of a [`Wire`].
struct Server {
    requests: Receiver<Value>,
    into: Sender<Option<Vec<u8>>>,
}

fn wire() -> (Arc<Wire>, Server) {
    let (seen, requests) = channel::unbounded();
    let (into, frames) = channel::unbounded();
    let wire = Wire {
        requests: seen,
        frames,
        into: into.clone(),
    };
    (Arc::new(wire), Server { requests, into })
}

impl Link for Wire {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request = serde_json::from_slice(frame).expect("a request is JSON");
        let sent = self.requests.send(request);
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.frames.recv().expect("it is open"))
    }

    fn close(&self) {
        self.into.send(None).expect("it is open");
    }
}

impl Server {
    /// The next request's number and argument.
    fn request(&self) -> (u64, Value) {
        let request = self.requests.recv().expect("a client calls");
        let id = request["id"].as_u64().expect("a request has a number");
        (id, request["params"][0].clone())
    }

    fn send(&self, reply: &Value) {
        self.send_bytes(reply.to_string().as_bytes());
    }

    fn send_bytes(&self, frame: &[u8]) {
        let sent = self.into.send(Some(frame.to_vec()));
        sent.expect("a client listens");
    }

    fn answer(&self, id: u64, result: Value) {
        self.send(&json!({ "id": id, "result": result, "error": null }));
    }

    /// Answers so many requests, each with its argument, and goes.
    fn echo(self, requests: usize) {
        for _ in 0..requests {
            let (id, param) = self.request();
            self.answer(id, param);
        }
    }
}

fn a_call_has_its_result() {
    explore(|| {
        let (wire, server) = wire();
        let serving = thread::spawn(move || server.echo(1));
        let client = Client::new(wire, None);
        assert_eq!(
            client.call("A.B", &json!("hello"), None),
            Ok(json!("hello"))
        );
        serving.join().unwrap();
    });
}

fn a_refusal_is_an_error() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        let (id, _) = server.request();
        server.send(&json!({ "id": id, "result": null, "error": "not today" }));
    });
    let client = Client::new(wire, None);
    let refused = client.call("A.B", &json!(1), None);
    assert_eq!(refused, Err(CallError::Refused("not today".to_owned())));
    serving.join().unwrap();
}

fn a_request_says_all() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        for _ in 0..2 {
            let request = server.requests.recv().expect("a client calls");
            server.answer(request["id"].as_u64().expect("a number"), request);
        }
    });
    let client = Client::new(wire, None);
    let call = CallId {
        client: ClientId(5),
        seq: 2,
        seen: 1,
    };
    let said = client
        .call("KV.Get", &json!({ "key": "a" }), Some(call))
        .expect("a reply");
    assert_eq!(
        (&said["method"], &said["params"]),
        (&json!("KV.Get"), &json!([{ "key": "a" }]))
    );
    assert_eq!(said["call"], json!(call));
    let said = client.call("KV.Get", &json!(1), None).expect("a reply");
    assert_eq!(
        said.get("call"),
        None,
        "a plain peer does not know that member"
    );
    serving.join().unwrap();
}

fn no_number_is_used_twice() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        let mut numbers = Vec::new();
        for _ in 0..20 {
            let (id, param) = server.request();
            numbers.push(id);
            server.answer(id, param);
        }
        numbers
    });
    let client = Client::new(wire, None);
    for n in 0..20 {
        assert_eq!(client.call("A.B", &json!(n), None), Ok(json!(n)));
    }
    let mut numbers = serving.join().unwrap();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 20, "twenty calls have twenty numbers");
}

fn what_is_no_reply_harms_nobody() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        let (id, param) = server.request();
        for nonsense in [&b"what"[..], b"", b"\xff", b"[1]", b"{\"id\":\"x\"}"] {
            server.send_bytes(nonsense);
        }
        server.answer(id, param);
    });
    let client = Client::new(wire, None);
    assert_eq!(client.call("A.B", &json!(7), None), Ok(json!(7)));
    serving.join().unwrap();
}

fn a_reply_that_nobody_wants_harms_nobody() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        let (id, param) = server.request();
        server.answer(id + 1_000, json!("not yours"));
        server.answer(id, param.clone());
        // And once more, as a network may do it.
        server.answer(id, param);
        server.echo(1);
    });
    let client = Client::new(wire, None);
    assert_eq!(client.call("A.B", &json!(7), None), Ok(json!(7)));
    assert_eq!(
        client.call("A.B", &json!(8), None),
        Ok(json!(8)),
        "the second reply was not for this call"
    );
    serving.join().unwrap();
}

/// A link that answers each request with its argument, before `send` has returned.
struct Quick {
    into: Sender<Option<Vec<u8>>>,
    frames: Receiver<Option<Vec<u8>>>,
}

impl Quick {
    fn new() -> Self {
        let (into, frames) = channel::unbounded();
        Quick { into, frames }
    }
}

impl Link for Quick {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request: Value = serde_json::from_slice(frame).expect("a request is JSON");
        let reply = json!({ "id": request["id"], "result": request["params"][0], "error": null });
        let frame = reply.to_string().into_bytes();
        self.into.send(Some(frame)).expect("it is open");
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.frames.recv().expect("it is open"))
    }

    fn close(&self) {
        self.into.send(None).expect("it is open");
    }
}

fn a_reply_may_come_before_send_returns() {
    explore(|| {
        let client = Client::new(Arc::new(Quick::new()), None);
        assert_eq!(client.call("A.B", &json!(7), None), Ok(json!(7)));
    });
}

fn a_request_that_cannot_be_sent_is_lost() {
    explore(|| {
        let (wire, server) = wire();
        drop(server);
        let client = Client::new(wire, None);
        assert_eq!(client.call("A.B", &json!(1), None), Err(CallError::Lost));
    });
}

/// What 5,000 calls have left in memory, in bytes for each.
fn left_by(mut call: impl FnMut()) -> usize {
    const CALLS: usize = 5_000;
    // Tables and queues have their size by then.
    (0..100).for_each(|_| call());
    let before = memory::live();
    (0..CALLS).for_each(|_| call());
    memory::live().saturating_sub(before) / CALLS
}

fn an_answered_call_leaves_nothing_behind() {
    let client = Client::new(Arc::new(Quick::new()), None);
    let left = left_by(|| {
        let reply = client.call("A.B", &json!(7), None);
        assert_eq!(reply, Ok(json!(7)));
    });
    assert!(left < 8, "each call leaves {left} bytes behind");
}

fn a_call_that_was_given_up_leaves_nothing_behind() {
    let (wire, server) = wire();
    let client = Client::new(wire, Some(Duration::ZERO));
    let left = left_by(|| {
        let silence = client.call("A.B", &json!(7), None);
        assert_eq!(silence, Err(CallError::TimedOut), "nobody answers");
        server.request();
    });
    assert!(left < 8, "each call leaves {left} bytes behind");
}

fn after_the_end_every_call_is_lost() {
    explore(|| {
        let (wire, _server) = wire();
        let client = Client::new(Arc::clone(&wire) as Arc<dyn Link>, None);
        wire.close();
        assert_eq!(client.call("A.B", &json!(1), None), Err(CallError::Lost));
        assert_eq!(
            client.call("A.B", &json!(2), None),
            Err(CallError::Lost),
            "and stays so"
        );
    });
}

fn a_dropped_client_closes_its_link() {
    explore(|| {
        let (wire, _server) = wire();
        let held = Arc::downgrade(&wire);
        drop(Client::new(wire, None));
        assert!(held.upgrade().is_none(), "a thread still reads");
    });
}

fn replies_find_their_calls_in_any_order() {
    Explorer::new().preemptions(2).explore(|| {
        let (wire, server) = wire();
        let client = Client::new(wire, None);
        thread::scope(|s| {
            s.spawn(|| {
                let [(one, first), (two, second)] = [server.request(), server.request()];
                server.answer(two, second);
                server.answer(one, first);
            });
            let other = s.spawn(|| client.call("A.B", &json!(1), None));
            assert_eq!(client.call("A.B", &json!(2), None), Ok(json!(2)));
            assert_eq!(other.join().unwrap(), Ok(json!(1)));
        });
    });
}

fn the_end_reaches_every_call() {
    Explorer::new().preemptions(2).explore(|| {
        let (wire, server) = wire();
        let client = Client::new(Arc::clone(&wire) as Arc<dyn Link>, None);
        thread::scope(|s| {
            let other = s.spawn(|| client.call("A.B", &json!(1), None));
            let wire = &wire;
            s.spawn(move || {
                server.request();
                wire.close();
                drop(server);
            });
            assert_eq!(client.call("A.B", &json!(2), None), Err(CallError::Lost));
            assert_eq!(other.join().unwrap(), Err(CallError::Lost));
        });
    });
}

fn silence_is_a_time_out() {
    explore(|| {
        let (wire, _server) = wire();
        let client = Client::new(wire, Some(Duration::from_millis(1)));
        assert_eq!(
            client.call("A.B", &json!(1), None),
            Err(CallError::TimedOut)
        );
    });
}

fn a_late_reply_is_nobodys() {
    Explorer::new().preemptions(2).explore(|| {
        let (wire, server) = wire();
        let client = Client::new(wire, Some(Duration::from_millis(1)));
        let first = client.call("A.B", &json!(1), None);
        assert_eq!(first, Err(CallError::TimedOut), "nobody answers");
        // The first reply comes at last, and then the second.
        let (one, _) = server.request();
        server.answer(one, json!("late"));
        thread::scope(|s| {
            s.spawn(|| {
                let (two, param) = server.request();
                server.answer(two, param);
            });
            let second = client.call("A.B", &json!(2), None);
            assert!(
                second == Ok(json!(2)) || second == Err(CallError::TimedOut),
                "the second call got the first one's reply: {second:?}"
            );
        });
    });
}

fn two_calls_are_under_way_at_once() {
    possible(|goal| {
        let (wire, server) = wire();
        let goal = *goal;
        let client = Client::new(wire, None);
        thread::scope(|s| {
            s.spawn(|| client.call("A.B", &json!(1), None));
            s.spawn(move || {
                let calls = [server.request(), server.request()];
                goal.reached();
                for (id, param) in calls {
                    server.answer(id, param);
                }
            });
            let _ = client.call("A.B", &json!(2), None);
        });
    });
}
