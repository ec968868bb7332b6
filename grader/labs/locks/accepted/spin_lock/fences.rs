//! Another right answer: the plainest loop, relaxed operations, and two fences that do the
//! ordering.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use kit::cell::UnsafeCell;
use kit::hint;
use kit::sync::atomic::{AtomicBool, Ordering, fence};

/// A value that one thread at a time can reach.
pub struct SpinLock<T> {
    free: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by one thread at a time, so it moves between them, as `T: Send`
// allows.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// Access to the value of a locked [`SpinLock`].
#[must_use = "the lock is free again as soon as this is dropped"]
pub struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
    _value: PhantomData<&'a mut T>,
}

impl<T> SpinLock<T> {
    /// Creates a lock that nobody holds.
    pub fn new(value: T) -> Self {
        SpinLock {
            free: AtomicBool::new(true),
            value: UnsafeCell::new(value),
        }
    }

    /// Locks. Blocks, spinning, until the lock is free.
    pub fn lock(&self) -> Guard<'_, T> {
        loop {
            if let Some(guard) = self.try_lock() {
                return guard;
            }
            hint::spin_loop();
        }
    }

    /// Locks if the lock is free, and never waits.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // ORDERING: Relaxed: the fence below makes it an acquire when it worked.
        if !self.free.swap(false, Ordering::Relaxed) {
            return None;
        }
        // ORDERING: Acquire, partner of the Release fence in `Guard::drop`, by way of `free`.
        fence(Ordering::Acquire);
        Some(Guard {
            lock: self,
            _value: PhantomData,
        })
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
        self.lock.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: we hold the lock, and `&mut self` keeps every other reference away.
        self.lock.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // ORDERING: Release, partner of the Acquire fence in `try_lock`, by way of `free`.
        fence(Ordering::Release);
        // ORDERING: Relaxed: the fence before it makes it a release.
        self.lock.free.store(true, Ordering::Relaxed);
    }
}
