//! Hidden checks of `server`.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::panic::resume_unwind;
use std::sync::Mutex as Unseen;

use kit::channel::{self, Receiver, Sender};
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::sync::{Arc, Condvar, Mutex};
use kit::{note, possible, thread};
use rpc::link::Link;
use rpc::message::{CallId, ClientId, Request};
use rpc::server::Server;
use rpc::wire::MAX_FRAME;
use serde_json::{Value, json};

harness::checks![
    a_request_is_handled_by_name,
    a_handler_sees_the_whole_request,
    an_error_is_answered,
    an_unknown_method_is_an_error,
    a_frame_that_is_no_request_is_an_error,
    the_last_handler_of_a_name_counts,
    a_hundred_requests_have_a_hundred_replies,
    every_short_connection_is_answered,
    a_panic_is_an_error,
    a_reply_too_long_is_an_error,
    two_replies_have_their_own_numbers,
    a_slow_request_delays_nobody,
    a_slow_request_behind_a_quick_one_delays_nobody,
    serve_waits_for_the_last_handler,
    a_panic_beside_another_request,
    connections_share_nothing_but_handlers,
    many_slow_requests_delay_nobody,
    a_limit_is_for_what_is_open,
    a_reply_that_cannot_be_sent_harms_nobody,
    two_handlers_at_once,
];

// What the file has to offer, to the letter.
const _: fn(&Server, &dyn Link) = |server, link| server.serve(link);

/// A connection whose frames are written down beforehand, and whose replies are kept. Its locks are
/// the check's own: no steps of a search.
#[derive(Default)]
struct Script {
    frames: Unseen<VecDeque<Vec<u8>>>,
    replies: Unseen<Vec<Value>>,
    /// Ends in an error and not with an end.
    breaks: bool,
    /// Takes no replies.
    deaf: bool,
}

impl Script {
    fn of(frames: &[Value]) -> Self {
        Script {
            frames: Unseen::new(
                frames
                    .iter()
                    .map(|frame| frame.to_string().into_bytes())
                    .collect(),
            ),
            ..Script::default()
        }
    }

    /// The replies, by number.
    fn replies(&self) -> Vec<Value> {
        let mut replies = self.replies.lock().unwrap().clone();
        replies.sort_by_key(|reply| reply["id"].as_u64());
        replies
    }
}

impl Link for Script {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        if self.deaf {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if frame.len() > MAX_FRAME {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let reply = serde_json::from_slice(frame).expect("a reply is JSON");
        self.replies.lock().unwrap().push(reply);
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        match self.frames.lock().unwrap().pop_front() {
            None if self.breaks => Err(io::ErrorKind::ConnectionReset.into()),
            frame => Ok(frame),
        }
    }

    fn close(&self) {}
}

/// Two requests are three threads, and a thread that is reused takes many steps: with at most two
/// preemptions.
fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    Explorer::new().preemptions(2).explore(scenario);
}

fn request(id: u64, method: &str, param: impl Into<Value>) -> Value {
    json!({ "method": method, "params": [param.into()], "id": id })
}

/// The same request, as a client sends it that tells its retries from new calls.
fn of_a_client(mut request: Value) -> Value {
    request["call"] = json!(CallId {
        client: ClientId(5),
        seq: request["id"].as_u64().unwrap_or_default(),
        seen: 0,
    });
    request
}

fn reply(id: u64, result: impl Into<Value>) -> Value {
    json!({ "id": id, "result": result.into(), "error": null })
}

/// A server with `Echo`, which answers with its argument.
fn echo() -> Server {
    let mut server = Server::new();
    server.register("Echo", |request: &Request| Ok(request.param().clone()));
    server
}

/// What a server answers to those frames.
fn answers(server: &Server, frames: &[Value]) -> Vec<Value> {
    let script = Script::of(frames);
    server.serve(&script);
    script.replies()
}

