//! Another right answer: numbered offers, two condvars for all, and everybody is woken each time.

use std::collections::BTreeMap;

use kit::sync::{Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which no value waits without its sender.
pub struct Rendezvous<T> {
    state: Mutex<State<T>>,
    offered: Condvar,
    taken: Condvar,
}

struct State<T> {
    /// What is offered, by the number of the offer.
    offers: BTreeMap<u64, T>,
    next: u64,
    /// Receivers that will look once more. Each may be promised to one sender.
    waiting: usize,
    gone: Option<Side>,
    watchers: Watchers,
}

impl<T> Rendezvous<T> {
    /// Creates a channel with nobody at it.
    pub fn new() -> Self {
        Rendezvous {
            state: Mutex::new(State {
                offers: BTreeMap::new(),
                next: 0,
                waiting: 0,
                gone: None,
                watchers: Watchers::default(),
            }),
            offered: Condvar::new(),
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
        if state.gone == Some(Side::Receivers) {
            return Err(SendTimeoutError::Disconnected(value));
        }
        if patience == Patience::Never && state.waiting <= state.offers.len() {
            return Err(SendTimeoutError::Timeout(value));
        }
        let ticket = state.next;
        state.next += 1;
        state.offers.insert(ticket, value);
        self.offered.notify_all();
        state.watchers.notify();
        if patience == Patience::Never {
            return Ok(());
        }
        let mut patient = true;
        while patient && state.gone != Some(Side::Receivers) && state.offers.contains_key(&ticket) {
            patient = patience.wait(&self.taken, &mut state);
        }
        match state.offers.remove(&ticket) {
            None => Ok(()),
            Some(value) if state.gone == Some(Side::Receivers) => {
                Err(SendTimeoutError::Disconnected(value))
            }
            Some(value) => Err(SendTimeoutError::Timeout(value)),
        }
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let mut state = self.state.lock();
        let mut patient = true;
        while patient && state.gone != Some(Side::Senders) && state.offers.is_empty() {
            state.waiting += 1;
            patient = patience.wait(&self.offered, &mut state);
            state.waiting -= 1;
        }
        if let Some((_, value)) = state.offers.pop_first() {
            self.taken.notify_all();
            return Ok(value);
        }
        Err(match state.gone {
            Some(Side::Senders) => RecvTimeoutError::Disconnected,
            _ => RecvTimeoutError::Timeout,
        })
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        Some(0)
    }

    fn disconnect(&self, side: Side) {
        let mut state = self.state.lock();
        state.gone = Some(side);
        self.offered.notify_all();
        self.taken.notify_all();
        state.watchers.notify();
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
