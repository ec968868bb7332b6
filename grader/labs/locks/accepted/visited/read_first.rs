//! A readers-writer lock: look with others, and look again alone before marking.

use kit::collections::HashSet;
use kit::sync::RwLock;

/// The URLs that somebody has marked.
pub struct Visited {
    urls: RwLock<HashSet<String>>,
}

impl Visited {
    /// Makes an empty set.
    pub fn new() -> Self {
        Visited {
            urls: RwLock::new(HashSet::default()),
        }
    }

    /// Marks `url`, and says whether it was new.
    pub fn mark(&self, url: &str) -> bool {
        // Most links of a crawl are known: those need no writer. What is missing now may be there
        // when the writer's lock is held, so `insert` has the last word.
        !self.urls.read().contains(url) && self.urls.write().insert(url.to_owned())
    }

    /// Runs `fetch` if `url` is new.
    pub fn visit<R>(&self, url: &str, fetch: impl FnOnce() -> R) -> Option<R> {
        self.mark(url).then(fetch)
    }

    /// Counts the URLs that have been marked.
    pub fn len(&self) -> usize {
        self.urls.read().len()
    }

    /// Says whether nothing has been marked yet.
    pub fn is_empty(&self) -> bool {
        self.urls.read().is_empty()
    }
}

impl Default for Visited {
    fn default() -> Self {
        Self::new()
    }
}