/// Whether that is the reply of that number, with an error that says something.
fn is_error(reply: &Value, id: u64) -> bool {
    let text = reply["error"].as_str().unwrap_or_default();
    reply["id"] == id && reply["result"].is_null() && !text.is_empty()
}

fn a_request_is_handled_by_name() {
    let mut server = echo();
    server.register("Math.Double", |request: &Request| {
        Ok((2 * request.param().as_u64().unwrap_or(0)).into())
    });
    let answers = answers(
        &server,
        &[request(7, "Math.Double", 21), request(8, "Echo", "hello")],
    );
    assert_eq!(
        answers,
        [reply(7, 42), reply(8, "hello")],
        "two methods are registered: each request must get its own handler's result"
    );
    let next = self::answers(&server, &[request(7, "Echo", "again")]);
    assert_eq!(next, [reply(7, "again")], "the next connection");
    for id in [1 << 32, (1 << 53) + 1, u64::MAX] {
        let large = self::answers(&server, &[request(id, "Echo", id)]);
        assert_eq!(large, [reply(id, id)], "a large number");
        let none = self::answers(&server, &[request(id, "No", 1)]);
        assert!(is_error(&none[0], id), "answered with {}", none[0]);
        let wrong = self::answers(&server, &[json!({ "id": id })]);
        assert!(is_error(&wrong[0], id), "answered with {}", wrong[0]);
    }
}

fn a_handler_sees_the_whole_request() {
    let mut server = Server::new();
    server.register("Who", |request: &Request| Ok(json!(request)));
    let call = CallId {
        client: ClientId(5),
        seq: 2,
        seen: 1,
    };
    let mut frame = request(9, "Who", json!({ "a": [1] }));
    frame["call"] = json!(call);
    assert_eq!(
        answers(&server, &[frame.clone()])[0]["result"],
        frame,
        "the handler returns the request it was given: it must be all that was sent"
    );
}

fn an_error_is_answered() {
    let mut server = Server::new();
    server.register("No", |_: &Request| Err("not today".to_owned()));
    let answers = answers(&server, &[request(3, "No", 1)]);
    assert_eq!(
        answers,
        [json!({ "id": 3, "result": null, "error": "not today" })],
        "the handler returns an error: the reply must have it, and no result"
    );
}

fn an_unknown_method_is_an_error() {
    for method in ["Ech", "echo", "", "Echo.Echo", " Echo", "Echo ", "Echo\0"] {
        let answers = answers(&echo(), &[request(4, method, 1), request(5, "Echo", 2)]);
        assert!(
            is_error(&answers[0], 4),
            "`{method}` is answered with {}",
            answers[0]
        );
        assert_eq!(answers[1], reply(5, 2), "the connection lives on");
    }
}

fn a_frame_that_is_no_request_is_an_error() {
    let wrong = json!({ "method": "Echo", "params": [1, 2], "id": 6 });
    let long = json!("x".repeat(MAX_FRAME - 2));
    let wrong = [
        (wrong, 6),
        (json!("what"), 0),
        (json!({ "id": "x" }), 0),
        (long, 0),
    ];
    for (frame, id) in wrong {
        let answers = answers(&echo(), &[frame.clone(), request(9, "Echo", 2)]);
        let frame: String = frame.to_string().chars().take(80).collect();
        assert_eq!(
            answers.len(),
            2,
            "{frame} has a reply, and so has the request behind it"
        );
        assert!(
            is_error(&answers[0], id),
            "{frame} is answered with {}",
            answers[0]
        );
        assert_eq!(
            answers[1],
            reply(9, 2),
            "the frame before it was not a request: this one must have its reply all the same"
        );
    }
    let script = Script::of(&[]);
    script.frames.lock().unwrap().push_back(b"\xff{".to_vec());
    echo().serve(&script);
    assert!(
        is_error(&script.replies()[0], 0),
        "bytes that are not JSON have a reply, too"
    );
}

