//! Hidden checks of `retry`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Barrier, Mutex as Unseen};

use kit::channel::{self, Receiver, Sender};
use kit::message::{Message, choose};
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::time::{Duration, Instant};
use kit::{explore, note, possible, thread};
use rpc::message::{CallError, CallId, ClientId};
use rpc::retry::{Caller, Policy, Retry, RetryError};
use serde_json::{Value, json};

use crate::memory;
use harness::Random;

harness::checks![
    a_reply_ends_it,
    silence_is_tried_again,
    every_short_script_of_tries,
    so_many_tries_and_no_more,
    a_refusal_is_a_reply,
    a_retry_is_the_same_call,
    each_call_is_another,
    no_tries_count_as_one,
    what_was_seen_is_said,
    a_call_that_gave_up_is_not_waited_for,
    two_calls_have_two_numbers,
    nothing_is_seen_that_is_under_way,
    calls_are_under_way_at_once,
    a_call_returns_while_another_pauses,
    a_lost_message_runs_nothing_twice,
    pauses_grow_up_to_the_longest,
    every_small_policy_of_pauses,
    nobody_pauses_after_the_last_try,
];

// What the file has to offer, to the letter.
type Lost = fn(&str) -> Result<Value, CallError>;
type Call = fn(&Retry<Script<Lost>>, &str, &Value) -> Result<Value, RetryError>;
const _: Call = |retry, method, param| retry.call(method, param);

const ME: ClientId = ClientId(7);

/// A caller that answers each call as it is told, and remembers what it was asked. Its lock is the
/// check's own: no step of a search.
struct Script<F> {
    answer: F,
    asked: Unseen<Vec<(String, Value, CallId)>>,
}

impl<F: Fn(&str) -> Result<Value, CallError>> Script<F> {
    fn new(answer: F) -> Self {
        Script {
            answer,
            asked: Unseen::default(),
        }
    }

    /// The identifiers of all tries so far.
    fn asked(&self) -> Vec<CallId> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(_, _, call)| *call).collect()
    }

    /// The identifier of the one call of that method.
    fn asked_of(&self, method: &str) -> CallId {
        let asked = self.asked.lock().unwrap();
        let found = asked.iter().find(|(of, ..)| of == method);
        found.expect("it was called").2
    }

    fn tries(&self) -> usize {
        self.asked().len()
    }
}

impl<F: Fn(&str) -> Result<Value, CallError>> Caller for Script<F> {
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        let call = call.expect("every try says which call it is");
        let asked = (method.to_owned(), param.clone(), call);
        self.asked.lock().unwrap().push(asked);
        (self.answer)(method)
    }
}

/// As fast as can be.
fn tries(tries: u32) -> Policy {
    Policy {
        tries,
        pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
    }
}

fn a_reply_ends_it() {
    // Tries that nobody needs cost nothing, either.
    for allowed in [3, 1_000_000, u32::MAX] {
        let before = memory::live();
        let script = Script::new(|_| {
            let more = memory::live().saturating_sub(before);
            assert!(more < 1_000_000, "{more} bytes for {allowed} tries");
            Ok(json!(5))
        });
        let reply = Retry::new(&script, ME, tries(allowed)).call("A.B", &json!(1));
        assert_eq!(
            reply,
            Ok(json!(5)),
            "the first try has a reply: the call must return it"
        );
        assert_eq!(script.tries(), 1, "one try, one reply");
    }
}

/// A caller that fails so often with that error, and then answers.
fn fails(times: u64, error: CallError) -> Script<impl Fn(&str) -> Result<Value, CallError>> {
    let count = AtomicU64::new(0);
    Script::new(move |_| {
        if count.fetch_add(1, SeqCst) < times {
            Err(error.clone())
        } else {
            Ok(json!("done"))
        }
    })
}

fn silence_is_tried_again() {
    let script = fails(2, CallError::TimedOut);
    let reply = Retry::new(&script, ME, tries(3)).call("A.B", &json!(1));
    assert_eq!(
        (reply, script.tries()),
        (Ok(json!("done")), 3),
        "the third try has a reply"
    );
}

