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
//! Not here: waiting for the fetch of another thread. Whoever comes second goes on to something
//! else.
//!
//! Read: notes/locks.md, "Check, then act".

// LAB: // You will want: use kit::collections::HashSet; and use kit::sync::Mutex;
use kit::collections::HashSet;
use kit::sync::Mutex;
// LAB: end

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
    // LAB: // Your fields: what is shared, and what guards it.
    /// Every URL ever marked; grows only. The lock is held for one look-up, never for a fetch.
    urls: Mutex<HashSet<String>>,
    // LAB: end
}

impl Visited {
    /// Makes an empty set.
    pub fn new() -> Self {
        // LAB: todo!("make an empty set")
        Visited {
            urls: Mutex::new(HashSet::default()),
        }
        // LAB: end
    }

    /// Marks `url`, and says whether it was new: `true` for exactly one of all calls with this URL.
    ///
    /// Blocks only while another thread marks or counts.
    pub fn mark(&self, url: &str) -> bool {
        // LAB: todo!("mark {url} and say whether it was new, in one step")
        // `insert` looks and marks in one call, and the guard lives until the end of the line: no
        // other thread can come between the two.
        self.urls.lock().insert(url.to_owned())
        // LAB: end
    }

    /// Runs `fetch` and gives its result, if `url` is new; else gives `None` at once, also while
    /// the fetch of another caller is still under way.
    ///
    /// The URL is marked before `fetch` starts, and stays marked whatever comes of it. No lock is
    /// held meanwhile: `fetch` may mark and visit, and other URLs are fetched at the same time.
    ///
    /// # Panics
    ///
    /// If `fetch` does.
    pub fn visit<R>(&self, url: &str, fetch: impl FnOnce() -> R) -> Option<R> {
        // LAB: let _ = fetch;
        // The mark is the claim to the work. Marking afterwards would leave the URL unclaimed for
        // as long as the fetch takes.
        if !self.mark(url) {
            return None;
        }
        // LAB: end
        // LAB: todo!("fetch {url} if it is new")
        // `mark` has given the lock back by now: a fetch takes long, and concerns no other URL.
        Some(fetch())
        // LAB: end
    }

    /// Counts the URLs that have been marked, those included whose fetch is under way.
    pub fn len(&self) -> usize {
        // LAB: todo!("count the marked URLs")
        self.urls.lock().len()
        // LAB: end
    }

    /// Says whether nothing has been marked yet.
    pub fn is_empty(&self) -> bool {
        // LAB: todo!("say whether nothing has been marked")
        self.len() == 0
        // LAB: end
    }
}

impl Default for Visited {
    fn default() -> Self {
        Self::new()
    }
}
