//! A channel of the standard library does all the work.

use std::sync::Mutex;
use std::sync::mpsc;

use crate::flavor::{Flavor, Patience, Side, Watchers};
use crate::{RecvTimeoutError, SendTimeoutError};

/// A channel in which a limited number of values wait, first in, first out.
pub struct Bounded<T> {
    capacity: usize,
    sender: Mutex<Option<mpsc::SyncSender<T>>>,
    receiver: Mutex<mpsc::Receiver<T>>,
    watchers: Mutex<Watchers>,
}

impl<T> Bounded<T> {
    /// Creates an empty channel for at most `capacity` values.
    pub fn new(capacity: usize) -> Self {
        let (sender, receiver) = mpsc::sync_channel(capacity);
        Bounded {
            capacity,
            sender: Mutex::new(Some(sender)),
            receiver: Mutex::new(receiver),
            watchers: Mutex::default(),
        }
    }
}

impl<T> Flavor<T> for Bounded<T> {
    fn send(&self, value: T, _patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let sender = self.sender.lock().unwrap().clone();
        sender
            .unwrap()
            .send(value)
            .map_err(|refused| SendTimeoutError::Disconnected(refused.0))
    }

    fn recv(&self, _patience: Patience) -> Result<T, RecvTimeoutError> {
        let receiver = self.receiver.lock().unwrap();
        receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.capacity)
    }

    fn disconnect(&self, side: Side) {
        if side == Side::Senders {
            self.sender.lock().unwrap().take();
        }
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.watchers.lock().unwrap());
    }
}
