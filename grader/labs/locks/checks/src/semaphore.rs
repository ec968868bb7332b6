//! Checks of `semaphore`.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a
//! deadlock with a picture, and not a check that hangs.
#![allow(
    unsafe_code,
    reason = "what the lock guards is shared without another lock"
)]

use kit::cell::UnsafeCell;
use kit::explore::{Explorer, forget};
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::sync::{Arc, Barrier};
use kit::{explore, possible, thread};
use locks::semaphore::{Permit, Semaphore, TooManyPermits};

use harness::Random;

use crate::holder::drop_in_a_panic;

#[path = "../../../../../labs/locks/tests/spec/semaphore.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    permits_are_counted_down_and_up,
    try_acquire_refuses_when_none_is_free,
    a_panic_gives_the_permit_back,
    adding_too_many_is_an_error,
    permits_in_use_count_towards_the_limit,
    one_permit_admits_one_holder_at_a_time,
    a_waiting_thread_is_woken,
    adding_two_wakes_two,
    dropping_two_wakes_two,
    permits_that_come_one_by_one_wake_one_each,
    a_request_for_many_holds_nothing_while_it_waits,
    try_acquire_takes_what_is_free,
    two_permits_can_be_held_at_once,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 3).in_turn(4).within(15_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&Semaphore) -> Option<Permit<'_>> = |semaphore| semaphore.try_acquire();
const _: fn(&Semaphore) -> Result<(), TooManyPermits> = |semaphore| semaphore.add_permits(1);
const _: fn(&Semaphore) -> usize = |semaphore| semaphore.available();

fn permits_are_counted_down_and_up() {
    explore(|| {
        let semaphore = Semaphore::new(3);
        assert_eq!(semaphore.available(), 3, "a new semaphore: all are free");
        let one = semaphore.acquire();
        assert_eq!(semaphore.available(), 2, "acquire takes one");
        let two = semaphore.acquire_many(2);
        assert_eq!(semaphore.available(), 0, "acquire_many(2) takes two");
        drop(one);
        assert_eq!(semaphore.available(), 1, "dropping a permit for one");
        drop(two);
        assert_eq!(semaphore.available(), 3, "dropping a permit for two");
        assert_eq!(semaphore.add_permits(2), Ok(()), "five can be counted");
        assert_eq!(semaphore.available(), 5, "add_permits(2) adds two");
    });
    for permits in [0, 3, 300, 1 << 33, usize::MAX] {
        many_calls(permits);
    }
    let semaphore = Semaphore::new(1);
    for round in 0..70_000 {
        let free = semaphore.try_acquire().is_some();
        assert!(free, "nobody holds the permit, after {round} rounds");
    }
}

/// Calls by one thread, none of which has to wait, beside plain numbers.
fn many_calls(permits: usize) {
    let semaphore = Semaphore::new(permits);
    let (mut free, mut total) = (permits, permits);
    let mut held: Vec<(usize, Permit<'_>)> = Vec::new();
    let mut random = Random::new(permits as u64);
    for _ in 0..3_000 {
        let some = [0, 1, random.below(9), random.below(usize::MAX)][random.below(4)];
        match random.below(5) {
            0 => {
                let count = some.min(free);
                held.push((count, semaphore.acquire_many(count)));
                free -= count;
            }
            1 => match semaphore.try_acquire() {
                Some(permit) => {
                    assert!(free > 0, "`Some`, and none was free");
                    held.push((1, permit));
                    free -= 1;
                }
                None => assert_eq!(free, 0, "`None`, and that many were free"),
            },
            2 | 3 if !held.is_empty() => {
                let (count, permit) = held.swap_remove(random.below(held.len()));
                drop(permit);
                free += count;
            }
            _ => {
                let more = total.checked_add(some);
                let added = semaphore.add_permits(some);
                assert_eq!(added.is_ok(), more.is_some(), "{some} and {total}");
                free += more.map_or(0, |_| some);
                total = more.unwrap_or(total);
            }
        }
        assert_eq!(semaphore.available(), free, "permits that are free");
    }
}

fn try_acquire_refuses_when_none_is_free() {
    explore(|| {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        let refused = semaphore.try_acquire().is_none();
        assert!(refused, "the only permit is in use: answer `None`");
        drop(permit);
        assert_eq!(semaphore.available(), 1, "a refusal must leave no trace");
    });
}

fn a_panic_gives_the_permit_back() {
    let semaphore = Semaphore::new(2);
    drop_in_a_panic(semaphore.acquire_many(2));
    let free = semaphore.available();
    assert_eq!(free, 2, "the permits of a holder that panicked are lost");
    // To whoever waits for them, too.
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.acquire();
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire())
        });
        drop_in_a_panic(permit);
        other.join().unwrap();
    });
}

