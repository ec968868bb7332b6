//! The façade: what labs may use. Each type is the real primitive or a modelled one, chosen when it
//! is made.
//!
//! Outside a model an operation costs one comparison more than the primitive it stands for.
mod atomic;
mod barrier;
pub mod cell;
pub mod channel;
mod condvar;
mod mutex;
mod rwlock;
pub(crate) mod step;
pub mod thread;
pub mod time;

use crate::model::OnModelThread;
use mutex::MutexGuard;

/// A primitive: the operating system's, or a checker's.
enum Real<R, M> {
    Real(R),
    Model(OnModelThread<Box<M>>),
}

impl<R, M> Real<R, M> {
    #[inline]
    fn new(real: impl FnOnce() -> R, model: impl FnOnce() -> Box<M>) -> Self {
        if crate::model::running() {
            Real::Model(OnModelThread::new(model()))
        } else {
            Real::Real(real())
        }
    }
}

/// A real primitive is used: it must not be inside a model, where the checker could not see it.
#[inline]
#[track_caller]
fn real() {
    if crate::model::running() {
        outside();
    }
}

#[cold]
#[track_caller]
fn outside() {
    if !std::thread::panicking() && !crate::model::over() {
        panic!(
            "this was made outside the scenario, so the search cannot see it: make everything that the \
             scenario uses inside it"
        );
    }
}

/// Locks, condition variables, barriers, shared ownership.
pub mod sync {
    pub use super::barrier::{Barrier, BarrierWaitResult};
    pub use super::condvar::{Condvar, WaitTimeoutResult};
    pub use super::mutex::{Mutex, MutexGuard};
    pub use super::rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
    // The standard library's: loom's costs an order of magnitude more executions and has no `Weak`.
    // A cycle is found by the explorer's own leak check.
    pub use std::sync::{Arc, Weak};

    /// Atomics and fences.
    pub mod atomic {
        pub use super::super::atomic::*;
        pub use std::sync::atomic::Ordering;
    }
}

/// Hints to the processor.
pub mod hint {
    use std::panic::Location;

    /// Says that this thread spins until another one has done something.
    ///
    /// In a model the others go first: a loop that spins without this call is never left.
    #[track_caller]
    #[inline]
    pub fn spin_loop() {
        if crate::model::running() {
            crate::model::yield_now(Location::caller());
        } else {
            crate::explore::turn(std::hint::spin_loop);
        }
    }
}
