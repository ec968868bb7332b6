//! The `bare` feature: the façade's names for the plain crates behind it, for benchmarks, where
//! layout and a comparison for each operation would show. Nothing can be modelled.
#![allow(
    missing_docs,
    reason = "the documentation is that of the crates behind it"
)]

/// Does nothing: there is no timeline.
pub fn note(_text: &str) {}

/// The answer: there is no picture.
pub(crate) fn decided(_what: &str, answer: bool) -> bool {
    answer
}

/// Runs it: there is no picture.
pub(crate) fn within<R>(call: impl FnOnce() -> R) -> R {
    call()
}

pub mod message {
    /// As the other one, but no schedule decides.
    pub fn choose(count: u64) -> u64 {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(count) % count
    }
    #[derive(Clone, Debug)]
    pub struct Message(std::sync::Arc<str>);
    impl Message {
        pub fn sent(text: &str) -> Message {
            Message(text.into())
        }
        pub fn lost(&self) {}
        pub fn duplicated(&self) {}
        pub fn delivered(&self) {}
        pub(crate) fn lost_on_the_way_to(&self, _lane: Option<Lane>) {}
        pub(crate) fn text(&self) -> &str {
            &self.0
        }
    }
    pub(crate) type Lane = u8;
    pub(crate) fn lane() -> Option<Lane> {
        None
    }
    pub(crate) fn is_exhaustive() -> bool {
        false
    }
}
pub(crate) mod explore {
    /// There is no run that has one.
    pub(crate) fn current_seed() -> u64 {
        0
    }
    /// Panics, and prints nothing.
    pub(crate) fn panic_on_purpose(text: &'static str) -> ! {
        std::panic::resume_unwind(Box::new(text))
    }
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
    pub(crate) fn own<T>(_name: &str) -> (Sender<T>, Receiver<T>) {
        unbounded()
    }
    pub use crossbeam::channel::{
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
