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

// LAB:
use std::marker::PhantomData;
// LAB: end
use std::ops::{Deref, DerefMut};

use kit::cell::UnsafeCell;
// LAB: // You will want: use kit::hint; use kit::sync::atomic::{AtomicBool, Ordering};
use kit::sync::atomic::{AtomicBool, Ordering};
use kit::{hint, thread};
// LAB: end

// LAB:
/// Looks at the flag this often before it offers its core to somebody else.
const SPINS: u32 = 64;
// LAB: end

/// A value that one thread at a time can reach; those who wait burn their core. Made of an atomic
/// and a cell, and of no other lock. Threads may share it if the value may be sent (`T: Send`); no
/// more is asked of `T`.
pub struct SpinLock<T> {
    // LAB: // Your field: whether the lock is held.
    /// `false`: free. `true`: exactly one [`Guard`] exists.
    held: AtomicBool,
    // LAB: end
    /// Reached only through a [`Guard`], or by whoever owns the whole lock.
    value: UnsafeCell<T>,
}

// LAB: // SAFETY: not argued yet. For which `T` may threads share a `SpinLock<T>`? Surely not for all.
// SAFETY: threads that share the lock reach the value one after the other (`held` admits one guard,
// and Acquire and Release order one guard's accesses before the next one's), never at the same
// time. So the value moves between threads, which is what `T: Send` allows; `T: Sync` is not
// needed.
// LAB: end
// LAB: unsafe impl<T> Sync for SpinLock<T> {}
unsafe impl<T: Send> Sync for SpinLock<T> {}
// LAB: end

/// Access to the value of a locked [`SpinLock`]. Dropping it unlocks, during a panic as well.
///
/// It may be sent to another thread only if the value may be (`T: Send`), and lent to another
/// thread only if the value may be (`T: Sync`). Whether it may be then is left open.
#[must_use = "the lock is free again as soon as this is dropped"]
pub struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
    // LAB:
    /// A guard is as good as a `&mut T`, and has to be `Send` and `Sync` when that is. The
    /// reference to the lock alone would make it `Sync` for any `T: Send`, and a `&Guard<Cell<_>>`
    /// lend a `&Cell`.
    _value: PhantomData<&'a mut T>,
    // LAB: end
}

impl<T> SpinLock<T> {
    /// Creates a lock that nobody holds.
    pub fn new(value: T) -> Self {
        // LAB: todo!("wrap this {} in a free lock", std::any::type_name_of_val(&value))
        SpinLock {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
        // LAB: end
    }

    /// Locks. Blocks, spinning, until the lock is free: for ever, if the caller holds it already.
    pub fn lock(&self) -> Guard<'_, T> {
        // LAB: todo!("turn the lock from free to held, trying until that was you")
        let mut spins = 0;
        // One step looks and takes: the swap that read `false` is the one that wrote `true` over
        // it.
        // ORDERING: Acquire, partner of the Release store in `Guard::drop`: having read its
        // `false`, we see whatever the holder before us did to the value.
        while self.held.swap(true, Ordering::Acquire) {
            // Wait by reading. A swap takes the cache line away from all others each time.
            // ORDERING: Relaxed, no partner: it only says when to swap again, and the swap
            // synchronises.
            while self.held.load(Ordering::Relaxed) {
                if spins < SPINS {
                    spins += 1;
                    hint::spin_loop();
                } else {
                    // The holder may have lost its core. It can only finish on ours.
                    thread::yield_now();
                }
            }
        }
        self.guard()
        // LAB: end
    }

    /// Locks if the lock is free, and never waits: `None` says that it was held.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // LAB: todo!("lock if that takes one try")
        // ORDERING: Acquire, partner of the Release store in `Guard::drop`, as in `lock`.
        if self.held.swap(true, Ordering::Acquire) {
            // It was `true` and still is: nothing to undo, and no guard may be made.
            None
        } else {
            Some(self.guard())
        }
        // LAB: end
    }

    /// Takes the value out. No other thread can be inside: the caller owns the lock.
    pub fn into_inner(self) -> T {
        // LAB: todo!("take the value out of the cell")
        self.value.into_inner()
        // LAB: end
    }

    // LAB:
    /// Makes the guard. Only for the caller that has just turned `held` from `false` to `true`.
    fn guard(&self) -> Guard<'_, T> {
        Guard {
            lock: self,
            _value: PhantomData,
        }
    }
    // LAB: end
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // LAB: todo!("lend what is in {:p}", &self.lock.value)
        // SAFETY: the pointer is the cell's, so valid and aligned. While this guard lives it is the
        // only one, and `&self` keeps `deref_mut` away for as long as the reference lives.
        self.lock.value.with(|value| unsafe { &*value })
        // LAB: end
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // LAB: todo!("lend what is in {:p}, to be changed", &self.lock.value)
        // SAFETY: as in `deref`; and `&mut self` keeps every other reference away.
        self.lock.value.with_mut(|value| unsafe { &mut *value })
        // LAB: end
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // LAB: todo!("unlock {:p}", self.lock)
        // ORDERING: Release, partner of the Acquire swaps in `lock` and `try_lock`: all we did to
        // the value comes before this store for whoever reads its `false`.
        self.lock.held.store(false, Ordering::Release);
        // LAB: end
    }
}
