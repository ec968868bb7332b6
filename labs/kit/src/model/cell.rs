//! The modelled `UnsafeCell`: loom checks that accesses are ordered by happens-before; under
//! shuttle they are only recorded.
use super::unwinding::contained;
use super::{Checker, inert};
use crate::record::{CallSite, Handle, Op};
use loom::cell::{ConstPtr, MutPtr};

/// Watches the accesses to a cell whose data the façade keeps.
#[derive(Debug)]
pub(crate) struct Cell {
    object: Handle,
    watch: Checker<loom::cell::UnsafeCell<()>, ()>,
}

/// An access that has begun; it ends when this is dropped.
#[derive(Debug)]
pub(crate) enum Access {
    Unwatched,
    Read { _open: ConstPtr<()> },
    Write { _open: MutPtr<()> },
}

impl Cell {
    pub(crate) fn new(created: CallSite) -> Box<Cell> {
        Box::new(Cell {
            object: Handle::new("UnsafeCell", created, None),
            watch: Checker::new(|| loom::cell::UnsafeCell::new(()), || ()),
        })
    }

    /// Begins a read. Panics if a write is concurrent with it.
    pub(crate) fn read(&self, place: CallSite) -> Access {
        if inert() {
            return Access::Unwatched;
        }
        self.object.event(place, Op::CellRead);
        match &self.watch {
            Checker::Loom(cell) => {
                contained(|| Access::Read { _open: cell.get() }, || Access::Unwatched)
            }
            Checker::Shuttle(()) => Access::Unwatched,
        }
    }

    /// Begins a write. Panics if any other access is concurrent with it.
    pub(crate) fn write(&self, place: CallSite) -> Access {
        if inert() {
            return Access::Unwatched;
        }
        self.object.event(place, Op::CellWrite);
        match &self.watch {
            Checker::Loom(cell) => contained(
                || Access::Write {
                    _open: cell.get_mut(),
                },
                || Access::Unwatched,
            ),
            Checker::Shuttle(()) => Access::Unwatched,
        }
    }
}
