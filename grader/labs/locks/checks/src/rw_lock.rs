//! Checks of `rw_lock`.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a
//! deadlock with a picture, and not a check that hangs.
#![allow(
    unsafe_code,
    reason = "what the lock guards is shared without another lock"
)]

use kit::cell::UnsafeCell;
use kit::explore::Explorer;
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::sync::{Arc, Barrier};
use kit::time::Duration;
use kit::{explore, possible, thread};
use locks::rw_lock::{ReadGuard, RwLock, WriteGuard};

use crate::holder::drop_in_a_panic;

#[path = "../../../../../labs/locks/tests/spec/rw_lock.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    try_read_and_try_write_are_refused_when_they_must_be,
    writers_are_alone,
    readers_and_a_writer_never_overlap,
    a_writer_that_leaves_wakes_all_readers,
    the_last_reader_wakes_a_writer,
    a_waiting_writer_goes_before_new_readers,
    a_waiting_reader_goes_before_later_writers,
    waiting_threads_are_counted,
    two_readers_can_be_inside_at_once,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 4).in_turn(5).within(12_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&RwLock) -> Option<ReadGuard<'_>> = |lock| lock.try_read();
const _: fn(&RwLock) -> Option<WriteGuard<'_>> = |lock| lock.try_write();
const _: fn(&RwLock) -> (usize, usize) = |lock| (lock.waiting_readers(), lock.waiting_writers());

/// A value that the lock is to guard: the model checker reports accesses that overlap.
struct Guarded {
    lock: RwLock,
    value: UnsafeCell<u32>,
}

// SAFETY: not true of every lock. Whether this one keeps writers alone with the value is what the
// models find out, and they stop before an access that is not.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn new() -> Arc<Self> {
        Arc::new(Guarded {
            lock: RwLock::new(),
            value: UnsafeCell::new(0),
        })
    }

    fn get(&self) -> u32 {
        // SAFETY: see `Sync` above. Callers hold a guard.
        self.value.with(|value| unsafe { *value })
    }

    fn add_one(&self) {
        // SAFETY: see `Sync` above. Callers hold a write guard.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }

    fn write_in_a_thread(self: &Arc<Self>) -> thread::JoinHandle<()> {
        let shared = self.clone();
        thread::spawn(move || {
            let _inside = shared.lock.write();
            shared.add_one();
        })
    }
}

fn try_read_and_try_write_are_refused_when_they_must_be() {
    explore(|| {
        let lock = RwLock::new();
        let first = lock.read();
        let second = lock.try_read().expect("a reader may join a reader");
        assert!(lock.try_write().is_none(), "two readers are inside");
        drop(first);
        assert!(lock.try_write().is_none(), "one of two is still inside");
        drop(second);
        let writer = lock.try_write().expect("nobody is inside any more");
        assert!(lock.try_read().is_none(), "a writer is inside: no reader");
        assert!(lock.try_write().is_none(), "a writer is inside: no other");
        drop(writer);
        assert!(lock.try_read().is_some(), "the writer has left");
    });
    let lock = RwLock::new();
    type Inside<'l> = (Option<ReadGuard<'l>>, Option<WriteGuard<'l>>);
    let go_in: [fn(&RwLock) -> Inside<'_>; 2] = [
        |lock| (Some(lock.read()), None),
        |lock| (None, Some(lock.write())),
    ];
    for go_in in go_in {
        drop_in_a_panic(go_in(&lock));
        assert!(lock.try_write().is_some(), "who panicked stays inside");
    }
    // However many read: with one left, the lock is not free.
    let mut readers: Vec<_> = (0..70_000).map(|_| lock.read()).collect();
    while let Some(last) = readers.pop() {
        assert!(lock.try_write().is_none(), "readers are still inside");
        drop(last);
    }
    assert!(lock.try_write().is_some(), "all readers have left");
    // However often it was used.
    for round in 0..70_000 {
        let again = lock.try_read().is_some() && lock.try_write().is_some();
        assert!(again, "nobody is inside, after {round} rounds");
    }
}

