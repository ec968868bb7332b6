//! Bugs seeded into otherwise right programs: the search finds each, and says which kind it is.
#![allow(unsafe_code, reason = "some scenarios are about it")]
mod support;
use kit::cell::UnsafeCell;
use kit::channel;
use kit::explore::{Explorer, FailureKind};
use kit::sync::atomic::AtomicBool;
use kit::sync::atomic::AtomicUsize;
use kit::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use kit::sync::{Arc, Condvar, Mutex, RwLock};
use kit::thread;
use std::collections::VecDeque;
use support::finds;

#[test]
fn one_condvar_for_two_conditions() {
    fn send(queue: &(Mutex<VecDeque<u32>>, Condvar), value: u32) {
        let mut items = queue.0.lock();
        while items.len() == 1 {
            queue.1.wait(&mut items);
        }
        items.push_back(value);
        queue.1.notify_one();
    }
    fn receive(queue: &(Mutex<VecDeque<u32>>, Condvar)) {
        let mut items = queue.0.lock();
        while items.pop_front().is_none() {
            queue.1.wait(&mut items);
        }
        queue.1.notify_one();
    }
    finds(
        FailureKind::Deadlock,
        "one_condvar_for_two_conditions",
        || {
            let queue = Arc::new((Mutex::new(VecDeque::new()), Condvar::new()));
            let mut threads = Vec::new();
            for value in 0..2 {
                let queue = Arc::clone(&queue);
                threads.push(thread::spawn(move || send(&queue, value)));
            }
            let other = Arc::clone(&queue);
            threads.push(thread::spawn(move || receive(&other)));
            receive(&queue);
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
        },
    );
}

#[test]
fn read_lock_then_write_lock() {
    finds(FailureKind::Assertion, "read_lock_then_write_lock", || {
        let value = Arc::new(RwLock::new(0));
        let other = Arc::clone(&value);
        let initialise = |value: &RwLock<u32>| {
            let missing = *value.read() == 0;
            if missing {
                *value.write() += 1;
            }
        };
        let thread = thread::spawn(move || initialise(&other));
        initialise(&value);
        thread.join().unwrap();
        assert_eq!(*value.read(), 1, "initialised twice");
    });
}

#[test]
fn load_then_store() {
    finds(FailureKind::Assertion, "load_then_store", || {
        let counter = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&counter);
        let increment = |counter: &AtomicUsize| counter.store(counter.load(SeqCst) + 1, SeqCst);
        let thread = thread::spawn(move || increment(&other));
        increment(&counter);
        thread.join().unwrap();
        assert_eq!(counter.load(SeqCst), 2, "an update was lost");
    });
}

#[test]
fn worker_that_leaves_while_another_may_add_work() {
    finds(FailureKind::Assertion, "worker_that_leaves_early", || {
        let work = Arc::new(Mutex::new(VecDeque::from([0])));
        let idle = Arc::new(AtomicBool::new(false));
        let worker = (Arc::clone(&work), Arc::clone(&idle));
        let thread = thread::spawn(move || {
            let (work, idle) = worker;
            let first = work.lock().pop_front();
            if first.is_none() {
                idle.store(true, SeqCst);
            }
        });
        if let Some(item) = { work.lock().pop_front() } {
            work.lock().push_back(item + 1);
        }
        thread.join().unwrap();
        let left = work.lock().len();
        assert!(
            left == 0 || !idle.load(SeqCst),
            "a worker left although there is work"
        );
    });
}

#[test]
fn shutdown_without_notify() {
    finds(FailureKind::Deadlock, "shutdown_without_notify", || {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut stopped = other.0.lock();
            while !*stopped {
                other.1.wait(&mut stopped);
            }
        });
        *stop.0.lock() = true;
        thread.join().unwrap();
    });
}

#[test]
fn cycle_of_bounded_channels() {
    finds(FailureKind::Deadlock, "cycle_of_bounded_channels", || {
        let (requests, incoming) = channel::bounded(1);
        let (answers, received) = channel::bounded(1);
        let thread = thread::spawn(move || {
            for request in incoming {
                if answers.send(request).is_err() {
                    return;
                }
            }
        });
        for request in 0..4 {
            requests.send(request).unwrap();
        }
        drop(requests);
        assert_eq!(received.iter().count(), 4);
        thread.join().unwrap();
    });
}

