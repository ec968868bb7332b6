//! Another right answer: each thread that waits has a place of its own in a queue. A sender puts
//! its value straight into the place of the receiver that waits longest; a receiver that makes room
//! moves the value of the sender that waits longest into the buffer. Nobody wakes up in vain, and
//! nobody overtakes.

use std::collections::VecDeque;

use kit::sync::{Arc, Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out.
pub struct Bounded<T> {
    capacity: usize,
    state: Mutex<State<T>>,
}

struct State<T> {
    values: VecDeque<T>,
    /// Receivers that wait: only while `values` is empty.
    receivers: VecDeque<Arc<Condvar>>,
    /// What was given to receivers that have left the queue and not run yet.
    given: Vec<(Arc<Condvar>, T)>,
    /// Senders that wait, with their values: only while `values` is full.
    senders: VecDeque<(Arc<Condvar>, T)>,
    senders_gone: bool,
    receivers_gone: bool,
    watchers: Watchers,
}

impl<T> Bounded<T> {
    /// Creates an empty channel for at most `capacity` values.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a buffer needs room for one value");
        Bounded {
            capacity,
            state: Mutex::new(State {
                values: VecDeque::new(),
                receivers: VecDeque::new(),
                given: Vec::new(),
                senders: VecDeque::new(),
                senders_gone: false,
                receivers_gone: false,
                watchers: Watchers::default(),
            }),
        }
    }
}

impl<T> Flavor<T> for Bounded<T> {
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let mut state = self.state.lock();
        if state.receivers_gone {
            return Err(SendTimeoutError::Disconnected(value));
        }
        if let Some(receiver) = state.receivers.pop_front() {
            receiver.notify_one();
            state.given.push((receiver, value));
            return Ok(());
        }
        if state.values.len() < self.capacity {
            state.values.push_back(value);
            state.watchers.notify();
            return Ok(());
        }
        let place = Arc::new(Condvar::new());
        state.senders.push_back((place.clone(), value));
        let mut patient = true;
        loop {
            let mut senders = state.senders.iter();
            let Some(at) = senders.position(|(other, _)| Arc::ptr_eq(other, &place)) else {
                return Ok(());
            };
            if !patient || state.receivers_gone {
                let (_, value) = state.senders.remove(at).expect("it is there");
                return Err(if state.receivers_gone {
                    SendTimeoutError::Disconnected(value)
                } else {
                    SendTimeoutError::Timeout(value)
                });
            }
            patient = patience.wait(&place, &mut state);
        }
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let mut state = self.state.lock();
        if let Some(value) = state.values.pop_front() {
            if let Some((sender, next)) = state.senders.pop_front() {
                state.values.push_back(next);
                sender.notify_one();
                state.watchers.notify();
            }
            return Ok(value);
        }
        let place = Arc::new(Condvar::new());
        state.receivers.push_back(place.clone());
        let mut patient = true;
        loop {
            let mut given = state.given.iter();
            if let Some(at) = given.position(|(other, _)| Arc::ptr_eq(other, &place)) {
                return Ok(state.given.swap_remove(at).1);
            }
            if !patient || state.senders_gone {
                state.receivers.retain(|other| !Arc::ptr_eq(other, &place));
                return Err(if state.senders_gone {
                    RecvTimeoutError::Disconnected
                } else {
                    RecvTimeoutError::Timeout
                });
            }
            patient = patience.wait(&place, &mut state);
        }
    }

    fn len(&self) -> usize {
        self.state.lock().values.len()
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.capacity)
    }

    fn disconnect(&self, side: Side) {
        let mut state = self.state.lock();
        match side {
            Side::Senders => {
                state.senders_gone = true;
                for receiver in &state.receivers {
                    receiver.notify_one();
                }
                state.watchers.notify();
            }
            Side::Receivers => {
                state.receivers_gone = true;
                for (sender, _) in &state.senders {
                    sender.notify_one();
                }
                let unread = std::mem::take(&mut state.values);
                drop(state);
                drop(unread);
            }
        }
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
