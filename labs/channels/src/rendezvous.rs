//! You write this file: a channel without a buffer, where values go from hand to hand.
//!
//! A sender and a receiver meet, like two people at a counter: a send returns when a receiver has
//! the value, so the sender knows that somebody works on it. One `Mutex` and condvars are enough.
//!
//! Watch for:
//! - with several senders, "the value is gone" has to mean *my* value;
//! - a sender that gives up takes its own value back, wherever the others are by then;
//! - a thread that has to wait sleeps until it is notified or its time is up: it does not spin, and
//!   does not look again from time to time;
//! - a receiver that waits is a promise: a sender that never waits may rely on it. So a receiver
//!   looks once more before it gives up, and no two senders rely on the same one.
//!
//! Not here: values that wait. [`Flavor::len`] is 0, always.
//!
//! Read: notes/channels.md, "From hand to hand".

// You will want: use std::collections::VecDeque; use kit::sync::{Arc, Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which no value waits without its sender. Made of locks and condvars, and of no
/// other channel.
pub struct Rendezvous<T> {
    _yours: std::marker::PhantomData<T>, // Your fields: what is offered, who waits, what each sleeps on.
}

impl<T> Rendezvous<T> {
    /// Creates a channel with nobody at it.
    pub fn new() -> Self {
        todo!("make a channel with nobody at it")
    }
}

impl<T> Default for Rendezvous<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Flavor<T> for Rendezvous<T> {
    /// Hands the value to a receiver. Blocks until one has come for it; with a time-out it comes
    /// back if none has come by then. Without patience it goes to a receiver that waits already and
    /// that no earlier value is for, or comes back; while another sender waits, it may come back as
    /// well.
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let _ = value;
        todo!("offer the value, and wait with patience {patience:?} until a receiver has it")
    }

    /// Takes the value of a sender that waits; of which one, if there are several, is left open.
    /// Blocks while there is none and a sender is left. Where one sender at a time holds its value
    /// out, those behind it count as coming until it is their turn.
    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        todo!("wait for a sender with patience {patience:?}, and take its value")
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        Some(0)
    }

    fn disconnect(&self, side: Side) {
        todo!("note that the {side:?} are gone, and wake everybody who waits for them")
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        let _ = change;
        todo!("lend out the list of watchers that your lock guards")
    }
}
