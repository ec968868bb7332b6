//! Public tests of `pipeline`: `cargo test -p channels pipeline`.
//!
//! Here the thread that runs the test fills the input before it starts, and receives the results.

use channels::pipeline::stage;
use kit::channel::{Receiver, bounded};
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

rules::test!("src/pipeline.rs");

/// Searches a scenario of three threads, with at most two preemptions.
fn search_three(scenario: impl Fn() + Send + Sync + 'static) {
    Explorer::new().preemptions(2).explore(scenario);
}

/// A channel that holds 1, 2, … up to `last`, and no more will come.
fn numbers(last: usize) -> Receiver<usize> {
    let (sender, receiver) = bounded(last);
    for number in 1..=last {
        sender.send(number).expect("there is room");
    }
    receiver
}

#[test]
fn one_worker_works_on_each_value() {
    explore(|| {
        thread::scope(|s| {
            let tens = stage(s, numbers(2), 1, 1, |number| number * 10);
            assert_eq!(
                tens.iter().collect::<Vec<_>>(),
                [10, 20],
                "two values went in: the result of each must come out, in order"
            );
        });
    });
}

#[test]
fn two_workers_keep_the_order() {
    search_three(|| {
        thread::scope(|s| {
            let same = stage(s, numbers(2), 2, 1, |number| number);
            assert_eq!(same.recv(), Ok(1), "the first comes first");
            assert_eq!(same.recv(), Ok(2), "then the second");
            assert!(same.recv().is_err(), "and then the end");
        });
    });
}

#[test]
fn two_workers_can_work_at_once() {
    possible(|goal| {
        let inside = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            let results = stage(s, numbers(2), 2, 2, |_| {
                if inside.fetch_add(1, SeqCst) == 1 {
                    goal.reached();
                }
                inside.fetch_sub(1, SeqCst);
            });
            assert_eq!(
                results.iter().count(),
                2,
                "two values went in: two results must come out"
            );
        });
    });
}

#[test]
fn what_nobody_receives_is_not_piled_up() {
    search_three(|| {
        let (sender, input) = bounded(1);
        let sent = Arc::new(AtomicUsize::new(0));
        let received = sent.clone();
        thread::scope(|s| {
            let results = stage(s, input, 1, 0, |number| number);
            s.spawn(move || {
                while sender.send(sent.load(SeqCst)).is_ok() && sent.fetch_add(1, SeqCst) < 2 {}
            });
            // One is in the input, and one is with the worker.
            assert!(received.load(SeqCst) <= 2, "nobody has received a result");
            assert_eq!(
                results.iter().count(),
                3,
                "three values were sent: three results must come out"
            );
        });
    });
}

#[test]
fn who_stops_receiving_ends_the_stage() {
    search_three(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(3), 2, 0, |number| number);
            assert_eq!(
                results.recv(),
                Ok(1),
                "the first result must come out, whatever comes later"
            );
            // The results go here, and the scope waits for both workers.
        });
    });
}

#[test]
fn after_a_panic_the_results_before_it_come_out() {
    search_three(|| {
        let scope = AssertUnwindSafe(|| {
            thread::scope(|s| {
                let results = stage(s, numbers(2), 2, 2, |number| match number {
                    1 => number,
                    _ => panic_on_purpose("the second fails"),
                });
                assert_eq!(results.recv(), Ok(1), "it comes before the second");
                assert!(results.recv().is_err(), "there is no second");
            });
        });
        let panic = catch_unwind(scope).expect_err("the panic is not lost");
        if panic.is::<String>() {
            resume_unwind(panic); // It is not that on purpose: an assertion above, or a hole.
        }
    });
}
