//! Another right answer: a ring of places, two condvars, and a notification for each value whether
//! or not somebody waits.

use kit::sync::{Condvar, Mutex};

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out.
pub struct Bounded<T> {
    ring: Mutex<Ring<T>>,
    filled: Condvar,
    emptied: Condvar,
}

struct Ring<T> {
    /// As many as fit. The values are in `count` places from `first` on, around the end.
    places: Box<[Option<T>]>,
    first: usize,
    count: usize,
    closed: [bool; 2],
    watchers: Watchers,
}

const SENDERS: usize = 0;
const RECEIVERS: usize = 1;

impl<T> Ring<T> {
    fn take(&mut self) -> Option<T> {
        let value = self.places[self.first].take()?;
        self.first = (self.first + 1) % self.places.len();
        self.count -= 1;
        Some(value)
    }
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
            ring: Mutex::new(Ring {
                places: (0..capacity).map(|_| None).collect(),
                first: 0,
                count: 0,
                closed: [false; 2],
                watchers: Watchers::default(),
            }),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }
}

impl<T> Flavor<T> for Bounded<T> {
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let mut ring = self.ring.lock();
        let mut patient = true;
        while ring.count == ring.places.len() && patient && !ring.closed[RECEIVERS] {
            patient = patience.wait(&self.emptied, &mut ring);
        }
        if ring.closed[RECEIVERS] {
            return Err(SendTimeoutError::Disconnected(value));
        }
        if ring.count == ring.places.len() {
            return Err(SendTimeoutError::Timeout(value));
        }
        let last = (ring.first + ring.count) % ring.places.len();
        ring.places[last] = Some(value);
        ring.count += 1;
        ring.watchers.notify();
        drop(ring);
        self.filled.notify_one();
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let mut ring = self.ring.lock();
        let mut patient = true;
        while ring.count == 0 && patient && !ring.closed[SENDERS] {
            patient = patience.wait(&self.filled, &mut ring);
        }
        match ring.take() {
            Some(value) => {
                drop(ring);
                self.emptied.notify_one();
                Ok(value)
            }
            None if ring.closed[SENDERS] => Err(RecvTimeoutError::Disconnected),
            None => Err(RecvTimeoutError::Timeout),
        }
    }

    fn len(&self) -> usize {
        self.ring.lock().count
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.ring.lock().places.len())
    }

    fn disconnect(&self, side: Side) {
        let mut ring = self.ring.lock();
        if side == Side::Senders {
            ring.closed[SENDERS] = true;
            ring.watchers.notify();
            self.filled.notify_all();
            return;
        }
        ring.closed[RECEIVERS] = true;
        self.emptied.notify_all();
        while let Some(unread) = ring.take() {
            drop(ring);
            drop(unread);
            ring = self.ring.lock();
        }
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.ring.lock().watchers);
    }
}
