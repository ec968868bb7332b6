//! The modelled atomics, one for each width, and fences.
//!
//! Four deviations from loom's own operations, each because loom would call a right program wrong,
//! pass over a wrong one, or ask the wrong question:
//!
//! - In the passes that ask whether the *interleaving* is wrong, every operation is a sequentially
//!   consistent read-modify-write, whatever ordering is written: there is one value to see, the
//!   newest.
//! - Where an atomic sees read-modify-writes, its stores are swaps. loom does not know that a
//!   read-modify-write follows what it read immediately, so a plain store of another thread could
//!   stay older for ever, and a loop that waits for it would not end. The price: such a store does
//!   not end the release sequence before it, so an acquire that reads it is taken to see a little
//!   more than it may.
//! - A plain load or store is preceded by a step on a word of the atomic's own. loom remembers one
//!   last access only, so of two loads before a store it would never run the store before the
//!   first.
//! - A `SeqCst` load sees the newest value. loom takes it as `Acquire`, under which Dekker's and
//!   Peterson's algorithms fail although they are right.
use super::wait::Word;
use super::{
    Checker, either, fails_for_nothing, inert, is_updated, may_fail_for_nothing,
    meets_weak_exchange, sequential, will_update,
};
use crate::record::{CallSite, Handle, Op, Value, switching};
use std::cell::Cell;
use std::sync::atomic::Ordering;

/// Whether a load has to see the newest value, and with which ordering.
fn newest(written: Ordering) -> Option<Ordering> {
    match written {
        _ if sequential() => Some(Ordering::SeqCst),
        Ordering::SeqCst => Some(Ordering::Acquire),
        _ => None,
    }
}

/// The ordering of the swap that stands for a store, where one has to: see the top of this file.
fn as_swap(written: Ordering, updated: bool) -> Option<Ordering> {
    match written {
        _ if sequential() => Some(Ordering::SeqCst),
        _ if !updated => None,
        Ordering::SeqCst => Some(Ordering::Release),
        other => Some(other),
    }
}

/// Whether an atomic sees read-modify-writes.
#[derive(Debug)]
struct Updates {
    known: bool,
    created: CallSite,
    word: Word,
}

impl Updates {
    fn new(created: CallSite) -> Updates {
        Updates {
            known: is_updated(created),
            created,
            word: Word::relaxed(),
        }
    }

    /// A plain load or store comes: see the top of this file.
    fn happen_plainly(&self) {
        if super::backend() == super::Backend::Loom {
            self.word.step();
        }
    }

    /// A load comes that is a read-modify-write. In a sequentially consistent pass all are, and
    /// that says nothing.
    fn happen_for_load(&self) {
        if !sequential() {
            self.happen();
        }
    }

    /// A read-modify-write comes.
    fn happen(&self) {
        if !self.known {
            will_update(self.created);
        }
    }
}

/// The newest value of an atomic, which no checker keeps: in an execution that is over, operations
/// act on it. So a destructor that counts with an atomic counts right, in whatever order those that
/// still run come.
#[derive(Debug)]
struct Newest<T: Copy>(Cell<T>);

impl<T: Copy + PartialEq> Newest<T> {
    fn new(value: T) -> Newest<T> {
        Newest(Cell::new(value))
    }

    fn get(&self) -> T {
        self.0.get()
    }

    fn set(&self, value: T) {
        self.0.set(value);
    }

    fn exchange(&self, expected: T, new: T) -> Result<T, T> {
        match self.get() {
            found if found == expected => Ok(self.0.replace(new)),
            found => Err(found),
        }
    }
}

/// The ordering of a read-modify-write in place of the one written.
fn strict(written: Ordering) -> Ordering {
    if sequential() {
        Ordering::SeqCst
    } else {
        written
    }
}

