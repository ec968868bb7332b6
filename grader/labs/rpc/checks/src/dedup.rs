//! Hidden checks of `dedup`.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicU64, Ordering::Relaxed};
use kit::{explore, note, possible, thread};
use rpc::dedup::Dedup;
use rpc::message::{CallId, ClientId, Forgotten, Reply};

use crate::memory;
use harness::Random;

#[path = "../../../../../labs/rpc/tests/spec/dedup.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    a_retry_gets_the_first_reply,
    calls_and_clients_are_told_apart,
    every_call_has_what_a_table_would_say,
    an_error_is_a_reply,
    what_was_seen_is_dropped,
    a_forgotten_call_is_refused,
    what_was_seen_is_gone_before_the_handler_runs,
    an_old_message_brings_nothing_back,
    what_was_seen_while_it_ran_does_not_stay,
    a_panic_counts_as_run,
    the_table_stays_small,
    replies_are_kept_until_they_are_seen,
    two_tries_run_once,
    no_try_is_answered_early,
    another_client_changes_nothing,
    a_panic_wakes_the_retry,
    a_retry_of_what_was_let_go_is_answered,
    a_retry_of_what_was_let_go_is_answered_after_a_panic,
    every_retry_of_what_was_let_go_is_answered,
    a_handler_may_wait_for_another,
    two_calls_can_run_at_once,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
type Call = fn(&Dedup, CallId, fn() -> Reply) -> Result<Reply, Forgotten>;
const _: Call = |dedup, call, handler| dedup.call(call, handler);
const _: fn(&Dedup) -> usize = |dedup| dedup.len();

const ME: ClientId = ClientId(7);
const OTHER: ClientId = ClientId(8);

/// Names a call, and says in the picture that this thread is about to try it.
fn call(client: ClientId, seq: u64, seen: u64) -> CallId {
    note(&format!("client {}, call {seq}, seen {seen}", client.0));
    CallId { client, seq, seen }
}

/// What a handler did: how often it ran. Relaxed on purpose: what ran before a reply must be
/// visible because of `Dedup`.
#[derive(Default)]
struct Runs(AtomicU64);

impl Runs {
    /// The handler: counts, and answers with the number of the run.
    fn run(&self) -> Reply {
        note("the handler runs");
        Ok((self.0.fetch_add(1, Relaxed) + 1).into())
    }

    fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The reply of the first run.
fn first() -> Result<Reply, Forgotten> {
    Ok(Ok(1.into()))
}

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 3).in_turn(4).within(5_000));
}

/// With at most two preemptions: all orders of three threads that also panic, or wait for each
/// other, take too long.
fn bounded(scenario: impl Fn() + Send + Sync + 'static) {
    Explorer::new().preemptions(2).explore(scenario);
}

fn a_retry_gets_the_first_reply() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    for attempt in 1..=3 {
        let reply = dedup.call(call(ME, 1, 0), || runs.run());
        assert_eq!(reply, first(), "the reply to try {attempt}");
    }
    assert_eq!(runs.count(), 1, "the handler ran once");
}

fn calls_and_clients_are_told_apart() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    for (client, seq, run) in [(ME, 1, 1), (ME, 2, 2), (OTHER, 1, 3), (OTHER, 2, 4)] {
        let reply = dedup.call(call(client, seq, 0), || runs.run());
        assert_eq!(reply, Ok(Ok(run.into())), "call {seq} of {client:?} is new");
    }
    let retry = dedup.call(call(ME, 2, 0), || runs.run());
    assert_eq!(retry, Ok(Ok(2.into())), "call 2 was not");
    assert_eq!(dedup.len(), 4, "four calls were made");
}

/// What a table would hold: of each client up to which call it has seen replies, and those that are
/// kept; `None` for the error that a panic leaves.
#[derive(Default)]
struct Table(HashMap<ClientId, (u64, BTreeMap<u64, Option<Reply>>)>);

/// What a handler does.
#[derive(Clone, Copy)]
enum Does {
    Replies,
    Fails,
    Panics,
}

impl Table {
    /// What this call gets without its handler; `None` if that runs.
    fn look(&mut self, call: CallId) -> Option<Result<Option<Reply>, Forgotten>> {
        let (seen, replies) = self.0.entry(call.client).or_default();
        *seen = (*seen).max(call.seen);
        replies.retain(|seq, _| *seq > *seen);
        match call.seq <= *seen {
            true => Some(Err(Forgotten)),
            false => replies.get(&call.seq).cloned().map(Ok),
        }
    }

