//! Hidden checks of `client`.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use kit::channel::{self, Receiver, Sender};
use kit::explore::Explorer;
use kit::sync::{Arc, Condvar, Mutex};
use kit::time::{Duration, Instant};
use kit::{explore, possible, thread};
use rpc::client::Client;
use rpc::link::Link;
use rpc::message::{CallError, CallId, ClientId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory;

harness::checks![
    a_call_has_its_result,
    a_refusal_is_an_error,
    a_request_says_all,
    no_number_is_used_twice,
    what_is_no_reply_harms_nobody,
    every_short_script_of_a_peer,
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
    other_replies_give_a_call_no_more_time,
    two_calls_are_under_way_at_once,
    a_thousand_calls_are_under_way_at_once,
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

    /// Ends the connection.
    fn end(self) {
        self.into.send(None).expect("a client listens");
    }

    /// Answers that many requests, each with its argument, and goes.
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
            Ok(json!("hello")),
            "the server answers with the argument: the call must return it"
        );
        serving.join().unwrap();
    });
    Explorer::new().preemptions(2).explore(|| {
        let (wire, server) = wire();
        let serving = thread::spawn(move || {
            let (id, param) = server.request();
            server.answer(id, param);
            server.end();
        });
        let client = Client::new(wire, None);
        assert_eq!(
            client.call("A.B", &json!("hello"), None),
            Ok(json!("hello")),
            "the reply came before the connection was lost"
        );
        serving.join().unwrap();
    });
    for timeout in [None, Some(Duration::MAX)] {
        let client = Client::new(Arc::new(Quick::new()), timeout);
        let result = client.call("A.B", &Value::Null, None);
        assert_eq!(result, Ok(Value::Null), "`null` is a result");
    }
}

fn a_refusal_is_an_error() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        for error in ["not today", ""] {
            let (id, _) = server.request();
            server.send(&json!({ "id": id, "result": null, "error": error }));
        }
    });
    let client = Client::new(wire, None);
    for error in ["not today", ""] {
        let refused = client.call("A.B", &json!(1), None);
        assert_eq!(
            refused,
            Err(CallError::Refused(error.to_owned())),
            "the reply has the error {error:?}: the call must return it as a refusal"
        );
    }
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
        .expect("the server answers: the call must return its reply");
    assert_eq!(
        (&said["method"], &said["params"]),
        (&json!("KV.Get"), &json!([{ "key": "a" }])),
        "a request must name the method and have the argument as its one parameter"
    );
    assert_eq!(
        said["call"],
        json!(call),
        "a call that was given an identifier must send it with the request"
    );
    let said = client
        .call("KV.Get", &json!(1), None)
        .expect("the reply must be returned");
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
        assert_eq!(
            client.call("A.B", &json!(n), None),
            Ok(json!(n)),
            "the server answers call {n} with its argument: the call must return it"
        );
    }
    let mut numbers = serving.join().unwrap();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 20, "twenty calls have twenty numbers");

    // More than two bytes can count. Nobody answers. Of many threads one always goes on, on a busy
    // machine as well.
    const THREADS: usize = 32;
    const EACH: usize = 2_100;
    let numbers = Arc::new(Numbers::default());
    let client = Client::new(Arc::clone(&numbers) as Arc<dyn Link>, Some(Duration::ZERO));
    thread::scope(|s| {
        for _ in 0..THREADS {
            s.spawn(|| {
                for _ in 0..EACH {
                    let silence = client.call("A", &Value::Null, None);
                    assert_eq!(silence, Err(CallError::TimedOut), "nobody answers");
                }
            });
        }
    });
    drop(client);
    let mut numbers = std::mem::take(&mut *numbers.seen.lock().unwrap());
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(
        numbers.len(),
        THREADS * EACH,
        "a late reply would find another call"
    );
}

/// A link that keeps the numbers of requests, and brings nothing.
#[derive(Default)]
struct Numbers {
    seen: std::sync::Mutex<Vec<u64>>,
    closed: Mutex<bool>,
    news: Condvar,
}

/// All of a request that [`Numbers`] looks at.
#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