fn every_short_script_of_tries() {
    type Came = Result<Value, CallError>;
    let came: [fn() -> Came; 4] = [
        || Ok(Value::Null),
        || Err(CallError::Refused(String::new())),
        || Err(CallError::TimedOut),
        || Err(CallError::Lost),
    ];
    for allowed in 0..=4 {
        for number in 0..256 {
            let script = [1, 4, 16, 64].map(|place| came[number / place % 4]());
            // Two calls, the second of which has what the first one has left, and then a reply.
            let rest = Unseen::new(script.iter().cloned().collect::<VecDeque<_>>());
            let last = || Ok(json!("last"));
            let caller = Script::new(|_| rest.lock().unwrap().pop_front().unwrap_or_else(last));
            let retry = Retry::new(&caller, ME, tries(allowed));
            let mut left = script.iter().cloned();
            for seq in 1..=2 {
                let mut expected = Err(RetryError::GaveUp {
                    tries: allowed.max(1),
                });
                let mut needed = 0;
                while needed < allowed.max(1) {
                    needed += 1;
                    match left.next().unwrap_or_else(last) {
                        Ok(result) => expected = Ok(result),
                        Err(CallError::Refused(error)) => {
                            expected = Err(RetryError::Refused(error))
                        }
                        Err(_) => continue,
                    }
                    break;
                }
                let before = caller.tries();
                let result = retry.call("A.B", &json!(seq));
                assert_eq!(
                    result, expected,
                    "call {seq} of {script:?}, {allowed} tries"
                );
                let asked = caller.asked().split_off(before);
                let id = CallId {
                    client: ME,
                    seq,
                    seen: seq - 1,
                };
                assert_eq!(asked, vec![id; needed as usize], "call {seq} of {script:?}");
            }
        }
    }
}

fn so_many_tries_and_no_more() {
    for error in [CallError::TimedOut, CallError::Lost] {
        for allowed in [4, 70_000] {
            let script = fails(u64::MAX, error.clone());
            let reply = Retry::new(&script, ME, tries(allowed)).call("A.B", &json!(1));
            assert_eq!(
                reply,
                Err(RetryError::GaveUp { tries: allowed }),
                "no try has a reply: the call must give up, and say how many tries it made"
            );
            assert_eq!(script.tries(), allowed as usize, "that many were allowed");
        }
    }
}

fn a_refusal_is_a_reply() {
    let script = Script::new(|_| Err(CallError::Refused("no such key".to_owned())));
    let reply = Retry::new(&script, ME, tries(3)).call("A.B", &json!(1));
    assert_eq!(
        reply,
        Err(RetryError::Refused("no such key".to_owned())),
        "the server refuses the call: that error must be returned"
    );
    assert_eq!(script.tries(), 1, "the handler would say the same again");
}

fn a_retry_is_the_same_call() {
    let script = fails(2, CallError::TimedOut);
    let param = json!({ "key": "a", "amount": 10 });
    let _ = Retry::new(&script, ME, tries(3)).call("A.B", &param);
    let asked = script.asked.lock().unwrap();
    for (number, (method, argument, call)) in (1..).zip(asked.iter()) {
        assert_eq!(
            (call.client, call.seq),
            (ME, 1),
            "client and number of try {number}"
        );
        assert_eq!(
            (method.as_str(), argument),
            ("A.B", &param),
            "method and argument of try {number}"
        );
    }
}

fn each_call_is_another() {
    let script = Script::new(|_| Ok(json!(null)));
    let retry = Retry::new(&script, ME, tries(3));
    for _ in 0..3 {
        let _ = retry.call("A.B", &json!(1));
    }
    let numbers: Vec<u64> = script.asked().iter().map(|call| call.seq).collect();
    assert_eq!(numbers, [1, 2, 3], "calls are counted from 1");
}

