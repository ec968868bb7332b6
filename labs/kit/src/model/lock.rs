//! The modelled mutex and reader-writer lock: the checkers' own with their guards kept inside, so
//! that the façade's guards need no checker type; or a [`Gate`], where a scenario tries to lock or
//! panics on purpose.
use super::gate::{Access, Gate};
use super::{
    Backend, Checker, backend, cannot_go_on, inert, over, own_locks, release, running, will_try,
};
use crate::record::{CallSite, Handle, Op, Touches, switching};
use std::cell::RefCell;
use std::mem;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

type Held = Checker<loom::sync::MutexGuard<'static, ()>, shuttle::sync::MutexGuard<'static, ()>>;
type ReadGuard =
    Checker<loom::sync::RwLockReadGuard<'static, ()>, shuttle::sync::RwLockReadGuard<'static, ()>>;
type WriteGuard = Checker<
    loom::sync::RwLockWriteGuard<'static, ()>,
    shuttle::sync::RwLockWriteGuard<'static, ()>,
>;

/// What a checker's lock answers. Poison is not an answer: whoever panicked on purpose has given
/// the lock back.
trait Acquired<G> {
    fn guard(self) -> Option<G>;
}

impl<G> Acquired<G> for LockResult<G> {
    fn guard(self) -> Option<G> {
        Some(self.unwrap_or_else(PoisonError::into_inner))
    }
}