fn the_last_handler_of_a_name_counts() {
    let mut server = echo();
    server.register("Echo", |_: &Request| Ok(json!("new")));
    assert_eq!(
        answers(&server, &[request(1, "Echo", "old")]),
        [reply(1, "new")],
        "a second handler was registered under that name: it must answer"
    );

    // The old one is gone, with all that it owned.
    let owned = Arc::new(());
    let owner = Arc::clone(&owned);
    server.register("Owns", move |_: &Request| {
        Ok(json!(Arc::strong_count(&owner)))
    });
    assert_eq!(Arc::strong_count(&owned), 2, "the handler has it");
    server.register("Owns", |_: &Request| Ok(json!(0)));
    assert_eq!(Arc::strong_count(&owned), 1, "the handler is gone");
}

fn a_hundred_requests_have_a_hundred_replies() {
    let frames: Vec<Value> = (0..100).map(|id| request(id, "Echo", 10 * id)).collect();
    let expected: Vec<Value> = (0..100).map(|id| reply(id, 10 * id)).collect();
    assert_eq!(
        answers(&echo(), &frames),
        expected,
        "a hundred requests on one connection: each must have its own reply"
    );

    let twins = [request(3, "Echo", "one"), request(3, "Echo", "one")];
    assert_eq!(
        answers(&echo(), &twins),
        [reply(3, "one"), reply(3, "one")],
        "two requests with one number"
    );
}

/// A server with `Echo`, and with `Panic`, which does.
fn panics() -> Server {
    let mut server = echo();
    server.register("Panic", |_: &Request| panic_on_purpose("the handler fails"));
    server
}

/// A frame of each kind, under that number, and the reply that it has; `None` for an error.
fn kinds(id: u64) -> [(Vec<u8>, u64, Option<Value>); 9] {
    let frame = |value: Value| value.to_string().into_bytes();
    [
        (frame(request(id, "Echo", id)), id, Some(json!(id))),
        (
            frame(request(id, "Echo", Value::Null)),
            id,
            Some(Value::Null),
        ),
        (frame(request(7, "Echo", "twin")), 7, Some(json!("twin"))),
        (frame(request(id, "No", 1)), id, None),
        (frame(request(id, "Panic", 1)), id, None),
        (frame(request(id, "nobody's", 1)), id, None),
        (frame(request(id, "Long", 1)), id, None),
        (frame(json!({ "id": id, "method": "Echo" })), id, None),
        (b"\xff{".to_vec(), 0, None),
    ]
}

/// Serves a connection that brings a frame of each of these kinds, and then ends or breaks. Each
/// has its reply.
fn serve_kinds(server: &Server, script: &[usize], breaks: bool) {
    let frames = (1..).zip(script).map(|(id, kind)| kinds(id)[*kind].clone());
    let (frames, mut expected): (VecDeque<_>, Vec<_>) = frames
        .map(|(frame, id, reply)| (frame, (id, reply)))
        .unzip();
    let link = Script {
        frames: Unseen::new(frames),
        breaks,
        ..Script::default()
    };
    server.serve(&link);
    let mut replies = link.replies();
    // Of a connection that breaks it may say so, under the number 0.
    let too_many = replies.len().saturating_sub(expected.len());
    assert!(
        too_many <= usize::from(breaks),
        "replies to {script:?}: {replies:?}"
    );
    let is_word = |reply: &Value| reply["id"] == 0 && !reply["error"].is_null();
    if too_many == 1 {
        let word = replies.iter().position(is_word);
        replies.remove(word.unwrap_or_else(|| panic!("replies to {script:?}: {replies:?}")));
    }
    expected.sort_by_key(|(id, _)| *id);
    for (reply, (id, result)) in replies.iter().zip(&expected) {
        let right = match result {
            Some(result) => *reply == self::reply(*id, result.clone()),
            None => is_error(reply, *id),
        };
        assert!(right, "replies to {script:?}: {replies:?}");
    }
    assert_eq!(
        replies.len(),
        expected.len(),
        "replies to {script:?}: {replies:?}"
    );
}