    /// Its handler has ended so.
    fn keep(&mut self, call: CallId, reply: Option<Reply>) {
        let (seen, replies) = self.0.entry(call.client).or_default();
        if call.seq > *seen {
            replies.insert(call.seq, reply);
        }
    }

    fn len(&self) -> usize {
        self.0.values().map(|(_, replies)| replies.len()).sum()
    }

    /// Makes a call as well, in whose handler others are made; says that both agree.
    fn call(&mut self, dedup: &Dedup, call: CallId, inside: &[CallId], does: Does) {
        let known = self.look(call);
        let this = RefCell::new(self);
        // A reply may be large.
        let value = format!("{call:?}").repeat(1 + 400 * usize::from(call.seq.is_multiple_of(5)));
        let handler = || -> Reply {
            for call in inside {
                this.borrow_mut().call(dedup, *call, &[], Does::Replies);
            }
            match does {
                Does::Replies => Ok(value.clone().into()),
                Does::Fails => Err(value.clone()),
                Does::Panics => panic_on_purpose("the handler fails"),
            }
        };
        let came = catch_unwind(AssertUnwindSafe(|| dedup.call(call, handler)));
        let table = this.into_inner();
        match (came, known) {
            (Ok(Err(Forgotten)), Some(Err(Forgotten))) | (Ok(Ok(Err(_))), Some(Ok(None))) => {}
            (Ok(Ok(reply)), Some(Ok(Some(kept)))) => assert_eq!(
                reply, kept,
                "a try of {call:?} after its reply was kept must get that reply"
            ),
            (Ok(Ok(reply)), None) => {
                let right = match does {
                    Does::Replies => Ok(value.clone().into()),
                    _ => Err(value.clone()),
                };
                assert_eq!(reply, right, "its handler's reply, to {call:?}");
                table.keep(call, Some(reply));
            }
            (Err(_), None) if matches!(does, Does::Panics) => table.keep(call, None),
            (Err(why), _) => resume_unwind(why),
            (Ok(came), known) => panic!("{call:?} gets {came:?}, and a table says {known:?}"),
        }
    }
}

fn every_call_has_what_a_table_would_say() {
    const CLIENTS: [u128; 8] = [
        7,
        8,
        0,
        u128::MAX,
        7 << 64,
        7 + (1 << 64),
        7 + (1 << 127),
        7 + (1 << 32),
    ];
    for seed in 0..40 {
        let (dedup, mut table, mut random) = (Dedup::new(), Table::default(), Random::new(seed));
        // Some make few calls, which often come again, and some of them many.
        let calls = [8, 40][seed as usize % 2];
        let any = |random: &mut Random| {
            let client = ClientId(random.of(&CLIENTS));
            let mut seq = 1 + random.below(calls) as u64;
            let mut seen = match random.below(12) {
                0 => random.below(calls) as u64,
                1 => seq - 1,
                2 => seq,
                _ => 0,
            };
            // A client that has made many calls has seen most of their replies.
            if random.below(40) == 0 {
                seen = random.of(&[1 << 32, u64::MAX - 50]);
                seq += seen;
            }
            // Or says that it has seen all that it could ever ask for.
            if random.below(400) == 0 {
                seen = u64::MAX;
            }
            CallId { client, seq, seen }
        };
        for number in 0..200 {
            let call = any(&mut random);
            let mut inside: Vec<CallId> = (0..random.below(3)).map(|_| any(&mut random)).collect();
            // A call that waits for itself waits for ever.
            inside.retain(|other| (other.client, other.seq) != (call.client, call.seq));
            let does = [Does::Replies, Does::Replies, Does::Fails, Does::Panics];
            table.call(&dedup, call, &inside, random.of(&does));
            assert_eq!(
                dedup.len(),
                table.len(),
                "calls in the table after {number} others"
            );
        }
    }
}

fn an_error_is_a_reply() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let refuse = || {
        let _ = runs.run();
        Err(format!("refused {}", runs.count()))
    };
    for _ in 0..2 {
        let reply = dedup.call(call(ME, 1, 0), refuse);
        assert_eq!(
            reply,
            Ok(Err("refused 1".to_owned())),
            "the handler returned an error: that is the reply, to a retry as well"
        );
    }
}

