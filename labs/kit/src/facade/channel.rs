//! Channels, with crossbeam's API: bounded or not, any number of senders and receivers.
use crate::model::{self, Patience, Refused, Side};
use crate::time::{Duration, Instant};
use crate::waiting;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

pub use crossbeam_channel::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};

/// A channel that holds at most `capacity` values; with 0, a send returns when the value was taken.
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    if model::running() {
        modelled(Some(capacity), Location::caller())
    } else {
        real(crossbeam_channel::bounded(capacity))
    }
}

/// A channel that holds any number of values: nothing ever pushes back.
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    if model::running() {
        modelled(None, Location::caller())
    } else {
        real(crossbeam_channel::unbounded())
    }
}

fn real<T>(
    (sender, receiver): (crossbeam_channel::Sender<T>, crossbeam_channel::Receiver<T>),
) -> (Sender<T>, Receiver<T>) {
    (Sender(End::Real(sender)), Receiver(End::Real(receiver)))
}

fn modelled<T>(
    capacity: Option<usize>,
    place: &'static Location<'static>,
) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        channel: model::Channel::new(capacity, place),
        values: RefCell::default(),
    });
    let end = |side| Modelled {
        shared: Arc::clone(&shared),
        side,
        created: place,
    };
    (
        Sender(End::Model(end(Side::Sender))),
        Receiver(End::Model(end(Side::Receiver))),
    )
}

/// The end that sends. When the last one is dropped, receivers get what is buffered, then an error.
pub struct Sender<T>(End<crossbeam_channel::Sender<T>, T>);

/// The end that receives. When the last one is dropped, a send gives its value back as an error.
pub struct Receiver<T>(End<crossbeam_channel::Receiver<T>, T>);

enum End<R, T> {
    Real(R),
    Model(Modelled<T>),
}

/// What the ends of a modelled channel share: when a value may move is the model's to say, the values are
/// kept here.
struct Shared<T> {
    channel: model::Channel,
    values: RefCell<VecDeque<(u64, T)>>,
}

/// One operation's value, on its way into the queue or out of it.
struct Moving<'a, T> {
    queue: &'a RefCell<VecDeque<(u64, T)>>,
    value: Cell<Option<T>>,
}

impl<T> model::Values for Moving<'_, T> {
    fn put(&self, ticket: u64) {
        let value = self.value.take().expect("a value is queued once");
        self.queue.borrow_mut().push_back((ticket, value));
    }

    fn take_back(&self, ticket: u64) {
        let mut queue = self.queue.borrow_mut();
        if let Some(at) = queue.iter().position(|(other, _)| *other == ticket) {
            self.value.set(queue.remove(at).map(|(_, value)| value));
        }
    }

    fn get(&self) -> u64 {
        let front = self.queue.borrow_mut().pop_front();
        let (ticket, value) = front.expect("the model counts what is queued");
        self.value.set(Some(value));
        ticket
    }
}

struct Modelled<T> {
    shared: Arc<Shared<T>>,
    side: Side,
    created: &'static Location<'static>,
}

// SAFETY: a modelled channel is not thread-safe itself, but a model and everything in it stay on one
// operating-system thread; the values cross threads, so they have to be `Send`.
unsafe impl<T: Send> Send for Modelled<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for Modelled<T> {}

impl<T> Clone for Modelled<T> {
    fn clone(&self) -> Self {
        self.shared.channel.cloned(self.side);
        Modelled {
            shared: Arc::clone(&self.shared),
            side: self.side,
            created: self.created,
        }
    }
}

impl<T> Drop for Modelled<T> {
    fn drop(&mut self) {
        self.shared.channel.dropped(self.side, self.created);
    }
}

impl<T> Modelled<T> {
    /// The value comes back with the reason if it was not sent.
    fn send(
        &self,
        value: T,
        patience: Patience,
        place: &'static Location<'static>,
    ) -> Result<(), (Refused, T)> {
        let moving = self.moving(Some(value));
        self.shared
            .channel
            .send(patience, place, &moving)
            .map_err(|why| {
                (
                    why,
                    moving
                        .value
                        .take()
                        .expect("a value that was not sent is still here"),
                )
            })
    }

    fn receive(&self, patience: Patience, place: &'static Location<'static>) -> Result<T, Refused> {
        let moving = self.moving(None);
        self.shared.channel.receive(patience, place, &moving)?;
        Ok(moving
            .value
            .take()
            .expect("a value that was received is here"))
    }

    fn moving(&self, value: Option<T>) -> Moving<'_, T> {
        Moving {
            queue: &self.shared.values,
            value: Cell::new(value),
        }
    }
}