macro_rules! atomic {
    ($name:ident, $type:ty, $value:expr, |$it:ident, $newest:ident| $read:expr) => {
        #[doc = concat!("A modelled `", stringify!($name), "`.")]
        #[derive(Debug)]
        pub(crate) struct $name {
            object: Handle,
            updates: Updates,
            newest: Newest<$type>,
            atomic: Checker<loom::sync::atomic::$name, shuttle::sync::atomic::$name>,
        }

        impl $name {
            pub(crate) fn new(value: $type, created: CallSite) -> Box<$name> {
                Box::new($name {
                    object: Handle::new(stringify!($name), created, Some($value(value))),
                    updates: Updates::new(created),
                    newest: Newest::new(value),
                    atomic: Checker::new(
                        || loom::sync::atomic::$name::new(value),
                        || shuttle::sync::atomic::$name::new(value),
                    ),
                })
            }

            pub(crate) fn load(&self, ordering: Ordering, place: CallSite) -> $type {
                if inert() {
                    return self.newest.get();
                }
                let value = switching(|| {
                    either!(&self.atomic, $it => match newest(ordering) {
                        Some($newest) => {
                            self.updates.happen_for_load();
                            $read
                        }
                        None => {
                            self.updates.happen_plainly();
                            $it.load(ordering)
                        }
                    })
                });
                self.object.loaded(place, $value(value), ordering);
                value
            }

            pub(crate) fn store(&self, value: $type, ordering: Ordering, place: CallSite) {
                if inert() {
                    return self.newest.set(value);
                }
                let swap = as_swap(ordering, self.updates.known);
                switching(|| {
                    either!(&self.atomic, atomic => match swap {
                        Some(ordering) => {
                            atomic.swap(value, ordering);
                        }
                        None => {
                            self.updates.happen_plainly();
                            atomic.store(value, ordering);
                        }
                    })
                });
                self.newest.set(value);
                let value = $value(value);
                self.object.stored(place, value, Op::Store { value, ordering });
            }

            pub(crate) fn compare_exchange(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
                place: CallSite,
            ) -> Result<$type, $type> {
                if inert() {
                    return self.newest.exchange(expected, new);
                }
                let result = self.exchange(expected, new, success, failure);
                match result {
                    Ok(old) => self.updated(old, new, success, place),
                    Err(saw) => {
                        let (saw, expected) = ($value(saw), $value(expected));
                        self.object.event(place, Op::CasFailed { saw, expected, ordering: failure });
                    }
                }
                result
            }

            fn exchange(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.updates.happen();
                switching(|| {
                    either!(&self.atomic, atomic => {
                        atomic.compare_exchange(expected, new, strict(success), strict(failure))
                    })
                })
            }

            /// As `compare_exchange`, but may fail for no reason where the pass wants that.
            pub(crate) fn compare_exchange_weak(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
                place: CallSite,
            ) -> Result<$type, $type> {
                if inert() || !may_fail_for_nothing() {
                    let result = self.compare_exchange(expected, new, success, failure, place);
                    if result.is_ok() {
                        meets_weak_exchange();
                    }
                    return result;
                }
                // Changes nothing, whether or not it finds what it expects.
                let found = self.exchange(expected, expected, success, failure);
                if let Ok(found) = found {
                    fails_for_nothing();
                    let (saw, expected) = ($value(found), $value(expected));
                    let ordering = failure;
                    self.object.event(place, Op::CasFailed { saw, expected, ordering });
                }
                Err(found.unwrap_or_else(|found| found))
            }

            /// The value, for the one thread that owns the atomic now: whoever gave it away has
            /// ordered that after all accesses, so it is the newest. (The drop of an `Arc` does,
            /// and no checker knows it.)
            pub(crate) fn take(&self, place: CallSite) -> $type {
                let value = self.newest.get();
                if !inert() {
                    self.object.loaded(place, $value(value), Ordering::Relaxed);
                }
                value
            }

            fn updated(&self, old: $type, new: $type, ordering: Ordering, place: CallSite) {
                self.newest.set(new);
                let (old, new) = ($value(old), $value(new));
                self.object.stored(place, new, Op::Update { old, new, ordering });
            }
        }

        atomic!(@update $name, $type, swap, |_old, new| new);
    };
    (@update $name:ident, $type:ty, $method:ident, |$old:ident, $operand:ident| $result:expr) => {
        impl $name {
            pub(crate) fn $method(
                &self,
                $operand: $type,
                ordering: Ordering,
                place: CallSite,
            ) -> $type {
                if inert() {
                    let $old = self.newest.get();
                    self.newest.set($result);
                    return $old;
                }
                self.updates.happen();
                let $old = switching(|| {
                    either!(&self.atomic, atomic => atomic.$method($operand, strict(ordering)))
                });
                self.updated($old, $result, ordering, place);
                $old
            }
        }
    };
    (@logic $name:ident, $type:ty) => {
        atomic!(@update $name, $type, fetch_and, |old, operand| old & operand);
        atomic!(@update $name, $type, fetch_nand, |old, operand| !(old & operand));
        atomic!(@update $name, $type, fetch_or, |old, operand| old | operand);
        atomic!(@update $name, $type, fetch_xor, |old, operand| old ^ operand);
    };
    (@integer $($name:ident, $type:ty, $value:expr;)*) => { $(
        atomic!($name, $type, $value, |atomic, newest| atomic.fetch_add(0, newest));
        atomic!(@logic $name, $type);
        atomic!(@update $name, $type, fetch_add, |old, operand| old.wrapping_add(operand));
        atomic!(@update $name, $type, fetch_sub, |old, operand| old.wrapping_sub(operand));
        atomic!(@update $name, $type, fetch_max, |old, operand| old.max(operand));
        atomic!(@update $name, $type, fetch_min, |old, operand| old.min(operand));
    )* };
}

