//! Public tests of `semaphore`.

use kit::spec::{Scope, conforms};
use kit::sync::Arc;
use kit::{explore, thread};
use locks::semaphore::{Semaphore, TooManyPermits};

rules::test!("src/semaphore.rs");

#[test]
fn a_permit_is_in_use_until_it_is_dropped() {
    explore(|| {
        let semaphore = Semaphore::new(3);
        let one = semaphore.acquire();
        let two = semaphore.acquire_many(2);
        assert_eq!(semaphore.available(), 0, "all three permits are in use");
        drop(two);
        assert_eq!(semaphore.available(), 2, "two permits came back at once");
        drop(one);
        assert_eq!(semaphore.available(), 3, "every permit came back");
    });
}

#[test]
fn try_acquire_says_no_instead_of_waiting() {
    explore(|| {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.try_acquire();
        assert!(permit.is_some(), "a permit was free, so take it");
        assert!(semaphore.try_acquire().is_none(), "the only one is in use");
        drop(permit);
        assert_eq!(semaphore.available(), 1, "a refused request takes nothing");
    });
}

#[test]
fn permits_can_be_added_until_they_cannot_be_counted() {
    let semaphore = Semaphore::new(0);
    assert_eq!(
        semaphore.add_permits(2),
        Ok(()),
        "two permits can be counted: adding them must succeed"
    );
    assert_eq!(semaphore.available(), 2, "both new permits are free");
    assert_eq!(
        semaphore.add_permits(usize::MAX),
        Err(TooManyPermits),
        "2 + usize::MAX does not fit: say so instead of wrapping around"
    );
    assert_eq!(semaphore.available(), 2, "a refused addition adds nothing");
}

#[test]
fn a_thread_that_waits_for_a_permit_gets_it() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let waiting = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire())
        });
        assert_eq!(
            semaphore.add_permits(1),
            Ok(()),
            "one permit can be counted: adding it must succeed"
        );
        waiting.join().unwrap();
        assert_eq!(semaphore.available(), 1, "the permit is back");
    });
}

#[test]
fn two_requests_for_everything_do_not_block_each_other() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || drop(semaphore.acquire_many(2))
        });
        assert_eq!(
            semaphore.add_permits(1),
            Ok(()),
            "one more permit can be counted: adding it must succeed"
        );
        drop(semaphore.acquire_many(2));
        other.join().unwrap();
        assert_eq!(semaphore.available(), 2, "all permits are back");
    });
}

#[path = "../spec/semaphore.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 1, 2).in_turn(2));
}