fn what_was_seen_is_dropped() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    for seq in 1..=3 {
        let _ = dedup.call(call(ME, seq, 0), || runs.run());
    }
    let _ = dedup.call(call(OTHER, 1, 0), || runs.run());
    let _ = dedup.call(call(ME, 4, 2), || runs.run());
    assert_eq!(
        dedup.len(),
        3,
        "calls 3 and 4 of one client, call 1 of the other"
    );
    let kept = dedup.call(call(ME, 3, 2), || runs.run());
    assert_eq!(kept, Ok(Ok(3.into())), "call 3 is newer than what was seen");
    let kept = dedup.call(call(OTHER, 1, 0), || runs.run());
    assert_eq!(kept, Ok(Ok(4.into())), "the other client has seen nothing");
    let _ = dedup.call(call(ME, 4, 3), || runs.run());
    assert_eq!(
        dedup.len(),
        2,
        "a retry of call 4 says that call 3 was seen"
    );
    let refused = dedup.call(call(ME, 1, 4), || runs.run());
    assert_eq!(
        refused,
        Err(Forgotten),
        "the client says that it has seen the reply to call 1: the call must be refused"
    );
    assert_eq!(dedup.len(), 1, "a refused call says that call 4 was seen");
}

fn a_forgotten_call_is_refused() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let _ = dedup.call(call(ME, 3, 2), || runs.run());
    for seq in 1..=2 {
        let late = dedup.call(call(ME, seq, 0), || runs.run());
        assert_eq!(late, Err(Forgotten), "call {seq} was seen");
    }
    for seen in [1, 0] {
        let of_itself = dedup.call(call(OTHER, 1, seen), || runs.run());
        assert_eq!(of_itself, Err(Forgotten), "seen by its own word");
    }
    assert_eq!(runs.count(), 1, "a refused call does not run");
    // As many numbers as there are: nobody counts through them.
    let last = dedup.call(call(ME, u64::MAX, u64::MAX - 1), || runs.run());
    assert_eq!(
        last,
        Ok(Ok(2.into())),
        "the largest number there is, and not seen yet: the call must run and have its reply"
    );
    // Whatever its number, as a retry of what was kept or of what nobody has heard of.
    for seq in [u64::MAX, 4, 1] {
        let all = dedup.call(call(ME, seq, u64::MAX), || runs.run());
        assert_eq!(all, Err(Forgotten), "the client has seen all there can be");
        assert_eq!(dedup.len(), 0, "nothing is left of a client that is done");
    }
}

fn what_was_seen_is_gone_before_the_handler_runs() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let _ = dedup.call(call(ME, 1, 0), || runs.run());
    // Judged when the handler has ended: its own panic is caught, and so would be that of an
    // assertion.
    let inside = RefCell::new(None);
    let handler = || -> Reply {
        let late = [1, 2].map(|seq| dedup.call(call(ME, seq, 0), || runs.run()));
        inside.replace(Some((dedup.len(), late)));
        panic_on_purpose("the handler fails")
    };
    let _ = catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 3, 2), handler)));
    let (len, late) = inside.into_inner().expect("the handler of call 3 runs");
    assert_eq!(len, 1, "the call that runs is in the table alone");
    assert_eq!(late, [Err(Forgotten), Err(Forgotten)], "1 and 2 were seen");
    assert_eq!(dedup.len(), 1, "the call that panicked, and nothing else");
    assert_eq!(runs.count(), 1, "only call 1 ran");
}

fn an_old_message_brings_nothing_back() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let _ = dedup.call(call(ME, 5, 4), || runs.run());
    let _ = dedup.call(call(ME, 6, 1), || runs.run());
    let late = dedup.call(call(ME, 3, 0), || runs.run());
    assert_eq!(
        late,
        Err(Forgotten),
        "an older message said less, and came later"
    );
}

fn what_was_seen_while_it_ran_does_not_stay() {
    for panics in [false, true] {
        let (dedup, runs) = (Dedup::new(), Runs::default());
        let handler = || {
            // The client gave call 1 up, and says so with call 2, while call 1 runs.
            let _ = dedup.call(call(ME, 2, 1), || runs.run());
            match panics {
                false => runs.run(),
                true => panic_on_purpose("the handler fails"),
            }
        };
        let ran = catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 1, 0), handler)));
        match ran {
            Ok(reply) => assert_eq!(reply, Ok(Ok(2.into())), "call 1 has run"),
            Err(_) => assert!(panics, "the handler did not panic, and the call did"),
        }
        assert_eq!(
            dedup.len(),
            1,
            "nobody will ask for call 1, or say once more that it was seen"
        );
        let late = dedup.call(call(ME, 1, 0), || runs.run());
        assert_eq!(
            late,
            Err(Forgotten),
            "the client has given up call 1: a late try of it must be refused"
        );
    }
}