fn kinds_of_handlers() -> Server {
    let mut server = panics();
    server.register("No", |_: &Request| Err("no".to_owned()));
    server.register("Long", |_: &Request| Ok("x".repeat(MAX_FRAME).into()));
    server
}

fn every_short_connection_is_answered() {
    // What is too long takes its time, so it is in few of them.
    let server = kinds_of_handlers();
    const QUICK: [usize; 8] = [0, 1, 2, 3, 4, 5, 7, 8];
    for script in 0..512 {
        let kinds = [1, 8, 64].map(|place| QUICK[script / place % 8]);
        let length = 1 + script % 3;
        serve_kinds(&server, &kinds[..length], script % 2 == 1);
        serve_kinds(&server, &kinds, script % 2 == 0);
    }
    for before in 0..9 {
        serve_kinds(&server, &[before, 6], false);
    }
    for script in 0..64 {
        let kinds = [1, 8].map(|place| QUICK[script / place % 8]);
        Explorer::new().preemptions(1).explore(move || {
            serve_kinds(&kinds_of_handlers(), &kinds, script % 3 == 0);
        });
    }
}

fn a_panic_is_an_error() {
    let answers = answers(&panics(), &[request(1, "Panic", 1), request(2, "Echo", 2)]);
    assert!(
        is_error(&answers[0], 1),
        "a panic is answered with {}",
        answers[0]
    );
    assert_eq!(answers[1], reply(2, 2), "and the next request as ever");

    // A payload need not be a text.
    type Payload = Box<dyn Any + Send>;
    let payloads: [fn() -> Payload; 3] = [
        || Box::new("text"),
        || Box::new("text".to_owned()),
        || Box::new(5),
    ];
    for payload in payloads {
        let mut server = echo();
        server.register("Panic", move |_: &Request| resume_unwind(payload()));
        let answers = self::answers(&server, &[request(1, "Panic", 1), request(2, "Echo", 2)]);
        assert!(
            is_error(&answers[0], 1),
            "a panic is answered with {}",
            answers[0]
        );
        assert_eq!(
            answers[1],
            reply(2, 2),
            "the handler of the request before has panicked: this one must have its reply"
        );
    }
}

fn a_reply_too_long_is_an_error() {
    let mut server = Server::new();
    server.register("Ok", |request: &Request| {
        let length = request.param().as_u64().expect("a number") as usize;
        Ok("x".repeat(length).into())
    });
    server.register("Err", |request: &Request| {
        let length = request.param().as_u64().expect("a number") as usize;
        Err("x".repeat(length))
    });
    // Each of these is two bytes of a frame.
    server.register("Lines", |_: &Request| Ok("\n".repeat(MAX_FRAME / 2).into()));
    let around = reply(1, "").to_string().len();
    let longest = MAX_FRAME - around;
    let asked = [
        request(1, "Ok", longest),
        request(2, "Ok", longest + 1),
        request(3, "Ok", 2 * MAX_FRAME),
        request(4, "Err", longest),
        request(5, "Err", longest + 1),
        request(6, "Lines", 0),
        request(7, "Ok", 1),
        // With its name in it, the reply would be.
        request(8, &"x".repeat(MAX_FRAME - 50), 1),
    ];
    let answers = answers(&server, &asked);
    let ids: Vec<u64> = answers
        .iter()
        .filter_map(|reply| reply["id"].as_u64())
        .collect();
    let all = [1, 2, 3, 4, 5, 6, 7, 8];
    assert_eq!(ids, all, "each request has its reply");
    let fits = |reply: &Value, member: &str| {
        reply[member]
            .as_str()
            .is_some_and(|text| text.len() == longest)
    };
    assert!(fits(&answers[0], "result"), "it is not too long");
    assert!(fits(&answers[3], "error"), "it is not too long");
    for id in [2, 3, 5, 6, 8] {
        assert!(
            is_error(&answers[id - 1], id as u64),
            "reply {id} is too long to be sent, or there is no such method"
        );
    }
    assert_eq!(
        answers[6],
        reply(7, "x"),
        "other replies were too long: a short one must arrive as ever"
    );
}

