//! Public tests of `rw_lock`.

use kit::spec::{Scope, conforms};
use kit::sync::{Arc, Barrier, Mutex};
use kit::{explore, thread};
use locks::rw_lock::RwLock;

rules::test!("src/rw_lock.rs");

#[test]
fn readers_share_and_a_writer_does_not() {
    explore(|| {
        let lock = RwLock::new();
        let first = lock.read();
        let second = lock.try_read();
        assert!(second.is_some(), "readers may be inside together");
        drop(first);
        assert!(lock.try_write().is_none(), "one of two readers is inside");
        drop(second);
        let writer = lock.try_write();
        assert!(writer.is_some(), "nobody is inside");
        assert!(lock.try_read().is_none(), "a writer is inside");
        assert!(lock.try_write().is_none(), "a writer is inside");
    });
}

#[test]
fn two_readers_that_waited_for_a_writer_both_go_in() {
    explore(|| {
        let shared = Arc::new((RwLock::new(), Barrier::new(2)));
        let writer = shared.0.write();
        let other = thread::spawn({
            let shared = shared.clone();
            move || {
                let _inside = shared.0.read();
                shared.1.wait(); // Both readers get here, or this test hangs.
            }
        });
        drop(writer);
        let inside = shared.0.read();
        shared.1.wait();
        drop(inside);
        other.join().unwrap();
    });
}

#[test]
fn a_writer_that_waits_goes_before_a_new_reader() {
    explore(|| {
        let shared = Arc::new((RwLock::new(), Mutex::new("old")));
        let first = shared.0.read();
        let writer = thread::spawn({
            let shared = shared.clone();
            move || {
                let _inside = shared.0.write();
                *shared.1.lock() = "new";
            }
        });
        let waiting = shared.0.waiting_writers() == 1;
        drop(first);
        if waiting {
            let _second = shared.0.read();
            let seen = *shared.1.lock();
            assert_eq!(seen, "new", "a reader overtook a writer that waited");
        }
        writer.join().unwrap();
    });
}

#[path = "../spec/rw_lock.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 1, 2).in_turn(3));
}
