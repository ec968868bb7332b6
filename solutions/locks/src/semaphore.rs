//! You write this file: a counting semaphore.
//!
//! A thread takes a permit before it goes in and gives it back when it is done, so that only a few
//! are in at once: two fetches from one host, ten open files. One `Mutex` and one `Condvar`
//! are enough.
//!
//! Watch for:
//! - when several permits come free at once, everybody who can go has to be woken;
//! - a request for three takes all three in one step, or waits and holds none;
//! - a permit goes back even when its holder panics: `Drop` runs then, too;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - permits past `usize::MAX` are an error, and those in use count: they will come back.
//!
//! Not here: an order among those who wait.
//!
//! Read: notes/locks.md, "Counting permits".

use std::error::Error;
use std::fmt;

// LAB: // You will want: use kit::sync::{Condvar, Mutex};
use kit::sync::{Condvar, Mutex};
// LAB: end

/// Lets at most a given number of holders in at once.
///
/// Which goes first is left open: the first to come, or whoever is faster, so that a request for
/// many may be overtaken by requests for few. But nobody sleeps who could go and is behind nobody.
///
/// # Examples
///
/// ```no_run
/// use locks::semaphore::Semaphore;
///
/// let fetches = Semaphore::new(2);
/// let permit = fetches.acquire();
/// assert_eq!(fetches.available(), 1);
/// drop(permit);
/// assert_eq!(fetches.available(), 2);
/// ```
pub struct Semaphore {
    // LAB: // Your fields: the counts with what guards them, and what a waiting thread sleeps on.
    /// One lock over both counts, so that looking and taking are one step.
    permits: Mutex<Permits>,
    /// Notified after every change that lets `free` grow.
    freed: Condvar,
    // LAB: end
}

// LAB:
/// Always `free <= total`: the difference is what the living [`Permit`]s stand for.
struct Permits {
    /// Nobody holds these.
    free: usize,
    /// All there are, held or not. Bounding this one bounds `free` as well.
    total: usize,
}
// LAB: end

/// Permits in use. Dropping it gives them back, during a panic as well.
#[must_use = "the permits go back as soon as this is dropped"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    /// How many permits this stands for.
    count: usize,
}

/// [`Semaphore::add_permits`] was asked for more permits than can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyPermits;

impl Semaphore {
    /// Creates a semaphore with `permits` permits, all free.
    pub fn new(permits: usize) -> Self {
        // LAB: todo!("build a semaphore with {permits} free permits")
        Semaphore {
            permits: Mutex::new(Permits {
                free: permits,
                total: permits,
            }),
            freed: Condvar::new(),
        }
        // LAB: end
    }

    /// Takes one permit. Blocks until one is free.
    pub fn acquire(&self) -> Permit<'_> {
        // LAB: todo!("wait until a permit is free, then take it")
        self.acquire_many(1)
        // LAB: end
    }

    /// Takes one permit if one is free, and never waits for one: `None` says that none was free, or
    /// that others wait.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // LAB: todo!("take a permit if one is free")
        // Look and take under one lock: with a gap between them, two threads could see the same
        // last permit and both take it.
        let mut permits = self.permits.lock();
        if permits.free == 0 {
            return None;
        }
        permits.free -= 1;
        Some(Permit {
            semaphore: self,
            count: 1,
        })
        // LAB: end
    }

    /// Takes `count` permits in one step, as one [`Permit`]. Blocks until that many are free at
    /// once: for ever, if there are fewer and nobody adds any.
    pub fn acquire_many(&self, count: usize) -> Permit<'_> {
        // LAB: todo!("wait until {count} permits are free, then take all of them at once")
        let mut permits = self.permits.lock();
        // `while`: between the notification and our turn at the lock, another thread may have taken
        // what was free. We hold nothing while we wait: two threads that each sat on half of
        // what they need would wait for each other.
        while permits.free < count {
            self.freed.wait(&mut permits);
        }
        permits.free -= count;
        Permit {
            semaphore: self,
            count,
        }
        // LAB: end
    }

    /// Adds `count` new permits, and wakes those who can go now.
    ///
    /// # Errors
    ///
    /// [`TooManyPermits`] if there would be more than `usize::MAX` permits, those in use included;
    /// nothing has changed then.
    pub fn add_permits(&self, count: usize) -> Result<(), TooManyPermits> {
        // LAB: todo!("add {count} permits, unless that is more than can be counted")
        let mut permits = self.permits.lock();
        permits.total = permits.total.checked_add(count).ok_or(TooManyPermits)?;
        permits.free += count; // No overflow: `free <= total`.
        // Everybody: these permits may be enough for several threads, and a single notification may
        // reach one that needs more than there is.
        self.freed.notify_all();
        Ok(())
        // LAB: end
    }

    /// How many permits are free. Other threads may change that before the caller looks at it.
    pub fn available(&self) -> usize {
        // LAB: todo!("count the free permits")
        self.permits.lock().free
        // LAB: end
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // LAB: todo!("give {} permits back to {:p}", self.count, self.semaphore)
        let mut permits = self.semaphore.permits.lock();
        permits.free += self.count; // No overflow: `total` counts these already.
        // Everybody, as in `add_permits`: this may be the end of a request for many.
        self.semaphore.freed.notify_all();
        // LAB: end
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more permits than can be counted")
    }
}

impl Error for TooManyPermits {}
