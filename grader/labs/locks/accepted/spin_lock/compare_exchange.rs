//! Another right answer: compare-and-exchange on a byte, and a guard that never changes threads.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use kit::cell::UnsafeCell;
use kit::sync::atomic::{AtomicU8, Ordering};
use kit::thread;

const FREE: u8 = 0;
const HELD: u8 = 1;

/// A value that one thread at a time can reach.
pub struct SpinLock<T> {
    /// `FREE` or `HELD`.
    state: AtomicU8,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by one thread at a time, so it moves between them, as `T: Send`
// allows.
unsafe impl<T: Send> Sync for SpinLock<T> {}
// SAFETY: the lock owns its value and nothing else.
unsafe impl<T: Send> Send for SpinLock<T> {}

/// Access to the value of a locked [`SpinLock`]. It stays on its thread.
#[must_use = "the lock is free again as soon as this is dropped"]
pub struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
    stays: PhantomData<*const ()>,
}

// SAFETY: a `&Guard` gives a `&T` and nothing more.
unsafe impl<T: Sync> Sync for Guard<'_, T> {}

impl<T> SpinLock<T> {
    /// Creates a lock that nobody holds.
    pub fn new(value: T) -> Self {
        SpinLock {
            state: AtomicU8::new(FREE),
            value: UnsafeCell::new(value),
        }
    }

    /// Locks. Blocks, spinning, until the lock is free.
    pub fn lock(&self) -> Guard<'_, T> {
        // ORDERING: Acquire when it worked, partner of the Release store in `Guard::drop`; Relaxed
        // when it did not, because then nothing is reached.
        while self
            .state
            .compare_exchange_weak(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            thread::yield_now();
        }
        Guard {
            lock: self,
            stays: PhantomData,
        }
    }

    /// Locks if the lock is free, and never waits.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // ORDERING: as in `lock`. Not the weak form: it may fail although the lock is free.
        match self
            .state
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => Some(Guard {
                lock: self,
                stays: PhantomData,
            }),
            Err(_) => None,
        }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: we hold the lock, and `&self` keeps `deref_mut` away.
        unsafe { &*self.lock.value.with(|value| value) }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: we hold the lock, and `&mut self` keeps every other reference away.
        unsafe { &mut *self.lock.value.with_mut(|value| value) }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // ORDERING: Release, partner of the Acquire exchanges.
        self.lock.state.store(FREE, Ordering::Release);
    }
}
