//! The end that sends.
use super::{End, SendError, SendTimeoutError, Sender, TrySendError};
use crate::model::{Patience, Refused};
use crate::time::{Duration, Instant};
use crate::waiting;
use std::panic::Location;

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
                    let _waiting = waiting::enter("waits for room in", "a channel", place, None);
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

    /// As [`send_timeout`](Sender::send_timeout), up to a point in time.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Sender::send_timeout).
    #[track_caller]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.send_timeout(value, deadline.saturating_duration_since(Instant::now()))
    }
}
