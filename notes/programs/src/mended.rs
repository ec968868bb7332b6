//! The traps of the page on locks without their mistake: what the search says of those.
use crate::{Trap, traps};
use kit::cell::UnsafeCell;
use kit::collections::HashSet;
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use kit::sync::{Condvar, Mutex};
use kit::thread::yield_now;
use kit::{explore, possible, thread};

fn check_and_mark_in_one_step() {
    explore(|| {
        let seen = Mutex::new(HashSet::default());
        let is_new = |url| seen.lock().insert(url);
        thread::scope(|s| {
            let other = s.spawn(|| is_new("/a"));
            let mine = is_new("/a");
            assert!(mine != other.join().unwrap(), "/a is fetched twice");
        });
    });
}

struct Latch {
    left: Mutex<u32>,
    fewer: Condvar,
}

impl Latch {
    fn of(left: u32) -> Latch {
        Latch {
            left: Mutex::new(left),
            fewer: Condvar::new(),
        }
    }

    fn arrive(&self) {
        *self.left.lock() -= 1;
        self.fewer.notify_all();
    }

    fn wait(&self) -> u32 {
        let mut left = self.left.lock();
        while *left > 0 {
            self.fewer.wait(&mut left);
        }
        *left
    }
}

fn one_arrives_twice() {
    explore(|| {
        let latch = Latch::of(2);
        thread::scope(|s| {
            s.spawn(|| (latch.arrive(), latch.arrive()));
            assert_eq!(latch.wait(), 0, "somebody is still at work");
        });
    });
}

fn two_arrive_once() {
    explore(|| {
        let latch = Latch::of(2);
        thread::scope(|s| {
            s.spawn(|| latch.arrive());
            s.spawn(|| latch.arrive());
            assert_eq!(latch.wait(), 0, "somebody is still at work");
        });
    });
}

fn payments_in_one_order() {
    fn pay(bank: &[Mutex<u32>; 2], from: usize, to: usize) {
        let mut first = bank[from.min(to)].lock();
        let mut second = bank[from.max(to)].lock();
        let (payer, payee) = match from < to {
            true => (&mut first, &mut second),
            false => (&mut second, &mut first),
        };
        **payer -= 1;
        **payee += 1;
    }
    explore(|| {
        let bank = [Mutex::new(1), Mutex::new(1)];
        thread::scope(|s| {
            s.spawn(|| pay(&bank, 0, 1));
            pay(&bank, 1, 0);
        });
    });
}

fn the_lock_after_the_fetch() {
    possible(|goal| {
        let pages = Mutex::new(Vec::new());
        let inside = AtomicUsize::new(0);
        let fetch = |url| {
            if inside.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            inside.fetch_sub(1, SeqCst);
            pages.lock().push(url);
        };
        thread::scope(|s| {
            s.spawn(|| fetch("/a"));
            fetch("/b");
        });
    });
}

fn all_are_woken() {
    explore(|| {
        let (free, freed) = (Mutex::new(0), Condvar::new());
        let take = || {
            let mut free = free.lock();
            while *free == 0 {
                freed.wait(&mut free);
            }
            *free -= 1;
        };
        thread::scope(|s| {
            s.spawn(take);
            s.spawn(take);
            *free.lock() += 2;
            freed.notify_all();
        });
    });
}

struct Flag {
    held: AtomicBool,
    value: UnsafeCell<u32>,
}

// SAFETY: `value` is used by who has swapped `held` from false to true, and before they store
// false.
unsafe impl Sync for Flag {}

fn swap_and_release() {
    fn add(flag: &Flag) {
        while flag.held.swap(true, Acquire) {
            yield_now();
        }
        // SAFETY: the pointer is valid, and `held` keeps the others out.
        flag.value.with_mut(|value| unsafe { *value += 1 });
        flag.held.store(false, Release);
    }
    explore(|| {
        let flag = Flag {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(0),
        };
        thread::scope(|s| {
            s.spawn(|| add(&flag));
            add(&flag);
        });
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    check_and_mark_in_one_step,
    one_arrives_twice,
    two_arrive_once,
    payments_in_one_order,
    the_lock_after_the_fetch,
    all_are_woken,
    swap_and_release,
];
