//! An interleaving that is given up: what destructors find then, and that none of them ends the
//! process.
mod support;

use kit::explore::{Explorer, Failure, FailureKind, panic_on_purpose};
use kit::sync::atomic::Ordering::{Acquire, SeqCst};
use kit::sync::atomic::{AtomicPtr, AtomicUsize};
use kit::sync::{Arc, Condvar, Mutex};
use kit::{channel, explore, possible, thread};
use support::failure_of;

/// A handle that counts itself, and trusts its count.
struct Handle(Arc<AtomicUsize>);

impl Handle {
    fn first() -> Handle {
        Handle(Arc::new(AtomicUsize::new(1)))
    }
}

impl Clone for Handle {
    fn clone(&self) -> Handle {
        self.0.fetch_add(1, SeqCst);
        Handle(Arc::clone(&self.0))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let update = |count: usize| count.checked_sub(1);
        let before = self.0.fetch_update(SeqCst, SeqCst, update);
        assert!(before.unwrap() - 1 == self.0.load(Acquire));
    }
}

fn failures(scenario: fn()) -> [Failure; 2] {
    [Explorer::new(), Explorer::new().sampled()].map(|search| failure_of(search, scenario))
}

#[test]
fn a_destructor_counts_right_when_a_deadlock_was_found() {
    for failure in failures(|| {
        let handle = Handle::first();
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        let other = handle.clone();
        let thread = thread::spawn(move || drop(other));
        condvar.wait(&mut lock.lock());
        thread.join().unwrap();
    }) {
        assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    }
}

#[test]
fn a_destructor_counts_right_when_an_assertion_failed() {
    for failure in failures(|| {
        let handle = Handle::first();
        let other = handle.clone();
        thread::spawn(move || drop(other));
        let _one_more = handle.clone();
        panic!("what fails first");
    }) {
        assert_eq!(failure.kind, FailureKind::Assertion);
        assert_eq!(failure.message, "what fails first");
    }
}

#[test]
fn a_destructor_counts_right_when_the_goal_was_reached() {
    possible(|goal| {
        let handle = Handle::first();
        let other = handle.clone();
        thread::spawn(move || drop(other));
        let _one_more = handle.clone();
        goal.reached();
    });
}

#[test]
fn a_pointer_is_what_it_was() {
    struct Owner(AtomicPtr<u8>);
    impl Drop for Owner {
        fn drop(&mut self) {
            assert!(!self.0.swap(std::ptr::null_mut(), SeqCst).is_null());
        }
    }
    let failure = failure_of(Explorer::new(), || {
        let first = Owner(AtomicPtr::new(std::ptr::dangling_mut()));
        first.0.store(std::ptr::dangling_mut(), SeqCst);
        panic!("what fails first");
    });
    assert_eq!(failure.message, "what fails first");
}

/// Waits in its destructor for what does not come when the execution is given up.
struct Waits(channel::Receiver<()>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.recv().expect("somebody says goodbye");
    }
}

#[test]
fn a_destructor_that_panics_does_not_end_the_process() {
    for failure in failures(|| {
        let (goodbye, waited) = channel::unbounded();
        let _waits = Waits(waited);
        thread::spawn(move || goodbye.send(()).unwrap());
        panic!("what fails first");
    }) {
        assert_eq!(failure.kind, FailureKind::Assertion);
        assert_eq!(failure.message, "what fails first");
    }
}

/// Panics whenever it is dropped.
struct Fuse;

impl Drop for Fuse {
    fn drop(&mut self) {
        panic!("a destructor of its own");
    }
}

#[test]
fn what_failed_first_is_told_and_not_the_destructor() {
    for failure in failures(|| {
        let _fuse = Fuse;
        panic!("what fails first");
    }) {
        assert_eq!(failure.message, "what fails first");
    }
}

#[test]
fn a_destructor_that_panics_beside_a_panic_on_purpose_has_failed() {
    for failure in failures(|| {
        let job = thread::spawn(|| {
            let _fuse = Fuse;
            panic_on_purpose("the job fails");
        });
        assert!(job.join().is_err());
    }) {
        assert_eq!(failure.kind, FailureKind::Assertion);
        assert_eq!(failure.message, "a destructor of its own");
    }
}

#[test]
fn a_search_that_learns_begins_again_whatever_a_destructor_does() {
    // The first try ends the pass, in a frame whose destructor cannot take it.
    explore(|| {
        let lock = Mutex::new(());
        let (goodbye, waited) = channel::unbounded();
        let _waits = Waits(waited);
        thread::spawn(move || goodbye.send(()).unwrap());
        drop(lock.try_lock());
    });
}
