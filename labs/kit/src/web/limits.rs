//! How much a crawl may do, and how it is told to stop.
use crate::sync::atomic::{AtomicBool, Ordering};

/// How much a crawl may do at once, and in all.
///
/// # Examples
///
/// ```
/// use kit::web::Limits;
///
/// let limits = Limits { per_host: 1, pages: 1_000, ..Limits::default() };
/// assert_eq!(limits.in_flight, 8);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fetches in flight at once. 0 counts as 1.
    pub in_flight: usize,
    /// Fetches in flight at once at one [`host`](super::host). 0 counts as 1.
    pub per_host: usize,
    /// Fetches in all, failed ones included.
    pub pages: usize,
}

impl Default for Limits {
    /// Eight fetches in flight, two for each host, any number of pages.
    fn default() -> Self {
        Limits {
            in_flight: 8,
            per_host: 2,
            pages: usize::MAX,
        }
    }
}

/// Tells a crawl to stop. Threads share one, by reference or in an `Arc`.
///
/// It is a flag and interrupts nobody: whoever crawls looks at it.
#[derive(Debug, Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Makes a flag that is down.
    #[track_caller]
    pub fn new() -> Self {
        Cancel(AtomicBool::new(false))
    }

    /// Raises the flag, for good. Never blocks.
    #[track_caller]
    pub fn cancel(&self) {
        // ORDERING: read by `is_cancelled`. The flag is all there is to see; `SeqCst` so that
        // whatever the caller wrote before is visible as well, and nobody has to think about it.
        self.0.store(true, Ordering::SeqCst);
    }

    /// Says whether the flag is raised. Never blocks.
    #[track_caller]
    pub fn is_cancelled(&self) -> bool {
        // ORDERING: reads what `cancel` stores, and sees what its caller wrote before.
        self.0.load(Ordering::SeqCst)
    }
}
