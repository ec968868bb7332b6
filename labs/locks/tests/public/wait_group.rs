//! Public tests of `wait_group`: `cargo test -p locks wait_group`.

use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, thread};
use locks::wait_group::{NegativeCount, WaitGroup};

rules::test!("src/wait_group.rs");

#[test]
fn done_takes_back_what_was_added_and_no_more() {
    let group = WaitGroup::new();
    group.add(2);
    group.add(1);
    for _ in 0..3 {
        assert_eq!(group.done(), Ok(()), "three were added");
    }
    assert_eq!(group.done(), Err(NegativeCount), "all three were done");
}

#[test]
fn a_group_without_work_does_not_wait() {
    explore(|| WaitGroup::new().wait());
}

#[test]
fn wait_returns_when_all_work_is_done_and_not_before() {
    explore(|| {
        let group = WaitGroup::new();
        let finished = AtomicUsize::new(0);
        group.add(2);
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    finished.fetch_add(1, SeqCst);
                    group.done().expect("two were added");
                });
            }
            group.wait();
            let finished = finished.load(SeqCst);
            assert_eq!(finished, 2, "wait returned while somebody was at work");
        });
    });
}

#[test]
fn everybody_who_waits_is_woken() {
    explore(|| {
        let group = WaitGroup::new();
        group.add(1);
        thread::scope(|s| {
            s.spawn(|| group.wait());
            s.spawn(|| group.done().expect("one was added"));
            group.wait();
        });
    });
}

#[path = "../spec/wait_group.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3).in_turn(3));
}
