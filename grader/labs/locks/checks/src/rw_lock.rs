//! Checks of `rw_lock`: the specification, and what no result can show.

use kit::spec::{Scope, conforms};
use kit::sync::{Arc, Barrier};
use kit::{possible, thread};
use locks::rw_lock::{ReadGuard, RwLock, WriteGuard};

#[path = "../../../../../labs/locks/tests/spec/rw_lock.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    waiting_threads_are_counted,
    two_readers_can_be_inside_at_once,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 4).in_turn(5).within(40_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&RwLock) -> Option<ReadGuard<'_>> = |lock| lock.try_read();
const _: fn(&RwLock) -> Option<WriteGuard<'_>> = |lock| lock.try_write();
const _: fn(&RwLock) -> (usize, usize) = |lock| (lock.waiting_readers(), lock.waiting_writers());

fn waiting_threads_are_counted() {
    possible(|goal| {
        let lock = Arc::new(RwLock::new());
        let inside = lock.write();
        let others = [
            thread::spawn({
                let lock = lock.clone();
                move || drop(lock.write())
            }),
            thread::spawn({
                let lock = lock.clone();
                move || drop(lock.read())
            }),
        ];
        let both = lock.waiting_readers() == 1 && lock.waiting_writers() == 1;
        drop(inside);
        for other in others {
            other.join().unwrap();
        }
        if both {
            goal.reached();
        }
    });
}

fn two_readers_can_be_inside_at_once() {
    possible(|goal| {
        let (lock, both) = (Arc::new(RwLock::new()), Arc::new(Barrier::new(2)));
        let readers = [(), ()].map(|()| {
            let (lock, both) = (lock.clone(), both.clone());
            thread::spawn(move || {
                let _inside = lock.read();
                both.wait();
            })
        });
        for reader in readers {
            reader.join().unwrap();
        }
        goal.reached();
    });
}
