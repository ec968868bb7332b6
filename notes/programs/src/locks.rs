//! The traps of the page on locks, in its order.
use crate::{Trap, traps};
use kit::cell::UnsafeCell;
use kit::collections::HashSet;
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use kit::sync::{Condvar, Mutex, RwLock};
use kit::thread::yield_now;
use kit::{explore, possible, repeat, thread};

struct Crawler {
    seen: Mutex<HashSet<&'static str>>,
}

impl Crawler {
    fn is_new(&self, url: &'static str) -> bool {
        let new = !self.seen.lock().contains(url);
        if new {
            self.seen.lock().insert(url);
        }
        new
    }
}

fn two_threads_find_one_url() {
    let crawler = Crawler {
        seen: Mutex::new(HashSet::default()),
    };
    thread::scope(|s| {
        let other = s.spawn(|| crawler.is_new("/a"));
        let mine = crawler.is_new("/a");
        assert!(mine != other.join().unwrap(), "/a is fetched twice");
    });
}

fn two_thousand_ordinary_runs() {
    repeat(2_000, two_threads_find_one_url);
}

fn check_then_act() {
    explore(two_threads_find_one_url);
}

struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock() = true;
        self.opened.notify_all();
    }

    fn pass(&self) {
        if !*self.open.lock() {
            self.opened.wait(&mut self.open.lock());
        }
    }
}

fn look_unlock_sleep() {
    explore(|| {
        let gate = Gate {
            open: Mutex::new(false),
            opened: Condvar::new(),
        };
        thread::scope(|s| {
            s.spawn(|| gate.open());
            gate.pass();
        });
    });
}

struct Latch {
    left: Mutex<u32>,
    fewer: Condvar,
}

impl Latch {
    fn arrive(&self) {
        *self.left.lock() -= 1;
        self.fewer.notify_all();
    }

    fn wait(&self) -> u32 {
        let mut left = self.left.lock();
        if *left > 0 {
            self.fewer.wait(&mut left);
        }
        *left
    }
}

fn woken_and_content() {
    explore(|| {
        let latch = Latch {
            left: Mutex::new(2),
            fewer: Condvar::new(),
        };
        thread::scope(|s| {
            s.spawn(|| (latch.arrive(), latch.arrive()));
            assert_eq!(latch.wait(), 0, "somebody is still at work");
        });
    });
}

/// The second of two arrives for one who waits: only a wake-up for no reason breaks it.
fn woken_for_no_reason() {
    explore(|| {
        let latch = Latch {
            left: Mutex::new(2),
            fewer: Condvar::new(),
        };
        latch.arrive();
        thread::scope(|s| {
            s.spawn(|| assert_eq!(latch.wait(), 0, "somebody is still at work"));
            latch.arrive();
        });
    });
}

fn pay(bank: &[Mutex<u32>; 2], from: usize, to: usize) {
    let mut payer = bank[from].lock();
    let mut payee = bank[to].lock();
    *payer -= 1;
    *payee += 1;
}

fn opposite_payments() {
    explore(|| {
        let bank = [Mutex::new(1), Mutex::new(1)];
        thread::scope(|s| {
            s.spawn(|| pay(&bank, 0, 1));
            pay(&bank, 1, 0);
        });
    });
}

fn a_sum_of_two_moments() {
    explore(|| {
        let bank = [Mutex::new(1), Mutex::new(0)];
        thread::scope(|s| {
            s.spawn(|| pay(&bank, 0, 1));
            let sum: u32 = bank.iter().map(|balance| *balance.lock()).sum();
            assert_eq!(sum, 1, "money came from nowhere");
        });
    });
}

fn one_lock_for_everything() {
    possible(|goal| {
        let pages = Mutex::new(Vec::new());
        let inside = AtomicUsize::new(0);
        let fetch = |url| {
            let mut pages = pages.lock();
            if inside.fetch_add(1, SeqCst) == 1 {
                goal.reached(); // Two fetches at once.
            }
            inside.fetch_sub(1, SeqCst);
            pages.push(url);
        };
        thread::scope(|s| {
            s.spawn(|| fetch("/a"));
            fetch("/b");
        });
    });
}

