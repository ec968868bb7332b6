//! Channels, with crossbeam's API: bounded or not, any number of senders and receivers.
//!
//! Not here: `after`, `at` and `tick`, whose values are times of a clock; a wait with a time-out
//! does what they are for.
mod iter;
mod receiver;
mod select;
mod selected;
mod sender;

pub use iter::{IntoIter, Iter, TryIter};
pub use select::Select;
pub use selected::SelectedOperation;

use crate::model::{self, OnModelThread, Patience, Refused, Side};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

pub use crossbeam::channel::{
    ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError,
    SendTimeoutError, TryReadyError, TryRecvError, TrySelectError, TrySendError,
};

/// A channel that holds at most `capacity` values; with 0, a send returns when the value was taken.
///
/// Room for the values is set aside at once. Above 2³² it would not fit, and the channel could not
/// be filled either: such a channel is [`unbounded`].
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    if model::running() {
        modelled(Some(capacity), Location::caller())
    } else if u32::try_from(capacity).is_err() {
        real(crossbeam::channel::unbounded())
    } else {
        real(crossbeam::channel::bounded(capacity))
    }
}

/// A channel that holds any number of values: nothing ever pushes back.
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    if model::running() {
        modelled(None, Location::caller())
    } else {
        real(crossbeam::channel::unbounded())
    }
}

/// The end of a channel on which nothing ever arrives and which is never closed.
#[track_caller]
pub fn never<T>() -> Receiver<T> {
    if !model::running() {
        return Receiver(End::Real(crossbeam::channel::never()));
    }
    let place = Location::caller();
    // A sender is counted that does not exist.
    Receiver(End::model(Shared::new(Some(0), place).end(Side::Receiver)))
}

/// A channel of the kit's own, for what it simulates: pictures call it `name`.
#[track_caller]
pub(crate) fn own<T>(name: &str) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = unbounded();
    if let End::Model(end) = &sender.0 {
        end.shared.channel.call(name);
    }
    (sender, receiver)
}

fn real<T>(
    (sender, receiver): (
        crossbeam::channel::Sender<T>,
        crossbeam::channel::Receiver<T>,
    ),
) -> (Sender<T>, Receiver<T>) {
    (Sender(End::Real(sender)), Receiver(End::Real(receiver)))
}

fn modelled<T>(
    capacity: Option<usize>,
    place: &'static Location<'static>,
) -> (Sender<T>, Receiver<T>) {
    let shared = Shared::new(capacity, place);
    (
        Sender(End::model(shared.end(Side::Sender))),
        Receiver(End::model(shared.end(Side::Receiver))),
    )
}

/// The end that sends. When the last one is dropped, receivers get what is buffered, then an error.
pub struct Sender<T>(End<crossbeam::channel::Sender<T>, T>);

/// The end that receives. When the last one is dropped, a send gives its value back as an error.
/// A channel without a limit drops what is buffered then; one with a limit keeps it until its
/// senders are gone, too. (So it is in crossbeam.)
pub struct Receiver<T>(End<crossbeam::channel::Receiver<T>, T>);

/// An end of either kind. The real one (`R`) is `Send` and `Sync` only if `T` is `Send`, and so
/// this is.
enum End<R, T> {
    Real(R),
    Model(OnModelThread<Modelled<T>>),
}

impl<R, T> End<R, T> {
    fn model(end: Modelled<T>) -> Self {
        End::Model(OnModelThread::new(end))
    }
}

/// What the ends of a modelled channel share: when a value may move is the model's to say, the
/// values are kept here.
struct Shared<T> {
    channel: model::Channel,
    created: &'static Location<'static>,
    values: RefCell<VecDeque<(u64, T)>>,
    /// Values that were selected and not taken yet.
    set_apart: RefCell<Vec<(u64, T)>>,
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

impl<T> Shared<T> {
    /// A channel with one end on each side, which are still to be made.
    fn new(capacity: Option<usize>, created: &'static Location<'static>) -> Arc<Shared<T>> {
        Arc::new(Shared {
            channel: model::Channel::new(capacity, created),
            created,
            values: RefCell::default(),
            set_apart: RefCell::default(),
        })
    }

    fn end(self: &Arc<Self>, side: Side) -> Modelled<T> {
        Modelled {
            shared: Arc::clone(self),
            side,
        }
    }
}

struct Modelled<T> {
    shared: Arc<Shared<T>>,
    side: Side,
}

impl<T> Clone for Modelled<T> {
    fn clone(&self) -> Self {
        self.shared.channel.cloned(self.side);
        self.shared.end(self.side)
    }
}

impl<T> Drop for Modelled<T> {
    fn drop(&mut self) {
        let Shared {
            channel,
            created,
            values,
            ..
        } = &*self.shared;
        if channel.dropped(self.side, created) {
            // Taken out first: a value may hold an end of this very channel.
            let unread = values.take();
            drop(unread);
        }
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

            /// Whether both are ends of one channel.
            pub fn same_channel(&self, other: &Self) -> bool {
                match (&self.0, &other.0) {
                    (End::Real(one), End::Real(other)) => one.same_channel(other),
                    (End::Model(one), End::Model(other)) => Arc::ptr_eq(&one.shared, &other.shared),
                    _ => false,
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
                    End::Model(end) => End::model(Modelled::clone(end)),
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
