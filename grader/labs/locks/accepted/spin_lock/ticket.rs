//! Another right answer: a ticket lock. Whoever came first is served first.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use kit::cell::UnsafeCell;
use kit::hint;
use kit::sync::atomic::{AtomicUsize, Ordering};

/// A value that one thread at a time can reach, in the order in which they asked.
pub struct SpinLock<T> {
    /// The next ticket to be drawn.
    next: AtomicUsize,
    /// The ticket whose turn it is; free if nobody has drawn it.
    serving: AtomicUsize,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by one thread at a time, so it moves between them, as `T: Send`
// allows.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// Access to the value of a locked [`SpinLock`].
#[must_use = "the lock is free again as soon as this is dropped"]
pub struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
    ticket: usize,
    _value: PhantomData<&'a mut T>,
}

impl<T> SpinLock<T> {
    /// Creates a lock that nobody holds.
    pub fn new(value: T) -> Self {
        SpinLock {
            next: AtomicUsize::new(0),
            serving: AtomicUsize::new(0),
            value: UnsafeCell::new(value),
        }
    }

    fn guard(&self, ticket: usize) -> Guard<'_, T> {
        Guard {
            lock: self,
            ticket,
            _value: PhantomData,
        }
    }

    /// Locks. Blocks, spinning, until it is our turn.
    pub fn lock(&self) -> Guard<'_, T> {
        // ORDERING: Relaxed, no partner: the ticket gives a place in the queue and nothing else.
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        // ORDERING: Acquire, partner of the Release store in `Guard::drop` that gave us our turn.
        while self.serving.load(Ordering::Acquire) != ticket {
            hint::spin_loop();
        }
        self.guard(ticket)
    }

    /// Locks if the lock is free, and never waits.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // ORDERING: Acquire, partner of the Release store in `Guard::drop` that freed this turn.
        let turn = self.serving.load(Ordering::Acquire);
        let after = turn.wrapping_add(1);
        // Draws the ticket only if it is the one being served: then nobody is inside or waits.
        // ORDERING: Relaxed twice, no partner: as in `lock`, the load before synchronises.
        self.next
            .compare_exchange(turn, after, Ordering::Relaxed, Ordering::Relaxed)
            .ok()
            .map(|ticket| self.guard(ticket))
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: it is our turn, and `&self` keeps `deref_mut` away.
        self.lock.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: it is our turn, and `&mut self` keeps every other reference away.
        self.lock.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        let next = self.ticket.wrapping_add(1);
        // ORDERING: Release, partner of the Acquire loads in `lock` and `try_lock`.
        self.lock.serving.store(next, Ordering::Release);
    }
}
