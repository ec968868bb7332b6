//! `Condvar`.
use super::mutex::RawGuard;
use super::{MutexGuard, Real};
use crate::model;
use crate::time::{Duration, Instant};
use crate::waiting;
use std::fmt;
use std::panic::Location;

/// A condition variable: threads sleep on it until another thread has changed what they wait for.
///
/// The API is `parking_lot`'s: a wait borrows the guard. A wake-up is a hint and no promise:
/// between the notification and the moment the waiter has the lock again, another thread may have
/// undone the change, and a wake-up may come for no reason at all (a search tries that); so look
/// again, in a loop (or with [`wait_while`](Condvar::wait_while)).
///
/// # Examples
///
/// ```
/// use kit::sync::{Arc, Condvar, Mutex};
/// use kit::thread;
///
/// let open = Arc::new((Mutex::new(false), Condvar::new()));
/// let opener = Arc::clone(&open);
/// let thread = thread::spawn(move || {
///     *opener.0.lock() = true;
///     opener.1.notify_all();
/// });
/// let mut is_open = open.0.lock();
/// while !*is_open {
///     open.1.wait(&mut is_open);
/// }
/// # drop(is_open);
/// thread.join().unwrap();
/// ```
pub struct Condvar(Real<parking_lot::Condvar, model::Condvar>);

/// Whether a wait ended because its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was up.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condvar on which nobody waits.
    #[track_caller]
    pub fn new() -> Self {
        let place = Location::caller();
        Condvar(Real::new(parking_lot::Condvar::new, || {
            model::Condvar::new(place)
        }))
    }

    /// Gives the lock back and blocks until notified, in one step; then blocks until it has the
    /// lock again.
    ///
    /// # Panics
    ///
    /// If the condvar is used with two different mutexes at once.
    #[track_caller]
    #[inline]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        match (&self.0, &mut guard.raw) {
            (
                Real::Real(condvar),
                RawGuard::Real {
                    guard,
                    holder,
                    place,
                },
            ) => {
                let here = Location::caller();
                let _waiting = waiting::enter("waits to be notified on", "a condvar", here, None);
                holder.clear();
                condvar.wait(guard);
                holder.set(place);
            }
            (Real::Model(condvar), RawGuard::Model { mutex, .. }) => {
                condvar.wait(mutex, Location::caller());
            }
            _ => mixed(),
        }
    }

    /// Waits for as long as `condition` holds; looks before the first wait and after each.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// As [`wait`](Condvar::wait), but blocks for `timeout` at most before it asks for the lock
    /// again.
    ///
    /// In a model no time passes: the time may be up at any moment, and both outcomes are explored.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        WaitTimeoutResult(match (&self.0, &mut guard.raw) {
            (
                Real::Real(condvar),
                RawGuard::Real {
                    guard,
                    holder,
                    place,
                },
            ) => {
                holder.clear();
                let timed_out = condvar.wait_for(guard, timeout).timed_out();
                holder.set(place);
                timed_out
            }
            (Real::Model(condvar), RawGuard::Model { mutex, .. }) => {
                condvar.wait_for(mutex, timeout, Location::caller())
            }
            _ => mixed(),
        })
    }

    /// As [`wait_for`](Condvar::wait_for), up to a point in time.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        deadline: Instant,
    ) -> WaitTimeoutResult {
        self.wait_for(guard, deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits for as long as `condition` holds, for `timeout` at most; says whether the time was up
    /// while it still held. A time that is longer than the clock can say is not a limit.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        let Some(deadline) = Instant::now().checked_add(timeout) else {
            self.wait_while(guard, condition);
            return WaitTimeoutResult(false);
        };
        while condition(guard) {
            if self.wait_until(guard, deadline).timed_out() {
                return WaitTimeoutResult(condition(guard));
            }
        }
        WaitTimeoutResult(false)
    }

    /// As [`wait_while_for`](Condvar::wait_while_for), up to a point in time.
    #[track_caller]
    pub fn wait_while_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> WaitTimeoutResult {
        let timeout = deadline.saturating_duration_since(Instant::now());
        self.wait_while_for(guard, condition, timeout)
    }

    /// Wakes one waiter, if there is one; says whether there was. Never blocks.
    #[track_caller]
    #[inline]
    pub fn notify_one(&self) -> bool {
        match &self.0 {
            Real::Real(condvar) => {
                super::real();
                condvar.notify_one()
            }
            Real::Model(condvar) => condvar.notify_one(Location::caller()),
        }
    }

    /// Wakes all waiters, and says how many. Never blocks.
    #[track_caller]
    #[inline]
    pub fn notify_all(&self) -> usize {
        match &self.0 {
            Real::Real(condvar) => {
                super::real();
                condvar.notify_all()
            }
            Real::Model(condvar) => condvar.notify_all(Location::caller()),
        }
    }
}

#[cold]
#[track_caller]
fn mixed() -> ! {
    panic!(
        "the condvar and the mutex were not both made in this model: make them inside the scenario"
    )
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