fn writers_are_alone() {
    explore(|| {
        let shared = Guarded::new();
        let other = shared.write_in_a_thread();
        for _ in 0..2 {
            let _inside = shared.lock.write();
            shared.add_one();
        }
        other.join().unwrap();
        assert_eq!(shared.get(), 3, "three times in, one added each time");
    });
}

fn readers_and_a_writer_never_overlap() {
    explore(|| {
        let shared = Guarded::new();
        let writer = shared.write_in_a_thread();
        let reader = thread::spawn({
            let shared = shared.clone();
            move || {
                let _inside = shared.lock.read();
                shared.get();
            }
        });
        let inside = shared.lock.read();
        shared.get();
        drop(inside);
        writer.join().unwrap();
        reader.join().unwrap();
    });
}

/// A thread that goes in to read and stays until `both` are inside.
fn reader_that_meets(shared: &Arc<Guarded>, both: &Arc<Barrier>) -> thread::JoinHandle<()> {
    let (shared, both) = (shared.clone(), both.clone());
    thread::spawn(move || {
        let _inside = shared.lock.read();
        both.wait();
    })
}

fn a_writer_that_leaves_wakes_all_readers() {
    explore(|| {
        let (shared, both) = (Guarded::new(), Arc::new(Barrier::new(2)));
        let writer = shared.lock.write();
        let first = reader_that_meets(&shared, &both);
        let second = reader_that_meets(&shared, &both);
        drop(writer);
        first.join().unwrap();
        second.join().unwrap();
    });
    // Also one that panics.
    explore(|| {
        let shared = Guarded::new();
        let writer = shared.lock.write();
        let reader = thread::spawn({
            let shared = shared.clone();
            move || drop(shared.lock.read())
        });
        drop_in_a_panic(writer);
        reader.join().unwrap();
    });
    // However many there are.
    let (shared, all) = (Guarded::new(), Arc::new(Barrier::new(20)));
    let writer = shared.lock.write();
    let readers = [(); 20].map(|()| reader_that_meets(&shared, &all));
    // Time for all of them to fall asleep; who has not needs no wake-up.
    thread::sleep(Duration::from_millis(20));
    drop(writer);
    for reader in readers {
        reader.join().unwrap();
    }
    crowd();
}

/// Ten threads that read and write, and all get through.
fn crowd() {
    const WRITER: usize = 100;
    let (lock, inside) = (RwLock::new(), AtomicUsize::new(0));
    let (lock, inside) = (&lock, &inside);
    thread::scope(|s| {
        for number in 0..10 {
            s.spawn(move || {
                for round in 0..50 {
                    if (number + round) % 3 == 0 {
                        let _guard = lock.write();
                        let others = inside.fetch_add(WRITER, SeqCst);
                        assert_eq!(others, 0, "a writer is not alone");
                        inside.fetch_sub(WRITER, SeqCst);
                    } else {
                        let _guard = lock.read();
                        let others = inside.fetch_add(1, SeqCst);
                        assert!(others < WRITER, "a reader is with a writer");
                        inside.fetch_sub(1, SeqCst);
                    }
                }
            });
        }
    });
    let waiting = (lock.waiting_readers(), lock.waiting_writers());
    assert_eq!(waiting, (0, 0), "all have ended");
    assert!(lock.try_write().is_some(), "all have left");
}

fn the_last_reader_wakes_a_writer() {
    explore(|| {
        let shared = Guarded::new();
        let first = shared.lock.read();
        let second = shared.lock.read();
        let writer = shared.write_in_a_thread();
        drop(first);
        drop(second);
        writer.join().unwrap();
    });
    // Also one that panics.
    explore(|| {
        let shared = Guarded::new();
        let inside = shared.lock.read();
        let writer = shared.write_in_a_thread();
        drop_in_a_panic(inside);
        writer.join().unwrap();
    });
}

