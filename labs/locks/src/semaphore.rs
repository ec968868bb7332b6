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

// You will want: use kit::sync::{Condvar, Mutex};

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
    // Your fields: the counts with what guards them, and what a waiting thread sleeps on.
}

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
        todo!("build a semaphore with {permits} free permits")
    }

    /// Takes one permit. Blocks until one is free.
    pub fn acquire(&self) -> Permit<'_> {
        todo!("wait until a permit is free, then take it")
    }

    /// Takes one permit if one is free, and never waits for one: `None` says that none was free, or
    /// that others wait.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        todo!("take a permit if one is free")
    }

    /// Takes `count` permits in one step, as one [`Permit`]. Blocks until that many are free at
    /// once: for ever, if there are fewer and nobody adds any.
    pub fn acquire_many(&self, count: usize) -> Permit<'_> {
        todo!("wait until {count} permits are free, then take all of them at once")
    }

    /// Adds `count` new permits, and wakes those who can go now.
    ///
    /// # Errors
    ///
    /// [`TooManyPermits`] if there would be more than `usize::MAX` permits, those in use included;
    /// nothing has changed then.
    pub fn add_permits(&self, count: usize) -> Result<(), TooManyPermits> {
        todo!("add {count} permits, unless that is more than can be counted")
    }

    /// How many permits are free. Other threads may change that before the caller looks at it.
    pub fn available(&self) -> usize {
        todo!("count the free permits")
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        todo!("give {} permits back to {:p}", self.count, self.semaphore)
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more permits than can be counted")
    }
}

impl Error for TooManyPermits {}