fn two_replies_have_their_own_numbers() {
    explore(|| {
        let answers = answers(&echo(), &[request(1, "Echo", 10), request(2, "Echo", 20)]);
        assert_eq!(
            answers,
            [reply(1, 10), reply(2, 20)],
            "two requests at once: each reply must have its request's number and result"
        );
    });
}

/// A server with `Wait`, which returns when `Tell` has run.
fn wait_and_tell() -> Server {
    let mut server = Server::new();
    let (tell, told) = channel::unbounded();
    server.register("Wait", move |_: &Request| {
        note("a handler runs, and waits for another");
        Ok(json!(told.recv().is_ok()))
    });
    server.register("Tell", move |_: &Request| {
        note("the other handler runs");
        Ok(json!(tell.send(()).is_ok()))
    });
    server
}

fn a_slow_request_delays_nobody() {
    explore(|| {
        let answers = answers(
            &wait_and_tell(),
            &[request(1, "Wait", 1), request(2, "Tell", 2)],
        );
        assert_eq!(
            answers,
            [reply(1, true), reply(2, true)],
            "one handler waits for the other: both requests must be answered"
        );
    });

    // Nor does it delay a reply: here the first request waits until the second one's was sent.
    explore(|| {
        let (tell, told) = channel::unbounded();
        let mut server = echo();
        server.register("Wait", move |_: &Request| Ok(json!(told.recv().is_ok())));
        let link = Tells {
            script: Script::of(&[
                of_a_client(request(1, "Wait", 1)),
                of_a_client(request(2, "Echo", 2)),
            ]),
            number: 2,
            tell,
        };
        server.serve(&link);
        assert_eq!(
            link.script.replies(),
            [reply(1, true), reply(2, 2)],
            "one handler waits until the other's reply is sent: both must be answered"
        );
    });
}

/// A connection that tells when the reply with that number was sent.
struct Tells {
    script: Script,
    number: u64,
    tell: Sender<()>,
}

impl Link for Tells {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        self.script.send(frame)?;
        let reply: Value = serde_json::from_slice(frame).expect("a reply is JSON");
        if reply["id"] == self.number {
            let _ = self.tell.send(());
        }
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.script.receive()
    }

    fn close(&self) {}
}

fn a_slow_request_behind_a_quick_one_delays_nobody() {
    // Three requests are three threads, or six if a handler has one of its own: too many to be
    // searched.
    Explorer::new().sampled().explore(|| {
        let mut server = wait_and_tell();
        server.register("Echo", |request: &Request| Ok(request.param().clone()));
        let frames = [
            request(1, "Echo", 1),
            request(2, "Wait", 2),
            request(3, "Tell", 3),
        ];
        let expected = [reply(1, 1), reply(2, true), reply(3, true)];
        assert_eq!(
            answers(&server, &frames),
            expected,
            "a handler waits for the one behind it: all three requests must be answered"
        );
    });
}

fn serve_waits_for_the_last_handler() {
    explore(|| {
        let done = Arc::new(AtomicUsize::new(0));
        let mut server = Server::new();
        let count = Arc::clone(&done);
        server.register("Slow", move |_: &Request| {
            thread::yield_now();
            count.fetch_add(1, SeqCst);
            Ok(json!(null))
        });
        let answers = answers(&server, &[request(1, "Slow", 1), request(2, "Slow", 2)]);
        assert_eq!(done.load(SeqCst), 2, "serve returned while a handler ran");
        assert_eq!(answers.len(), 2, "serve returned before all was answered");
    });
}

