//! Another right answer: a channel of the kit for a bell, and a start that moves on by one at each
//! call.

use kit::channel::{Receiver as Heard, Sender as Bell, bounded};
use kit::sync::Arc;
use kit::time::Duration;

use crate::flavor::{AnyFlavor, Flavor, Patience, Watcher};
use crate::{Receiver, RecvError, RecvTimeoutError};

/// Several channels of which one thread waits for whichever has something first.
pub struct Select<'a, T> {
    /// The channels by their index; `None` where one was removed.
    channels: Vec<Option<&'a AnyFlavor<T>>>,
    /// How many calls have chosen.
    start: usize,
}

impl<'a, T> Select<'a, T> {
    /// A selection of no channels.
    pub fn new() -> Self {
        Select {
            channels: Vec::new(),
            start: 0,
        }
    }

    /// Adds a channel, and says its index: 0 for the first, then 1, and so on.
    pub fn recv(&mut self, receiver: &'a Receiver<T>) -> usize {
        self.watch(receiver.flavor())
    }

    /// As [`recv`](Select::recv), of a flavor without its handles.
    pub fn watch(&mut self, flavor: &'a AnyFlavor<T>) -> usize {
        self.channels.push(Some(flavor));
        self.channels.len() - 1
    }

    /// Takes a channel out; does nothing if it is not in. The others keep their index.
    pub fn remove(&mut self, index: usize) {
        if let Some(channel) = self.channels.get_mut(index) {
            *channel = None;
        }
    }

    /// Whether no channel is left to wait for.
    pub fn is_empty(&self) -> bool {
        self.channels.iter().all(Option::is_none)
    }

    /// Blocks until a channel is ready, and receives from it. Says which, and what came.
    ///
    /// # Panics
    ///
    /// If no channel is left to wait for: it would be for ever.
    pub fn select(&mut self) -> (usize, Result<T, RecvError>) {
        assert!(!self.is_empty(), "select has no channel to wait for");
        self.wait(Patience::Forever)
            .expect("who waits for ever finds something")
    }

    /// Receives from a channel that is ready now, if one is. Never blocks.
    pub fn try_select(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        self.wait(Patience::Never)
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most. With no channel that is how
    /// long it takes.
    pub fn select_timeout(&mut self, timeout: Duration) -> Option<(usize, Result<T, RecvError>)> {
        self.wait(Patience::lasting(timeout))
    }

    /// Blocks until a channel is ready, as long as `patience` lasts.
    fn wait(&mut self, patience: Patience) -> Option<(usize, Result<T, RecvError>)> {
        let found = self.look();
        if found.is_some() || patience == Patience::Never {
            return found; // Without getting on any list.
        }
        let (bell, heard) = bounded(1);
        let watcher: Arc<dyn Watcher> = Arc::new(Ring { bell });
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
        }
        let mut patient = true;
        let found = loop {
            // From here on nothing is missed, so the look comes after the lists and before the
            // sleep.
            let found = self.look();
            if found.is_some() || !patient {
                break found;
            }
            patient = hear(&heard, patience);
        };
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.remove(&watcher));
        }
        found
    }

    /// Receives from the first channel that is ready, in the order of whose turn it is.
    fn look(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        let n = self.channels.len();
        for index in (0..n).map(|step| (self.start % n + step) % n) {
            let Some(channel) = self.channels[index] else {
                continue;
            };
            let received = match channel.recv(Patience::Never) {
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Err(RecvError),
                Ok(value) => Ok(value),
            };
            self.start = self.start.wrapping_add(1);
            return Some((index, received));
        }
        None
    }
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

struct Ring {
    bell: Bell<()>,
}

impl Watcher for Ring {
    fn wake(&self) {
        self.bell.try_send(()).ok(); // Full: it has rung already.
    }
}

/// Blocks until the bell rings, as long as `patience` lasts. Says whether patience is left.
fn hear(heard: &Heard<()>, patience: Patience) -> bool {
    match patience {
        Patience::Never => false,
        Patience::Until(deadline) => heard.recv_deadline(deadline).is_ok(),
        Patience::Forever => heard.recv().is_ok(),
    }
}
