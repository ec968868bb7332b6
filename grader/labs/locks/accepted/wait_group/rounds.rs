//! Stronger than asked: a waiter belongs to a round, and leaves when that round is over, even if
//! the next has begun by then.

use kit::sync::{Condvar, Mutex};
use std::fmt;

/// Counts work that is not done yet, and lets threads wait until there is none.
pub struct WaitGroup {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    left: usize,
    /// How often `left` has become zero.
    round: u64,
}

/// `done` was called more often than was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeCount;

impl WaitGroup {
    /// Makes a group with nothing to wait for.
    pub fn new() -> Self {
        WaitGroup {
            state: Mutex::new(State::default()),
            over: Condvar::new(),
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
        let over = state.left == 0;
        state.round += u64::from(over);
        drop(state);
        // Without the lock: whoever wakes need not wait for it. The change was made under it.
        if over {
            self.over.notify_all();
        }
        Ok(())
    }

    /// Blocks until the count is zero.
    pub fn wait(&self) {
        let mut state = self.state.lock();
        let mine = state.round;
        self.over
            .wait_while(&mut state, |now| now.left > 0 && now.round == mine);
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