impl Link for Numbers {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request: Numbered = serde_json::from_slice(frame).expect("a request is JSON");
        self.seen.lock().unwrap().push(request.id);
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        let closed = &mut self.closed.lock();
        self.news.wait_while(closed, |closed| !*closed);
        Ok(None)
    }

    fn close(&self) {
        *self.closed.lock() = true;
        self.news.notify_all();
    }
}

fn what_is_no_reply_harms_nobody() {
    let (wire, server) = wire();
    let serving = thread::spawn(move || {
        let (id, param) = server.request();
        // However often.
        for nonsense in [&b"what"[..], b"", b"\xff", b"[1]", b"{\"id\":\"x\"}"].repeat(400) {
            server.send_bytes(nonsense);
        }
        server.answer(id, param);
    });
    let client = Client::new(wire, None);
    assert_eq!(
        client.call("A.B", &json!(7), None),
        Ok(json!(7)),
        "frames that are not replies come first, then the reply: the call must return it"
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
        assert_eq!(
            client.call("A.B", &json!(7), None),
            Ok(json!(7)),
            "the reply comes before `send` returns: the call must return it"
        );
    });
    for copies in [1, 2, 3] {
        explore(move || {
            let client = Client::new(Arc::new(Full::new(copies)), None);
            assert_eq!(
                client.call("A.B", &json!(7), None),
                Ok(json!(7)),
                "the reply comes {copies} times before `send` returns: the call must return it"
            );
        });
    }
}

/// A link whose way is full until the client takes the reply, which comes so often: the first
/// `send` returns when the client has come for what is behind it.
struct Full {
    quick: Quick,
    copies: usize,
    comes: Sender<()>,
    came: Receiver<()>,
}

impl Full {
    fn new(copies: usize) -> Self {
        let (comes, came) = channel::unbounded();
        Full {
            quick: Quick::new(),
            copies,
            comes,
            came,
        }
    }
}

impl Link for Full {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        for _ in 0..self.copies {
            self.quick.send(frame)?;
        }
        for _ in 0..=self.copies {
            self.came.recv().expect("it is open");
        }
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.comes.send(()).expect("it is open");
        self.quick.receive()
    }

    fn close(&self) {
        self.quick.close();
    }
}

fn a_request_that_cannot_be_sent_is_lost() {
    explore(|| {
        let (wire, server) = wire();
        drop(server);
        let client = Client::new(wire, None);
        assert_eq!(
            client.call("A.B", &json!(1), None),
            Err(CallError::Lost),
            "the link cannot send the request: the call must be lost"
        );
    });
    // It takes no other call with it.
    Explorer::new().preemptions(2).explore(|| {
        let client = Client::new(Arc::new(Picky(Quick::new())), None);
        thread::scope(|s| {
            let other = s.spawn(|| client.call("A.B", &json!(1), None));
            let unsent = client.call("Unsent", &json!(2), None);
            assert_eq!(unsent, Err(CallError::Lost), "it cannot be sent");
            assert_eq!(other.join().unwrap(), Ok(json!(1)), "its reply comes");
        });
    });
}

/// A link that sends no request of the method `Unsent`.
struct Picky(Quick);

impl Link for Picky {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request: Value = serde_json::from_slice(frame).expect("a request is JSON");
        match request["method"] == "Unsent" {
            true => Err(io::ErrorKind::BrokenPipe.into()),
            false => self.0.send(frame),
        }
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.0.receive()
    }

    fn close(&self) {
        self.0.close();
    }
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
        assert_eq!(
            reply,
            Ok(json!(7)),
            "every request is answered: the call must return the reply"
        );
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

    let (wire, server) = self::wire();
    drop(server);
    let client = Client::new(wire, None);
    let left = left_by(|| {
        let unsent = client.call("A.B", &json!(7), None);
        assert_eq!(unsent, Err(CallError::Lost), "it cannot be sent");
    });
    assert!(
        left < 8,
        "each call that cannot be sent leaves {left} bytes behind"
    );
    late_replies_leave_nothing_behind();
}

fn late_replies_leave_nothing_behind() {
    let link = Arc::new(Late::new());
    let client = Client::new(Arc::clone(&link) as Arc<dyn Link>, Some(Duration::ZERO));
    let left = left_by(|| {
        let silence = client.call("A.B", &json!(7), None);
        assert_eq!(silence, Err(CallError::TimedOut), "nobody answers");
        // Twice, as a network may do it.
        link.answer();
        link.answer();
    });
    assert!(left < 8, "each late reply leaves {left} bytes behind");
}