fn a_panic_beside_another_request() {
    explore(|| {
        let answers = answers(&panics(), &[request(1, "Panic", 1), request(2, "Echo", 2)]);
        assert!(
            is_error(&answers[0], 1),
            "a panic is answered with {}",
            answers[0]
        );
        assert_eq!(
            answers[1],
            reply(2, 2),
            "a handler panics beside it: this request must have its reply all the same"
        );
    });
}

fn connections_share_nothing_but_handlers() {
    // The first request of one waits for what the other brings.
    Explorer::new().sampled().explore(|| {
        let mut server = wait_and_tell();
        server.register("Echo", |request: &Request| Ok(request.param().clone()));
        let one = Script::of(&[request(1, "Wait", 1), request(2, "Echo", "one")]);
        let other = Script::of(&[request(2, "Tell", 2)]);
        thread::scope(|s| {
            s.spawn(|| server.serve(&one));
            server.serve(&other);
        });
        assert_eq!(
            one.replies(),
            [reply(1, true), reply(2, "one")],
            "a handler waits for one of another connection: both requests must be answered"
        );
        assert_eq!(
            other.replies(),
            [reply(2, true)],
            "the request of the other connection must be answered there, and only there"
        );
    });
}

fn many_slow_requests_delay_nobody() {
    // The last of a thousand lets all others go. (In a schedule of a search, whose threads cost
    // little.)
    const MANY: u64 = 999;
    Explorer::new().sampled().possible(|goal| {
        let mut server = Server::new();
        let (tell, told) = channel::unbounded();
        server.register("Wait", move |_: &Request| Ok(json!(told.recv().is_ok())));
        server.register("Tell", move |_: &Request| {
            let told = (0..MANY).filter(|_| tell.send(()).is_ok());
            Ok(json!(told.count()))
        });
        let mut frames: Vec<Value> = (1..=MANY).map(|id| request(id, "Wait", 1)).collect();
        frames.push(request(MANY + 1, "Tell", 1));
        assert_eq!(
            answers(&server, &frames).len(),
            frames.len(),
            "all handlers wait for the last: every request must be answered"
        );
        goal.reached();
    });

    // Nor do those of another connection: each may have that many.
    Explorer::new().sampled().possible(|goal| {
        let server = meets(2 * MANY);
        let frames: Vec<Value> = (1..=MANY).map(|id| request(id, "Meet", 1)).collect();
        let [one, other] = [Script::of(&frames), Script::of(&frames)];
        thread::scope(|s| {
            s.spawn(|| server.serve(&one));
            server.serve(&other);
        });
        let replies = one.replies().len() + other.replies().len();
        assert_eq!(
            replies,
            2 * frames.len(),
            "all requests of two connections wait for one another: each must be answered"
        );
        goal.reached();
    });
}

/// A server with `Meet`, which returns when that many calls are there, and `Leave`, which returns
/// when one is missing.
fn meets(calls: u64) -> Server {
    let met = Arc::new((Mutex::new(0), Condvar::new()));
    let mut server = Server::new();
    for (method, waits_for) in [("Meet", calls), ("Leave", calls - 1)] {
        let met = Arc::clone(&met);
        server.register(method, move |_: &Request| {
            let (count, changed) = &*met;
            let mut count = count.lock();
            *count += 1;
            if *count + 1 >= calls {
                changed.notify_all();
            }
            while *count < waits_for {
                changed.wait(&mut count);
            }
            Ok(json!(null))
        });
    }
    server
}

/// A client that has at most that many requests under way.
#[derive(Default)]
struct Paced {
    script: Script,
    at_most: usize,
    under_way: Unseen<usize>,
    answered: std::sync::Condvar,
}

