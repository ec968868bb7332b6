//! Another right answer: each waiting thread has a condvar of its own, and whoever gives permits
//! back hands them over to the first in the queue. Nobody wakes up in vain.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use kit::sync::{Arc, Condvar, Mutex};

/// Lets at most a given number of holders in at once, in the order of their requests.
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    total: usize,
    queue: VecDeque<Request>,
}

struct Request {
    count: usize,
    place: Arc<Place>,
}

/// Where one thread waits.
struct Place {
    /// Whether the permits have been handed over.
    granted: Mutex<bool>,
    woken: Condvar,
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

impl State {
    /// Hands free permits to the first in the queue, as long as there are enough.
    fn hand_over(&mut self) {
        while let Some(first) = self.queue.front() {
            if first.count > self.free {
                return;
            }
            self.free -= first.count;
            // LOCKS: the semaphore's state first, then a place.
            *first.place.granted.lock() = true;
            first.place.woken.notify_one();
            self.queue.pop_front();
        }
    }
}

impl Semaphore {
    /// Creates a semaphore with `permits` permits, all free.
    pub fn new(permits: usize) -> Self {
        Semaphore {
            state: Mutex::new(State {
                free: permits,
                total: permits,
                queue: VecDeque::new(),
            }),
        }
    }

    /// Takes one permit. Blocks until one is free.
    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_many(1)
    }

    /// Takes one permit if one is free and nobody waits.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock();
        if state.free == 0 || !state.queue.is_empty() {
            return None;
        }
        state.free -= 1;
        Some(Permit {
            semaphore: self,
            count: 1,
        })
    }

    /// Takes `count` permits in one step. Blocks until they are handed over.
    pub fn acquire_many(&self, count: usize) -> Permit<'_> {
        let mut state = self.state.lock();
        if state.queue.is_empty() && state.free >= count {
            state.free -= count;
            return Permit {
                semaphore: self,
                count,
            };
        }
        let place = Arc::new(Place {
            granted: Mutex::new(false),
            woken: Condvar::new(),
        });
        state.queue.push_back(Request {
            count,
            place: place.clone(),
        });
        drop(state);
        let mut granted = place.granted.lock();
        while !*granted {
            place.woken.wait(&mut granted);
        }
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
        state.total = state.total.checked_add(count).ok_or(TooManyPermits)?;
        state.free += count;
        state.hand_over();
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
        state.hand_over();
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more permits than can be counted")
    }
}

impl Error for TooManyPermits {}