/// A link on which a reply comes when the check says so.
struct Late {
    quick: Quick,
    comes: Sender<()>,
    came: Receiver<()>,
    reply: std::sync::Mutex<Vec<u8>>,
}

impl Late {
    fn new() -> Self {
        let (comes, came) = channel::unbounded();
        Late {
            quick: Quick::new(),
            comes,
            came,
            reply: std::sync::Mutex::default(),
        }
    }

    /// Brings the reply to the last request, and returns when the client has come for more than
    /// was brought before.
    fn answer(&self) {
        let reply = self.reply.lock().unwrap().clone();
        self.quick.into.send(Some(reply)).expect("it is open");
        self.came.recv().expect("it is open");
    }
}

impl Link for Late {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request: Numbered = serde_json::from_slice(frame).expect("a request is JSON");
        let reply = json!({ "id": request.id, "result": 7, "error": null });
        *self.reply.lock().unwrap() = reply.to_string().into_bytes();
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.comes.send(()).expect("it is open");
        self.quick.receive()
    }

    fn close(&self) {
        self.quick.close();
    }
}

/// What a peer does when a request comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Answer,
    Refuse,
    Twice,
    /// What is not a reply, then the reply.
    Garbage,
    /// The reply to the request before, once more, or to nobody, then the reply.
    Earlier,
    /// The connection ends right behind the reply.
    AnswerAndEnd,
    End,
    Break,
    /// It cannot be sent.
    Unsent,
    /// Nothing comes.
    Silence,
    /// The reply to the request before, or to nobody, and nothing else.
    EarlierOnly,
}

/// A peer that does one after the other.
struct Acts {
    acts: Vec<Act>,
    numbers: std::sync::Mutex<Vec<u64>>,
    /// What comes: a frame, the end, or a failure.
    into: Sender<io::Result<Option<Vec<u8>>>>,
    frames: Receiver<io::Result<Option<Vec<u8>>>>,
}

impl Acts {
    fn new(acts: &[Act]) -> Self {
        let (into, frames) = channel::unbounded();
        Acts {
            acts: acts.to_vec(),
            numbers: std::sync::Mutex::default(),
            into,
            frames,
        }
    }

    fn bring(&self, frame: &Value) {
        let frame = frame.to_string().into_bytes();
        self.into.send(Ok(Some(frame))).expect("it is open");
    }
}

impl Link for Acts {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let request: Value = serde_json::from_slice(frame).expect("a request is JSON");
        let id = request["id"].as_u64().expect("a request has a number");
        let (act, earlier) = {
            let mut numbers = self.numbers.lock().unwrap();
            let earlier = numbers.last().copied().unwrap_or(id + 1_000);
            numbers.push(id);
            (self.acts[numbers.len() - 1], earlier)
        };
        let result = request["params"][0].clone();
        let reply = |id| json!({ "id": id, "result": result, "error": null });
        match act {
            Act::Unsent => return Err(io::ErrorKind::BrokenPipe.into()),
            Act::Refuse => self.bring(&json!({ "id": id, "result": null, "error": "no" })),
            Act::Earlier | Act::EarlierOnly => self.bring(&reply(earlier)),
            Act::Garbage => self.bring(&json!({ "id": id, "error": "no" })),
            Act::Twice => self.bring(&reply(id)),
            _ => {}
        }
        match act {
            Act::Answer | Act::Twice | Act::Garbage | Act::Earlier | Act::AnswerAndEnd => {
                self.bring(&reply(id));
            }
            _ => {}
        }
        match act {
            Act::AnswerAndEnd | Act::End => self.into.send(Ok(None)).expect("it is open"),
            Act::Break => {
                let broken = io::ErrorKind::ConnectionReset.into();
                self.into.send(Err(broken)).expect("it is open");
            }
            _ => {}
        }
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.frames.recv().expect("it is open")
    }

    fn close(&self) {
        self.into.send(Ok(None)).expect("it is open");
    }
}

