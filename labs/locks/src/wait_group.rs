//! You write this file: Go's `WaitGroup`.
//!
//! [`WaitGroup::add`] before work is handed out, [`WaitGroup::done`] at the end of each piece, and
//! [`WaitGroup::wait`] blocks until nothing is left. One `Mutex` and one `Condvar` are enough.
//!
//! Watch for:
//! - a `done` that comes between "not zero yet" and going to sleep must not be missed;
//! - waking up proves nothing: look again;
//! - several threads may wait for the same zero;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - more `done` than was added is an error, and the count stays as it was.
//!
//! Not here: a negative `add`. Go has it; `done` is the only use that is not a mistake.
//!
//! Read: notes/locks.md, "Waiting for others".

use std::fmt;

// You will want: use kit::sync::{Condvar, Mutex};

/// Counts work that is not done yet, and lets threads wait until there is none.
///
/// It can be used again once the count is zero. Start the next round after every `wait` of the last
/// one has returned: a `wait` that meets a new `add` while it wakes may return or wait on.
///
/// # Examples
///
/// ```no_run
/// use kit::thread;
/// use locks::wait_group::WaitGroup;
///
/// let group = WaitGroup::new();
/// thread::scope(|s| {
///     for _ in 0..3 {
///         group.add(1);
///         s.spawn(|| group.done());
///     }
///     group.wait(); // all three are done
/// });
/// ```
pub struct WaitGroup {
    // Your fields: the count with what guards it, and what a waiting thread sleeps on.
}

/// [`WaitGroup::done`] was called more often than was added. The count stays zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeCount;

impl WaitGroup {
    /// Makes a group with nothing to wait for.
    pub fn new() -> Self {
        todo!("make a group that counts zero")
    }

    /// Adds `n` pieces of work, whether or not somebody waits already.
    ///
    /// Call it before the work is handed to another thread, not in that thread: until it has
    /// started, `wait` would see nothing to wait for.
    ///
    /// # Panics
    ///
    /// If the count would not fit into a `usize`.
    pub fn add(&self, n: usize) {
        todo!("add {n} to the count")
    }

    /// Says that one piece of work is done. The last one wakes everybody who waits.
    ///
    /// # Errors
    ///
    /// [`NegativeCount`] if nothing is left to be done; the group stays as it was.
    pub fn done(&self) -> Result<(), NegativeCount> {
        todo!("take one from the count, and wake those who wait for zero")
    }

    /// Blocks until the count is zero; returns at once if it is already.
    ///
    /// What other threads did before their `done` is visible when it returns.
    pub fn wait(&self) {
        todo!("block until the count is zero")
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