fn no_tries_count_as_one() {
    let script = Script::new(|_| Err(CallError::TimedOut));
    let reply = Retry::new(&script, ME, tries(0)).call("A.B", &json!(1));
    assert_eq!(
        (reply, script.tries()),
        (Err(RetryError::GaveUp { tries: 1 }), 1),
        "a policy of no tries: the call must make one, and then give up"
    );
}

fn what_was_seen_is_said() {
    let script = Script::new(|_| Ok(json!(null)));
    let retry = Retry::new(&script, ME, tries(3));
    for _ in 0..3 {
        let _ = retry.call("A.B", &json!(1));
    }
    let seen: Vec<u64> = script.asked().iter().map(|call| call.seen).collect();
    assert_eq!(
        seen,
        [0, 1, 2],
        "the replies that were seen before each call"
    );
}

fn a_call_that_gave_up_is_not_waited_for() {
    let script = Script::new(|method| match method {
        "Slow" => Err(CallError::TimedOut),
        "Bad" => Err(CallError::Refused("no".to_owned())),
        _ => Ok(json!(null)),
    });
    let retry = Retry::new(&script, ME, tries(1));
    for method in ["Slow", "Bad", "Good"] {
        let _ = retry.call(method, &json!(1));
    }
    let seen = script.asked().last().map(|call| call.seen);
    assert_eq!(seen, Some(2), "nobody will ask for the first two again");
}

fn two_calls_have_two_numbers() {
    explore(|| {
        let script = Script::new(|_| Ok(json!(null)));
        let retry = Retry::new(&script, ME, tries(1));
        thread::scope(|s| {
            s.spawn(|| retry.call("A.B", &json!(1)));
            let _ = retry.call("A.B", &json!(2));
        });
        let mut numbers: Vec<u64> = script.asked().iter().map(|call| call.seq).collect();
        numbers.sort_unstable();
        assert_eq!(
            numbers,
            [1, 2],
            "two calls at once must have two numbers, counted from 1"
        );
    });
}

fn nothing_is_seen_that_is_under_way() {
    explore(|| {
        let script = Script::new(|_| {
            thread::yield_now();
            Ok(json!(null))
        });
        let retry = Retry::new(&script, ME, tries(1));
        let returned = AtomicU64::new(0);
        thread::scope(|s| {
            s.spawn(|| {
                let _ = retry.call("A.B", &json!(1));
                returned.fetch_add(1, SeqCst);
            });
            let _ = retry.call("A.B", &json!(2));
            let before = returned.load(SeqCst);
            let _ = retry.call("A.B", &json!(3));
            if before == 1 {
                // So the third call is the one that was asked last, and all others had returned.
                let last = script.asked().pop().expect("there were three calls");
                let last = (last.seq, last.seen);
                assert_eq!(last, (3, 2), "both calls before it had returned");
            }
        });
        for call in script.asked() {
            assert!(
                call.seen < call.seq,
                "a call has not seen its own reply: {call:?}"
            );
        }
    });

    // Calls come and go while an older one is under way.
    explore(|| {
        let (begin, begun) = channel::bounded(1);
        let (end, ended) = channel::bounded(1);
        let script = Script::new(|method| match method {
            "Slow" => Ok(json!(begin.send(()).is_ok() && ended.recv().is_ok())),
            _ => Ok(json!(null)),
        });
        let retry = Retry::new(&script, ME, tries(1));
        thread::scope(|s| {
            s.spawn(|| retry.call("Slow", &json!(1)));
            let _ = begun.recv();
            for _ in 0..3 {
                let _ = retry.call("Quick", &json!(2));
            }
            let _ = end.send(());
        });
        let _ = retry.call("Quick", &json!(3));
        let seen: Vec<u64> = script.asked().iter().map(|call| call.seen).collect();
        assert_eq!(
            seen,
            [0, 0, 0, 0, 4],
            "none was seen while call 1 was under way, and then all"
        );
    });
    the_oldest_goes_and_the_next_counts();
    what_was_seen_before_a_pause_is_old();
}

