//! Another right answer: one slot, in which the value of one sender that waits lies at a time.
//! Senders queue up for the slot, numbers tell each whether it was its own value that went. What is
//! as good as taken lies apart.

use std::collections::VecDeque;

use kit::sync::{Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which no value waits without its sender.
pub struct Rendezvous<T> {
    state: Mutex<State<T>>,
    /// Receivers wait here for a value in the slot.
    filled: Condvar,
    /// Senders wait here for the slot.
    free: Condvar,
    /// The sender whose value lies in the slot waits here.
    taken: Condvar,
}

struct State<T> {
    slot: Option<T>,
    /// Values whose senders have gone: for each a receiver waits that will take it.
    promised: VecDeque<T>,
    /// How many values have been put into the slot.
    put: u64,
    /// How many have left it again. One at a time: the value that is in the slot is number `gone`.
    gone: u64,
    receivers_waiting: usize,
    senders_gone: bool,
    receivers_gone: bool,
    watchers: Watchers,
}

impl<T> State<T> {
    fn is_empty(&self) -> bool {
        self.slot.is_none() && self.promised.is_empty()
    }
}

impl<T> Rendezvous<T> {
    /// Creates a channel with nobody at it.
    pub fn new() -> Self {
        Rendezvous {
            state: Mutex::new(State {
                slot: None,
                promised: VecDeque::new(),
                put: 0,
                gone: 0,
                receivers_waiting: 0,
                senders_gone: false,
                receivers_gone: false,
                watchers: Watchers::default(),
            }),
            filled: Condvar::new(),
            free: Condvar::new(),
            taken: Condvar::new(),
        }
    }
}

impl<T> Default for Rendezvous<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Flavor<T> for Rendezvous<T> {
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let mut state = self.state.lock();
        if state.receivers_gone {
            return Err(SendTimeoutError::Disconnected(value));
        }
        let spoken_for = state.promised.len() + usize::from(state.slot.is_some());
        if state.receivers_waiting > spoken_for {
            state.promised.push_back(value);
            self.filled.notify_one();
            state.watchers.notify();
            return Ok(());
        }
        let mut patient = true;
        while state.slot.is_some() && patient && !state.receivers_gone {
            patient = patience.wait(&self.free, &mut state);
        }
        if state.receivers_gone {
            return Err(SendTimeoutError::Disconnected(value));
        }
        if state.slot.is_some() || patience == Patience::Never {
            return Err(SendTimeoutError::Timeout(value));
        }
        state.slot = Some(value);
        let number = state.put;
        state.put += 1;
        self.filled.notify_one();
        state.watchers.notify();
        while state.gone <= number && patient && !state.receivers_gone {
            patient = patience.wait(&self.taken, &mut state);
        }
        if state.gone > number {
            return Ok(());
        }
        state.gone += 1;
        self.free.notify_one();
        let value = state.slot.take().expect("it is still mine");
        Err(if state.receivers_gone {
            SendTimeoutError::Disconnected(value)
        } else {
            SendTimeoutError::Timeout(value)
        })
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let mut state = self.state.lock();
        let mut patient = true;
        while state.is_empty() && patient && !state.senders_gone {
            state.receivers_waiting += 1;
            patient = patience.wait(&self.filled, &mut state);
            state.receivers_waiting -= 1;
        }
        if let Some(value) = state.promised.pop_front() {
            return Ok(value);
        }
        let Some(value) = state.slot.take() else {
            return Err(if state.senders_gone {
                RecvTimeoutError::Disconnected
            } else {
                RecvTimeoutError::Timeout
            });
        };
        state.gone += 1;
        // All: who was served before may still be on its way out.
        self.taken.notify_all();
        self.free.notify_one();
        Ok(value)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        Some(0)
    }

    fn disconnect(&self, side: Side) {
        let mut state = self.state.lock();
        match side {
            Side::Senders => state.senders_gone = true,
            Side::Receivers => state.receivers_gone = true,
        }
        self.filled.notify_all();
        self.free.notify_all();
        self.taken.notify_all();
        state.watchers.notify();
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
