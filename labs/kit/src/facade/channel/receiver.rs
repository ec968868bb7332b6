//! The end that receives.
use super::{End, Iter, Receiver, RecvError, RecvTimeoutError, TryIter, TryRecvError};
use crate::model::{Patience, Refused};
use crate::time::{Duration, Instant};
use crate::waiting;
use std::panic::Location;

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

    pub(super) fn recv_at(&self, place: &'static Location<'static>) -> Result<T, RecvError> {
        match &self.0 {
            End::Real(receiver) => match receiver.try_recv() {
                Ok(value) => Ok(value),
                Err(TryRecvError::Disconnected) => Err(RecvError),
                Err(TryRecvError::Empty) => {
                    let _waiting =
                        waiting::enter("waits for a value from", "a channel", place, None);
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
        Iter::new(self, Location::caller())
    }

    /// Values that are there now; never blocks.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self)
    }
}
