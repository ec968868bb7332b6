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

// LAB: // You will want: use std::collections::VecDeque; use kit::sync::{Arc, Condvar, Mutex};
use std::collections::VecDeque;

use kit::sync::{Arc, Condvar, Mutex};
// LAB: end

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which no value waits without its sender. Made of locks and condvars, and of no
/// other channel.
pub struct Rendezvous<T> {
    // LAB: _yours: std::marker::PhantomData<T>, // Your fields: what is offered, who waits, what each sleeps on.
    state: Mutex<State<T>>,
    /// Where receivers sleep. Each offer wakes one of them.
    offered: Condvar,
    // LAB: end
}

// LAB:
struct State<T> {
    /// What senders hold out, first come, first served.
    offers: VecDeque<Offer<T>>,
    /// Receivers that sleep on `offered`, or have been woken and do not have the lock yet. Each of
    /// them takes the first offer, if there is one, before it leaves.
    receivers_waiting: usize,
    senders_gone: bool,
    receivers_gone: bool,
    watchers: Watchers,
}

struct Offer<T> {
    value: T,
    /// Where the sender of this value sleeps, and what tells its offer from all others. A condvar
    /// for each: when one value is taken, one sender has to know.
    taken: Arc<Condvar>,
}
// LAB: end

impl<T> Rendezvous<T> {
    /// Creates a channel with nobody at it.
    pub fn new() -> Self {
        // LAB: todo!("make a channel with nobody at it")
        Rendezvous {
            state: Mutex::new(State {
                offers: VecDeque::new(),
                receivers_waiting: 0,
                senders_gone: false,
                receivers_gone: false,
                watchers: Watchers::default(),
            }),
            offered: Condvar::new(),
        }
        // LAB: end
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
        // LAB: let _ = value;
        let mut state = self.state.lock();
        // LAB: end
        // LAB: todo!("offer the value, and wait with patience {patience:?} until a receiver has it")
        if state.receivers_gone {
            return Err(SendTimeoutError::Disconnected(value));
        }
        // Receivers that wait and that no earlier offer is for. With one of them the value is as
        // good as taken: it is inside `recv`, and looks once more before it leaves.
        let expected = state.receivers_waiting > state.offers.len();
        if !expected && patience == Patience::Never {
            return Err(SendTimeoutError::Timeout(value));
        }
        let taken = Arc::new(Condvar::new());
        state.offers.push_back(Offer {
            value,
            taken: taken.clone(),
        });
        state.watchers.notify();
        if expected {
            self.offered.notify_one();
            return Ok(());
        }
        let mut patient = true;
        loop {
            let mut offers = state.offers.iter();
            let Some(place) = offers.position(|offer| Arc::ptr_eq(&offer.taken, &taken)) else {
                return Ok(());
            };
            if patient && !state.receivers_gone {
                patient = patience.wait(&taken, &mut state);
                continue;
            }
            let offer = state.offers.remove(place);
            let value = offer.expect("it was found there").value;
            return Err(match state.receivers_gone {
                true => SendTimeoutError::Disconnected(value),
                false => SendTimeoutError::Timeout(value),
            });
        }
        // LAB: end
    }

    /// Takes the value of a sender that waits; of which one, if there are several, is left open.
    /// Blocks while there is none and a sender is left. Where one sender at a time holds its value
    /// out, those behind it count as coming until it is their turn.
    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        // LAB: todo!("wait for a sender with patience {patience:?}, and take its value")
        let mut state = self.state.lock();
        let mut patient = true;
        loop {
            if let Some(offer) = state.offers.pop_front() {
                offer.taken.notify_one();
                return Ok(offer.value);
            }
            if state.senders_gone {
                return Err(RecvTimeoutError::Disconnected);
            }
            if !patient {
                return Err(RecvTimeoutError::Timeout);
            }
            state.receivers_waiting += 1;
            patient = patience.wait(&self.offered, &mut state);
            state.receivers_waiting -= 1;
            // And from the top, even without patience: a sender may have relied on us.
        }
        // LAB: end
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        Some(0)
    }

    fn disconnect(&self, side: Side) {
        // LAB: todo!("note that the {side:?} are gone, and wake everybody who waits for them")
        let mut state = self.state.lock();
        match side {
            Side::Senders => {
                state.senders_gone = true;
                self.offered.notify_all();
                state.watchers.notify();
            }
            Side::Receivers => {
                state.receivers_gone = true;
                // Each of them takes its own value back.
                for offer in &state.offers {
                    offer.taken.notify_one();
                }
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
