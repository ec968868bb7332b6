//! You write this file: a buffer with a limit, shared by many senders and many receivers.
//!
//! A send blocks while the buffer is full, a receive while it is empty: so a fast side waits for
//! the slow one, and memory stays bounded. One `Mutex` and two `Condvar`s are enough.
//!
//! Watch for:
//! - senders and receivers can wait at the same time, and a notification that reaches the wrong
//!   side is lost: give each side a condvar of its own, or wake everybody;
//! - waking up proves nothing: another thread may have been faster;
//! - the last one of a side to go wakes *everybody* of the other, and what is buffered is still
//!   delivered;
//! - a thread that has to wait sleeps until it is notified or its time is up: it does not spin, and
//!   does not look again from time to time;
//! - a value that is dropped runs code that you do not know, and which may use this channel: never
//!   drop one while you hold the lock.
//!
//! Not here: who counts as the last one. The handles of `disconnect` know, and call
//! [`Flavor::disconnect`]. Nor values that panic when they are dropped.
//!
//! Read: notes/channels.md, "A buffer with a limit".

// You will want: use std::collections::VecDeque; use kit::sync::{Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out. Made of locks and
/// condvars, and of no other channel.
pub struct Bounded<T> {
    _yours: std::marker::PhantomData<T>, // Your fields: the buffer with its lock, and what each side sleeps on.
}

impl<T> Bounded<T> {
    /// Creates an empty channel for at most `capacity` values. Room for them may be set aside at
    /// once, so that a capacity for which there is no memory panics.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero: a value could never wait here.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer needs room for one value");
        todo!("make an empty buffer for {capacity} values")
    }
}

impl<T> Flavor<T> for Bounded<T> {
    /// Puts the value behind all others. Blocks while the buffer is full and a receiver is left.
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let _ = value;
        todo!(
            "wait for room with patience {patience:?}, put the value in, and wake who waits for it"
        )
    }

    /// Takes the value that is there longest. Blocks while the buffer is empty and a sender is
    /// left.
    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        todo!("wait for a value with patience {patience:?}, take it, and wake who waits for room")
    }

    fn len(&self) -> usize {
        todo!("count the values that wait")
    }

    fn capacity(&self) -> Option<usize> {
        todo!("say how many values may wait")
    }

    /// Wakes all of the other side: it is the same news for each of them, and it comes only once.
    fn disconnect(&self, side: Side) {
        todo!("note that the {side:?} are gone, and wake the other side")
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        let _ = change;
        todo!("lend out the list of watchers that your lock guards")
    }
}
