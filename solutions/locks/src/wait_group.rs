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

// LAB: // You will want: use kit::sync::{Condvar, Mutex};
use kit::sync::{Condvar, Mutex};
// LAB: end

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
    // LAB: // Your fields: the count with what guards it, and what a waiting thread sleeps on.
    /// Pieces of work added and not done. Zero: nobody has to wait.
    count: Mutex<usize>,
    /// Notified, with `count` locked, each time that `count` becomes zero.
    zero: Condvar,
    // LAB: end
}

/// [`WaitGroup::done`] was called more often than was added. The count stays zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeCount;

impl WaitGroup {
    /// Makes a group with nothing to wait for.
    pub fn new() -> Self {
        // LAB: todo!("make a group that counts zero")
        WaitGroup {
            count: Mutex::new(0),
            zero: Condvar::new(),
        }
        // LAB: end
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
        // LAB: todo!("add {n} to the count")
        let mut count = self.count.lock();
        *count = count.checked_add(n).expect("too much work in one group");
        // LAB: end
    }

    /// Says that one piece of work is done. The last one wakes everybody who waits.
    ///
    /// # Errors
    ///
    /// [`NegativeCount`] if nothing is left to be done; the group stays as it was.
    pub fn done(&self) -> Result<(), NegativeCount> {
        // LAB: todo!("take one from the count, and wake those who wait for zero")
        let mut count = self.count.lock();
        *count = count.checked_sub(1).ok_or(NegativeCount)?;
        // Change first, notify after: whoever wakes must find the zero. And all of them, not one:
        // every waiting thread waits for this same moment, and it does not come again.
        if *count == 0 {
            self.zero.notify_all();
        }
        Ok(())
        // LAB: end
    }

    /// Blocks until the count is zero; returns at once if it is already.
    ///
    /// What other threads did before their `done` is visible when it returns.
    pub fn wait(&self) {
        // LAB: todo!("block until the count is zero")
        let mut count = self.count.lock();
        // The look and the going to sleep are one step: `wait` lets go of the lock only when this
        // thread is in the queue, so no `done` can slip in between. It is a loop because waking up
        // proves nothing: another thread may have added, and a condvar may wake without cause.
        while *count > 0 {
            self.zero.wait(&mut count);
        }
        // LAB: end
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
