//! A lock of the façade's own: two flags, a word and a queue.
//!
//! It stands for loom's where a scenario calls `try_lock`: loom takes a thread that is about to try
//! for one that waits, and would report a deadlock that is none; and where a thread panics on
//! purpose, which would poison loom's. It costs one scheduling point more, at the unlock, so it is
//! used only where it is needed.
use super::over;
use super::unwinding::failing;
use super::wait::{Queue, Word};
use std::cell::Cell;

/// Shared or exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Shared,
    Exclusive,
}

#[derive(Debug)]
pub(super) struct Gate {
    word: Word,
    readers: Cell<usize>,
    writer: Cell<bool>,
    waiting: Queue,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate {
            word: Word::synchronizing(),
            readers: Cell::new(0),
            writer: Cell::new(false),
            waiting: Queue::default(),
        }
    }

    /// Blocks until nobody is inside who may not be there together with this thread.
    pub(super) fn enter(&self, access: Access) {
        while !self.try_enter(access) && !over() {
            let waiter = self.waiting.join();
            waiter.sleep();
        }
    }

    /// One visible step. Never blocks.
    pub(super) fn try_enter(&self, access: Access) -> bool {
        self.word.step();
        let may = !self.keeps_out(access);
        match access {
            _ if !may => {}
            Access::Shared => self.readers.set(self.readers.get() + 1),
            Access::Exclusive => self.writer.set(true),
        }
        may
    }

    /// Whether somebody is inside who may not be there together with this thread.
    pub(super) fn keeps_out(&self, access: Access) -> bool {
        let reads = access == Access::Exclusive && self.readers.get() > 0;
        reads || self.writer.get()
    }

    /// Wakes all who wait: who is first gets in, the others sleep again. Never blocks.
    pub(super) fn leave(&self, access: Access) {
        // A thread that fails must not be switched away from.
        if !failing() {
            self.word.step();
        }
        self.open(access);
        self.waiting.wake_all(|_| ());
    }

    /// Leaves, and nobody is told.
    pub(super) fn open(&self, access: Access) {
        match access {
            // Whoever went in when the execution was over was not counted.
            Access::Shared => self.readers.set(self.readers.get().saturating_sub(1)),
            Access::Exclusive => self.writer.set(false),
        }
    }
}
