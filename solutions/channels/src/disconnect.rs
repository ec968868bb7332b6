//! You write this file: the two ends of a channel, and what happens when one of them is gone.
//!
//! [`Sender`] and [`Receiver`] are handles to one shared flavor. Any number of each may exist; a
//! clone is another handle to the same channel. When the last handle of a side is dropped, the
//! channel is *disconnected*: receivers get what is still there and then an error, senders get
//! their value back. That is how a loop over a channel ends, with no extra message for it.
//!
//! Watch for:
//! - each side has a count of its own, and exactly the last drop disconnects;
//! - clones are made and dropped by several threads at once;
//! - what was done with any handle of a side happened before the flavor is told that none is left;
//! - `Arc::get_mut`, `Arc::try_unwrap` and `Arc::strong_count` say what was true a moment ago: of
//!   two handles that go at once neither may be told that it is the last, so do without them;
//! - disconnecting wakes who waits: nobody else will.
//!
//! Not here: waiting. The flavor does it, and may be any: see [`Flavor`].
//!
//! Read: notes/channels.md, "The end of a channel".

use std::fmt;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};

use kit::sync::Arc;
// LAB:
use kit::sync::atomic::{AtomicUsize, Ordering};
// LAB: end
use kit::time::Duration;

// LAB: use crate::flavor::{AnyFlavor, Flavor};
use crate::flavor::{AnyFlavor, Flavor, Patience, Side};
// LAB: end
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
    // LAB: // Your fields: whatever tells when the last handle of a side goes.
    /// Living [`Sender`]s. It never grows again once it is zero: only a living one can be cloned.
    senders: AtomicUsize,
    /// Living [`Receiver`]s, as above.
    receivers: AtomicUsize,
    // LAB: end
}

/// Makes the first two handles of a channel. They move values by its flavor, and by no other
/// channel.
pub fn channel<T>(flavor: AnyFlavor<T>) -> (Sender<T>, Receiver<T>) {
    // LAB: let _ = flavor;
    let shared = Arc::new(Shared {
        flavor,
        senders: AtomicUsize::new(1),
        receivers: AtomicUsize::new(1),
    });
    // LAB: end
    // LAB: todo!("make a sender and a receiver that share the flavor")
    let sender = Sender {
        shared: shared.clone(),
    };
    (sender, Receiver { shared })
    // LAB: end
}

impl<T> Sender<T> {
    /// Blocks until the channel has accepted the value.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if no receiver is left.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        // LAB: let _ = value;
        let sent = self.shared.flavor.send(value, Patience::Forever);
        // LAB: end
        // LAB: todo!("send with all the patience there is")
        sent.map_err(|refused| SendError(refused.into_inner()))
        // LAB: end
    }

    /// Sends if the channel accepts the value at once. Never blocks.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the value, if it does not or if no receiver is left.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        // LAB: let _ = value;
        let sent = self.shared.flavor.send(value, Patience::Never);
        // LAB: end
        // LAB: todo!("send without patience")
        sent.map_err(|refused| match refused {
            SendTimeoutError::Timeout(value) => TrySendError::Full(value),
            SendTimeoutError::Disconnected(value) => TrySendError::Disconnected(value),
        })
        // LAB: end
    }

    /// Blocks until the channel has accepted the value, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError`] with the value, if the time is up or no receiver is left.
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        // LAB: let _ = value;
        let patience = Patience::lasting(timeout);
        // LAB: end
        // LAB: todo!("send with patience for {timeout:?}")
        self.shared.flavor.send(value, patience)
        // LAB: end
    }
}

impl<T> Receiver<T> {
    /// Blocks until there is a value.
    ///
    /// # Errors
    ///
    /// [`RecvError`] if nothing is left in the channel and no sender is left.
    pub fn recv(&self) -> Result<T, RecvError> {
        // LAB: todo!("receive with all the patience there is")
        let received = self.shared.flavor.recv(Patience::Forever);
        received.map_err(|_| RecvError)
        // LAB: end
    }

    /// Takes a value if there is one. Never blocks.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none; it says whether a sender is left.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        // LAB: todo!("receive without patience")
        let received = self.shared.flavor.recv(Patience::Never);
        received.map_err(|refused| match refused {
            RecvTimeoutError::Timeout => TryRecvError::Empty,
            RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
        })
        // LAB: end
    }

    /// Blocks until there is a value, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError`] if the time is up, or nothing is left in the channel and no sender is
    /// left.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        // LAB: todo!("receive with patience for {timeout:?}")
        self.shared.flavor.recv(Patience::lasting(timeout))
        // LAB: end
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
    /// Makes another handle to the same channel, which stays connected until that one is dropped,
    /// too.
    fn clone(&self) -> Self {
        // LAB: todo!("make another handle to the same channel")
        // ORDERING: Relaxed: nothing is made visible, and the count cannot reach zero meanwhile,
        // because `self` is in it.
        self.shared.senders.fetch_add(1, Ordering::Relaxed);
        Sender {
            shared: self.shared.clone(),
        }
        // LAB: end
    }
}

impl<T> Clone for Receiver<T> {
    /// Makes another handle to the same channel, which stays connected until that one is dropped,
    /// too.
    fn clone(&self) -> Self {
        // LAB: todo!("make another handle to the same channel")
        // ORDERING: as for `Sender`.
        self.shared.receivers.fetch_add(1, Ordering::Relaxed);
        Receiver {
            shared: self.shared.clone(),
        }
        // LAB: end
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // LAB: todo!("disconnect the senders if this was the last one")
        // One step says how many there were and takes one off, so exactly one thread sees the last.
        // ORDERING: Release hands over what this thread sent; Acquire, in the thread that sees the
        // last, takes over what all others sent. So it disconnects after every send, whatever the
        // flavor.
        if self.shared.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.flavor.disconnect(Side::Senders);
        }
        // LAB: end
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // LAB: todo!("disconnect the receivers if this was the last one")
        // ORDERING: as for `Sender`.
        if self.shared.receivers.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.flavor.disconnect(Side::Receivers);
        }
        // LAB: end
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
        // LAB: todo!("wait for the next value of {:?}, if there will be one", self.receiver)
        self.receiver.recv().ok()
        // LAB: end
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        // LAB: todo!("take the next value of {:?}, if there is one", self.receiver)
        self.receiver.try_recv().ok()
        // LAB: end
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        // LAB: todo!("wait for the next value of {:?}, if there will be one", self.receiver)
        self.receiver.recv().ok()
        // LAB: end
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