/// Call 3 has three tries. During the first one call 1 returns, and call 2 can return in the pause
/// before the last. Its clock moves when a pause ends.
fn what_was_seen_before_a_pause_is_old() {
    explore(|| {
        let (begin, begun) = channel::bounded(1);
        let [(end_one, one_ends), (end_two, two_ends)] = [1, 2].map(|_| channel::bounded(1));
        let (return_one, one_returned) = channel::bounded(1);
        let (tries, two_returned) = (Unseen::new(Vec::new()), Unseen::new(None));
        let script = Script::new(|method| {
            let waits =
                |end: &Receiver<()>| Ok(json!(begin.send(()).is_ok() && end.recv().is_ok()));
            match method {
                "One" => return waits(&one_ends),
                "Two" => return waits(&two_ends),
                _ => tries.lock().unwrap().push(Instant::now()),
            }
            let number = tries.lock().unwrap().len();
            let _ = match number {
                1 => end_one.send(()).is_ok() && one_returned.recv().is_ok(),
                2 => end_two.send(()).is_ok(),
                _ => true,
            };
            Err(CallError::TimedOut)
        });
        let pause = Duration::from_secs(10);
        let policy = Policy {
            tries: 3,
            pause,
            longest_pause: pause,
        };
        let retry = Retry::new(&script, ME, policy);
        thread::scope(|s| {
            s.spawn(|| (retry.call("One", &json!(1)), return_one.send(())));
            let _ = begun.recv();
            s.spawn(|| {
                let _ = retry.call("Two", &json!(2));
                *two_returned.lock().unwrap() = Some(Instant::now());
            });
            let _ = begun.recv();
            let _ = retry.call("Three", &json!(3));
        });
        let seen: Vec<u64> = script.asked().split_off(2).iter().map(|c| c.seen).collect();
        let third = tries.lock().unwrap()[2];
        let right: &[u64] = match *two_returned.lock().unwrap() {
            Some(returned) if returned < third => &[0, 2],
            _ => &[0, 1, 2],
        };
        assert!(
            seen[0] == 0 && seen[1] < 2 && right.contains(&seen[2]),
            "one call returned during the first try, another after the second: the three tries \
             say that {seen:?} were seen"
        );
    });
}

/// What happens to one of several calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Begins,
    TriesAgain,
    Returns,
}

/// Every order in which up to that many calls begin and return, up to their names, of which one may
/// have two tries.
fn orders(calls: usize) -> Vec<Vec<(usize, Event)>> {
    let mut orders = Vec::new();
    let mut begun = vec![(Vec::new(), 0, Vec::new(), false)];
    while let Some((order, next, under_way, again)) = begun.pop() {
        if next == calls && under_way.is_empty() {
            orders.push(order);
            continue;
        }
        let with = |event| [&order[..], &[event]].concat();
        if next < calls {
            let under_way = [&under_way[..], &[next]].concat();
            begun.push((with((next, Event::Begins)), next + 1, under_way, again));
        }
        for call in &under_way {
            if !again {
                let order = with((*call, Event::TriesAgain));
                begun.push((order, next, under_way.clone(), true));
            }
            let others = under_way.iter().filter(|other| *other != call);
            let order = with((*call, Event::Returns));
            begun.push((order, next, others.copied().collect(), again));
        }
    }
    orders
}

/// An order of that many calls, of which now and then one tries again.
fn some_order(calls: usize, random: &mut Random) -> Vec<(usize, Event)> {
    let (mut order, mut next, mut under_way) = (Vec::new(), 0, Vec::new());
    let mut again = BTreeSet::new();
    while next < calls || !under_way.is_empty() {
        let place = random.below(under_way.len() + 1);
        // At first more begin than return, and at last all return.
        if next < calls && (place == under_way.len() || random.below(3) > 0) {
            order.push((next, Event::Begins));
            under_way.push(next);
            next += 1;
        } else if let Some(call) = under_way.get(place).copied() {
            let returns = random.below(4) > 0 || !again.insert(call);
            if returns {
                under_way.remove(place);
            }
            order.push((
                call,
                if returns {
                    Event::Returns
                } else {
                    Event::TriesAgain
                },
            ));
        }
    }
    order
}