atomic!(AtomicBool, bool, Value::Bool, |atomic, newest| atomic
    .fetch_or(false, newest));
atomic!(@logic AtomicBool, bool);
atomic! { @integer
    AtomicU8, u8, |value| Value::Unsigned(u64::from(value));
    AtomicU16, u16, |value| Value::Unsigned(u64::from(value));
    AtomicU32, u32, |value| Value::Unsigned(u64::from(value));
    AtomicU64, u64, Value::Unsigned;
    AtomicUsize, usize, |value| Value::Unsigned(value as u64);
    AtomicI8, i8, |value| Value::Signed(i64::from(value));
    AtomicI16, i16, |value| Value::Signed(i64::from(value));
    AtomicI32, i32, |value| Value::Signed(i64::from(value));
    AtomicI64, i64, Value::Signed;
    AtomicIsize, isize, |value| Value::Signed(value as i64);
}

/// A modelled pointer. The address travels as one number: the façade gives it its type back.
#[derive(Debug)]
pub(crate) struct AtomicPtr {
    object: Handle,
    updates: Updates,
    newest: Newest<*mut ()>,
    atomic: Checker<loom::sync::atomic::AtomicPtr<()>, shuttle::sync::atomic::AtomicPtr<()>>,
}

impl AtomicPtr {
    pub(crate) fn new(pointer: *mut (), created: CallSite) -> Box<AtomicPtr> {
        Box::new(AtomicPtr {
            object: Handle::new("AtomicPtr", created, Some(address(pointer))),
            updates: Updates::new(created),
            newest: Newest::new(pointer),
            atomic: Checker::new(
                || loom::sync::atomic::AtomicPtr::new(pointer),
                || shuttle::sync::atomic::AtomicPtr::new(pointer),
            ),
        })
    }

    pub(crate) fn load(&self, ordering: Ordering, place: CallSite) -> *mut () {
        if inert() {
            return self.newest.get();
        }
        let pointer = switching(|| {
            either!(&self.atomic, atomic => match newest(ordering) {
                Some(newest) => {
                    self.updates.happen_for_load();
                    // A compare-and-swap that changes nothing reads the newest value.
                    let null = std::ptr::null_mut();
                    atomic.compare_exchange(null, null, newest, newest).unwrap_or_else(|found| found)
                }
                None => {
                    self.updates.happen_plainly();
                    atomic.load(ordering)
                }
            })
        });
        self.object.loaded(place, address(pointer), ordering);
        pointer
    }

