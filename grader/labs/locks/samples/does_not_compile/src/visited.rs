//! You write this file: the URLs that have been visited.
//!
//! The threads of a crawler share one set of URLs. [`Visited::mark`] tells exactly one of its
//! callers that a URL is new, and [`Visited::visit`] fetches each URL at most once.
//!
//! Watch for:
//! - the moment between the look and the mark: if another thread fits in, both think it is new;
//! - the mark comes before the fetch, which takes long;
//! - a lock that is held during a fetch makes all other threads wait for it.
//!
//! Not here: waiting for the fetch of another thread. Who comes second goes on to something else.
//!
//! Read: notes/locks.md, "Check, then act".

use kit::collections::HashSet;
use kit::sync::Mutex;

/// The URLs that somebody has marked. Two URLs are the same if they are the same text.
///
/// # Examples
///
/// ```no_run
/// use locks::visited::Visited;
///
/// let visited = Visited::new();
/// assert!(visited.mark("/home"));
/// assert!(!visited.mark("/home"));
/// assert_eq!(visited.visit("/news", || "<html>"), Some("<html>"));
/// assert_eq!(visited.visit("/news", || "<html>"), None);
/// ```
pub struct Visited {
    /// Every URL ever marked; grows only. The lock is held for one look-up, never for a fetch.
    urls: Mutex<HashSet<String>>,
}

impl Visited {
    /// Makes an empty set.
    pub fn new() -> Self {
        Visited {
            urls: Mutex::new(HashSet::default()),
        }
    }

    /// Marks `url`, and says whether it was new: `true` for exactly one of all calls with this URL.
    ///
    /// Blocks only while another thread marks or counts.
    pub fn mark(&self, url: &str) -> bool {
        self.urls.lock().insert(url.to_owned())
    }

    /// Runs `fetch` and gives its result, if `url` is new; else gives `None` at once, also while
    /// the fetch of another caller is still under way.
    ///
    /// The URL is marked before `fetch` starts, and stays marked whatever comes of it. No lock is
    /// held meanwhile: `fetch` may mark and visit, and other URLs are fetched at the same time.
    pub fn visit<R>(&self, url: &str, fetch: impl FnOnce() -> R) -> Option<R> {
        if !self.mark(url) {
            return None;
        }
        Some(fetch())
    }

    /// Counts the URLs that have been marked.
    pub fn len(&self) -> usize {
        self.urls.lock().len()
    }

    /// Says whether nothing has been marked yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Visited {
    fn default() -> Self {
        Self::new()
    }
}
