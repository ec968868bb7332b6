//! Another right answer: both sides sleep on one condvar, and every change wakes everybody.

use std::collections::VecDeque;

use kit::sync::{Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out.
pub struct Bounded<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
    gone: Option<Side>,
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
                values: VecDeque::with_capacity(capacity),
                gone: None,
                watchers: Watchers::default(),
            }),
            changed: Condvar::new(),
        }
    }
}

impl<T> Flavor<T> for Bounded<T> {
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let mut state = self.state.lock();
        while state.gone != Some(Side::Receivers) && state.values.len() == self.capacity {
            let time_is_up = !patience.wait(&self.changed, &mut state);
            if time_is_up && state.values.len() == self.capacity {
                return Err(SendTimeoutError::Timeout(value));
            }
        }
        if state.gone == Some(Side::Receivers) {
            return Err(SendTimeoutError::Disconnected(value));
        }
        state.values.push_back(value);
        self.changed.notify_all();
        state.watchers.notify();
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let mut state = self.state.lock();
        while state.gone != Some(Side::Senders) && state.values.is_empty() {
            if !patience.wait(&self.changed, &mut state) {
                break;
            }
        }
        let received = state.values.pop_front();
        self.changed.notify_all();
        received.ok_or(match state.gone {
            Some(Side::Senders) => RecvTimeoutError::Disconnected,
            _ => RecvTimeoutError::Timeout,
        })
    }

    fn len(&self) -> usize {
        self.state.lock().values.len()
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.capacity)
    }

    fn disconnect(&self, side: Side) {
        let mut state = self.state.lock();
        state.gone = Some(side);
        self.changed.notify_all();
        state.watchers.notify();
        let unread = match side {
            Side::Senders => VecDeque::new(),
            Side::Receivers => std::mem::take(&mut state.values),
        };
        drop(state);
        drop(unread);
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