/// In every order in which three calls begin, try again and return, and some of more calls: what
/// each try has seen.
fn the_oldest_goes_and_the_next_counts() {
    let more = [10, 20, 40, 80, 300].map(|calls| some_order(calls, &mut Random::new(calls as u64)));
    for order in orders(3).into_iter().chain(more) {
        let (begin, begun) = channel::unbounded();
        let ways: Vec<_> = order.iter().map(|_| channel::unbounded()).collect();
        let script = Script::new(|method| {
            let number: usize = method.parse().expect("a number");
            let _ = begin.send(());
            match ways[number].1.recv() {
                Ok(Event::TriesAgain) => Err(CallError::TimedOut),
                _ => Ok(Value::Null),
            }
        });
        let retry = Retry::new(&script, ME, tries(2));
        let (mut expected, mut first_said) = (Vec::new(), BTreeMap::new());
        thread::scope(|s| {
            let mut under_way: Vec<(usize, _)> = Vec::new();
            for (call, event) in &order {
                match event {
                    Event::Begins => {
                        let retry = &retry;
                        let name = call.to_string();
                        let thread = s.spawn(move || retry.call(&name, &Value::Null));
                        under_way.push((*call, thread));
                        let _ = begun.recv();
                    }
                    Event::TriesAgain => {
                        let _ = ways[*call].0.send(*event);
                        let _ = begun.recv();
                    }
                    Event::Returns => {
                        let _ = ways[*call].0.send(*event);
                        let place = under_way.iter().position(|(other, _)| other == call);
                        let (_, thread) = under_way.remove(place.expect("it has begun"));
                        let _ = thread.join();
                        continue;
                    }
                }
                // Calls are counted from 1, and begin in the order of their numbers.
                let oldest = under_way.iter().map(|(call, _)| *call).min();
                let now = oldest.expect("one is under way") as u64;
                // A retry may say what its first try said, which is true for ever.
                let first = *first_said.entry(*call).or_insert(now);
                expected.push([first, now]);
            }
        });
        let seen: Vec<u64> = script.asked().iter().map(|call| call.seen).collect();
        let right = seen.len() == expected.len()
            && seen
                .iter()
                .zip(&expected)
                .all(|(seen, right)| right.contains(seen));
        assert!(
            right,
            "try by try, {seen:?} were seen, and not {expected:?}, in {order:?}"
        );
    }
}

fn calls_are_under_way_at_once() {
    explore(|| {
        let (tell, told) = channel::bounded(1);
        let script = Script::new(|method| match method {
            "Waits" => Ok(json!(told.recv().is_ok())),
            _ => Ok(json!(tell.send(()).is_ok())),
        });
        let retry = Retry::new(&script, ME, tries(1));
        thread::scope(|s| {
            s.spawn(|| retry.call("Waits", &json!(1)));
            let _ = retry.call("Tells", &json!(2));
        });
        // When the second began, the call that waits for it was under way, or had not begun.
        assert_eq!(script.asked_of("Tells").seen, 0, "nothing had returned");
    });

    // A hundred, each of which waits for all others.
    let meeting = Barrier::new(100);
    let script = Script::new(|_| Ok(json!(meeting.wait().is_leader())));
    let retry = Retry::new(&script, ME, tries(1));
    thread::scope(|s| {
        for _ in 0..100 {
            s.spawn(|| retry.call("Meets", &json!(1)));
        }
    });
    assert_eq!(
        script.tries(),
        100,
        "a hundred calls, each of which has a reply: a hundred tries must be made"
    );

    // Thousands come and go while the first one waits for its reply.
    const CALLS: u64 = 5_000;
    let (begin, begun) = channel::bounded(1);
    let (end, ended) = channel::bounded(1);
    let script = Script::new(|method| match method {
        "Slow" => Ok(json!(begin.send(()).is_ok() && ended.recv().is_ok())),
        _ => Ok(json!(null)),
    });
    let retry = Retry::new(&script, ME, tries(1));
    thread::scope(|s| {
        s.spawn(|| retry.call("Slow", &json!(1)));
        let _ = begun.recv();
        for _ in 0..CALLS {
            let _ = retry.call("Quick", &json!(2));
        }
        let _ = end.send(());
    });
    let _ = retry.call("Quick", &json!(3));
    let mut asked = script.asked();
    let last = asked.pop().expect("there were calls");
    assert_eq!(
        (last.seq, last.seen),
        (CALLS + 2, CALLS + 1),
        "all have returned"
    );
    let one_seen = asked.iter().find(|call| call.seen > 0);
    assert_eq!(one_seen, None, "call 1 was under way");
}

