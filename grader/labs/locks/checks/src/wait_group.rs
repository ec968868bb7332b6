//! Hidden checks of `wait_group`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use kit::time::Duration;
use kit::{explore, thread};
use locks::wait_group::{NegativeCount, WaitGroup};

#[path = "../../../../../labs/locks/tests/spec/wait_group.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    done_below_zero_is_refused,
    wait_returns_at_once_at_zero,
    the_last_done_wakes_who_waits,
    the_last_done_wakes_all_who_wait,
    an_add_during_a_wait_is_waited_for,
    a_group_can_be_used_again,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(4, 3, 5).in_turn(4).within(15_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&WaitGroup) -> Result<(), NegativeCount> = |group| group.done();

// The orderings are relaxed on purpose: what was done before `done` must be visible after `wait`
// because of the group, not because of the test.

fn done_below_zero_is_refused() {
    let group = WaitGroup::new();
    assert_eq!(group.done(), Err(NegativeCount), "nothing was added");
    group.add(1);
    group.add(2);
    for n in 1..=3 {
        assert_eq!(group.done(), Ok(()), "done number {n} of three added");
    }
    assert_eq!(group.done(), Err(NegativeCount), "all three were done");
    group.add(1);
    assert_eq!(group.done(), Ok(()), "a refused done changes nothing");
    group.add(usize::MAX);
    assert_eq!(group.done(), Ok(()), "one of usize::MAX");
    group.add(1);
    let more = catch_unwind(AssertUnwindSafe(|| group.add(1)));
    assert!(more.is_err(), "usize::MAX were added, and there is no room");
}

fn wait_returns_at_once_at_zero() {
    explore(|| {
        let group = WaitGroup::new();
        group.wait();
        group.add(1);
        group.done().expect("one was added");
        group.wait();
    });
}

fn the_last_done_wakes_who_waits() {
    explore(|| {
        let group = WaitGroup::new();
        group.add(1);
        thread::scope(|s| {
            s.spawn(|| group.done().expect("one was added"));
            group.wait();
        });
    });
}

fn the_last_done_wakes_all_who_wait() {
    explore(|| {
        let group = WaitGroup::new();
        group.add(1);
        thread::scope(|s| {
            s.spawn(|| group.wait());
            s.spawn(|| group.done().expect("one was added"));
            group.wait();
        });
    });
    // However many wait, and however much was done.
    let group = WaitGroup::new();
    for pieces in [1, 300] {
        group.add(pieces);
        thread::scope(|s| {
            for _ in 0..20 {
                s.spawn(|| group.wait());
            }
            // Time for all of them to fall asleep; who has not needs no wake-up.
            thread::sleep(Duration::from_millis(20));
            for piece in 0..pieces {
                assert_eq!(group.done(), Ok(()), "{piece} of {pieces} were done");
            }
        });
    }
}

fn an_add_during_a_wait_is_waited_for() {
    explore(|| {
        let group = WaitGroup::new();
        let finished = AtomicBool::new(false);
        group.add(1);
        thread::scope(|s| {
            s.spawn(|| {
                group.add(1);
                group.done().expect("two were added");
                finished.store(true, Relaxed);
                group.done().expect("one is left");
            });
            group.wait();
            assert!(finished.load(Relaxed), "wait returned while one was left");
        });
    });
}

fn a_group_can_be_used_again() {
    explore(|| {
        let group = WaitGroup::new();
        let finished = AtomicUsize::new(0);
        for round in 1..=2 {
            group.add(1);
            thread::scope(|s| {
                s.spawn(|| {
                    finished.fetch_add(1, Relaxed);
                    group.done().expect("one was added in this round");
                });
                group.wait();
                let finished = finished.load(Relaxed);
                assert_eq!(finished, round, "wait returned early in round {round}");
            });
        }
    });
}