    pub(crate) fn store(&self, pointer: *mut (), ordering: Ordering, place: CallSite) {
        if inert() {
            return self.newest.set(pointer);
        }
        let swap = as_swap(ordering, self.updates.known);
        switching(|| {
            either!(&self.atomic, atomic => match swap {
                Some(ordering) => {
                    atomic.swap(pointer, ordering);
                }
                None => {
                    self.updates.happen_plainly();
                    atomic.store(pointer, ordering);
                }
            })
        });
        self.newest.set(pointer);
        let value = address(pointer);
        self.object
            .stored(place, value, Op::Store { value, ordering });
    }

    pub(crate) fn swap(&self, new: *mut (), ordering: Ordering, place: CallSite) -> *mut () {
        if inert() {
            return self.newest.0.replace(new);
        }
        self.updates.happen();
        let old = switching(|| either!(&self.atomic, atomic => atomic.swap(new, strict(ordering))));
        self.updated(old, new, ordering, place);
        old
    }

    pub(crate) fn compare_exchange(
        &self,
        expected: *mut (),
        new: *mut (),
        success: Ordering,
        failure: Ordering,
        place: CallSite,
    ) -> Result<*mut (), *mut ()> {
        if inert() {
            return self.newest.exchange(expected, new);
        }
        let result = self.exchange(expected, new, success, failure);
        match result {
            Ok(old) => self.updated(old, new, success, place),
            Err(saw) => {
                let (saw, expected) = (address(saw), address(expected));
                self.object.event(
                    place,
                    Op::CasFailed {
                        saw,
                        expected,
                        ordering: failure,
                    },
                );
            }
        }
        result
    }

    fn exchange(
        &self,
        expected: *mut (),
        new: *mut (),
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut (), *mut ()> {
        self.updates.happen();
        switching(|| {
            either!(&self.atomic, atomic => {
                atomic.compare_exchange(expected, new, strict(success), strict(failure))
            })
        })
    }

    /// As `compare_exchange`, but may fail for no reason where the pass wants that.
    pub(crate) fn compare_exchange_weak(
        &self,
        expected: *mut (),
        new: *mut (),
        success: Ordering,
        failure: Ordering,
        place: CallSite,
    ) -> Result<*mut (), *mut ()> {
        if inert() || !may_fail_for_nothing() {
            let result = self.compare_exchange(expected, new, success, failure, place);
            if result.is_ok() {
                meets_weak_exchange();
            }
            return result;
        }
        // Changes nothing, whether or not it finds what it expects.
        let found = self.exchange(expected, expected, success, failure);
        if let Ok(found) = found {
            fails_for_nothing();
            let (saw, expected) = (address(found), address(expected));
            let ordering = failure;
            self.object.event(
                place,
                Op::CasFailed {
                    saw,
                    expected,
                    ordering,
                },
            );
        }
        Err(found.unwrap_or_else(|found| found))
    }

    fn updated(&self, old: *mut (), new: *mut (), ordering: Ordering, place: CallSite) {
        self.newest.set(new);
        let (old, new) = (address(old), address(new));
        self.object
            .stored(place, new, Op::Update { old, new, ordering });
    }
}

fn address(pointer: *mut ()) -> Value {
    Value::Pointer(pointer.addr())
}

/// A modelled fence. shuttle has no weaker order that it could strengthen.
pub(crate) fn fence(ordering: Ordering, place: CallSite) {
    if inert() {
        return;
    }
    if super::backend() == super::Backend::Loom {
        switching(|| loom::sync::atomic::fence(ordering));
    }
    crate::record::event(0, place, Op::Fence { ordering });
}
