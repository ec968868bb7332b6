//! A flavor with room for everything, so that `select` can be tested before the other exercises are
//! done.

use std::collections::VecDeque;

use channels::flavor::{AnyFlavor, Flavor, Patience, Side, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::sync::{Condvar, Mutex};

/// A channel that holds these letters, and has room for more.
pub(crate) fn holding(letters: &str) -> AnyFlavor<char> {
    AnyFlavor::Other(Box::new(Open {
        state: Mutex::new(State {
            letters: letters.chars().collect(),
            ended: false,
            waiting: 0,
            watchers: Watchers::default(),
        }),
        came: Condvar::new(),
    }))
}

/// The search sees one step for each call, so there are few ways in which calls can fall.
struct Open {
    state: Mutex<State>,
    /// Where somebody sleeps who waits for this channel alone.
    came: Condvar,
}

struct State {
    letters: VecDeque<char>,
    ended: bool,
    /// How many sleep on `came`: without any, nobody is notified.
    waiting: usize,
    watchers: Watchers,
}

impl Open {
    /// Something can be received: whoever waits learns of it.
    fn tell(&self, state: &State) {
        if state.waiting > 0 {
            self.came.notify_all();
        }
        state.watchers.notify();
    }
}

impl Flavor<char> for Open {
    fn send(&self, letter: char, _: Patience) -> Result<(), SendTimeoutError<char>> {
        let mut state = self.state.lock();
        state.letters.push_back(letter);
        self.tell(&state);
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<char, RecvTimeoutError> {
        let mut state = self.state.lock();
        let mut patient = true;
        loop {
            match state.letters.pop_front() {
                Some(letter) => return Ok(letter),
                None if state.ended => return Err(RecvTimeoutError::Disconnected),
                None if !patient => return Err(RecvTimeoutError::Timeout),
                None => {}
            }
            state.waiting += 1;
            patient = patience.wait(&self.came, &mut state);
            state.waiting -= 1;
        }
    }

    fn len(&self) -> usize {
        self.state.lock().letters.len()
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, _: Side) {
        let mut state = self.state.lock();
        state.ended = true;
        self.tell(&state);
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
