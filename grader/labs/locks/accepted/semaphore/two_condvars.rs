//! Another right answer: requests for one and requests for many wait in two places. For each permit
//! that comes back one of the first kind is woken; the second kind is woken altogether.

use std::error::Error;
use std::fmt;

use kit::sync::{Condvar, Mutex};

/// Lets at most a given number of holders in at once.
pub struct Semaphore {
    /// Free permits, and the permits in use.
    counts: Mutex<(usize, usize)>,
    for_one: Condvar,
    for_many: Condvar,
}

/// Permits in use.
#[must_use = "the permits go back as soon as this is dropped"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    count: usize,
}

/// [`Semaphore::add_permits`] was asked for more permits than can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyPermits;

impl Semaphore {
    /// Creates a semaphore with `permits` permits, all free.
    pub fn new(permits: usize) -> Self {
        Semaphore {
            counts: Mutex::new((permits, 0)),
            for_one: Condvar::new(),
            for_many: Condvar::new(),
        }
    }

    fn take(&self, counts: &mut (usize, usize), count: usize) -> Permit<'_> {
        counts.0 -= count;
        counts.1 += count;
        if counts.0 > 0 {
            // Pass the word on: what is left is enough for another one.
            self.for_one.notify_one();
        }
        Permit {
            semaphore: self,
            count,
        }
    }

    /// Takes one permit. Blocks until one is free.
    pub fn acquire(&self) -> Permit<'_> {
        let mut counts = self.counts.lock();
        while counts.0 == 0 {
            self.for_one.wait(&mut counts);
        }
        self.take(&mut counts, 1)
    }

    /// Takes one permit if one is free.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut counts = self.counts.lock();
        (counts.0 > 0).then(|| self.take(&mut counts, 1))
    }

    /// Takes `count` permits in one step. Blocks until that many are free at once.
    pub fn acquire_many(&self, count: usize) -> Permit<'_> {
        let mut counts = self.counts.lock();
        while counts.0 < count {
            self.for_many.wait(&mut counts);
        }
        self.take(&mut counts, count)
    }

    /// Adds `count` new permits.
    ///
    /// # Errors
    ///
    /// [`TooManyPermits`] if there would be more than `usize::MAX`, those in use included.
    pub fn add_permits(&self, count: usize) -> Result<(), TooManyPermits> {
        let mut counts = self.counts.lock();
        let used = counts.1;
        match counts.0.checked_add(count) {
            Some(free) if free <= usize::MAX - used => counts.0 = free,
            _ => return Err(TooManyPermits),
        }
        self.for_one.notify_one();
        self.for_many.notify_all();
        Ok(())
    }

    /// How many permits are free.
    pub fn available(&self) -> usize {
        self.counts.lock().0
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut counts = self.semaphore.counts.lock();
        counts.0 += self.count;
        counts.1 -= self.count;
        self.semaphore.for_one.notify_one();
        self.semaphore.for_many.notify_all();
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more permits than can be counted")
    }
}

impl Error for TooManyPermits {}
