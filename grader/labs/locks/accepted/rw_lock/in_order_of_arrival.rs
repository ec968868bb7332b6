//! Another right answer: one queue for all. Each thread draws a ticket and goes in when it is the
//! next and may join those inside; readers that stand one after the other go in together.

use kit::sync::{Condvar, Mutex};

/// Admits many readers or one writer, in the order of their arrival.
#[derive(Default)]
pub struct RwLock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    readers: usize,
    writing: bool,
    /// The next ticket to be drawn, and the one that is next to go in.
    next: u64,
    serving: u64,
    waiting_readers: usize,
    waiting_writers: usize,
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

    /// Goes in to read. Blocks until those who came before are in, and no writer is.
    pub fn read(&self) -> ReadGuard<'_> {
        let mut state = self.state.lock();
        let ticket = state.next;
        state.next += 1;
        state.waiting_readers += 1;
        while state.serving != ticket || state.writing {
            self.changed.wait(&mut state);
        }
        state.waiting_readers -= 1;
        state.serving += 1;
        state.readers += 1;
        self.changed.notify_all();
        ReadGuard { lock: self }
    }

    /// Goes in to write. Blocks until those who came before have been in, and left.
    pub fn write(&self) -> WriteGuard<'_> {
        let mut state = self.state.lock();
        let ticket = state.next;
        state.next += 1;
        state.waiting_writers += 1;
        while state.serving != ticket || state.writing || state.readers > 0 {
            self.changed.wait(&mut state);
        }
        state.waiting_writers -= 1;
        state.serving += 1;
        state.writing = true;
        WriteGuard { lock: self }
    }

    /// Goes in to read where `read` would not wait.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        let mut state = self.state.lock();
        let mine = state.serving == state.next && !state.writing;
        mine.then(|| {
            state.readers += 1;
            ReadGuard { lock: self }
        })
    }

    /// Goes in to write if nobody is inside or waits.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        let mut state = self.state.lock();
        let mine = state.serving == state.next && !state.writing && state.readers == 0;
        mine.then(|| {
            state.writing = true;
            WriteGuard { lock: self }
        })
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
        let mut state = self.lock.state.lock();
        state.readers -= 1;
        self.lock.changed.notify_all();
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock();
        state.writing = false;
        self.lock.changed.notify_all();
    }
}
