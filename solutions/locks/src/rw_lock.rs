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

// LAB: // You will want: use kit::sync::{Condvar, Mutex};
use kit::sync::{Condvar, Mutex};
// LAB: end

/// Admits many readers or one writer, in turns. Holds no data.
///
/// When a writer leaves, each reader that waits at that moment goes in before any writer that came
/// after it. Which of several writers goes first is left open. But nobody sleeps who could go and
/// is behind nobody. Wraps no other readers-writer lock.
pub struct RwLock {
    // LAB: // Your fields: who is inside and who waits, and what the waiting threads sleep on.
    state: Mutex<State>,
    /// Where readers wait, for `turn` to change. A writer that leaves notifies all of them.
    readers_turn: Condvar,
    /// Where writers wait, for nobody to be inside. Only one of them can go, so one is notified.
    writers_turn: Condvar,
    // LAB: end
}

// LAB:
/// | inside       | `readers` | `writing` |
/// |--------------|-----------|-----------|
/// | nobody       | 0         | `false`   |
/// | n readers    | n         | `false`   |
/// | one writer   | 0         | `true`    |
///
/// A reader waits only while a writer is inside or waits, so there is always a writer to let it in.
#[derive(Default)]
struct State {
    /// Readers inside, and those let in that have yet to wake up.
    readers: usize,
    /// Whether a writer is inside.
    writing: bool,
    /// Readers outside: the next writer to leave lets in all of them.
    waiting_readers: usize,
    /// Writers outside: as long as there is one, new readers wait.
    waiting_writers: usize,
    /// How often waiting readers were let in. A reader may go when it is not what it was.
    turn: u64,
}
// LAB: end

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
        // LAB: todo!("build a lock with nobody inside")
        RwLock {
            state: Mutex::new(State::default()),
            readers_turn: Condvar::new(),
            writers_turn: Condvar::new(),
        }
        // LAB: end
    }

    /// Goes in to read. Blocks while a writer is inside, and behind writers that wait already.
    pub fn read(&self) -> ReadGuard<'_> {
        // LAB: todo!("wait for the readers' turn, then go in as one of them")
        let mut state = self.state.lock();
        if state.writing || state.waiting_writers > 0 {
            state.waiting_readers += 1;
            let turn = state.turn;
            // Not `while a writer waits`: then writers that follow each other would keep us out.
            while state.turn == turn {
                self.readers_turn.wait(&mut state);
            }
            // The writer that left has counted us among the readers already.
        } else {
            state.readers += 1;
        }
        ReadGuard { lock: self }
        // LAB: end
    }

    /// Goes in to write. Blocks while anybody is inside, and while readers that waited have their
    /// turn.
    pub fn write(&self) -> WriteGuard<'_> {
        // LAB: todo!("wait until nobody is inside, then go in alone")
        let mut state = self.state.lock();
        state.waiting_writers += 1;
        // `while`: a writer that has just come may be faster to the mutex than one that was woken.
        while state.writing || state.readers > 0 {
            self.writers_turn.wait(&mut state);
        }
        state.waiting_writers -= 1;
        state.writing = true;
        WriteGuard { lock: self }
        // LAB: end
    }

    /// Goes in to read where [`read`](RwLock::read) would not wait, `None` where it would.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        // LAB: todo!("go in to read, unless a writer is inside or waits")
        let mut state = self.state.lock();
        if state.writing || state.waiting_writers > 0 {
            return None;
        }
        state.readers += 1;
        Some(ReadGuard { lock: self })
        // LAB: end
    }

    /// Goes in to write if nobody is inside, and never waits: `None` where somebody is. It may be
    /// `None` while others wait, too.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        // LAB: todo!("go in to write, unless anybody is inside")
        let mut state = self.state.lock();
        if state.writing || state.readers > 0 {
            return None;
        }
        state.writing = true;
        Some(WriteGuard { lock: self })
        // LAB: end
    }

    /// How many threads wait in [`read`](RwLock::read): a number for monitoring, old when it is
    /// read.
    pub fn waiting_readers(&self) -> usize {
        // LAB: todo!("count the readers that wait")
        self.state.lock().waiting_readers
        // LAB: end
    }

    /// How many threads wait in [`write`](RwLock::write): a number for monitoring, old when it is
    /// read.
    pub fn waiting_writers(&self) -> usize {
        // LAB: todo!("count the writers that wait")
        self.state.lock().waiting_writers
        // LAB: end
    }
}

impl Default for RwLock {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        // LAB: todo!("leave {:p}, and let a writer in if you were the last reader", self.lock)
        let mut state = self.lock.state.lock();
        state.readers -= 1;
        if state.readers == 0 {
            // One: no two writers could go. Readers need no word: they wait for a writer to leave.
            self.lock.writers_turn.notify_one();
        }
        // LAB: end
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        // LAB: todo!("leave {:p}, and let in whoever has the next turn", self.lock)
        let mut state = self.lock.state.lock();
        state.writing = false;
        if state.waiting_readers > 0 {
            // Count them in here, for them: from now on every writer sees readers inside, however
            // long the readers take to wake up.
            state.readers = state.waiting_readers;
            state.waiting_readers = 0;
            state.turn += 1;
            self.lock.readers_turn.notify_all();
        } else {
            self.lock.writers_turn.notify_one();
        }
        // LAB: end
    }
}
