//! Public tests of `spin_lock`.

use kit::spec::{Scope, conforms};
use kit::sync::Arc;
use kit::{explore, thread};
use locks::spin_lock::SpinLock;

rules::test!("src/spin_lock.rs", unsafe);

#[test]
fn a_guard_reads_and_writes_the_value() {
    explore(|| {
        let lock = SpinLock::new(String::from("we"));
        lock.lock().push_str("ft");
        assert_eq!(
            *lock.lock(),
            "weft",
            "what one guard has written, the next one must read"
        );
        assert_eq!(
            lock.into_inner(),
            "weft",
            "into_inner must give back the value as it is now"
        );
    });
}

#[test]
fn try_lock_is_refused_until_the_guard_is_dropped() {
    explore(|| {
        let lock = SpinLock::new(1);
        let guard = lock.lock();
        assert!(lock.try_lock().is_none(), "somebody holds the lock");
        assert!(
            lock.try_lock().is_none(),
            "somebody holds it still: a refused try_lock must not unlock"
        );
        drop(guard);
        assert!(lock.try_lock().is_some(), "nobody holds it any more");
    });
}

#[test]
fn two_threads_that_add_lose_no_update() {
    explore(|| {
        let lock = Arc::new(SpinLock::new(0));
        let other = thread::spawn({
            let lock = lock.clone();
            move || *lock.lock() += 1
        });
        *lock.lock() += 1;
        other.join().unwrap();
        assert_eq!(*lock.lock(), 2, "each thread added one");
    });
}

#[path = "../spec/spin_lock.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3).within(3_000));
}
