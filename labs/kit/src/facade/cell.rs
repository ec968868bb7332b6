//! `UnsafeCell`, in closure form, so that a model sees when an access begins and ends.
use super::Real;
use crate::model;
use std::fmt;
use std::panic::Location;

/// Data that may be changed through a shared reference, if *you* make sure that no two accesses
/// race.
///
/// As `std::cell::UnsafeCell`, with closures in place of `get`: in a model an access that is not
/// ordered by happens-before against another one is reported as the data race it is. An access made
/// through a pointer that outlives the closure is not seen again.
///
/// Like the standard one, it is never `Sync`: the type around it has to promise that, with
/// `unsafe impl`.
pub struct UnsafeCell<T: ?Sized> {
    watch: Real<(), model::Cell>,
    value: std::cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell around `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let place = Location::caller();
        UnsafeCell {
            watch: Real::new(|| (), || model::Cell::new(place)),
            value: std::cell::UnsafeCell::new(value),
        }
    }

    /// Gives the value back.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Reads: calls `f` with a pointer that is good for reading while no other thread writes.
    #[track_caller]
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        let _access = match &self.watch {
            Real::Real(()) => None,
            Real::Model(cell) => Some(cell.read(Location::caller())),
        };
        f(self.value.get())
    }

    /// Writes: calls `f` with a pointer that is good for writing while no other thread reads or
    /// writes.
    #[track_caller]
    #[inline]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        let _access = match &self.watch {
            Real::Real(()) => None,
            Real::Model(cell) => Some(cell.write(Location::caller())),
        };
        f(self.value.get())
    }

    /// The value: `&mut self` proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}
