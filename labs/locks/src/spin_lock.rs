//! You write this file: a lock from one atomic and one cell.
//!
//! Whoever turns the atomic from free to held owns the value, everybody else tries again. Nobody
//! sleeps: it is for a few instructions, never for a wait.
//!
//! Watch for:
//! - a load followed by a store is not one step;
//! - `Relaxed` keeps the flag right, and says nothing about the value that the flag guards;
//! - a loop that waits calls `hint::spin_loop` or `thread::yield_now` in every turn;
//! - a guard that is built by accident unlocks when it is dropped;
//! - `unsafe impl Sync` ends the compiler's questions: for which `T` is it true? And what can a
//!   thread do to whom a `&Guard` is lent?
//!
//! The one exercise of this lab with `unsafe`: a `SAFETY` comment answers what the compiler can no
//! longer check, an `ORDERING` comment names the operation that an ordering is paired with. An
//! `unsafe` block may dereference a pointer that the cell, a reference or `Box::into_raw` gave, and
//! take such a box back with `Box::from_raw`; besides, there are `unsafe impl Send` and `Sync`. The
//! grader refuses everything else: casts to pointers, arithmetic with them, unions, `transmute`.
//!
//! The cell is the kit's: `with` and `with_mut` lend its pointer to a closure, and the model
//! checker sees one access at that moment. A guard lends its value for longer, so its `deref` takes
//! the pointer out of the closure. The checker sees the moment of each `deref`, not the whole life
//! of the reference: enough to find two threads that reach the value with nothing between them.
//! That a reference does not outlive its guard, the borrow checker proves.
//!
//! Read: notes/locks.md, "Atomics and orderings".

use std::ops::{Deref, DerefMut};

use kit::cell::UnsafeCell;
// You will want: use kit::hint; use kit::sync::atomic::{AtomicBool, Ordering};

/// A value that one thread at a time can reach; those who wait burn their core. Made of an atomic
/// and a cell, and of no other lock. Threads may share it if the value may be sent (`T: Send`); no
/// more is asked of `T`.
pub struct SpinLock<T> {
    // Your field: whether the lock is held.
    /// Reached only through a [`Guard`], or by whoever owns the whole lock.
    value: UnsafeCell<T>,
}

// SAFETY: not argued yet. For which `T` may threads share a `SpinLock<T>`? Surely not for all.
unsafe impl<T> Sync for SpinLock<T> {}

/// Access to the value of a locked [`SpinLock`]. Dropping it unlocks, during a panic as well.
///
/// It may be sent to another thread only if the value may be (`T: Send`), and lent to another
/// thread only if the value may be (`T: Sync`). Whether it may be then is left open.
#[must_use = "the lock is free again as soon as this is dropped"]
pub struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
}

impl<T> SpinLock<T> {
    /// Creates a lock that nobody holds.
    pub fn new(value: T) -> Self {
        todo!(
            "wrap this {} in a free lock",
            std::any::type_name_of_val(&value)
        )
    }

    /// Locks. Blocks, spinning, until the lock is free: for ever, if the caller holds it already.
    pub fn lock(&self) -> Guard<'_, T> {
        todo!("turn the lock from free to held, trying until that was you")
    }

    /// Locks if the lock is free, and never waits: `None` says that it was held.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        todo!("lock if that takes one try")
    }

    /// Takes the value out. No other thread can be inside: the caller owns the lock.
    pub fn into_inner(self) -> T {
        todo!("take the value out of the cell")
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        todo!("lend what is in {:p}", &self.lock.value)
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        todo!("lend what is in {:p}, to be changed", &self.lock.value)
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        todo!("unlock {:p}", self.lock)
    }
}