fn adding_too_many_is_an_error() {
    let semaphore = Semaphore::new(1);
    let added = semaphore.add_permits(usize::MAX);
    assert_eq!(added, Err(TooManyPermits), "1 + usize::MAX does not fit");
    let free = semaphore.available();
    assert_eq!(free, 1, "after the error everything is as it was");
    let fits = semaphore.add_permits(usize::MAX - 1);
    assert_eq!(fits, Ok(()), "usize::MAX permits can just be counted");
    // By two at once.
    explore(|| {
        let semaphore = Semaphore::new(0);
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| semaphore.add_permits(HALF));
            (semaphore.add_permits(HALF), yours.join().unwrap())
        });
        assert!(mine.is_ok() != yours.is_ok(), "there is room for one half");
        assert_eq!(semaphore.available(), HALF, "one half was added");
    });
}

fn permits_in_use_count_towards_the_limit() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let added = semaphore.add_permits(usize::MAX);
    let why = "the permit in use will come back, and then there is no room for it";
    forget(permit); // Dropping it might panic again, and then this message would be lost.
    assert_eq!(added, Err(TooManyPermits), "{why}");
}

/// A value that only permit holders may touch: the model checker reports two that do so at once.
struct Guarded {
    permits: Semaphore,
    value: UnsafeCell<u32>,
}

// SAFETY: not true of every semaphore. Whether holders of the one permit are alone with the value
// is what the model finds out, and it stops before an access that is not.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn add_one(&self) {
        let _permit = self.permits.acquire();
        // SAFETY: see `Sync` above.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }
}

fn one_permit_admits_one_holder_at_a_time() {
    explore(|| {
        let shared = Arc::new(Guarded {
            permits: Semaphore::new(1),
            value: UnsafeCell::new(0),
        });
        let add_one = || {
            let shared = shared.clone();
            thread::spawn(move || shared.add_one())
        };
        let others = [add_one(), add_one()];
        shared.add_one();
        for other in others {
            other.join().unwrap();
        }
        // SAFETY: every other thread has ended.
        let sum = shared.value.with(|value| unsafe { *value });
        assert_eq!(sum, 3, "three holders, one at a time, add one each");
    });
}

fn a_waiting_thread_is_woken() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.acquire();
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire())
        });
        drop(permit);
        other.join().unwrap();
        assert_eq!(semaphore.available(), 1, "both permits came back");
    });
    // However much it wants, and another one beside it.
    Explorer::new().preemptions(2).explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let wait = || {
            let semaphore = semaphore.clone();
            thread::spawn(move || drop(semaphore.acquire_many(HALF)))
        };
        let others = [wait(), wait()];
        let added = semaphore.add_permits(HALF);
        assert_eq!(added, Ok(()), "as many can be counted");
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(semaphore.available(), HALF, "all permits came back");
    });
}

/// Twice as much is one more than can be counted.
const HALF: usize = usize::MAX / 2 + 1;

/// Threads that take permits, and keep them until all have theirs.
struct Group(Vec<thread::JoinHandle<()>>);

impl Group {
    /// One thread for each of `wanted`, which takes that many.
    fn that_meets(semaphore: &Arc<Semaphore>, wanted: &[usize]) -> Self {
        let all = Arc::new(Barrier::new(wanted.len()));
        let thread = |&count| {
            let (semaphore, all) = (semaphore.clone(), all.clone());
            thread::spawn(move || {
                let _permit = match count {
                    1 => semaphore.acquire(),
                    _ => semaphore.acquire_many(count),
                };
                all.wait();
            })
        };
        Group(wanted.iter().map(thread).collect())
    }

    fn join(self) {
        for thread in self.0 {
            thread.join().unwrap();
        }
    }
}

