//! Time. In a model the clock moves only when a time-out fires or a sleep ends.
use crate::model;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};
pub use std::time::Duration;

/// A point in time, as `std::time::Instant`.
///
/// In a model it is the modelled clock's: it stands still until a timed wait has timed out or a
/// thread has slept, and then is at the end of that or later. So a loop that waits "until the
/// deadline" ends, whatever the schedule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Kind);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Real(std::time::Instant),
    /// Nanoseconds since the execution began.
    Model(u64),
}

/// Says nothing: whether a model runs is not for the program that is checked to know.
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instant").finish_non_exhaustive()
    }
}

impl Instant {
    /// The current time.
    pub fn now() -> Instant {
        Instant(if model::running() {
            Kind::Model(model::clock())
        } else {
            Kind::Real(std::time::Instant::now())
        })
    }

    /// How long ago this was.
    pub fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(*self)
    }

    /// The time from `earlier` to this, or nothing if it is later.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        match (self.0, earlier.0) {
            (Kind::Real(this), Kind::Real(earlier)) => this.saturating_duration_since(earlier),
            (Kind::Model(this), Kind::Model(earlier)) => {
                Duration::from_nanos(this.saturating_sub(earlier))
            }
            _ => Duration::ZERO,
        }
    }

    /// This plus `duration`, or `None` if that is more than the clock can say.
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        Some(Instant(match self.0 {
            Kind::Real(instant) => Kind::Real(instant.checked_add(duration)?),
            Kind::Model(nanos) => {
                Kind::Model(nanos.checked_add(duration.as_nanos().try_into().ok()?)?)
            }
        }))
    }

    /// The time from `earlier` to this, or nothing if it is later.
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(match self.0 {
            Kind::Real(instant) => Kind::Real(instant + duration),
            Kind::Model(nanos) => Kind::Model(
                nanos.saturating_add(duration.as_nanos().try_into().unwrap_or(u64::MAX)),
            ),
        })
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}