fn a_panic_counts_as_run() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let panics = || -> Reply { panic_on_purpose("the handler fails") };
    let original = catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 1, 0), panics)));
    let payload = original.expect_err("the panic goes on to whoever catches it");
    let payload = payload.downcast_ref::<&str>();
    assert_eq!(payload, Some(&"the handler fails"), "as it was");
    let retry = dedup.call(call(ME, 1, 0), || runs.run());
    assert!(
        matches!(retry, Ok(Err(_))),
        "a retry gets an error, not {retry:?}"
    );
    assert_eq!(
        runs.count(),
        0,
        "it may have done half of its work, so it does not run again"
    );
}

fn the_table_stays_small() {
    let (dedup, runs) = (Dedup::new(), Runs::default());
    let mut live = 0;
    for seq in 1..=100_000 {
        let _ = dedup.call(call(ME, seq, seq - 1), || runs.run());
        assert!(
            dedup.len() <= 1,
            "{} calls in the table after call {seq}",
            dedup.len()
        );
        // Whatever has to grow once has grown by then.
        if seq == 1_000 {
            live = memory::live();
        }
    }
    let left = memory::live().saturating_sub(live) / 99_000;
    assert!(left < 8, "each call leaves {left} bytes behind");
}

fn replies_are_kept_until_they_are_seen() {
    const MANY: u64 = 10_500;
    let (dedup, mut ran) = (Dedup::new(), 0_u64);
    let mut reply_to = |seq| {
        let (client, seen) = (ME, 0);
        let count = || {
            ran += 1;
            Ok(ran.into())
        };
        dedup.call(CallId { client, seq, seen }, count)
    };
    for seq in 1..=MANY {
        assert_eq!(reply_to(seq), Ok(Ok(seq.into())), "call {seq}");
    }
    for seq in (1..=MANY).step_by(97) {
        assert_eq!(reply_to(seq), Ok(Ok(seq.into())), "retry of call {seq}");
    }
    const CLIENTS: u64 = 3_000;
    // Of many clients, every second one lets go of its call.
    let (dedup, runs) = (Dedup::new(), Runs::default());
    for attempt in ["call", "retry of call"] {
        for number in 1..=CLIENTS {
            let client = ClientId(number.into());
            let reply = dedup.call(call(client, 1, 0), || runs.run());
            let lets_go = number % 2 == 0;
            let right = match attempt == "retry of call" && lets_go {
                true => Err(Forgotten),
                false => Ok(Ok(number.into())),
            };
            assert_eq!(reply, right, "{attempt} 1 of {client:?}");
            if lets_go {
                let _ = dedup.call(call(client, 1, 1), || runs.run());
            }
        }
    }
}

fn two_tries_run_once() {
    explore(|| {
        let (dedup, runs) = (Dedup::new(), Runs::default());
        thread::scope(|s| {
            let retry = s.spawn(|| dedup.call(call(ME, 1, 0), || runs.run()));
            assert_eq!(
                dedup.call(call(ME, 1, 0), || runs.run()),
                first(),
                "two tries of one call at once: both must get the reply of its one run"
            );
            assert_eq!(retry.join().unwrap(), first(), "both tries get one reply");
        });
        assert_eq!(runs.count(), 1, "the handler ran once");
    });
}

fn no_try_is_answered_early() {
    explore(|| {
        let (dedup, ended) = (Dedup::new(), Runs::default());
        let handler = || {
            thread::yield_now();
            ended.run()
        };
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let _ = dedup.call(call(ME, 1, 0), handler);
                    assert_eq!(ended.count(), 1, "answered while the handler ran");
                });
            }
        });
    });
}

fn another_client_changes_nothing() {
    explore(|| {
        let (dedup, runs, others) = (Dedup::new(), Runs::default(), Runs::default());
        thread::scope(|s| {
            s.spawn(|| dedup.call(call(OTHER, 1, 0), || others.run()));
            let attempt = || {
                let reply = dedup.call(call(ME, 1, 0), || runs.run());
                let others = "another client calls as well";
                assert_eq!(reply, first(), "{others}: both tries must get one reply");
            };
            s.spawn(attempt);
            attempt();
        });
        assert_eq!((runs.count(), others.count()), (1, 1), "each ran once");
    });
}

fn a_panic_wakes_the_retry() {
    explore(|| {
        let dedup = Dedup::new();
        let attempt = || {
            let panics = || -> Reply { panic_on_purpose("the handler fails") };
            catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 1, 0), panics)))
        };
        thread::scope(|s| {
            let retry = s.spawn(attempt);
            let tries = [attempt(), retry.join().unwrap()];
            let panicked = tries.iter().filter(|reply| reply.is_err()).count();
            assert_eq!(panicked, 1, "the handler ran once");
            for reply in tries.iter().flatten() {
                assert!(
                    matches!(reply, Ok(Err(_))),
                    "the other try gets an error, not {reply:?}"
                );
            }
        });
    });
}