#[test]
fn publication_without_release() {
    finds(
        FailureKind::Assertion,
        "publication_without_release",
        || {
            let shared = Arc::new((AtomicUsize::new(0), AtomicBool::new(false)));
            let writer = Arc::clone(&shared);
            let thread = thread::spawn(move || {
                writer.0.store(5, Relaxed);
                writer.1.store(true, Relaxed);
            });
            if shared.1.load(Acquire) {
                assert_eq!(shared.0.load(Relaxed), 5, "published before it was written");
            }
            thread.join().unwrap();
        },
    );
}

#[test]
fn double_checked_once() {
    finds(FailureKind::Assertion, "double_checked_once", || {
        let once = Arc::new((AtomicBool::new(false), Mutex::new(0)));
        let other = Arc::clone(&once);
        let initialise = |once: &(AtomicBool, Mutex<u32>)| {
            if !once.0.load(Acquire) {
                let mut count = once.1.lock();
                *count += 1;
                once.0.store(true, Release);
            }
        };
        let thread = thread::spawn(move || initialise(&other));
        initialise(&once);
        thread.join().unwrap();
        assert_eq!(*once.1.lock(), 1, "initialised twice");
    });
}

#[test]
fn three_philosophers() {
    finds(FailureKind::Deadlock, "three_philosophers", || {
        let forks: Arc<[Mutex<()>; 3]> = Arc::new(std::array::from_fn(|_| Mutex::new(())));
        let philosophers = [0, 1, 2].map(|seat| {
            let forks = Arc::clone(&forks);
            thread::spawn(move || {
                let _left = forks[seat].lock();
                let _right = forks[(seat + 1) % 3].lock();
            })
        });
        philosophers
            .into_iter()
            .for_each(|philosopher| philosopher.join().unwrap());
    });
}

#[test]
fn locking_twice() {
    finds(FailureKind::Deadlock, "locking_twice", || {
        let balance = Mutex::new(1);
        let guard = balance.lock();
        let again = *balance.lock() + *guard;
        assert!(again > 0);
    });
}

#[test]
fn stack_with_a_relaxed_head() {
    struct Stack {
        head: AtomicUsize,
        nodes: [UnsafeCell<u32>; 2],
    }
    // SAFETY: it is not: this is the bug.
    unsafe impl Sync for Stack {}
    finds(FailureKind::Race, "stack_with_a_relaxed_head", || {
        let nodes = [UnsafeCell::new(0), UnsafeCell::new(0)];
        let stack = Arc::new(Stack {
            head: AtomicUsize::new(0),
            nodes,
        });
        let pusher = Arc::clone(&stack);
        let thread = thread::spawn(move || {
            // SAFETY: nobody reads node 1 before the head says so.
            pusher.nodes[1].with_mut(|node| unsafe { *node = 7 });
            pusher.head.store(1, Relaxed);
        });
        if stack.head.load(Acquire) == 1 {
            // SAFETY: it would be safe, had the head been stored with Release.
            stack.nodes[1].with(|node| assert_eq!(unsafe { *node }, 7));
        }
        thread.join().unwrap();
    });
}

#[test]
fn notify_before_the_change() {
    finds(FailureKind::Deadlock, "notify_before_the_change", || {
        let flag = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&flag);
        let thread = thread::spawn(move || {
            other.1.notify_one();
            *other.0.lock() = true;
        });
        let mut set = flag.0.lock();
        while !*set {
            flag.1.wait(&mut set);
        }
        drop(set);
        thread.join().unwrap();
    });
}

#[test]
fn a_sample_of_schedules_finds_a_race_between_eight_threads() {
    let failure = support::failure_of(Explorer::new().sampled(), || {
        let visited = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let visited = Arc::clone(&visited);
                thread::spawn(move || {
                    let new = !visited.lock().contains(&7);
                    if new {
                        visited.lock().push(7);
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!(*visited.lock(), [7], "page 7 was fetched more than once");
    });
    assert_eq!(failure.kind, FailureKind::Assertion);
    assert!(
        failure.found().contains("random sample"),
        "{}",
        failure.found()
    );
}