struct Permits {
    free: Mutex<u32>,
    freed: Condvar,
}

impl Permits {
    fn take(&self) {
        let mut free = self.free.lock();
        while *free == 0 {
            self.freed.wait(&mut free);
        }
        *free -= 1;
    }

    fn add(&self, n: u32) {
        *self.free.lock() += n;
        self.freed.notify_one();
    }
}

fn one_is_woken_where_two_can_go() {
    explore(|| {
        let permits = Permits {
            free: Mutex::new(0),
            freed: Condvar::new(),
        };
        thread::scope(|s| {
            s.spawn(|| permits.take());
            s.spawn(|| permits.take());
            permits.add(2);
        });
    });
}

struct Flag {
    held: AtomicBool,
    value: UnsafeCell<u32>,
}

// SAFETY: not given: that a thread may use `value` while another does is the trap, and only models
// run it.
unsafe impl Sync for Flag {}

impl Flag {
    fn new() -> Flag {
        Flag {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(0),
        }
    }

    fn add_one(&self) {
        // SAFETY: the pointer is valid; that nobody else uses it is what the callers fail to see
        // to.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }
}

fn looks_and_then_takes() {
    fn add(flag: &Flag) {
        while flag.held.load(SeqCst) {
            yield_now();
        }
        flag.held.store(true, SeqCst);
        flag.add_one();
        flag.held.store(false, SeqCst);
    }
    explore(|| {
        let flag = Flag::new();
        thread::scope(|s| {
            s.spawn(|| add(&flag));
            add(&flag);
        });
    });
}

fn swap_but_relaxed() {
    fn add(flag: &Flag) {
        while flag.held.swap(true, Acquire) {
            yield_now();
        }
        flag.add_one();
        flag.held.store(false, Relaxed);
    }
    explore(|| {
        let flag = Flag::new();
        thread::scope(|s| {
            s.spawn(|| add(&flag));
            add(&flag);
        });
    });
}

fn a_stale_value() {
    explore(|| {
        let (page, ready) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|s| {
            s.spawn(|| {
                page.store(7, Relaxed);
                ready.store(true, Relaxed);
            });
            if ready.load(Acquire) {
                let page = page.load(Relaxed);
                assert_eq!(page, 7, "ready, and no page");
            }
        });
    });
}

fn two_that_upgrade() {
    explore(|| {
        let page = RwLock::new(0);
        let fill = || {
            let reader = page.read();
            if *reader == 0 {
                *page.write() = 7;
            }
        };
        thread::scope(|s| {
            s.spawn(fill);
            fill();
        });
    });
}

struct Doors {
    readers: Mutex<u32>,
    empty: Condvar,
    writer_waits: AtomicBool,
}

impl Doors {
    fn enter(&self) {
        *self.readers.lock() += 1;
    }

    fn leave(&self) {
        *self.readers.lock() -= 1;
        self.empty.notify_all();
    }

    fn write(&self) {
        let mut readers = self.readers.lock();
        while *readers > 0 {
            self.writer_waits.store(true, SeqCst);
            self.empty.wait(&mut readers);
        }
    }
}

fn a_reader_overtakes() {
    explore(|| {
        let (readers, empty) = (Mutex::new(0), Condvar::new());
        let doors = Doors {
            readers,
            empty,
            writer_waits: AtomicBool::new(false),
        };
        doors.enter();
        thread::scope(|s| {
            s.spawn(|| doors.write());
            if doors.writer_waits.load(SeqCst) {
                doors.enter();
                panic!("a reader went in although a writer waits");
            }
            doors.leave();
        });
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    two_thousand_ordinary_runs,
    check_then_act,
    look_unlock_sleep,
    woken_and_content,
    woken_for_no_reason,
    opposite_payments,
    a_sum_of_two_moments,
    one_lock_for_everything,
    one_is_woken_where_two_can_go,
    looks_and_then_takes,
    swap_but_relaxed,
    a_stale_value,
    two_that_upgrade,
    a_reader_overtakes,
];
