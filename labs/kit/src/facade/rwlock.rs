//! `RwLock`.
use super::Real;
use crate::model;
use crate::waiting;
use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

/// Many readers or one writer.
///
/// The API is `parking_lot`'s: no poisoning, guards are given back by a panic. A thread that holds
/// a read guard must not ask for a second guard: with a writer waiting between the two it blocks
/// for ever.
pub struct RwLock<T: ?Sized> {
    raw: Real<parking_lot::RwLock<()>, model::RwLock>,
    value: UnsafeCell<T>,
}

// SAFETY: readers share `&T` across threads, the writer is alone with `&mut T`.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

/// A reader's stay: derefs to the value; given back when dropped. Not `Send`.
#[must_use = "the lock is given back at once if the guard is not kept"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    _raw: RawReadGuard<'a>,
    value: &'a UnsafeCell<T>,
    _not_send: PhantomData<*mut ()>,
}

/// The writer's stay: derefs to the value; given back when dropped. Not `Send`.
#[must_use = "the lock is given back at once if the guard is not kept"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    raw: RawWriteGuard<'a>,
    value: &'a UnsafeCell<T>,
    _not_send: PhantomData<*mut ()>,
}

// SAFETY: a shared guard gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T> {}
// SAFETY: a shared guard gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T> {}

/// A modelled lock that is held, and where it was taken.
struct Held<'a> {
    lock: &'a model::RwLock,
    place: &'static Location<'static>,
}

#[allow(dead_code, reason = "the real guards are kept only to be dropped")]
enum RawReadGuard<'a> {
    Real(parking_lot::RwLockReadGuard<'a, ()>),
    Model(Held<'a>),
}

#[allow(dead_code, reason = "the real guards are kept only to be dropped")]
enum RawWriteGuard<'a> {
    Real(parking_lot::RwLockWriteGuard<'a, ()>),
    Model(Held<'a>),
}

impl Drop for RawReadGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        if let RawReadGuard::Model(held) = self {
            held.lock.unlock_read(held.place);
        }
    }
}

impl Drop for RawWriteGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        if let RawWriteGuard::Model(held) = self {
            held.lock.unlock_write(held.place);
        }
    }
}

impl<T> RwLock<T> {
    /// A free lock around `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let place = Location::caller();
        let raw = Real::new(
            || parking_lot::RwLock::new(()),
            || model::RwLock::new(place),
        );
        RwLock {
            raw,
            value: UnsafeCell::new(value),
        }
    }

    /// Gives the value back.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Blocks until no writer is inside, then enters as a reader.
    #[track_caller]
    #[inline]
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        let place = Location::caller();
        self.reader(match &self.raw {
            Real::Real(lock) => RawReadGuard::Real(lock.try_read().unwrap_or_else(|| {
                let _waiting = waiting::enter("waits to read", "a lock", place, None);
                lock.read()
            })),
            Real::Model(lock) => {
                lock.read(place);
                RawReadGuard::Model(Held { lock, place })
            }
        })
    }

    /// Blocks until nobody is inside, then enters as the writer.
    #[track_caller]
    #[inline]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        let place = Location::caller();
        self.writer(match &self.raw {
            Real::Real(lock) => RawWriteGuard::Real(lock.try_write().unwrap_or_else(|| {
                let _waiting = waiting::enter("waits to write", "a lock", place, None);
                lock.write()
            })),
            Real::Model(lock) => {
                lock.write(place);
                RawWriteGuard::Model(Held { lock, place })
            }
        })
    }

    /// Enters as a reader if no writer is inside. Never blocks.
    #[track_caller]
    #[inline]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        Some(self.reader(match &self.raw {
            Real::Real(lock) => RawReadGuard::Real(lock.try_read()?),
            Real::Model(lock) => {
                let place = Location::caller();
                if !lock.try_read(place) {
                    return None;
                }
                RawReadGuard::Model(Held { lock, place })
            }
        }))
    }

    /// Enters as the writer if nobody is inside. Never blocks.
    #[track_caller]
    #[inline]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        Some(self.writer(match &self.raw {
            Real::Real(lock) => RawWriteGuard::Real(lock.try_write()?),
            Real::Model(lock) => {
                let place = Location::caller();
                if !lock.try_write(place) {
                    return None;
                }
                RawWriteGuard::Model(Held { lock, place })
            }
        }))
    }

    /// The value, without locking: `&mut self` proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[track_caller]
    #[inline]
    fn reader<'a>(&'a self, raw: RawReadGuard<'a>) -> RwLockReadGuard<'a, T> {
        if matches!(raw, RawReadGuard::Real(_)) {
            super::real();
        }
        RwLockReadGuard {
            _raw: raw,
            value: &self.value,
            _not_send: PhantomData,
        }
    }

    #[track_caller]
    #[inline]
    fn writer<'a>(&'a self, raw: RawWriteGuard<'a>) -> RwLockWriteGuard<'a, T> {
        if matches!(raw, RawWriteGuard::Real(_)) {
            super::real();
        }
        RwLockWriteGuard {
            raw,
            value: &self.value,
            _not_send: PhantomData,
        }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this reader is inside, so no writer is.
        unsafe { &*self.value.get() }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        if let RawWriteGuard::Model(held) = &self.raw {
            held.lock.touches.read();
        }
        // SAFETY: the writer is inside alone, and `&self` keeps it from handing out `&mut T`
        // meanwhile.
        unsafe { &*self.value.get() }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        if let RawWriteGuard::Model(held) = &self.raw {
            held.lock.touches.write();
        }
        // SAFETY: the writer is inside alone, and `&mut self` keeps it from handing out a second
        // reference.
        unsafe { &mut *self.value.get() }
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T: ?Sized> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RwLock").finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
