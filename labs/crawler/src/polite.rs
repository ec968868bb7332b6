//! You write this file: a crawler that can be let loose on other people's servers.
//!
//! A limit for all fetches, a limit for each host, a limit for the pages, a way to stop it, and no
//! bad page that ends it.
//!
//! Watch for:
//! - look and count in one step: between "there is room for one more" and "one more" another thread
//!   can come;
//! - a worker that waits for room at one host is a worker that fetches nothing elsewhere: take a
//!   page that can be fetched *now*;
//! - a place that is taken is given back, whatever the fetch does;
//! - who waits for work has to wake when there is some, and when there will never be any more;
//!   until then it sleeps: it does not spin, and does not look again from time to time.
//!
//! Not here: robots.txt, pauses between requests to one host, second tries, and fetches that panic
//! with something that panics again when it is dropped.
//!
//! Read: notes/crawler.md, "Polite".

// You will want: use kit::collections::{HashMap, HashSet}; use kit::sync::{Condvar, Mutex}; and use
// kit::thread;
use kit::web::{Cancel, Crawl, Fetcher, Limits};
// You will want, too: use kit::web::{FetchError, host};

/// Fetches the pages that can be reached from `start`, each URL once, within `limits` and until
/// `cancel`, and gives what came of each. Two URLs are the same if they are the same text.
///
/// - At most `limits.in_flight` fetches are in flight, and at most `limits.per_host` at any one
///   [`kit::web::host`]; 0 counts as 1. A page that neither limit holds back is fetched, however
///   slow other hosts are.
/// - At most `limits.pages` fetches are begun: exactly that many, if that many pages can be
///   reached.
/// - After `cancel` no page is taken up: whoever takes one has just looked at the flag. Fetches in
///   flight are waited for, and are in the result.
/// - At most `limits.in_flight` threads are started.
///
/// A page that could not be had is in the result with its error, and is not tried again. A fetch
/// that panics gives [`kit::web::FetchError::Panicked`], and the crawl goes on.
///
/// Blocks until there is nothing left that may be fetched, and all threads have ended.
///
/// # Examples
///
/// ```no_run
/// use crawler::polite::crawl;
/// use kit::web::{Cancel, Limits, Web};
///
/// let web = Web::of("
///     a/ -> a/1 a/2 b/
///     a/1 ->
///     a/2 ->
///     b/ ->
/// ");
/// let limits = Limits { per_host: 1, ..Limits::default() };
/// assert_eq!(crawl("a/", &web, &limits, &Cancel::new()).len(), 4);
/// assert_eq!(web.peak_at("a"), 1);
/// ```
pub fn crawl(start: &str, fetcher: &dyn Fetcher, limits: &Limits, cancel: &Cancel) -> Crawl {
    let _ = (fetcher, cancel);
    todo!("crawl from {start} with a fixed number of threads, within {limits:?}")
}

// What the workers share, and what a worker does: yours to write.