impl<G> Acquired<G> for TryLockResult<G> {
    fn guard(self) -> Option<G> {
        match self {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Acquires, and lets the guard be kept next to the lock that it borrows from.
macro_rules! acquire {
    ($lock:expr, $guard:ident, $method:ident) => {
        switching(|| match $lock {
            Checker::Loom(lock) => lock.$method().guard().map(|guard| {
                use loom::sync::$guard;
                // SAFETY: the lock stays where it is, and alive, until the guard is dropped or
                // forgotten: locks are made in a `Box` only, and forget what they still hold when
                // they are dropped.
                Checker::Loom(unsafe {
                    mem::transmute::<$guard<'_, ()>, $guard<'static, ()>>(guard)
                })
            }),
            Checker::Shuttle(lock) => lock.$method().guard().map(|guard| {
                use shuttle::sync::$guard;
                // SAFETY: as above.
                Checker::Shuttle(unsafe {
                    mem::transmute::<$guard<'_, ()>, $guard<'static, ()>>(guard)
                })
            }),
        })
    };
}

/// Whether locks made now are the façade's own.
fn own() -> bool {
    backend() == Backend::Loom && own_locks()
}

/// Leaves a gate; silently, if the execution is over.
fn leave(gate: &Gate, access: Access) {
    match running() && !over() {
        true => gate.leave(access),
        false => gate.open(access),
    }
}

/// Goes in without effect, because the execution is over. If somebody is inside who keeps it out,
/// there is no way: they never leave, and what they have left undone nobody may see.
fn slip_in(closed: bool) {
    if closed && running() {
        cannot_go_on();
    }
}

/// A modelled mutex without data.
#[derive(Debug)]
pub(crate) struct Mutex {
    pub(crate) object: Handle,
    /// What is done under it.
    pub(crate) touches: Touches,
    kind: MutexKind,
}

#[derive(Debug)]
enum MutexKind {
    Own(Gate),
    Checkers {
        /// The checker's guard, while the lock is held.
        held: RefCell<Option<Held>>,
        lock: Checker<loom::sync::Mutex<()>, shuttle::sync::Mutex<()>>,
    },
}

impl Mutex {
    pub(crate) fn new(created: CallSite) -> Box<Mutex> {
        let kind = if own() {
            MutexKind::Own(Gate::new())
        } else {
            let lock = Checker::new(
                || loom::sync::Mutex::new(()),
                || shuttle::sync::Mutex::new(()),
            );
            MutexKind::Checkers {
                held: RefCell::new(None),
                lock,
            }
        };
        Box::new(Mutex {
            object: Handle::new("Mutex", created, None),
            touches: Touches::default(),
            kind,
        })
    }

    /// Blocks until the lock is held by this thread.
    pub(crate) fn lock(&self, place: CallSite) {
        if inert() {
            return slip_in(self.is_held());
        }
        self.object.event(place, Op::LockWants);
        match &self.kind {
            MutexKind::Own(gate) => gate.enter(Access::Exclusive),
            MutexKind::Checkers { held, lock } => {
                let guard = acquire!(lock, MutexGuard, lock);
                *held.borrow_mut() = guard;
            }
        }
        self.object.event(place, Op::Locked);
    }

    fn is_held(&self) -> bool {
        match &self.kind {
            MutexKind::Own(gate) => gate.keeps_out(Access::Exclusive),
            MutexKind::Checkers { held, .. } => held.borrow().is_some(),
        }
    }

    /// Takes the lock if it is free. Never blocks.
    pub(crate) fn try_lock(&self, place: CallSite) -> bool {
        if inert() {
            return !self.is_held();
        }
        let locked = match &self.kind {
            MutexKind::Own(gate) => gate.try_enter(Access::Exclusive),
            MutexKind::Checkers { held, lock } => {
                will_try();
                let guard = acquire!(lock, MutexGuard, try_lock);
                let locked = guard.is_some();
                if locked {
                    *held.borrow_mut() = guard;
                }
                locked
            }
        };
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
    pub(crate) fn unlock(&self, place: CallSite) {
        let touched = self.touches.take();
        self.object.event(place, Op::Unlock { touched });
        self.release_quietly();
    }

    /// Gives the lock back without a word: the wait on a condvar says it.
    pub(super) fn release_quietly(&self) {
        match &self.kind {
            MutexKind::Own(gate) => leave(gate, Access::Exclusive),
            MutexKind::Checkers { held, .. } => {
                let guard = held.borrow_mut().take();
                release(guard);
            }
        }
    }
}

impl Drop for Mutex {
    fn drop(&mut self) {
        if let MutexKind::Checkers { held, .. } = &self.kind {
            mem::forget(held.take());
        }
    }
}

/// A modelled reader-writer lock without data.
#[derive(Debug)]
pub(crate) struct RwLock {
    object: Handle,
    /// What the writer does.
    pub(crate) touches: Touches,
    kind: RwLockKind,
}

#[derive(Debug)]
enum RwLockKind {
    Own(Gate),
    Checkers {
        /// The checker's guards of the readers inside; which is whose does not matter.
        readers: RefCell<Vec<ReadGuard>>,
        writer: RefCell<Option<WriteGuard>>,
        lock: Checker<loom::sync::RwLock<()>, shuttle::sync::RwLock<()>>,
    },
}

impl RwLock {
    pub(crate) fn new(created: CallSite) -> Box<RwLock> {
        let kind = if own() {
            RwLockKind::Own(Gate::new())
        } else {
            let lock = Checker::new(
                || loom::sync::RwLock::new(()),
                || shuttle::sync::RwLock::new(()),
            );
            RwLockKind::Checkers {
                readers: RefCell::default(),
                writer: RefCell::default(),
                lock,
            }
        };
        Box::new(RwLock {
            object: Handle::new("RwLock", created, None),
            touches: Touches::default(),
            kind,
        })
    }

    /// Blocks until no writer is inside.
    pub(crate) fn read(&self, place: CallSite) {
        if inert() {
            return slip_in(self.keeps_out(Access::Shared));
        }
        self.object.event(place, Op::ReadWants);
        match &self.kind {
            RwLockKind::Own(gate) => gate.enter(Access::Shared),
            RwLockKind::Checkers { readers, lock, .. } => {
                let guard = acquire!(lock, RwLockReadGuard, read);
                readers.borrow_mut().extend(guard);
            }
        }
        self.object.event(place, Op::ReadLocked);
    }

    /// Blocks until nobody is inside.
    pub(crate) fn write(&self, place: CallSite) {
        if inert() {
            return slip_in(self.keeps_out(Access::Exclusive));
        }
        self.object.event(place, Op::LockWants);
        match &self.kind {
            RwLockKind::Own(gate) => gate.enter(Access::Exclusive),
            RwLockKind::Checkers { writer, lock, .. } => {
                let guard = acquire!(lock, RwLockWriteGuard, write);
                *writer.borrow_mut() = guard;
            }
        }
        self.object.event(place, Op::Locked);
    }

    fn keeps_out(&self, access: Access) -> bool {
        match &self.kind {
            RwLockKind::Own(gate) => gate.keeps_out(access),
            RwLockKind::Checkers {
                readers, writer, ..
            } => {
                let reads = access == Access::Exclusive && !readers.borrow().is_empty();
                reads || writer.borrow().is_some()
            }
        }
    }

    /// Enters as a reader if no writer is inside. Never blocks.
    pub(crate) fn try_read(&self, place: CallSite) -> bool {
        if inert() {
            return !self.keeps_out(Access::Shared);
        }
        let locked = match &self.kind {
            RwLockKind::Own(gate) => gate.try_enter(Access::Shared),
            RwLockKind::Checkers { readers, lock, .. } => {
                will_try();
                let guard = acquire!(lock, RwLockReadGuard, try_read);
                let locked = guard.is_some();
                readers.borrow_mut().extend(guard);
                locked
            }
        };
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
    pub(crate) fn try_write(&self, place: CallSite) -> bool {
        if inert() {
            return !self.keeps_out(Access::Exclusive);
        }
        let locked = match &self.kind {
            RwLockKind::Own(gate) => gate.try_enter(Access::Exclusive),
            RwLockKind::Checkers { writer, lock, .. } => {
                will_try();
                let guard = acquire!(lock, RwLockWriteGuard, try_write);
                let locked = guard.is_some();
                if locked {
                    *writer.borrow_mut() = guard;
                }
                locked
            }
        };
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
    pub(crate) fn unlock_read(&self, place: CallSite) {
        self.object.event(place, Op::ReadUnlock);
        match &self.kind {
            RwLockKind::Own(gate) => leave(gate, Access::Shared),
            RwLockKind::Checkers { readers, .. } => {
                let guard = readers.borrow_mut().pop();
                release(guard);
            }
        }
    }

    /// Leaves as the writer. Never blocks.
    pub(crate) fn unlock_write(&self, place: CallSite) {
        let touched = self.touches.take();
        self.object.event(place, Op::Unlock { touched });
        match &self.kind {
            RwLockKind::Own(gate) => leave(gate, Access::Exclusive),
            RwLockKind::Checkers { writer, .. } => {
                let guard = writer.borrow_mut().take();
                release(guard);
            }
        }
    }
}

impl Drop for RwLock {
    fn drop(&mut self) {
        if let RwLockKind::Checkers {
            readers, writer, ..
        } = &self.kind
        {
            mem::forget(readers.take());
            mem::forget(writer.take());
        }
    }
}