impl Link for Paced {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        self.script.send(frame)?;
        *self.under_way.lock().unwrap() -= 1;
        self.answered.notify_all();
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        let mut under_way = self.under_way.lock().unwrap();
        while *under_way == self.at_most {
            under_way = self.answered.wait(under_way).unwrap();
        }
        *under_way += 1;
        self.script.receive()
    }

    fn close(&self) {}
}

/// Each of those has a reply, if at most that many are under way.
fn answers_all(frames: Vec<String>, at_most: usize) {
    let expected = frames.len();
    let frames = frames.into_iter().map(String::into_bytes).collect();
    let paced = Paced {
        script: Script {
            frames: Unseen::new(frames),
            ..Script::default()
        },
        at_most,
        ..Paced::default()
    };
    panics().serve(&paced);
    assert_eq!(
        paced.script.replies().len(),
        expected,
        "at most {at_most} requests at a time: each must be answered"
    );
}

/// A client that sends one request after the other, each when the threads that ran those before
/// have ended but for a few.
struct Patient<'a> {
    script: Script,
    threads: &'a Threads,
}

/// The threads that have run a handler, and not ended.
#[derive(Default)]
struct Threads {
    running: Unseen<usize>,
    ended: std::sync::Condvar,
}

/// Counts a thread as ended when it ends.
struct Counted(&'static Threads);

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap() -= 1;
        self.0.ended.notify_all();
    }
}

impl Link for Patient<'_> {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        self.script.send(frame)
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        let running = self.threads.running.lock().unwrap();
        let many = |running: &mut usize| *running > 800; // A pool may grow by bad luck.
        drop(self.threads.ended.wait_while(running, many).unwrap());
        self.script.receive()
    }

    fn close(&self) {}
}

/// Threads that are done must not fill the memory, and one in twenty that stays would.
fn threads_that_are_done_do_not_stay() {
    thread_local! {
        static ME: RefCell<Option<Counted>> = const { RefCell::new(None) };
    }
    let threads: &'static Threads = Box::leak(Box::default());
    let mut server = Server::new();
    server.register("Count", move |_: &Request| {
        ME.with_borrow_mut(|me| {
            me.get_or_insert_with(|| {
                *threads.running.lock().unwrap() += 1;
                Counted(threads)
            });
        });
        Ok(json!(null))
    });
    let frames: Vec<Value> = (0..2_500).map(|id| request(id, "Count", 1)).collect();
    let script = Script::of(&frames);
    let patient = Patient { script, threads };
    server.serve(&patient);
    assert_eq!(
        patient.script.replies().len(),
        frames.len(),
        "one request after the other, while threads end: each must be answered"
    );
}

