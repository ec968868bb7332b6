//! `Barrier`.
use super::Real;
use crate::model;
use crate::waiting;
use std::fmt;
use std::panic::Location;

/// A place where threads meet: each blocks until all have come. The API is the standard library's.
pub struct Barrier(Real<std::sync::Barrier, model::Barrier>);

/// Which of the threads that met this one was.
#[derive(Clone, Copy, Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this thread came last: true for exactly one.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// A barrier for `size` threads.
    #[track_caller]
    pub fn new(size: usize) -> Self {
        let place = Location::caller();
        Barrier(Real::new(
            || std::sync::Barrier::new(size),
            || model::Barrier::new(size, place),
        ))
    }

    /// Blocks until all threads have called this.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        BarrierWaitResult(match &self.0 {
            Real::Real(barrier) => {
                let _waiting = waiting::enter(
                    "waits for the others at",
                    "a barrier",
                    Location::caller(),
                    None,
                );
                barrier.wait().is_leader()
            }
            Real::Model(barrier) => barrier.wait(Location::caller()),
        })
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}
