//! Seven classic bugs, each found, each with its picture.
#![allow(unsafe_code, reason = "some scenarios are about it")]
mod support;
use kit::cell::UnsafeCell;
use kit::collections::HashSet;
use kit::explore::FailureKind;
use kit::sync::atomic::{AtomicBool, Ordering};
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread;
use std::collections::VecDeque;
use support::finds;

struct Crawler {
    visited: Mutex<HashSet<u32>>,
    fetched: Mutex<Vec<u32>>,
}

impl Crawler {
    fn visit(&self, url: u32) {
        if !self.visited.lock().contains(&url) {
            self.visited.lock().insert(url);
            self.fetched.lock().push(url);
        }
    }
}

#[test]
fn check_then_act() {
    finds(FailureKind::Assertion, "check_then_act", || {
        let crawler = Arc::new(Crawler {
            visited: Mutex::new(HashSet::default()),
            fetched: Mutex::new(Vec::new()),
        });
        let other = Arc::clone(&crawler);
        let thread = thread::spawn(move || other.visit(7));
        crawler.visit(7);
        thread.join().unwrap();
        assert_eq!(
            *crawler.fetched.lock(),
            [7],
            "page 7 was fetched more than once"
        );
    });
}

struct SpinLock {
    locked: AtomicBool,
    data: UnsafeCell<u32>,
}

// SAFETY: it is not: this is the bug.
unsafe impl Sync for SpinLock {}

impl SpinLock {
    fn with<R>(&self, critical: impl FnOnce(&mut u32) -> R) -> R {
        while self.locked.swap(true, Ordering::Relaxed) {
            thread::yield_now();
        }
        // SAFETY: the lock is held, but nothing orders this access after the last one.
        let result = self.data.with_mut(|data| critical(unsafe { &mut *data }));
        self.locked.store(false, Ordering::Relaxed);
        result
    }
}

#[test]
fn relaxed_spin_lock() {
    finds(FailureKind::Race, "relaxed_spin_lock", || {
        let lock = Arc::new(SpinLock {
            locked: AtomicBool::new(false),
            data: UnsafeCell::new(0),
        });
        let other = Arc::clone(&lock);
        let thread = thread::spawn(move || other.with(|n| *n += 1));
        lock.with(|n| *n += 1);
        thread.join().unwrap();
    });
}

struct Queue {
    items: Mutex<VecDeque<u32>>,
    nonempty: Condvar,
}

impl Queue {
    fn push(&self, item: u32) {
        self.items.lock().push_back(item);
        self.nonempty.notify_one();
    }

    fn pop(&self) -> u32 {
        let mut items = self.items.lock();
        if items.is_empty() {
            self.nonempty.wait(&mut items);
        }
        items.pop_front().expect("woken up, but the queue is empty")
    }
}

#[test]
fn if_instead_of_while() {
    finds(FailureKind::Assertion, "if_instead_of_while", || {
        let queue = Arc::new(Queue {
            items: Mutex::new(VecDeque::new()),
            nonempty: Condvar::new(),
        });
        let poppers = [Arc::clone(&queue), Arc::clone(&queue)]
            .map(|queue| thread::spawn(move || queue.pop()));
        queue.push(1);
        queue.push(2);
        for popper in poppers {
            popper.join().unwrap();
        }
    });
}

struct Gate {
    open: AtomicBool,
    lock: Mutex<()>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::Release);
        self.opened.notify_one();
    }

    fn pass(&self) {
        let mut guard = self.lock.lock();
        while !self.open.load(Ordering::Acquire) {
            self.opened.wait(&mut guard);
        }
    }
}

#[test]
fn lost_wakeup() {
    finds(FailureKind::Deadlock, "lost_wakeup", || {
        let gate = Arc::new(Gate {
            open: AtomicBool::new(false),
            lock: Mutex::new(()),
            opened: Condvar::new(),
        });
        let other = Arc::clone(&gate);
        let thread = thread::spawn(move || other.pass());
        gate.open();
        thread.join().unwrap();
    });
}

struct Account {
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let mut from = from.balance.lock();
    let mut to = to.balance.lock();
    *from -= amount;
    *to += amount;
}

#[test]
fn lock_order() {
    finds(FailureKind::Deadlock, "lock_order", || {
        let a = Arc::new(Account {
            balance: Mutex::new(100),
        });
        let b = Arc::new(Account {
            balance: Mutex::new(100),
        });
        let (a2, b2) = (Arc::clone(&a), Arc::clone(&b));
        let thread = thread::spawn(move || transfer(&b2, &a2, 1));
        transfer(&a, &b, 1);
        thread.join().unwrap();
    });
}

struct Node {
    peer: Mutex<Option<Arc<Node>>>,
}

#[test]
fn cycle_of_arcs() {
    finds(FailureKind::Leak, "cycle_of_arcs", || {
        let a = Arc::new(Node {
            peer: Mutex::new(None),
        });
        let b = Arc::new(Node {
            peer: Mutex::new(Some(Arc::clone(&a))),
        });
        *a.peer.lock() = Some(b);
    });
}

struct Mailbox {
    ready: AtomicBool,
    data: AtomicBool,
}

#[test]
fn relaxed_mailbox() {
    finds(FailureKind::Assertion, "relaxed_mailbox", || {
        let mailbox = Arc::new(Mailbox {
            ready: AtomicBool::new(false),
            data: AtomicBool::new(false),
        });
        let writer = Arc::clone(&mailbox);
        let thread = thread::spawn(move || {
            writer.data.store(true, Ordering::Relaxed);
            writer.ready.store(true, Ordering::Relaxed);
        });
        if mailbox.ready.load(Ordering::Relaxed) {
            assert!(
                mailbox.data.load(Ordering::Relaxed),
                "ready, but the data is not there"
            );
        }
        thread.join().unwrap();
    });
}
