//! Public tests of `retry`: `cargo test -p rpc retry`.

use kit::channel::{self, Receiver, Sender};
use kit::sync::Mutex;
use kit::time::{Duration, Instant};
use kit::{explore, thread};
use rpc::message::{CallError, CallId, ClientId};
use rpc::retry::{Caller, Policy, Retry, RetryError};
use serde_json::Value;

rules::test!("src/retry.rs");

/// Answers each try as it is told, and notes what it was asked.
struct Script {
    answers: Mutex<Vec<Result<Value, CallError>>>,
    asked: Mutex<Vec<CallId>>,
}

impl Script {
    fn of<const N: usize>(mut answers: [Result<Value, CallError>; N]) -> Script {
        answers.reverse();
        Script {
            answers: Mutex::new(answers.into()),
            asked: Mutex::default(),
        }
    }
}

impl Caller for Script {
    fn call(&self, _: &str, _: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        let call = call.expect("every try says which call it is");
        self.asked.lock().push(call);
        let answer = self.answers.lock().pop();
        answer.expect("nobody should ask once more")
    }
}

fn tries(tries: u32) -> Policy {
    Policy {
        tries,
        pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
    }
}

fn call(seq: u64, seen: u64) -> CallId {
    let client = ClientId(7);
    CallId { client, seq, seen }
}

#[test]
fn silence_is_tried_again_with_the_same_number() {
    let silence = Err(CallError::TimedOut);
    let lost = Err(CallError::Lost);
    let script = Script::of([silence, lost, Ok(1.into()), Ok(2.into())]);
    let retry = Retry::new(&script, ClientId(7), tries(3));
    assert_eq!(retry.call("A.B", &0.into()), Ok(1.into()), "the third try");
    assert_eq!(retry.call("A.B", &0.into()), Ok(2.into()), "another call");
    assert_eq!(
        *script.asked.lock(),
        [call(1, 0), call(1, 0), call(1, 0), call(2, 1)],
        "three tries of call 1; and call 2, when the reply to call 1 was seen"
    );
}

#[test]
fn an_error_of_the_handler_is_a_reply() {
    let refused = || CallError::Refused("no such key".to_owned());
    let script = Script::of([Err(refused())]);
    let retry = Retry::new(&script, ClientId(7), tries(3));
    let reply = retry.call("A.B", &0.into());
    assert_eq!(
        reply,
        Err(RetryError::Refused("no such key".to_owned())),
        "the handler's error is a reply: the call must return it and not try again"
    );
}

#[test]
fn after_the_last_try_the_call_is_given_up() {
    let script = Script::of([Err(CallError::TimedOut), Err(CallError::TimedOut)]);
    let retry = Retry::new(&script, ClientId(7), tries(2));
    let reply = retry.call("A.B", &0.into());
    assert_eq!(
        reply,
        Err(RetryError::GaveUp { tries: 2 }),
        "two tries had no reply: the call must give up, and say how many it made"
    );
}

/// In a search, whose clock moves only when somebody sleeps.
#[test]
fn pauses_grow_and_have_a_limit() {
    explore(|| {
        let script = Script::of([const { Err(CallError::TimedOut) }; 4]);
        let policy = Policy {
            tries: 4,
            pause: Duration::from_secs(10),
            longest_pause: Duration::from_secs(25),
        };
        let begun = Instant::now();
        let _ = Retry::new(&script, ClientId(7), policy).call("A.B", &0.into());
        let pauses = begun.elapsed().as_secs();
        assert_eq!(pauses, 10 + 20 + 25, "of 10 seconds, then 20, then 25");
    });
}

/// `Waits` has its reply only when `Tells` is under way.
struct Meet {
    tell: Sender<()>,
    told: Receiver<()>,
}

impl Caller for Meet {
    fn call(&self, method: &str, _: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        if method == "Waits" {
            self.told.recv().expect("the other one tells");
        } else {
            let seen = call.expect("every try says which call it is").seen;
            assert_eq!(seen, 0, "a call before it is under way, or not yet begun");
            self.tell.send(()).expect("the other one waits");
        }
        Ok(Value::Null)
    }
}

#[test]
fn a_call_under_way_is_not_said_to_be_seen() {
    explore(|| {
        let (tell, told) = channel::bounded(1);
        let retry = Retry::new(Meet { tell, told }, ClientId(7), tries(1));
        thread::scope(|s| {
            s.spawn(|| retry.call("Waits", &0.into()));
            let _ = retry.call("Tells", &0.into());
        });
    });
}
