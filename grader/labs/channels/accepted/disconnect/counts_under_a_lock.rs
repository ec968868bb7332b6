//! Another right answer: both counts under one lock, and one method for either side.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};

use kit::sync::{Arc, Mutex};
use kit::time::Duration;

use crate::flavor::{AnyFlavor, Flavor, Patience, Side};
use crate::{RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};

/// The end that sends. When the last one is dropped, receivers get what is left and then an error.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// The end that receives. When the last one is dropped, a send gives its value back as an error.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

/// What all handles of a channel have in common.
struct Shared<T> {
    flavor: AnyFlavor<T>,
    /// How many senders and how many receivers live.
    living: Mutex<[usize; 2]>,
}

impl<T> Shared<T> {
    fn one_more(&self, side: Side) {
        self.living.lock()[side as usize] += 1;
    }

    fn one_less(&self, side: Side) {
        let mut living = self.living.lock();
        living[side as usize] -= 1;
        let last = living[side as usize] == 0;
        // The flavor may wake others and run what values do when they are dropped: not under this
        // lock.
        drop(living);
        if last {
            self.flavor.disconnect(side);
        }
    }
}

/// Makes the first two handles of a channel.
pub fn channel<T>(flavor: AnyFlavor<T>) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        flavor,
        living: Mutex::new([1, 1]),
    });
    let sender = Sender {
        shared: shared.clone(),
    };
    (sender, Receiver { shared })
}

impl<T> Sender<T> {
    /// Blocks until the channel has accepted the value.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if no receiver is left.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let sent = self.shared.flavor.send(value, Patience::Forever);
        sent.map_err(|refused| SendError(refused.into_inner()))
    }

    /// Sends if the channel accepts the value at once. Never blocks.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the value, if it does not or if no receiver is left.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let sent = self.shared.flavor.send(value, Patience::Never);
        sent.map_err(|refused| match refused {
            SendTimeoutError::Timeout(value) => TrySendError::Full(value),
            SendTimeoutError::Disconnected(value) => TrySendError::Disconnected(value),
        })
    }

    /// Blocks until the channel has accepted the value, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError`] with the value, if the time is up or no receiver is left.
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        let patience = Patience::lasting(timeout);
        self.shared.flavor.send(value, patience)
    }
}

impl<T> Receiver<T> {
    /// Blocks until there is a value.
    ///
    /// # Errors
    ///
    /// [`RecvError`] if nothing is left in the channel and no sender is left.
    pub fn recv(&self) -> Result<T, RecvError> {
        let received = self.shared.flavor.recv(Patience::Forever);
        received.map_err(|_| RecvError)
    }

    /// Takes a value if there is one. Never blocks.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none; it says whether a sender is left.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let received = self.shared.flavor.recv(Patience::Never);
        received.map_err(|refused| match refused {
            RecvTimeoutError::Timeout => TryRecvError::Empty,
            RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
        })
    }

    /// Blocks until there is a value, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError`] if the time is up, or nothing is left in the channel and no sender is
    /// left.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.shared.flavor.recv(Patience::lasting(timeout))
    }

    /// Values until the channel is empty and no sender is left; blocks between them.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self }
    }

    /// Values that are there now, until there is none. Never blocks.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self }
    }

    /// The flavor behind this handle: what `select` looks at and watches.
    pub fn flavor(&self) -> &AnyFlavor<T> {
        &self.shared.flavor
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.one_more(Side::Senders);
        Sender {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.one_more(Side::Receivers);
        Receiver {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.one_less(Side::Senders);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.one_less(Side::Receivers);
    }
}

/// Values of a [`Receiver`] until the channel is empty and no sender is left; blocks between them.
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
}

/// Values of a [`Receiver`] that are there now. Never blocks.
pub struct TryIter<'a, T> {
    receiver: &'a Receiver<T>,
}

/// As [`Iter`], of a receiver that is consumed.
pub struct IntoIter<T> {
    receiver: Receiver<T>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

// What follows is given.

/// How many values are there, and how many may be: the same question at both ends.
macro_rules! both_ends {
    ($end:ident) => {
        impl<T> $end<T> {
            /// How many values wait in the channel. Other threads may change that before the caller
            /// looks at it.
            pub fn len(&self) -> usize {
                self.shared.flavor.len()
            }

            /// Whether no value waits in the channel.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether no more values can wait in the channel; always true if none can.
            pub fn is_full(&self) -> bool {
                self.capacity() == Some(self.len())
            }

            /// How many values may wait in the channel at most.
            pub fn capacity(&self) -> Option<usize> {
                self.shared.flavor.capacity()
            }
        }

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(concat!(stringify!($end), " { .. }"))
            }
        }

        // A panic leaves no value half moved.
        impl<T> UnwindSafe for $end<T> {}
        impl<T> RefUnwindSafe for $end<T> {}
    };
}

both_ends!(Sender);
both_ends!(Receiver);

impl<T> FusedIterator for Iter<'_, T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { receiver: self }
    }
}
