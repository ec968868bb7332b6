//! Memory that nothing but the object under test protects.
use crate::cell::UnsafeCell;
use crate::record::{self, Event, Op};

/// How many steps this thread has taken in this interleaving that a search can see.
///
/// An object that knows, without a step, that the last of several things is gone has it from the
/// count of an `Arc`. That orders memory, and no checker knows it: a [`Canary`] that asks for this
/// order must not be asked then.
pub fn steps_of_this_thread() -> usize {
    let me = record::current();
    let step = |event: &&Event| event.thread == me && !matches!(event.op, Op::Note { .. });
    record::with_trace(|trace| trace.events.iter().filter(step).count())
}

/// A place in memory that a scenario writes and reads where the object promises an order: before a
/// value is sent and after it is received, while a guard is held.
///
/// In a model, two accesses that nothing orders are reported as the data race they are. Takes no
/// step of its own: the search grows by nothing.
#[derive(Debug)]
pub struct Canary(UnsafeCell<()>);

// SAFETY: there is nothing in it. What the checker watches is whether accesses are ordered.
unsafe impl Sync for Canary {}

impl Canary {
    /// One that nobody has touched.
    #[track_caller]
    pub fn new() -> Canary {
        Canary(UnsafeCell::new(()))
    }

    /// Writes.
    #[track_caller]
    pub fn write(&self) {
        self.0.with_mut(|_| ());
    }

    /// Reads.
    #[track_caller]
    pub fn read(&self) {
        self.0.with(|_| ());
    }
}

impl Default for Canary {
    #[track_caller]
    fn default() -> Self {
        Canary::new()
    }
}