fn a_waiting_writer_goes_before_new_readers() {
    explore(|| {
        let shared = Guarded::new();
        let first = shared.lock.read();
        let writer = shared.write_in_a_thread();
        let waiting = shared.lock.waiting_writers() == 1;
        let tried = shared.lock.try_read().is_some();
        drop(first);
        if waiting {
            assert!(!tried, "try_read overtook a writer that was waiting");
            let _second = shared.lock.read();
            let why = "a reader overtook a writer that was waiting";
            assert_eq!(shared.get(), 1, "{why}: readers could starve it");
        }
        writer.join().unwrap();
    });

    // Also before those that come when another writer has been in and left meanwhile.
    Explorer::new().preemptions(2).explore(|| {
        let (shared, left) = (Guarded::new(), Arc::new(AtomicUsize::new(0)));
        let first = shared.lock.read();
        let writers = [(); 2].map(|()| {
            let (shared, left) = (shared.clone(), left.clone());
            thread::spawn(move || {
                let inside = shared.lock.write();
                shared.add_one();
                drop(inside);
                left.fetch_add(1, SeqCst);
            })
        });
        let both_wait = shared.lock.waiting_writers() == 2;
        drop(first);
        if both_wait && left.load(SeqCst) == 1 && shared.lock.waiting_writers() == 1 {
            let _second = shared.lock.read();
            let why = "a reader overtook the second of two writers that were waiting";
            assert_eq!(shared.get(), 2, "{why}: readers could starve it");
        }
        for writer in writers {
            writer.join().unwrap();
        }
    });
}

fn a_waiting_reader_goes_before_later_writers() {
    Explorer::new().preemptions(3).explore(|| {
        let shared = Guarded::new();
        let first = shared.lock.write();
        let reader = thread::spawn({
            let shared = shared.clone();
            move || {
                let _inside = shared.lock.read();
                shared.get()
            }
        });
        if shared.lock.waiting_readers() == 1 {
            let later = shared.write_in_a_thread();
            drop(first);
            let last = shared.lock.write();
            shared.add_one();
            drop(last);
            later.join().unwrap();
            let seen = reader.join().unwrap();
            let why = "a writer overtook a reader that had been waiting for longer";
            assert_eq!(seen, 0, "{why}: writers could starve it");
        }
    });
    for readers in [3, 20, 70] {
        many_readers_wait_before_a_writer(readers);
    }
}

fn many_readers_wait_before_a_writer(readers: usize) {
    let (lock, written) = (RwLock::new(), AtomicUsize::new(0));
    thread::scope(|s| {
        let first = lock.write();
        let read = || {
            let _inside = lock.read();
            written.load(SeqCst)
        };
        let readers: Vec<_> = (0..readers).map(|_| s.spawn(read)).collect();
        let all_wait = soon(|| lock.waiting_readers() == readers.len());
        s.spawn(|| {
            let _inside = lock.write();
            written.fetch_add(1, SeqCst);
        });
        soon(|| lock.waiting_writers() == 1);
        drop(first);
        let seen = readers.into_iter().map(|reader| reader.join().unwrap());
        let overtaken = seen.filter(|written| *written > 0).count();
        let why = "a writer overtook readers that had been waiting for longer";
        assert!(overtaken == 0 || !all_wait, "{why}: {overtaken} of them");
    });
}

/// Gives something time to come true; says whether it has.
fn soon(is_true: impl Fn() -> bool) -> bool {
    for _ in 0..1_000 {
        if is_true() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    false
}

fn waiting_threads_are_counted() {
    possible(|goal| {
        let shared = Guarded::new();
        let inside = shared.lock.write();
        let writer = shared.write_in_a_thread();
        let reader = thread::spawn({
            let shared = shared.clone();
            move || drop(shared.lock.read())
        });
        let both = shared.lock.waiting_readers() == 1 && shared.lock.waiting_writers() == 1;
        drop(inside);
        writer.join().unwrap();
        reader.join().unwrap();
        if both {
            goal.reached();
        }
    });
}

fn two_readers_can_be_inside_at_once() {
    possible(|goal| {
        let (shared, both) = (Guarded::new(), Arc::new(Barrier::new(2)));
        let first = reader_that_meets(&shared, &both);
        let second = reader_that_meets(&shared, &both);
        first.join().unwrap();
        second.join().unwrap();
        goal.reached();
    });
}
