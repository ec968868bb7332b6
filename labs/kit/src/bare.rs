//! The `bare` feature: the façade's names for the plain crates behind it, for benchmarks, where layout and a
//! comparison for each operation would show. Nothing can be modelled.
#![allow(
    missing_docs,
    reason = "the documentation is that of the crates behind it"
)]

/// Does nothing: there is no timeline.
pub fn note(_text: &str) {}

/// Panics, and prints nothing.
pub(crate) fn panic_on_purpose(text: &'static str) -> ! {
    std::panic::resume_unwind(Box::new(text))
}

pub(crate) mod step {
    /// Nothing: there is no checker.
    pub(crate) struct Step;
    impl Step {
        pub(crate) fn new() -> Step {
            Step
        }
        pub(crate) fn step(&self) {}
    }
}
pub mod sync {
    pub use parking_lot::{
        Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard, WaitTimeoutResult,
    };
    pub use std::sync::{Arc, Barrier, BarrierWaitResult, Weak};
    pub mod atomic {
        pub use std::sync::atomic::*;
    }
}
pub mod thread {
    pub use std::thread::*;
}
pub mod hint {
    pub use std::hint::spin_loop;
}
pub mod time {
    pub use std::time::{Duration, Instant};
}
pub mod channel {
    pub use crossbeam_channel::{
        IntoIter, Iter, ReadyTimeoutError, Receiver, RecvError, RecvTimeoutError, Select,
        SelectTimeoutError, SelectedOperation, SendError, SendTimeoutError, Sender, TryIter,
        TryReadyError, TryRecvError, TrySelectError, TrySendError, bounded, never, unbounded,
    };
}
pub mod cell {
    #[derive(Debug, Default)]
    pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);
    impl<T> UnsafeCell<T> {
        pub const fn new(value: T) -> Self {
            UnsafeCell(std::cell::UnsafeCell::new(value))
        }
        pub fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }
    impl<T: ?Sized> UnsafeCell<T> {
        #[inline(always)]
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }
        #[inline(always)]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
        pub fn get_mut(&mut self) -> &mut T {
            self.0.get_mut()
        }
    }
}
