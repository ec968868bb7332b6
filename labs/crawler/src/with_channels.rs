//! You write this file: a crawler that shares nothing.
//!
//! One coordinator owns what is known. Workers get a URL over one channel, fetch, and send what
//! came of it back over another. There is no lock, because there is nothing that two threads can
//! reach.
//!
//! Watch for:
//! - when is the crawl over? Not when a channel is empty: a worker may be about to send a hundred
//!   links;
//! - a bounded channel pushes back. If the coordinator waits for room for a URL while all workers
//!   wait for room for a page, all wait for ever: a page with many links must not do that;
//! - workers that still wait for work at the end have to be told that there is none;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - a worker that panics sends nothing. Whoever waits for its page waits for ever.
//!
//! Not here: a lock, and limits for each host.
//!
//! Read: notes/crawler.md, "A coordinator and its workers".

// You will want: use kit::channel; use kit::collections::HashSet; and use kit::thread;
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, each URL once, with `workers` threads that
/// fetch (0 counts as 1), and gives what came of each. Two URLs are the same if they are the same
/// text.
///
/// At most `workers` fetches are in flight, and that many are whenever that many pages are known
/// and not fetched. A page that could not be had is in the result with its error, and is not tried
/// again.
///
/// Threads reach each other through channels only: there is no lock and no atomic.
///
/// Blocks until all of it has been fetched and the workers have ended.
///
/// # Panics
///
/// If a fetch panics, once the fetches that are in flight have ended; what no worker has been given
/// when the coordinator hears of it is not fetched.
///
/// # Examples
///
/// ```no_run
/// use crawler::with_channels::crawl;
/// use kit::web::Web;
///
/// let web = Web::of("/ -> /a /b /c");
/// assert_eq!(crawl("/", &web, 2).len(), 4);
/// assert!(web.peak() <= 2);
/// ```
pub fn crawl(start: &str, fetcher: &dyn Fetcher, workers: usize) -> Crawl {
    let _ = fetcher;
    todo!("hand out {start} and all that is behind it to {workers} workers")
}

// What the coordinator does, and what a worker does: yours to write.
