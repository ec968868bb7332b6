//! No condition variable: a list of those who wait, and each is unparked by the last `done`.

use kit::sync::Mutex;
use kit::thread::{self, Thread};
use std::fmt;

/// Counts work that is not done yet, and lets threads wait until there is none.
pub struct WaitGroup {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    left: usize,
    waiting: Vec<Thread>,
}

/// `done` was called more often than was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeCount;

impl WaitGroup {
    /// Makes a group with nothing to wait for.
    pub fn new() -> Self {
        WaitGroup {
            state: Mutex::new(State::default()),
        }
    }

    /// Adds `n` pieces of work.
    pub fn add(&self, n: usize) {
        let mut state = self.state.lock();
        state.left = state.left.checked_add(n).expect("too much work");
    }

    /// Says that one piece of work is done.
    pub fn done(&self) -> Result<(), NegativeCount> {
        let mut state = self.state.lock();
        state.left = state.left.checked_sub(1).ok_or(NegativeCount)?;
        if state.left == 0 {
            for thread in state.waiting.drain(..) {
                thread.unpark();
            }
        }
        Ok(())
    }

    /// Blocks until the count is zero.
    pub fn wait(&self) {
        // An `unpark` that comes before the `park` is not lost: the thread keeps it as a token. A
        // token of another time is why this is a loop.
        loop {
            let mut state = self.state.lock();
            if state.left == 0 {
                return;
            }
            state.waiting.push(thread::current());
            drop(state);
            thread::park();
        }
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for NegativeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("done was called more often than was added")
    }
}

impl std::error::Error for NegativeCount {}
