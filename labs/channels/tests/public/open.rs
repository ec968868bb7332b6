//! A flavor with room for everything, so that `select` can be tested before the other exercises are
//! done.

use std::collections::VecDeque;

use channels::flavor::{AnyFlavor, Flavor, Patience, Side, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::sync::Mutex;

/// A channel that holds these letters, and has room for more.
pub(crate) fn holding(letters: &str) -> AnyFlavor<char> {
    AnyFlavor::Other(Box::new(Open {
        state: Mutex::new(State {
            letters: letters.chars().collect(),
            ended: false,
            watchers: Watchers::default(),
        }),
    }))
}

/// The search sees one step for each call, so there are few ways in which calls can fall.
struct Open {
    state: Mutex<State>,
}

struct State {
    letters: VecDeque<char>,
    ended: bool,
    watchers: Watchers,
}

impl Flavor<char> for Open {
    fn send(&self, letter: char, _: Patience) -> Result<(), SendTimeoutError<char>> {
        let mut state = self.state.lock();
        state.letters.push_back(letter);
        state.watchers.notify();
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<char, RecvTimeoutError> {
        assert_eq!(
            patience,
            Patience::Never,
            "a select waits for no one channel"
        );
        let mut state = self.state.lock();
        match state.letters.pop_front() {
            Some(letter) => Ok(letter),
            None if state.ended => Err(RecvTimeoutError::Disconnected),
            None => Err(RecvTimeoutError::Timeout),
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
        state.watchers.notify();
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.state.lock().watchers);
    }
}