/// What several threads want, and how many permits come free at once: enough for all.
const ENOUGH: [(&[usize], usize); 4] = [(&[1, 0], 1), (&[2, 1], 3), (&[1, 2], 4), (&[3, 1, 2], 6)];

fn adding_two_wakes_two() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let waiting = Group::that_meets(&semaphore, &[1, 1]);
        assert_eq!(
            semaphore.add_permits(2),
            Ok(()),
            "there is room for two more permits: adding them must succeed"
        );
        waiting.join();
    });
    for (wanted, count) in ENOUGH {
        Explorer::new().preemptions(2).explore(move || {
            let semaphore = Arc::new(Semaphore::new(0));
            let waiting = Group::that_meets(&semaphore, wanted);
            let added = semaphore.add_permits(count);
            assert_eq!(added, Ok(()), "there is room for {count} permits");
            waiting.join();
        });
    }
}

fn dropping_two_wakes_two() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let permits = semaphore.acquire_many(2);
        let waiting = Group::that_meets(&semaphore, &[1, 1]);
        drop(permits);
        waiting.join();
    });
    for (wanted, count) in ENOUGH {
        Explorer::new().preemptions(2).explore(move || {
            let semaphore = Arc::new(Semaphore::new(count));
            let permits = semaphore.acquire_many(count);
            let waiting = Group::that_meets(&semaphore, wanted);
            drop(permits);
            waiting.join();
        });
    }
}

fn permits_that_come_one_by_one_wake_one_each() {
    Explorer::new().preemptions(3).explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let waiting = Group::that_meets(&semaphore, &[1, 1]);
        assert_eq!(
            semaphore.add_permits(1),
            Ok(()),
            "there is room for one more permit: adding it must succeed"
        );
        assert_eq!(
            semaphore.add_permits(1),
            Ok(()),
            "there is room for one more permit: adding it must succeed"
        );
        waiting.join();
    });
}

fn a_request_for_many_holds_nothing_while_it_waits() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire_many(2))
        });
        assert_eq!(
            semaphore.add_permits(1),
            Ok(()),
            "there is room for one more permit: adding it must succeed"
        );
        drop(semaphore.acquire_many(2));
        other.join().unwrap();
    });
    // However often it is woken in vain.
    Explorer::new().preemptions(1).explore(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire_many(7))
        });
        for free in 1..7 {
            let why = "permits are free, and a request for 7 has to wait";
            assert_eq!(semaphore.available(), free, "{why}");
            drop(semaphore.try_acquire());
            thread::yield_now();
            assert_eq!(semaphore.available(), free, "{why}");
            assert_eq!(
                semaphore.add_permits(1),
                Ok(()),
                "there is room for one more permit: adding it must succeed"
            );
            thread::yield_now();
        }
        other.join().unwrap();
        assert_eq!(semaphore.available(), 7, "all have come back");
    });
    crowd();
}

/// Ten threads with requests of all sizes, which all get through.
fn crowd() {
    const PERMITS: usize = 5;
    let (semaphore, inside) = (Semaphore::new(PERMITS), AtomicUsize::new(0));
    let (semaphore, inside) = (&semaphore, &inside);
    thread::scope(|s| {
        for number in 0..10 {
            s.spawn(move || {
                for round in 0..50 {
                    let count = 1 + (number + round) % PERMITS;
                    let permit = semaphore.acquire_many(count);
                    let held = inside.fetch_add(count, SeqCst) + count;
                    assert!(held <= PERMITS, "{held} of {PERMITS} permits are held");
                    inside.fetch_sub(count, SeqCst);
                    drop(permit);
                }
            });
        }
    });
    assert_eq!(semaphore.available(), PERMITS, "all have come back");
}

fn try_acquire_takes_what_is_free() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || semaphore.try_acquire().is_some()
        });
        let mine = semaphore.try_acquire().is_some();
        let theirs = other.join().unwrap();
        assert!(mine && theirs, "two permits for two: nobody is refused");
    });
}

fn two_permits_can_be_held_at_once() {
    possible(|goal| {
        let semaphore = Arc::new(Semaphore::new(2));
        Group::that_meets(&semaphore, &[1, 1]).join();
        goal.reached();
    });
}
