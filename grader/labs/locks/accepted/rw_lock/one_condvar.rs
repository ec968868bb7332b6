//! Another right answer: one condvar for everybody, and a number of readers that have the next
//! turn.

use kit::sync::{Condvar, Mutex};

/// Admits many readers or one writer, in turns.
#[derive(Default)]
pub struct RwLock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    readers: usize,
    writing: bool,
    waiting_readers: usize,
    waiting_writers: usize,
    /// Writers that have left. A reader that has seen this number change is let in.
    writes: u64,
    /// Readers that were let in and have yet to wake up: writers wait for them.
    let_in: usize,
}

/// The right to read.
#[must_use = "the lock is left as soon as this is dropped"]
pub struct ReadGuard<'a> {
    lock: &'a RwLock,
}

/// The right to write.
#[must_use = "the lock is left as soon as this is dropped"]
pub struct WriteGuard<'a> {
    lock: &'a RwLock,
}

impl RwLock {
    /// Creates a lock with nobody inside.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes in to read. Blocks while a writer is inside or waits, but not for a second writer.
    pub fn read(&self) -> ReadGuard<'_> {
        let mut state = self.state.lock();
        if state.writing || state.waiting_writers > 0 {
            let writes = state.writes;
            state.waiting_readers += 1;
            self.changed
                .wait_while(&mut state, |state| state.writes == writes);
            state.let_in -= 1;
        }
        state.readers += 1;
        ReadGuard { lock: self }
    }

    /// Goes in to write. Blocks while anybody is inside or let in.
    pub fn write(&self) -> WriteGuard<'_> {
        let mut state = self.state.lock();
        state.waiting_writers += 1;
        self.changed.wait_while(&mut state, |state| {
            state.writing || state.readers > 0 || state.let_in > 0
        });
        state.waiting_writers -= 1;
        state.writing = true;
        WriteGuard { lock: self }
    }

    /// Goes in to read where `read` would not wait.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        let mut state = self.state.lock();
        if state.writing || state.waiting_writers > 0 {
            return None;
        }
        state.readers += 1;
        Some(ReadGuard { lock: self })
    }

    /// Goes in to write if nobody is inside.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        let mut state = self.state.lock();
        if state.writing || state.readers > 0 || state.let_in > 0 {
            return None;
        }
        state.writing = true;
        Some(WriteGuard { lock: self })
    }

    /// How many threads wait in `read`.
    pub fn waiting_readers(&self) -> usize {
        self.state.lock().waiting_readers
    }

    /// How many threads wait in `write`.
    pub fn waiting_writers(&self) -> usize {
        self.state.lock().waiting_writers
    }
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        self.lock.state.lock().readers -= 1;
        self.lock.changed.notify_all();
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock();
        state.writing = false;
        state.writes += 1;
        state.let_in += state.waiting_readers;
        state.waiting_readers = 0;
        drop(state);
        self.lock.changed.notify_all();
    }
}
