//! The modelled mutex and reader-writer lock: the checkers' own, with their guards kept inside, so that
//! the façade's guards need no checker type.
use super::{Checker, inert, release};
use crate::record::{Handle, Op, Place, switching};
use std::cell::RefCell;
use std::mem;

type Held = Checker<loom::sync::MutexGuard<'static, ()>, shuttle::sync::MutexGuard<'static, ()>>;
type ReadGuard =
    Checker<loom::sync::RwLockReadGuard<'static, ()>, shuttle::sync::RwLockReadGuard<'static, ()>>;
type WriteGuard = Checker<
    loom::sync::RwLockWriteGuard<'static, ()>,
    shuttle::sync::RwLockWriteGuard<'static, ()>,
>;

/// Acquires, and lets the guard be kept next to the lock that it borrows from.
macro_rules! acquire {
    ($lock:expr, $guard:ident, $method:ident) => {
        switching(|| match $lock {
            Checker::Loom(lock) => lock.$method().ok().map(|guard| {
                use loom::sync::$guard;
                // SAFETY: the lock stays where it is, and alive, until the guard is dropped or forgotten:
                // locks are made in a `Box` only, and forget what they still hold when they are dropped.
                Checker::Loom(unsafe { mem::transmute::<$guard<'_, ()>, $guard<'static, ()>>(guard) })
            }),
            Checker::Shuttle(lock) => lock.$method().ok().map(|guard| {
                use shuttle::sync::$guard;
                // SAFETY: as above.
                Checker::Shuttle(unsafe { mem::transmute::<$guard<'_, ()>, $guard<'static, ()>>(guard) })
            }),
        })
    };
}

/// A modelled mutex without data.
#[derive(Debug)]
pub(crate) struct Mutex {
    pub(crate) object: Handle,
    /// The checker's guard, while the lock is held.
    held: RefCell<Option<Held>>,
    lock: Checker<loom::sync::Mutex<()>, shuttle::sync::Mutex<()>>,
}

impl Mutex {
    pub(crate) fn new(created: Place) -> Box<Mutex> {
        Box::new(Mutex {
            object: Handle::new("Mutex", created, None),
            held: RefCell::new(None),
            lock: Checker::new(
                || loom::sync::Mutex::new(()),
                || shuttle::sync::Mutex::new(()),
            ),
        })
    }

    /// Blocks until the lock is held by this thread.
    pub(crate) fn lock(&self, place: Place) {
        if inert() {
            return;
        }
        self.object.event(place, Op::LockWants);
        let guard = acquire!(&self.lock, MutexGuard, lock);
        *self.held.borrow_mut() = guard;
        self.object.event(place, Op::Locked);
    }

    /// Takes the lock if it is free. Never blocks.
    pub(crate) fn try_lock(&self, place: Place) -> bool {
        if inert() {
            return false;
        }
        let guard = acquire!(&self.lock, MutexGuard, try_lock);
        let locked = guard.is_some();
        if locked {
            *self.held.borrow_mut() = guard;
        }
        self.object.event(
            place,
            if locked {
                Op::Locked
            } else {
                Op::TryLockFailed
            },
        );
        locked
    }

    /// Gives the lock back. Never blocks.
    pub(crate) fn unlock(&self, place: Place) {
        self.object.event(place, Op::Unlock);
        let guard = self.held.borrow_mut().take();
        release(guard);
    }

    /// Gives the lock back without a word: the wait on a condvar says it.
    pub(super) fn release_for_wait(&self) {
        let guard = self.held.borrow_mut().take();
        release(guard);
    }
}

impl Drop for Mutex {
    fn drop(&mut self) {
        mem::forget(self.held.take());
    }
}

/// A modelled reader-writer lock without data.
#[derive(Debug)]
pub(crate) struct RwLock {
    object: Handle,
    /// The checker's guards of the readers inside; which is whose does not matter.
    readers: RefCell<Vec<ReadGuard>>,
    writer: RefCell<Option<WriteGuard>>,
    lock: Checker<loom::sync::RwLock<()>, shuttle::sync::RwLock<()>>,
}

impl RwLock {
    pub(crate) fn new(created: Place) -> Box<RwLock> {
        Box::new(RwLock {
            object: Handle::new("RwLock", created, None),
            readers: RefCell::default(),
            writer: RefCell::new(None),
            lock: Checker::new(
                || loom::sync::RwLock::new(()),
                || shuttle::sync::RwLock::new(()),
            ),
        })
    }

    /// Blocks until no writer is inside.
    pub(crate) fn read(&self, place: Place) {
        if inert() {
            return;
        }
        self.object.event(place, Op::ReadWants);
        let guard = acquire!(&self.lock, RwLockReadGuard, read);
        self.readers.borrow_mut().extend(guard);
        self.object.event(place, Op::ReadLocked);
    }

    /// Blocks until nobody is inside.
    pub(crate) fn write(&self, place: Place) {
        if inert() {
            return;
        }
        self.object.event(place, Op::LockWants);
        let guard = acquire!(&self.lock, RwLockWriteGuard, write);
        *self.writer.borrow_mut() = guard;
        self.object.event(place, Op::Locked);
    }

    /// Enters as a reader if no writer is inside. Never blocks.
    pub(crate) fn try_read(&self, place: Place) -> bool {
        if inert() {
            return false;
        }
        let guard = acquire!(&self.lock, RwLockReadGuard, try_read);
        let locked = guard.is_some();
        self.readers.borrow_mut().extend(guard);
        self.object.event(
            place,
            if locked {
                Op::ReadLocked
            } else {
                Op::TryLockFailed
            },
        );
        locked
    }

    /// Enters as the writer if nobody is inside. Never blocks.
    pub(crate) fn try_write(&self, place: Place) -> bool {
        if inert() {
            return false;
        }
        let guard = acquire!(&self.lock, RwLockWriteGuard, try_write);
        let locked = guard.is_some();
        if locked {
            *self.writer.borrow_mut() = guard;
        }
        self.object.event(
            place,
            if locked {
                Op::Locked
            } else {
                Op::TryLockFailed
            },
        );
        locked
    }

    /// Leaves as a reader. Never blocks.
    pub(crate) fn unlock_read(&self, place: Place) {
        self.object.event(place, Op::ReadUnlock);
        let guard = self.readers.borrow_mut().pop();
        release(guard);
    }

    /// Leaves as the writer. Never blocks.
    pub(crate) fn unlock_write(&self, place: Place) {
        self.object.event(place, Op::Unlock);
        let guard = self.writer.borrow_mut().take();
        release(guard);
    }
}

impl Drop for RwLock {
    fn drop(&mut self) {
        mem::forget(self.readers.take());
        mem::forget(self.writer.take());
    }
}