/// Makes a call for each act; what they come to is known, but that with a limit any may time out.
fn play(acts: &[Act], timeout: Option<Duration>) {
    let link = Arc::new(Acts::new(acts));
    let held = Arc::downgrade(&link);
    let client = Client::new(link, timeout);
    let mut lost = false;
    for (number, act) in acts.iter().enumerate() {
        let result = client.call("A.B", &json!(number), None);
        let expected = match act {
            _ if lost => Err(CallError::Lost),
            Act::End | Act::Break | Act::Unsent => Err(CallError::Lost),
            Act::Refuse => Err(CallError::Refused("no".to_owned())),
            Act::Silence | Act::EarlierOnly => Err(CallError::TimedOut),
            _ => Ok(json!(number)),
        };
        if timeout.is_none() || result != Err(CallError::TimedOut) {
            assert_eq!(result, expected, "call {number} of {acts:?}");
        }
        lost |= matches!(act, Act::End | Act::Break);
        if *act == Act::AnswerAndEnd {
            // That no more will come may not be known yet, and that is all that is open.
            break;
        }
    }
    drop(client);
    assert!(
        held.upgrade().is_none(),
        "the client is gone, and its link is held"
    );
}

fn every_short_script_of_a_peer() {
    use Act::*;
    const ACTS: [Act; 9] = [
        Answer,
        Refuse,
        Twice,
        Garbage,
        Earlier,
        AnswerAndEnd,
        End,
        Break,
        Unsent,
    ];
    for script in 0..ACTS.len().pow(3) {
        play(&[1, 9, 81].map(|place| ACTS[script / place % 9]), None);
    }
    for script in 0..ACTS.len().pow(2) {
        let acts = [1, 9].map(|place| ACTS[script / place % 9]);
        Explorer::new()
            .preemptions(1)
            .explore(move || play(&acts, None));
    }
    const LATE: [Act; 5] = [Answer, Silence, EarlierOnly, Earlier, Unsent];
    for script in 0..LATE.len().pow(3) {
        let acts = [1, 5, 25].map(|place| LATE[script / place % 5]);
        let limit = Some(Duration::from_millis(1));
        Explorer::new()
            .preemptions(1)
            .explore(move || play(&acts, limit));
    }
}

fn after_the_end_every_call_is_lost() {
    explore(|| {
        let (wire, _server) = wire();
        let client = Client::new(Arc::clone(&wire) as Arc<dyn Link>, None);
        wire.close();
        assert_eq!(
            client.call("A.B", &json!(1), None),
            Err(CallError::Lost),
            "the connection has ended before the call: it must be lost"
        );
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
    // Also one that brings no more: its peer waits for the end.
    explore(|| {
        let link = Arc::new(Breaks::new());
        let client = Client::new(link.clone(), None);
        let lost = client.call("Echo", &json!(1), None);
        assert_eq!(lost, Err(CallError::Lost), "the link breaks under the call");
        drop(client);
        let closed = link.broken.try_recv().is_ok();
        assert!(closed, "the client is dropped, and its link is not closed");
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
            assert_eq!(
                client.call("A.B", &json!(2), None),
                Ok(json!(2)),
                "the server answers the later request first: each call must get its own reply"
            );
            assert_eq!(
                other.join().unwrap(),
                Ok(json!(1)),
                "the server answers the later request first: each call must get its own reply"
            );
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
            assert_eq!(
                client.call("A.B", &json!(2), None),
                Err(CallError::Lost),
                "the connection ends while two calls wait: both must be lost"
            );
            assert_eq!(
                other.join().unwrap(),
                Err(CallError::Lost),
                "the connection ends while two calls wait: both must be lost"
            );
        });
    });
    for timeout in [None, Some(Duration::from_secs(3_600))] {
        explore(move || {
            let client = Client::new(Arc::new(Breaks::new()), timeout);
            let before = Instant::now();
            let lost = client.call("A.B", &json!(1), None);
            // In a model the time may be up at once; then the clock says so.
            let up = timeout.is_some_and(|timeout| before.elapsed() >= timeout);
            assert!(
                lost == Err(CallError::Lost) || (up && lost == Err(CallError::TimedOut)),
                "the connection broke before the time was up, and the call says {lost:?}"
            );
        });
    }
}

