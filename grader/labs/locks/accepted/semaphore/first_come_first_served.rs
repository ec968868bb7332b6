//! Another right answer: whoever came first is served first, by tickets.
//!
//! A thread draws a ticket and waits until it is the next to be served and enough is free. A
//! request for many holds up the requests behind it, and so is never overtaken.

use std::error::Error;
use std::fmt;

use kit::sync::{Condvar, Mutex};

/// Lets at most a given number of holders in at once, in the order of their requests.
pub struct Semaphore {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: usize,
    in_use: usize,
    /// The next ticket to be drawn.
    next: u64,
    /// The ticket whose turn it is.
    serving: u64,
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
            state: Mutex::new(State {
                free: permits,
                in_use: 0,
                next: 0,
                serving: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Takes one permit. Blocks until one is free.
    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_many(1)
    }

    /// Takes one permit if one is free and nobody waits.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock();
        if state.serving != state.next || state.free == 0 {
            return None;
        }
        state.free -= 1;
        state.in_use += 1;
        Some(Permit {
            semaphore: self,
            count: 1,
        })
    }

    /// Takes `count` permits in one step. Blocks until it is our turn and that many are free.
    pub fn acquire_many(&self, count: usize) -> Permit<'_> {
        let mut state = self.state.lock();
        let ticket = state.next;
        state.next += 1;
        self.changed.wait_while(&mut state, |state| {
            state.serving != ticket || state.free < count
        });
        state.serving += 1;
        state.free -= count;
        state.in_use += count;
        // The next in line may find enough, too. It is among all who sleep here.
        self.changed.notify_all();
        Permit {
            semaphore: self,
            count,
        }
    }

    /// Adds `count` new permits.
    ///
    /// # Errors
    ///
    /// [`TooManyPermits`] if there would be more than `usize::MAX`, those in use included.
    pub fn add_permits(&self, count: usize) -> Result<(), TooManyPermits> {
        let mut state = self.state.lock();
        let free = state.free.checked_add(count).ok_or(TooManyPermits)?;
        free.checked_add(state.in_use).ok_or(TooManyPermits)?;
        state.free = free;
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// How many permits are free.
    pub fn available(&self) -> usize {
        self.state.lock().free
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock();
        state.free += self.count;
        state.in_use -= self.count;
        drop(state);
        self.semaphore.changed.notify_all();
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more permits than can be counted")
    }
}

impl Error for TooManyPermits {}