fn a_retry_of_what_was_let_go_is_answered() {
    explore(|| {
        let (dedup, runs) = (Dedup::new(), Runs::default());
        let _ = dedup.call(call(ME, 2, 0), || Ok(2.into()));
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let reply = dedup.call(call(ME, 1, 0), || runs.run());
                    assert!(reply == first() || reply == Err(Forgotten), "not {reply:?}");
                });
            }
            let again = dedup.call(call(ME, 2, 1), || Ok(0.into()));
            assert_eq!(again, Ok(Ok(2.into())), "a retry of call 2");
        });
        assert!(runs.count() < 2, "call 1 ran twice");
        assert_eq!(dedup.len(), 1, "call 1 was let go");
    });
}

fn a_retry_of_what_was_let_go_is_answered_after_a_panic() {
    bounded(|| {
        let dedup = Dedup::new();
        let _ = dedup.call(call(ME, 2, 0), || Ok(2.into()));
        let attempt = || {
            let panics = || -> Reply { panic_on_purpose("the handler fails") };
            let _ = catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 1, 0), panics)));
        };
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(attempt);
            }
            let _ = dedup.call(call(ME, 2, 1), || Ok(0.into()));
        });
        assert_eq!(dedup.len(), 1, "call 1 was let go");
    });
}

fn every_retry_of_what_was_let_go_is_answered() {
    // A call runs, two retries wait for it, and a third lets go of it: none sleeps for ever.
    for panics in [false, true] {
        Explorer::new().preemptions(1).explore(move || {
            let dedup = Dedup::new();
            let (begin, begun) = channel::bounded(3);
            let (end, ended) = channel::bounded(3);
            let attempt = || {
                let handler = || -> Reply {
                    let _ = begin.send(());
                    let _ = ended.recv();
                    match panics {
                        false => Ok(1.into()),
                        true => panic_on_purpose("the handler fails"),
                    }
                };
                let _ = catch_unwind(AssertUnwindSafe(|| dedup.call(call(ME, 1, 0), handler)));
            };
            thread::scope(|s| {
                for _ in 0..3 {
                    s.spawn(attempt);
                }
                let _ = begun.recv();
                let refused = dedup.call(call(ME, 1, 1), || Ok(0.into()));
                assert_eq!(refused, Err(Forgotten), "it says that call 1 was seen");
                let _ = end.send(());
            });
            assert_eq!(dedup.len(), 0, "call 1 was let go");
        });
    }

    // A retry says what was seen when it comes, not when it is answered.
    possible(|goal| {
        let dedup = Dedup::new();
        for seq in 1..=2 {
            let _ = dedup.call(call(ME, seq, 0), || Ok(seq.into()));
        }
        let (begin, begun) = channel::bounded(1);
        let (end, ended) = channel::bounded(1);
        thread::scope(|s| {
            let dedup = &dedup;
            s.spawn(move || {
                let _ = dedup.call(call(ME, 3, 0), || {
                    let _ = begin.send(());
                    let _ = ended.recv();
                    Ok(3.into())
                });
            });
            let _ = begun.recv();
            s.spawn(move || dedup.call(call(ME, 3, 2), || Ok(0.into())));
            thread::yield_now();
            if dedup.len() == 1 {
                goal.reached();
            }
            let _ = end.send(());
        });
    });
}

fn a_handler_may_wait_for_another() {
    bounded(|| {
        let dedup = Dedup::new();
        let (tell, told) = channel::bounded(1);
        thread::scope(|s| {
            // A call and its retry: neither keeps others out while it waits.
            for _ in 0..2 {
                s.spawn(|| dedup.call(call(ME, 1, 0), || Ok(told.recv().expect("call 2 tells"))));
            }
            let _ = dedup.call(call(ME, 2, 0), || {
                tell.send(1.into()).expect("call 1 waits for it");
                Ok(2.into())
            });
        });
    });
}

fn two_calls_can_run_at_once() {
    possible(|goal| {
        let (dedup, inside) = (Dedup::new(), Runs::default());
        let handler = || {
            let _ = inside.run();
            if inside.count() == 2 {
                goal.reached();
            }
            thread::yield_now();
            inside.0.fetch_sub(1, Relaxed);
            Ok(0.into())
        };
        thread::scope(|s| {
            s.spawn(|| dedup.call(call(ME, 1, 0), handler));
            let _ = dedup.call(call(ME, 2, 0), handler);
        });
    });
}