fn a_call_returns_while_another_pauses() {
    possible(|goal| {
        let pause = Duration::from_secs(10);
        let tries = Unseen::new(Vec::new());
        let script = Script::new(|method| match method {
            "Slow" => {
                tries.lock().unwrap().push(Instant::now());
                Err(CallError::TimedOut)
            }
            _ => Ok(json!(null)),
        });
        let policy = Policy {
            tries: 4,
            pause,
            longest_pause: pause,
        };
        let retry = Retry::new(&script, ME, policy);
        let quick = thread::scope(|s| {
            s.spawn(|| retry.call("Slow", &json!(1)));
            [4, 14].map(|seconds| {
                thread::sleep(Duration::from_secs(seconds));
                let begun = Instant::now();
                let _ = retry.call("Quick", &json!(2));
                (begun, Instant::now())
            })
        });
        // The one had begun to pause, as its next try came right after ten seconds; and the other
        // one did not wait.
        let beside = |two: &[Instant], begun| {
            two[1].duration_since(two[0]) == pause && two[0] < begun && begun < two[1]
        };
        let tries = tries.lock().unwrap();
        let at_once =
            |(begun, returned)| begun == returned && tries.windows(2).any(|two| beside(two, begun));
        if quick.into_iter().any(at_once) {
            goal.reached();
        }
    });
}

/// A network that loses requests and replies as the search decides. At its other end is
/// [`run_each_number_once`].
struct Lossy {
    server: Sender<Request>,
}

struct Request {
    message: Message,
    number: u64,
    reply: Sender<Message>,
}

impl Caller for Lossy {
    fn call(&self, method: &str, _: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        let number = call.expect("every try says which call it is").seq;
        let message = Message::sent(&format!("{method}, call {number}"));
        if choose(2) == 1 {
            message.lost();
            return Err(CallError::TimedOut);
        }
        let (reply, replies) = channel::bounded(1);
        let request = Request {
            message,
            number,
            reply,
        };
        self.server.send(request).expect("the server runs");
        let reply = replies.recv().map_err(|_| CallError::TimedOut)?;
        reply.delivered();
        Ok(json!(null))
    }
}

/// Returns how often something ran: once for each number that came.
fn run_each_number_once(requests: &Receiver<Request>) -> usize {
    let mut ran = Vec::new();
    for request in requests {
        request.message.delivered();
        if !ran.contains(&request.number) {
            note(&format!("runs call {}", request.number));
            ran.push(request.number);
        }
        let reply = Message::sent("done");
        if choose(2) == 1 {
            reply.lost();
        } else {
            request.reply.send(reply).expect("the client waits");
        }
    }
    ran.len()
}

fn a_lost_message_runs_nothing_twice() {
    explore(|| {
        let (server, requests) = channel::bounded(1);
        thread::scope(|s| {
            let server_ends = s.spawn(move || run_each_number_once(&requests));
            let replied = Retry::new(Lossy { server }, ME, tries(2))
                .call("Deduct", &json!(10))
                .is_ok();
            let ran = server_ends.join().unwrap();
            assert!(
                ran < 2,
                "one call ran twice: its two tries look like two calls"
            );
            assert!(ran == 1 || !replied, "a reply, and nothing ran");
        });
    });
}

