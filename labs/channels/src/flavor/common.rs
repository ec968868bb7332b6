//! Given: the grader uses its own copy, edits here are ignored.
//!
//! What the exercises agree on: a *flavor* moves values and lets threads wait, and knows nothing of
//! handles; the handles of `disconnect` count who is left, and know nothing of waiting.
//!
//! The one idea: each operation takes a [`Patience`], so that one loop serves the call that blocks,
//! the one that never does, and the one with a time-out.
//!
//! Not here: how values wait (`bounded`, `rendezvous`), which of the two it is (`any`), who may
//! still send (`disconnect`), and what a thread does that waits for several channels (`select`).

use kit::sync::{Arc, Condvar, MutexGuard};
use kit::time::{Duration, Instant};

use crate::{RecvTimeoutError, SendTimeoutError};

/// One way to move values from senders to receivers, shared by both.
///
/// Its caller sees to it that nobody sends once the senders are [disconnected](Flavor::disconnect),
/// and nobody receives once the receivers are; what senders did before happened before that call.
pub trait Flavor<T> {
    /// Blocks until the channel has accepted the value, as long as `patience` lasts.
    ///
    /// # Errors
    ///
    /// With the value: [`Disconnected`](SendTimeoutError::Disconnected) if no receiver is left,
    /// [`Timeout`](SendTimeoutError::Timeout) if patience is at its end. A value that can be
    /// accepted at once is accepted, whatever the patience.
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>>;

    /// Blocks until there is a value, as long as `patience` lasts.
    ///
    /// # Errors
    ///
    /// [`Disconnected`](RecvTimeoutError::Disconnected) if nothing is left and no sender is,
    /// [`Timeout`](RecvTimeoutError::Timeout) if patience is at its end. A value that is there is
    /// taken, whatever the patience, and whether or not a sender is left.
    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError>;

    /// How many values wait in the channel. Never blocks.
    fn len(&self) -> usize;

    /// Whether no value waits in the channel.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values may wait in the channel at most; `None` for any number.
    fn capacity(&self) -> Option<usize>;

    /// Says that nobody of this side is left, and wakes everybody who waits for it. Never blocks.
    ///
    /// What is buffered when the senders are gone can still be received. When the receivers are
    /// gone it cannot, and is dropped.
    fn disconnect(&self, side: Side);

    /// Lends out the list of those who want to know when this channel may have something to
    /// receive.
    ///
    /// The list is guarded by the lock that guards the values, so whoever is on it *before* it
    /// looks for a value misses none. Whatever makes a [`recv`](Flavor::recv) possible, a value or
    /// the last sender's end, has to call [`Watchers::notify`] before it gives that lock back. What
    /// comes where a value waits already makes none possible that was not before.
    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers));
}

/// One side of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All who send.
    Senders,
    /// All who receive.
    Receivers,
}

/// How long an operation may wait for the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Not at all.
    Never,
    /// Up to a point in time.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

impl Patience {
    /// Patience that ends `timeout` from now. Too long for the clock is for ever.
    pub fn lasting(timeout: Duration) -> Self {
        Instant::now()
            .checked_add(timeout)
            .map_or(Patience::Forever, Patience::Until)
    }

    /// Lets go of the lock and sleeps until `condvar` is notified, as long as patience lasts; takes
    /// the lock again. Says whether patience is left: if not, look once more, and then give up.
    ///
    /// [`Patience::Never`] returns `false` at once and keeps the lock.
    #[track_caller]
    pub fn wait<T>(self, condvar: &Condvar, guard: &mut MutexGuard<'_, T>) -> bool {
        match self {
            Patience::Never => false,
            Patience::Until(deadline) => !condvar.wait_until(guard, deadline).timed_out(),
            Patience::Forever => {
                condvar.wait(guard);
                true
            }
        }
    }
}

/// Somebody who wants to know when a channel may have something to receive: a thread in `select`.
pub trait Watcher: Send + Sync {
    /// Says that there may be something. Must not block, and must not touch the channel: it is
    /// called with the channel's lock held.
    fn wake(&self);
}

/// The [`Watcher`]s of one channel. Plain data: it belongs under the channel's own lock.
#[derive(Clone, Default)]
pub struct Watchers {
    list: Vec<Arc<dyn Watcher>>,
}

impl Watchers {
    /// Adds a watcher, once for each call.
    pub fn add(&mut self, watcher: Arc<dyn Watcher>) {
        self.list.push(watcher);
    }

    /// Takes a watcher out that was added, once; does nothing if it is not there.
    pub fn remove(&mut self, watcher: &Arc<dyn Watcher>) {
        let place = self
            .list
            .iter()
            .position(|other| Arc::ptr_eq(other, watcher));
        if let Some(place) = place {
            self.list.remove(place);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nobody watches.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Wakes all of them. One would not do: it may find something in another channel first, and
    /// leave this one's value to the others.
    pub fn notify(&self) {
        for watcher in &self.list {
            watcher.wake();
        }
    }
}