/// A link that breaks when a request was sent.
struct Breaks {
    breaks: Sender<()>,
    broken: Receiver<()>,
    told: AtomicBool,
}

impl Breaks {
    fn new() -> Self {
        let (breaks, broken) = channel::unbounded();
        Breaks {
            breaks,
            broken,
            told: AtomicBool::new(false),
        }
    }
}

impl Link for Breaks {
    fn send(&self, _: &[u8]) -> io::Result<()> {
        self.breaks.send(()).expect("it is open");
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        assert!(
            !self.told.load(SeqCst),
            "the link is broken, and is asked for more"
        );
        self.broken.recv().expect("it is open");
        self.told.store(true, SeqCst);
        Err(io::ErrorKind::ConnectionReset.into())
    }

    fn close(&self) {
        self.breaks.send(()).expect("it is open");
    }
}

fn silence_is_a_time_out() {
    // A model's clock moves when somebody's time is up. Two days are not too long for it.
    for timeout in [
        Duration::from_millis(1),
        Duration::from_nanos(1_500_001),
        Duration::from_secs(2 * 86_400),
        Duration::from_secs(1 << 33),
    ] {
        explore(move || {
            let (wire, _server) = wire();
            let client = Client::new(wire, Some(timeout));
            for call in ["first", "second"] {
                let begun = Instant::now();
                let silence = client.call("A.B", &json!(1), None);
                assert_eq!(
                    silence,
                    Err(CallError::TimedOut),
                    "nobody answers the {call} call: it must time out after {timeout:?}"
                );
                assert_eq!(begun.elapsed(), timeout, "the time of the {call} call");
            }
        });
    }
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
    // A reply that comes twice: the second, or both, find nobody.
    Explorer::new().preemptions(2).explore(|| {
        let (wire, server) = wire();
        let serving = thread::spawn(move || {
            let (id, param) = server.request();
            server.answer(id, param.clone());
            server.answer(id, param);
        });
        let client = Client::new(wire, Some(Duration::from_millis(1)));
        let reply = client.call("A.B", &json!(1), None);
        assert!(
            reply == Ok(json!(1)) || reply == Err(CallError::TimedOut),
            "neither the reply nor a time-out: {reply:?}"
        );
        serving.join().unwrap();
    });
}

fn other_replies_give_a_call_no_more_time() {
    const TIME: Duration = Duration::from_secs(2);
    Explorer::new().preemptions(2).possible(|goal| {
        let (wire, server) = wire();
        let client = Client::new(wire, Some(TIME));
        let begin = Instant::now();
        // The first timed wait of a thread may end before the others move. After it, they go first.
        let others_first = || thread::park_timeout(Duration::ZERO);
        thread::scope(|s| {
            s.spawn(move || {
                let calls = [server.request(), server.request()];
                // Half the time passes; nothing comes.
                let _ = server.requests.recv_timeout(TIME / 2);
                for (id, param) in calls {
                    if param == json!("answered") {
                        server.answer(id, param);
                    }
                }
            });
            let silent = s.spawn(|| {
                others_first();
                let silence = client.call("A.B", &json!("silence"), None);
                (silence, begin.elapsed())
            });
            others_first();
            let answered = client.call("A.B", &json!("answered"), None);
            let half = answered.is_ok() && begin.elapsed() == TIME / 2;
            let (silence, waited) = silent.join().unwrap();
            let up = silence == Err(CallError::TimedOut);
            if half && up && waited < TIME + TIME / 2 {
                goal.reached();
            }
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

fn a_thousand_calls_are_under_way_at_once() {
    const CALLS: u64 = 1_100;
    let (wire, server) = wire();
    let client = Client::new(wire, None);
    thread::scope(|s| {
        s.spawn(move || {
            let calls: Vec<_> = (0..CALLS).map(|_| server.request()).collect();
            for (id, param) in calls.into_iter().rev() {
                server.answer(id, param);
            }
        });
        let client = &client;
        for n in 0..CALLS {
            s.spawn(move || {
                assert_eq!(
                    client.call("A.B", &json!(n), None),
                    Ok(json!(n)),
                    "the replies come in reverse order: call {n} must get its own"
                )
            });
        }
    });
}