/// Makes two calls of which no try has a reply: after seven seconds a try times out or is lost, in
/// turns. Returns the pauses between the tries, the same for both calls, and what followed the last
/// try.
fn pauses(policy: Policy) -> (Vec<Duration>, Duration) {
    let tries = Unseen::new(Vec::new());
    let script = Script::new(|_| {
        let begun = Instant::now();
        thread::sleep(Duration::from_secs(7));
        let mut tries = tries.lock().unwrap();
        tries.push((begun, Instant::now()));
        match tries.len() % 2 {
            0 => Err(CallError::Lost),
            _ => Err(CallError::TimedOut),
        }
    });
    let retry = Retry::new(&script, ME, policy);
    let two_calls = [1, 2].map(|_| {
        let _ = retry.call("A.B", &json!(1));
        let tries = std::mem::take(&mut *tries.lock().unwrap());
        let (_, last) = tries.last().expect("there was a try");
        let pauses = tries
            .windows(2)
            .map(|two| two[1].0.duration_since(two[0].1));
        (pauses.collect(), last.elapsed())
    });
    let [first, second] = two_calls;
    assert_eq!(first, second, "each call begins with the shortest pause");
    first
}

fn pauses_grow_up_to_the_longest() {
    // In a model, whose clock moves only when somebody sleeps.
    explore(|| {
        for (longest_pause, expected) in [(60, [10, 20, 40, 60]), (5, [5; 4])] {
            let policy = Policy {
                tries: 5,
                pause: Duration::from_secs(10),
                longest_pause: Duration::from_secs(longest_pause),
            };
            assert_eq!(
                pauses(policy).0,
                expected.map(Duration::from_secs),
                "pauses must double from 10 s, but none may be longer than {longest_pause} s"
            );
        }
    });

    // No pause is too short to be doubled, and none of many too long.
    explore(|| {
        let policy = Policy {
            tries: 100,
            pause: Duration::from_micros(100),
            longest_pause: Duration::from_secs(60),
        };
        let expected = (0..99).map(|number| {
            let pause = policy.pause.saturating_mul(1 << number.min(30));
            pause.min(policy.longest_pause)
        });
        assert_eq!(
            pauses(policy).0,
            expected.collect::<Vec<_>>(),
            "pauses must double up to the longest, however short the first and however many"
        );
    });
    explore(|| {
        let policy = Policy {
            tries: 64,
            pause: Duration::from_nanos(1),
            longest_pause: Duration::from_nanos(3 << 52),
        };
        let expected = (0..63).map(|number| {
            let pause = Duration::from_nanos(1 << number);
            pause.min(policy.longest_pause)
        });
        assert_eq!(
            pauses(policy).0,
            expected.collect::<Vec<_>>(),
            "pauses must double up to the longest, however short the first and however many"
        );
    });
}

fn every_small_policy_of_pauses() {
    let mut times = [0, 1, 3, 1_000_000_000, 0].map(Duration::from_nanos);
    times[4] = Duration::MAX;
    for pause in times {
        for longest_pause in times {
            // Nobody lives to see the end of such a pause; of the sum of two, no clock.
            let longest_pause = longest_pause.min(Duration::from_secs(3_600));
            explore(move || {
                let policy = Policy {
                    tries: 4,
                    pause,
                    longest_pause,
                };
                let expected =
                    [1, 2, 4].map(|times| pause.saturating_mul(times).min(longest_pause));
                assert_eq!(
                    pauses(policy),
                    (expected.to_vec(), Duration::ZERO),
                    "the pauses of {policy:?}, and none after the last try"
                );
            });
        }
    }
}

fn nobody_pauses_after_the_last_try() {
    explore(|| {
        let policy = Policy {
            tries: 2,
            pause: Duration::from_secs(10),
            longest_pause: Duration::from_secs(60),
        };
        let (_, afterwards) = pauses(policy);
        assert_eq!(afterwards, Duration::ZERO, "there is nothing to wait for");
    });
}
