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

// LAB: // You will want: use kit::collections::{HashMap, HashSet}; use kit::sync::{Condvar, Mutex}; and use
// LAB: end
// LAB: // kit::thread;
use kit::collections::{HashMap, HashSet};
use kit::sync::{Condvar, Mutex};
use kit::thread;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
// LAB: end
use kit::web::{Cancel, Crawl, Fetcher, Limits};
// LAB: // You will want, too: use kit::web::{FetchError, host};
use kit::web::{FetchError, Fetched, host};
// LAB: end

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
    // LAB: let _ = (fetcher, cancel);
    let mut frontier = Frontier::default();
    frontier.add(start);
    let crawler = Crawler {
        fetcher,
        limits,
        cancel,
        frontier: Mutex::new(frontier),
        changed: Condvar::new(),
    };
    // LAB: end
    // LAB: todo!("crawl from {start} with a fixed number of threads, within {limits:?}")
    // As many threads as may fetch at once, so the first limit needs no counting.
    let workers = limits.in_flight.max(1).min(limits.pages);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| crawler.work());
        }
    });
    crawler.frontier.into_inner().pages
    // LAB: end
}

// LAB: // What the workers share, and what a worker does: yours to write.
/// What the workers of one crawl share.
struct Crawler<'a> {
    fetcher: &'a dyn Fetcher,
    limits: &'a Limits,
    cancel: &'a Cancel,
    /// Never locked during a fetch.
    frontier: Mutex<Frontier>,
    /// Notified, with `frontier` changed, whenever a fetch has ended: there may be links, there is
    /// room at a host, or it was the last one.
    changed: Condvar,
}

/// The line between the pages that are fetched and those that are not.
#[derive(Default)]
struct Frontier {
    /// Every URL ever found; grows only.
    known: HashSet<String>,
    /// What is known of each host.
    hosts: HashMap<String, Host>,
    /// The hosts at which pages wait, each once, in the order of their turns.
    turns: VecDeque<String>,
    /// Fetches begun and not ended.
    in_flight: usize,
    /// Fetches begun.
    begun: usize,
    /// What came of the fetches that have ended.
    pages: Crawl,
}

#[derive(Default)]
struct Host {
    /// Known, and not begun.
    waiting: VecDeque<String>,
    /// Begun, and not ended.
    in_flight: usize,
}

impl Crawler<'_> {
    fn work(&self) {
        while let Some(url) = self.next() {
            // A panic ends here, and not in the thread: what was taken in `next` is given back in
            // `end` on every way out.
            let page = catch_unwind(AssertUnwindSafe(|| self.fetcher.fetch(&url)));
            self.end(url, page.unwrap_or(Err(FetchError::Panicked)));
        }
    }

    /// Takes a page that may be fetched now. Blocks until there is one; `None` if there will be
    /// none.
    fn next(&self) -> Option<String> {
        let mut frontier = self.frontier.lock();
        loop {
            if self.cancel.is_cancelled() || frontier.begun >= self.limits.pages {
                return None;
            }
            // The look and the count are in one critical section, so no two workers see the same
            // room.
            if let Some(url) = frontier.take(self.limits.per_host.max(1)) {
                return Some(url);
            }
            // When is a pool of workers done? When nothing waits *and* nobody is at work, who could
            // find more. An empty queue alone says nothing. (If something waits, its host is full,
            // and then somebody is at work.)
            if frontier.in_flight == 0 {
                return None;
            }
            self.changed.wait(&mut frontier);
        }
    }

    /// Says what came of a fetch, and gives its place back.
    fn end(&self, url: String, page: Fetched) {
        let mut frontier = self.frontier.lock();
        for link in page.iter().flatten() {
            frontier.add(link);
        }
        frontier.give_back(&url);
        frontier.pages.insert(url, page);
        // Everybody: a page may have many links, and the end concerns all.
        self.changed.notify_all();
    }
}

impl Frontier {
    /// Puts `url` in line, if it is new.
    fn add(&mut self, url: &str) {
        if !self.known.insert(url.to_owned()) {
            return;
        }
        let name = host(url);
        let host = self.hosts.entry(name.to_owned()).or_default();
        if host.waiting.is_empty() {
            self.turns.push_back(name.to_owned());
        }
        host.waiting.push_back(url.to_owned());
    }

    /// Takes a page of the first host that has room, and counts it as begun. The host's next turn
    /// comes after those of all others.
    fn take(&mut self, per_host: usize) -> Option<String> {
        let has_room = |name: &String| self.hosts[name].in_flight < per_host;
        let first = self.turns.iter().position(has_room)?;
        let name = self.turns.remove(first)?;
        let host = self.hosts.get_mut(&name)?;
        let url = host.waiting.pop_front();
        if !host.waiting.is_empty() {
            self.turns.push_back(name);
        }
        host.in_flight += 1;
        self.in_flight += 1;
        self.begun += 1;
        url
    }

    /// Counts a fetch as ended.
    fn give_back(&mut self, url: &str) {
        self.in_flight -= 1;
        if let Some(host) = self.hosts.get_mut(host(url)) {
            host.in_flight -= 1;
        }
    }
}
// LAB: end
