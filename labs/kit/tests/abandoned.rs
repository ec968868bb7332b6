//! An interleaving that is given up: what destructors find then, and that none of them ends the
//! process.
mod support;

use kit::explore::{Explorer, Failure, FailureKind, forget, outlive_destructors, panic_on_purpose};
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

/// Set where this program runs itself, because nobody can take the panic hook back afterwards.
const ALONE: &str = "KIT_TEST_ALONE";

#[test]
fn what_failed_first_is_told_and_not_the_destructor() {
    if std::env::var_os(ALONE).is_none() {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        let test = "what_failed_first_is_told_and_not_the_destructor";
        let again = again.args(["--exact", test, "--nocapture"]).env(ALONE, "1");
        let said = again.output().unwrap();
        assert_eq!(
            said.status.code(),
            Some(77),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        return;
    }
    outlive_destructors();
    for failure in failures(|| {
        let _fuse = Fuse;
        panic!("what fails first");
    }) {
        assert_eq!(failure.message, "what fails first");
    }
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
    std::process::exit(77);
}

/// Finds, where another thread is in the critical section, what that has left undone.
#[test]
fn a_destructor_sees_no_critical_section_from_within() {
    struct Balanced(Arc<Mutex<(i32, i32)>>);
    impl Drop for Balanced {
        fn drop(&mut self) {
            let both = self.0.lock();
            assert_eq!(both.0, both.1);
        }
    }
    for failure in failures(|| {
        let both = Arc::new(Mutex::new((0, 0)));
        let other = Arc::clone(&both);
        let _balanced = Balanced(both);
        thread::spawn(move || {
            let mut both = other.lock();
            both.0 += 1;
            thread::yield_now();
            both.1 += 1;
        });
        thread::yield_now();
        panic!("what fails first");
    }) {
        assert_eq!(failure.message, "what fails first");
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

#[test]
fn what_a_scenario_forgets_is_no_leak() {
    for search in [Explorer::new(), Explorer::new().sampled()] {
        search.explore(|| forget(Arc::new(Mutex::new(()))));
    }
    for failure in failures(|| std::mem::forget(Arc::new(Mutex::new(())))) {
        assert_eq!(failure.kind, FailureKind::Leak, "{}", failure.message);
    }
}
