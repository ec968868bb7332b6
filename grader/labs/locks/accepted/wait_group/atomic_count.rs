//! The count is an atomic; the mutex guards nothing but the way to sleep.

use kit::sync::atomic::{AtomicUsize, Ordering};
use kit::sync::{Condvar, Mutex};
use std::fmt;

/// Counts work that is not done yet, and lets threads wait until there is none.
pub struct WaitGroup {
    count: AtomicUsize,
    /// Held by a waiter from its look at `count` until it sleeps, and by the last `done` to notify.
    gate: Mutex<()>,
    zero: Condvar,
}

/// `done` was called more often than was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeCount;

impl WaitGroup {
    /// Makes a group with nothing to wait for.
    pub fn new() -> Self {
        WaitGroup {
            count: AtomicUsize::new(0),
            gate: Mutex::new(()),
            zero: Condvar::new(),
        }
    }

    /// Adds `n` pieces of work.
    pub fn add(&self, n: usize) {
        // ORDERING: relaxed; whoever adds hands the work over by other means.
        let before = self.count.fetch_add(n, Ordering::Relaxed);
        assert!(before.checked_add(n).is_some(), "too much work");
    }

    /// Says that one piece of work is done.
    pub fn done(&self) -> Result<(), NegativeCount> {
        // ORDERING: release, with the acquire in `wait`: whoever sees zero sees all work. And
        // acquire, for the chain of all that counted down before.
        let before = self
            .count
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |n| n.checked_sub(1))
            .map_err(|_| NegativeCount)?;
        if before == 1 {
            // Through the gate: a waiter that saw one is asleep by now, or looks again.
            drop(self.gate.lock());
            self.zero.notify_all();
        }
        Ok(())
    }

    /// Blocks until the count is zero.
    pub fn wait(&self) {
        let mut gate = self.gate.lock();
        // ORDERING: acquire, with the release in `done`.
        while self.count.load(Ordering::Acquire) > 0 {
            self.zero.wait(&mut gate);
        }
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for NegativeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("done was called more often than was added")
    }
}

impl std::error::Error for NegativeCount {}