impl<T> Sender<T> {
    /// Blocks until there is room.
    ///
    /// # Errors
    ///
    /// With the value, if no receiver is left.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        match &self.0 {
            End::Real(sender) => match sender.try_send(value) {
                Ok(()) => Ok(()),
                Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
                Err(TrySendError::Full(value)) => {
                    let place = Location::caller();
                    let _waiting = waiting::enter("waits for room in", place, None);
                    sender.send(value)
                }
            },
            End::Model(end) => end
                .send(value, Patience::Forever, Location::caller())
                .map_err(|(_, value)| SendError(value)),
        }
    }

    /// Sends if there is room. Never blocks.
    ///
    /// # Errors
    ///
    /// With the value, if there is no room or no receiver is left.
    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match &self.0 {
            End::Real(sender) => sender.try_send(value),
            End::Model(end) => end
                .send(value, Patience::Never, Location::caller())
                .map_err(|(why, value)| match why {
                    Refused::Disconnected => TrySendError::Disconnected(value),
                    _ => TrySendError::Full(value),
                }),
        }
    }

    /// Blocks until there is room, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// With the value, if the time is up or no receiver is left.
    #[track_caller]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        match &self.0 {
            End::Real(sender) => sender.send_timeout(value, timeout),
            End::Model(end) => end
                .send(value, Patience::lasting(timeout), Location::caller())
                .map_err(|(why, value)| match why {
                    Refused::Disconnected => SendTimeoutError::Disconnected(value),
                    _ => SendTimeoutError::Timeout(value),
                }),
        }
    }
}

impl<T> Receiver<T> {
    /// Blocks until there is a value.
    ///
    /// # Errors
    ///
    /// If nothing is buffered and no sender is left.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_at(Location::caller())
    }

    fn recv_at(&self, place: &'static Location<'static>) -> Result<T, RecvError> {
        match &self.0 {
            End::Real(receiver) => match receiver.try_recv() {
                Ok(value) => Ok(value),
                Err(TryRecvError::Disconnected) => Err(RecvError),
                Err(TryRecvError::Empty) => {
                    let _waiting = waiting::enter("waits for a value from", place, None);
                    receiver.recv()
                }
            },
            End::Model(end) => end.receive(Patience::Forever, place).map_err(|_| RecvError),
        }
    }

    /// Takes a value if there is one. Never blocks.
    ///
    /// # Errors
    ///
    /// If nothing is buffered; says whether a sender is left.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.0 {
            End::Real(receiver) => receiver.try_recv(),
            End::Model(end) => end
                .receive(Patience::Never, Location::caller())
                .map_err(|why| match why {
                    Refused::Disconnected => TryRecvError::Disconnected,
                    _ => TryRecvError::Empty,
                }),
        }
    }

    /// Blocks until there is a value, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// If the time is up, or nothing is buffered and no sender is left.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match &self.0 {
            End::Real(receiver) => receiver.recv_timeout(timeout),
            End::Model(end) => end
                .receive(Patience::lasting(timeout), Location::caller())
                .map_err(|why| match why {
                    Refused::Disconnected => RecvTimeoutError::Disconnected,
                    _ => RecvTimeoutError::Timeout,
                }),
        }
    }

    /// As [`recv_timeout`](Receiver::recv_timeout), up to a point in time.
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Receiver::recv_timeout).
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.recv_timeout(deadline.saturating_duration_since(Instant::now()))
    }

    /// Values until all senders are gone; blocks between them.
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            receiver: self,
            place: Location::caller(),
        }
    }

    /// Values that are there now; never blocks.
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.try_recv().ok())
    }
}

macro_rules! both_ends {
    ($end:ident) => {
        impl<T> $end<T> {
            /// How many values are buffered. Never blocks.
            pub fn len(&self) -> usize {
                match &self.0 {
                    End::Real(end) => end.len(),
                    End::Model(end) => end.shared.channel.len(),
                }
            }

            /// How many values fit; `None` for any number.
            pub fn capacity(&self) -> Option<usize> {
                match &self.0 {
                    End::Real(end) => end.capacity(),
                    End::Model(end) => end.shared.channel.capacity(),
                }
            }

            /// Whether nothing is buffered.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether no more values fit.
            pub fn is_full(&self) -> bool {
                self.capacity()
                    .is_some_and(|capacity| self.len() >= capacity)
            }
        }

        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                $end(match &self.0 {
                    End::Real(end) => End::Real(end.clone()),
                    End::Model(end) => End::Model(end.clone()),
                })
            }
        }

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($end)).finish_non_exhaustive()
            }
        }
    };
}

both_ends!(Sender);
both_ends!(Receiver);

/// Values of a [`Receiver`] until all senders are gone; blocks between them.
#[derive(Debug)]
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
    place: &'static Location<'static>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv_at(self.place).ok()
    }
}

/// As [`Iter`], of a receiver that is consumed.
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
    place: &'static Location<'static>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv_at(self.place).ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        IntoIter {
            receiver: self,
            place: Location::caller(),
        }
    }
}
