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

// LAB: // You will want: use std::collections::VecDeque; use kit::sync::{Condvar, Mutex};
use std::collections::VecDeque;
use std::mem;

use kit::sync::{Condvar, Mutex};
// LAB: end

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out. Made of locks and
/// condvars, and of no other channel.
pub struct Bounded<T> {
    // LAB: _yours: std::marker::PhantomData<T>, // Your fields: the buffer with its lock, and what each side sleeps on.
    capacity: usize,
    /// One lock over everything that changes, so that looking and acting are one step.
    state: Mutex<State<T>>,
    /// Where receivers sleep. Each value that comes wakes one of them.
    not_empty: Condvar,
    /// Where senders sleep. Each value that goes wakes one of them.
    not_full: Condvar,
    // LAB: end
}

// LAB:
struct State<T> {
    /// Never more than `capacity`.
    values: VecDeque<T>,
    /// Receivers that sleep on `not_empty`, or have been woken and do not have the lock yet. Zero:
    /// a notification would reach nobody.
    receivers_waiting: usize,
    /// The same for senders and `not_full`.
    senders_waiting: usize,
    senders_gone: bool,
    receivers_gone: bool,
    watchers: Watchers,
}
// LAB: end

impl<T> Bounded<T> {
    /// Creates an empty channel for at most `capacity` values. Room for them may be set aside at
    /// once, so that a capacity for which there is no memory panics.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero: a value could never wait here.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer needs room for one value");
        // LAB: todo!("make an empty buffer for {capacity} values")
        Bounded {
            capacity,
            state: Mutex::new(State {
                // It grows as it is needed: a large limit is not a large buffer.
                values: VecDeque::new(),
                receivers_waiting: 0,
                senders_waiting: 0,
                senders_gone: false,
                receivers_gone: false,
                watchers: Watchers::default(),
            }),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
        }
        // LAB: end
    }
}

impl<T> Flavor<T> for Bounded<T> {
    /// Puts the value behind all others. Blocks while the buffer is full and a receiver is left.
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        // LAB: let _ = value;
        let mut state = self.state.lock();
        let mut patient = true;
        // LAB: end
        // LAB: todo!("wait for room with patience {patience:?}, put the value in, and wake who waits for it")
        loop {
            // In this order: with nobody to receive, room is of no use.
            if state.receivers_gone {
                return Err(SendTimeoutError::Disconnected(value));
            }
            if state.values.len() < self.capacity {
                break;
            }
            if !patient {
                return Err(SendTimeoutError::Timeout(value));
            }
            state.senders_waiting += 1;
            patient = patience.wait(&self.not_full, &mut state);
            state.senders_waiting -= 1;
            // And from the top: whatever woke us, somebody else may have been faster.
        }
        state.values.push_back(value);
        // One value, one receiver. If it is slow, a receiver that comes by may take the value, and
        // the one that was woken will find nothing and sleep again.
        if state.receivers_waiting > 0 {
            self.not_empty.notify_one();
        }
        state.watchers.notify();
        Ok(())
        // LAB: end
    }

    /// Takes the value that is there longest. Blocks while the buffer is empty and a sender is
    /// left.
    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        // LAB: todo!("wait for a value with patience {patience:?}, take it, and wake who waits for room")
        let mut state = self.state.lock();
        let mut patient = true;
        loop {
            // In this order: what is buffered is delivered, whether or not a sender is left.
            if let Some(value) = state.values.pop_front() {
                if state.senders_waiting > 0 {
                    self.not_full.notify_one();
                }
                return Ok(value);
            }
            if state.senders_gone {
                return Err(RecvTimeoutError::Disconnected);
            }
            if !patient {
                return Err(RecvTimeoutError::Timeout);
            }
            state.receivers_waiting += 1;
            patient = patience.wait(&self.not_empty, &mut state);
            state.receivers_waiting -= 1;
        }
        // LAB: end
    }

    fn len(&self) -> usize {
        // LAB: todo!("count the values that wait")
        self.state.lock().values.len()
        // LAB: end
    }

    fn capacity(&self) -> Option<usize> {
        // LAB: todo!("say how many values may wait")
        Some(self.capacity)
        // LAB: end
    }

    /// Wakes all of the other side: it is the same news for each of them, and it comes only once.
    fn disconnect(&self, side: Side) {
        // LAB: todo!("note that the {side:?} are gone, and wake the other side")
        let mut state = self.state.lock();
        match side {
            Side::Senders => {
                state.senders_gone = true;
                self.not_empty.notify_all();
                state.watchers.notify();
            }
            Side::Receivers => {
                state.receivers_gone = true;
                self.not_full.notify_all();
                let unread = mem::take(&mut state.values);
                // The lock goes first: one of these values may hold a handle of this very channel,
                // and dropping that one comes back to this lock.
                drop(state);
                drop(unread);
            }
        }
        // LAB: end
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        // LAB: let _ = change;
        let mut state = self.state.lock();
        // LAB: end
        // LAB: todo!("lend out the list of watchers that your lock guards")
        change(&mut state.watchers);
        // LAB: end
    }
}
