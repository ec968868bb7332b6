//! `Mutex`.
use super::Real;
use crate::model;
use crate::record::CallSite;
use crate::waiting::{self, Holder};
use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

/// Mutual exclusion around a value: one thread at a time is in the critical section.
///
/// The API is `parking_lot`'s: [`lock`](Mutex::lock) gives the guard itself, there is no poisoning,
/// and a guard that is dropped while its thread panics gives the lock back.
///
/// # Examples
///
/// ```
/// use kit::sync::Mutex;
///
/// let balance = Mutex::new(10);
/// *balance.lock() += 5;
/// assert_eq!(*balance.lock(), 15);
/// ```
pub struct Mutex<T: ?Sized> {
    raw: Real<RealMutex, model::Mutex>,
    value: UnsafeCell<T>,
}

/// A lock of the operating system's, and where it was taken.
#[derive(Default)]
struct RealMutex {
    lock: parking_lot::Mutex<()>,
    holder: Holder,
}

// SAFETY: a shared mutex lends the value to one thread at a time, which takes `T: Send`.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

/// The critical section: derefs to the value; the lock is given back when this is dropped.
///
/// Not `Send`: the thread that locked has to unlock.
#[must_use = "the lock is given back at once if the guard is not kept"]
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) raw: RawGuard<'a>,
    value: &'a UnsafeCell<T>,
    _not_send: PhantomData<*mut ()>,
}

// SAFETY: a shared guard gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

/// The lock that is held, without the value: what a condvar needs.
pub(super) enum RawGuard<'a> {
    Real {
        guard: parking_lot::MutexGuard<'a, ()>,
        holder: &'a Holder,
        place: CallSite,
    },
    Model {
        mutex: &'a model::Mutex,
        locked_at: CallSite,
    },
}

impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        match self {
            RawGuard::Real { holder, .. } => holder.clear(),
            RawGuard::Model { mutex, locked_at } => mutex.unlock(locked_at),
        }
    }
}

impl RealMutex {
    #[track_caller]
    #[inline]
    fn held<'a>(&'a self, guard: parking_lot::MutexGuard<'a, ()>, place: CallSite) -> RawGuard<'a> {
        super::real();
        self.holder.set(place);
        RawGuard::Real {
            guard,
            holder: &self.holder,
            place,
        }
    }

    #[cold]
    #[track_caller]
    fn wait(&self, place: CallSite) -> parking_lot::MutexGuard<'_, ()> {
        self.holder.must_be_another(place);
        let _waiting = waiting::enter("waits for the mutex", "", place, Some(&self.holder));
        self.lock.lock()
    }
}

impl<T> Mutex<T> {
    /// A free mutex around `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let place = Location::caller();
        let raw = Real::new(RealMutex::default, || model::Mutex::new(place));
        Mutex {
            raw,
            value: UnsafeCell::new(value),
        }
    }

    /// Gives the value back.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Blocks until no other thread is in the critical section, then enters it.
    ///
    /// # Panics
    ///
    /// If this very thread is in it: it would block for ever. In a search that is a deadlock.
    #[track_caller]
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let raw = match &self.raw {
            Real::Real(mutex) => {
                let place = Location::caller();
                let guard = match mutex.lock.try_lock() {
                    Some(guard) => guard,
                    None => mutex.wait(place),
                };
                mutex.held(guard, place)
            }
            Real::Model(mutex) => {
                let locked_at = Location::caller();
                mutex.lock(locked_at);
                RawGuard::Model { mutex, locked_at }
            }
        };
        self.guard(raw)
    }

    /// Enters the critical section if no thread is in it. Never blocks.
    #[track_caller]
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let raw = match &self.raw {
            Real::Real(mutex) => mutex.held(mutex.lock.try_lock()?, Location::caller()),
            Real::Model(mutex) => {
                let locked_at = Location::caller();
                if !mutex.try_lock(locked_at) {
                    return None;
                }
                RawGuard::Model { mutex, locked_at }
            }
        };
        Some(self.guard(raw))
    }

    #[inline]
    fn guard<'a>(&'a self, raw: RawGuard<'a>) -> MutexGuard<'a, T> {
        MutexGuard {
            raw,
            value: &self.value,
            _not_send: PhantomData,
        }
    }

    /// The value, without locking: `&mut self` proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        if let RawGuard::Model { mutex, .. } = &self.raw {
            mutex.touches.read();
        }
        // SAFETY: the lock is held, so no other guard to this value exists, and `&self` keeps
        // this one from handing out `&mut T` meanwhile.
        unsafe { &*self.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        if let RawGuard::Model { mutex, .. } = &self.raw {
            mutex.touches.write();
        }
        // SAFETY: the lock is held, so no other guard to this value exists, and `&mut self` keeps
        // this one from handing out a second reference meanwhile.
        unsafe { &mut *self.value.get() }
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
