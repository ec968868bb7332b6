//! You write this file: a readers-writer lock that starves nobody.
//!
//! Many readers or one writer; they take turns. A writer that waits stops new readers. When a
//! writer leaves, each reader that waits at that moment goes in before any writer that came after
//! it. One `Mutex` and condvars are enough.
//!
//! Watch for:
//! - a writer that leaves may let in many readers, the last reader one writer;
//! - a reader that was let in and has not woken yet: no writer may overtake it;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time.
//!
//! Two ways to wait for oneself, and no lock can help. A thread with a [`ReadGuard`] that calls
//! [`RwLock::write`] waits for its own guard to go; two that do so wait for each other. And one
//! that calls [`RwLock::read`] again waits behind a writer that waits for its first guard. To go
//! from reading to writing, drop the guard, take the other, and look again at what you read.
//!
//! Not here: data. The lock guards whatever its users agree on.
//!
//! Read: notes/locks.md, "Readers and writers".

// You will want: use kit::sync::{Condvar, Mutex};

/// Admits many readers or one writer, in turns. Holds no data.
///
/// When a writer leaves, each reader that waits at that moment goes in before any writer that came
/// after it. Which of several writers goes first is left open. But nobody sleeps who could go and
/// is behind nobody. Wraps no other readers-writer lock.
pub struct RwLock {
    // Your fields: who is inside and who waits, and what the waiting threads sleep on.
}

/// The right to read. Dropping it leaves the lock, during a panic as well.
#[must_use = "the lock is left as soon as this is dropped"]
pub struct ReadGuard<'a> {
    lock: &'a RwLock,
}

/// The right to write. Dropping it leaves the lock, during a panic as well.
#[must_use = "the lock is left as soon as this is dropped"]
pub struct WriteGuard<'a> {
    lock: &'a RwLock,
}

impl RwLock {
    /// Creates a lock with nobody inside.
    pub fn new() -> Self {
        todo!("build a lock with nobody inside")
    }

    /// Goes in to read. Blocks while a writer is inside, and behind writers that wait already.
    pub fn read(&self) -> ReadGuard<'_> {
        todo!("wait for the readers' turn, then go in as one of them")
    }

    /// Goes in to write. Blocks while anybody is inside, and while readers that waited have their
    /// turn.
    pub fn write(&self) -> WriteGuard<'_> {
        todo!("wait until nobody is inside, then go in alone")
    }

    /// Goes in to read where [`read`](RwLock::read) would not wait, `None` where it would.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        todo!("go in to read, unless a writer is inside or waits")
    }

    /// Goes in to write if nobody is inside, and never waits: `None` where somebody is. It may be
    /// `None` while others wait, too.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        todo!("go in to write, unless anybody is inside")
    }

    /// How many threads wait in [`read`](RwLock::read): a number for monitoring, old when it is
    /// read.
    pub fn waiting_readers(&self) -> usize {
        todo!("count the readers that wait")
    }

    /// How many threads wait in [`write`](RwLock::write): a number for monitoring, old when it is
    /// read.
    pub fn waiting_writers(&self) -> usize {
        todo!("count the writers that wait")
    }
}

impl Default for RwLock {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        todo!(
            "leave {:p}, and let a writer in if you were the last reader",
            self.lock
        )
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        todo!(
            "leave {:p}, and let in whoever has the next turn",
            self.lock
        )
    }
}