fn a_limit_is_for_what_is_open() {
    threads_that_are_done_do_not_stay();

    // Many at a time: nor must a count only grow, whatever is counted.
    let kinds: [fn(u64) -> Value; 4] = [
        |id| request(id, "Echo", 1),
        |id| request(id, "Panic", 1),
        |id| request(id, "nobody's", 1),
        |id| json!({ "id": id }),
    ];
    for kind in kinds {
        answers_all((0..1_030).map(|id| kind(id).to_string()).collect(), 64);
    }

    // 22 MiB, of which no more than four at once, and all of them are errors.
    let large = "x".repeat(MAX_FRAME - 100);
    // Not made by a parser, which would take longer than what is tested.
    let kinds = [
        r#""method":"Panic","params":["#,
        r#""method":"nobody's","params":["#,
        r#""params":[1,"#,
    ];
    for kind in kinds {
        let frame = |id| format!(r#"{{"id":{id},{kind}"{large}"]}}"#);
        answers_all((0..22).map(frame).collect(), 4);
    }

    // 16 MiB at once, and then some more.
    let server = meets(16);
    let meetings: Vec<Value> = (0..17).map(|id| request(id, "Meet", &*large)).collect();
    assert_eq!(
        answers(&server, &meetings).len(),
        17,
        "seventeen long requests, sixteen of them at once: each must be answered"
    );
    a_request_comes_whenever_less_is_open(&large);

    // Nor do two connections share what is for each.
    let server = meets(32);
    let [one, other] = [Script::of(&meetings[..16]), Script::of(&meetings[..16])];
    thread::scope(|s| {
        s.spawn(|| server.serve(&one));
        server.serve(&other);
    });
    assert_eq!(
        one.replies().len() + other.replies().len(),
        32,
        "sixteen long requests of each of two connections at once: each must be answered"
    );
}

/// All wait for the last one, which has to be read before any of them is answered.
fn a_request_comes_whenever_less_is_open(large: &str) {
    // 15.5 MiB are open, in requests of all lengths, and the last would be too much with them.
    let half = &large[..MAX_FRAME / 2];
    let lengths = [large; 15].into_iter().chain([half]).chain([""; 80]);
    let params = lengths.chain([large]).zip(0..);
    let mixed: Vec<Value> = params.map(|(x, id)| request(id, "Meet", x)).collect();
    assert_eq!(
        answers(&meets(97), &mixed).len(),
        97,
        "96 requests of less than 16 MiB wait for one of 1 MiB: each must be answered"
    );

    // 16 MiB are open to the byte, of which one request is answered before the last one comes.
    let full = |id, method| {
        let around = request(id, method, "").to_string().len();
        request(id, method, "x".repeat(MAX_FRAME - around))
    };
    let mut frames: Vec<Value> = (0..17).map(|id| full(id, "Meet")).collect();
    frames[0] = full(0, "Leave");
    assert_eq!(
        answers(&meets(17), &frames).len(),
        17,
        "fifteen requests of 1 MiB wait for one more: each must be answered"
    );
}

fn a_reply_that_cannot_be_sent_harms_nobody() {
    let script = Script {
        deaf: true,
        ..Script::of(&[request(1, "Echo", 1), request(2, "Echo", 2)])
    };
    echo().serve(&script);
    // However many, and however long the requests are.
    let large = "x".repeat(MAX_FRAME - 100);
    let many = (0..1_100).map(|id| request(id, "Echo", id));
    let frames: Vec<Value> = many
        .chain((0..18).map(|id| request(id, "Echo", &*large)))
        .collect();
    echo().serve(&Script {
        deaf: true,
        ..Script::of(&frames)
    });

    // The others are sent.
    let (tries, tried) = channel::unbounded();
    let unsent = Unsent {
        script: Script::of(&[1, 2, 3, 4].map(|id| request(id, "Echo", id))),
        tries,
        tried,
    };
    unsent.tries.send(()).expect("it is open");
    echo().serve(&unsent);
    assert_eq!(
        unsent.script.replies(),
        [reply(2, 2), reply(4, 4)],
        "replies 1 and 3 cannot be sent: replies 2 and 4 must be"
    );
}

/// A connection that does not take the replies with odd numbers, and brings a request when the
/// reply to the one before was taken or not.
struct Unsent {
    script: Script,
    tries: Sender<()>,
    tried: Receiver<()>,
}

impl Link for Unsent {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let reply: Value = serde_json::from_slice(frame).expect("a reply is JSON");
        let sent = match reply["id"].as_u64().is_some_and(|id| id % 2 == 1) {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => self.script.send(frame),
        };
        self.tries.send(()).expect("it is open");
        sent
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.tried.recv().expect("it is open");
        self.script.receive()
    }

    fn close(&self) {}
}

fn two_handlers_at_once() {
    possible(|goal| {
        let inside = Arc::new(AtomicUsize::new(0));
        let mut server = Server::new();
        let goal = *goal;
        server.register("Meet", move |_: &Request| {
            if inside.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            inside.fetch_sub(1, SeqCst);
            Ok(json!(null))
        });
        answers(&server, &[request(1, "Meet", 1), request(2, "Meet", 2)]);
    });
}
