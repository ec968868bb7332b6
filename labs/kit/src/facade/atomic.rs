//! Atomics, with the standard library's API, and fences.
use super::Real;
use crate::model;
use std::fmt;
use std::panic::Location;
use std::sync::atomic as std_atomic;
use std::sync::atomic::Ordering;

/// One method of an atomic, on either side.
macro_rules! method {
    ($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> $result:ty) => {
        $(#[$doc])*
        #[track_caller]
        #[inline]
        pub fn $name(&self, $($argument: $type),*) -> $result {
            match &self.0 {
                Real::Real(atomic) => {
                    super::real();
                    atomic.$name($($argument),*)
                }
                Real::Model(atomic) => atomic.$name($($argument,)* Location::caller()),
            }
        }
    };
}

macro_rules! atomic {
    ($name:ident, $type:ty) => {
        #[doc = concat!("A `", stringify!($type), "` that threads may share. As `std::sync::atomic::", stringify!($name), "`.")]
        pub struct $name(Real<std_atomic::$name, model::$name>);

        impl $name {
            /// An atomic that holds `value`.
            #[track_caller]
            pub fn new(value: $type) -> Self {
                let place = Location::caller();
                $name(Real::new(
                    || std_atomic::$name::new(value),
                    || model::$name::new(value, place),
                ))
            }

            /// The value: whoever owns the atomic is alone with it.
            #[track_caller]
            pub fn into_inner(self) -> $type {
                match self.0 {
                    Real::Real(atomic) => atomic.into_inner(),
                    Real::Model(atomic) => atomic.take(Location::caller()),
                }
            }

            method! {
                /// The value. `ordering` is `Relaxed`, `Acquire` or `SeqCst`.
                load(ordering: Ordering) -> $type
            }
            method! {
                /// Sets the value. `ordering` is `Relaxed`, `Release` or `SeqCst`.
                store(value: $type, ordering: Ordering) -> ()
            }
            method! {
                /// Sets the value and returns the one before, in one step.
                swap(value: $type, ordering: Ordering) -> $type
            }
            method! {
                /// Sets the value to `new` if it is `expected`, in one step: `Ok` with the value
                /// before, or `Err` with the value that was found.
                compare_exchange(
                    expected: $type, new: $type, success: Ordering, failure: Ordering
                ) -> Result<$type, $type>
            }
            atomic!(@methods $type,
                fetch_and "Ands with the value", fetch_nand "Nands with the value",
                fetch_or "Ors with the value", fetch_xor "Xors with the value");

            /// As [`compare_exchange`](Self::compare_exchange), but may fail although the value is
            /// `expected`: for use in a loop. A search tries that once in an interleaving.
            #[track_caller]
            #[inline]
            pub fn compare_exchange_weak(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                match &self.0 {
                    Real::Real(atomic) => {
                        atomic.compare_exchange_weak(expected, new, success, failure)
                    }
                    Real::Model(atomic) => {
                        let place = Location::caller();
                        atomic.compare_exchange_weak(expected, new, success, failure, place)
                    }
                }
            }

            /// Loads, and tries to store what `update` makes of it until no other thread came
            /// between or `update` gives `None`.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut update: impl FnMut($type) -> Option<$type>,
            ) -> Result<$type, $type> {
                let mut old = self.load(fetch);
                while let Some(new) = update(old) {
                    match self.compare_exchange_weak(old, new, set, fetch) {
                        Ok(old) => return Ok(old),
                        Err(found) => old = found,
                    }
                }
                Err(old)
            }
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(Default::default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
    (@methods $type:ty, $($method:ident $what:literal),*) => { $(
        method! {
            #[doc = concat!($what, ", and returns the value before, in one step.")]
            $method(operand: $type, ordering: Ordering) -> $type
        }
    )* };
    (@integers $($name:ident $type:ty),*) => { $(
        atomic!($name, $type);
        impl $name {
            atomic!(@methods $type,
                fetch_add "Adds to the value, wrapping around on overflow",
                fetch_sub "Subtracts from the value, wrapping around on overflow",
                fetch_max "Takes the larger of operand and value",
                fetch_min "Takes the smaller of operand and value");
        }
    )* };
}

atomic!(AtomicBool, bool);
atomic!(@integers AtomicU8 u8, AtomicU16 u16, AtomicU32 u32, AtomicU64 u64, AtomicUsize usize,
    AtomicI8 i8, AtomicI16 i16, AtomicI32 i32, AtomicI64 i64, AtomicIsize isize);

/// A pointer that threads may share. As `std::sync::atomic::AtomicPtr`.
pub struct AtomicPtr<T>(Real<std_atomic::AtomicPtr<T>, model::AtomicPtr>);

impl<T> AtomicPtr<T> {
    /// An atomic that holds `pointer`.
    #[track_caller]
    pub fn new(pointer: *mut T) -> Self {
        let place = Location::caller();
        AtomicPtr(Real::new(
            || std_atomic::AtomicPtr::new(pointer),
            || model::AtomicPtr::new(pointer.cast(), place),
        ))
    }

    /// The pointer.
    #[track_caller]
    #[inline]
    pub fn load(&self, ordering: Ordering) -> *mut T {
        match &self.0 {
            Real::Real(atomic) => atomic.load(ordering),
            Real::Model(atomic) => atomic.load(ordering, Location::caller()).cast(),
        }
    }

    /// Sets the pointer.
    #[track_caller]
    #[inline]
    pub fn store(&self, pointer: *mut T, ordering: Ordering) {
        match &self.0 {
            Real::Real(atomic) => atomic.store(pointer, ordering),
            Real::Model(atomic) => atomic.store(pointer.cast(), ordering, Location::caller()),
        }
    }

    /// Sets the pointer and returns the one before, in one step.
    #[track_caller]
    #[inline]
    pub fn swap(&self, pointer: *mut T, ordering: Ordering) -> *mut T {
        match &self.0 {
            Real::Real(atomic) => atomic.swap(pointer, ordering),
            Real::Model(atomic) => atomic
                .swap(pointer.cast(), ordering, Location::caller())
                .cast(),
        }
    }

    /// Sets the pointer to `new` if it is `expected`, in one step.
    #[track_caller]
    #[inline]
    pub fn compare_exchange(
        &self,
        expected: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        match &self.0 {
            Real::Real(atomic) => atomic.compare_exchange(expected, new, success, failure),
            Real::Model(atomic) => {
                let (expected, new) = (expected.cast(), new.cast());
                atomic
                    .compare_exchange(expected, new, success, failure, Location::caller())
                    .map(<*mut ()>::cast)
                    .map_err(<*mut ()>::cast)
            }
        }
    }

    /// As [`compare_exchange`](AtomicPtr::compare_exchange), but may fail although the pointer is
    /// `expected`.
    #[track_caller]
    #[inline]
    pub fn compare_exchange_weak(
        &self,
        expected: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        match &self.0 {
            Real::Real(atomic) => atomic.compare_exchange_weak(expected, new, success, failure),
            Real::Model(atomic) => {
                let (expected, new) = (expected.cast(), new.cast());
                atomic
                    .compare_exchange_weak(expected, new, success, failure, Location::caller())
                    .map(<*mut ()>::cast)
                    .map_err(<*mut ()>::cast)
            }
        }
    }

    /// Sets the pointer to what `new` makes of it, again and again until no other thread came
    /// between; or leaves it, if that is `None`, and returns it as the error.
    #[track_caller]
    pub fn fetch_update(
        &self,
        set_order: Ordering,
        fetch_order: Ordering,
        mut new: impl FnMut(*mut T) -> Option<*mut T>,
    ) -> Result<*mut T, *mut T> {
        let mut old = self.load(fetch_order);
        while let Some(next) = new(old) {
            match self.compare_exchange_weak(old, next, set_order, fetch_order) {
                Ok(old) => return Ok(old),
                Err(found) => old = found,
            }
        }
        Err(old)
    }
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicPtr").finish_non_exhaustive()
    }
}

/// Orders this thread's accesses before it and after it. As `std::sync::atomic::fence`.
#[track_caller]
#[inline]
pub fn fence(ordering: Ordering) {
    if model::running() {
        model::fence(ordering, Location::caller());
    } else {
        std_atomic::fence(ordering);
    }
}
