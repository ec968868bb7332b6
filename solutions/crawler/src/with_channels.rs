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

// LAB: // You will want: use kit::channel; use kit::collections::HashSet; and use kit::thread;
use kit::channel::{self, Receiver, Sender};
use kit::collections::HashSet;
use kit::thread;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
// LAB: end
use kit::web::{Crawl, Fetcher};
// LAB:
use kit::web::Fetched;
// LAB: end

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
    // LAB: let _ = fetcher;
    let workers = workers.max(1);
    // There are never more URLs and pages under way than workers, so neither channel is ever full.
    let (to_fetch, urls) = channel::bounded(workers);
    let (fetched, pages) = channel::bounded(workers);
    // LAB: end
    // LAB: todo!("hand out {start} and all that is behind it to {workers} workers")
    thread::scope(|scope| {
        for _ in 0..workers {
            let (urls, fetched) = (urls.clone(), fetched.clone());
            scope.spawn(move || work(fetcher, &urls, &fetched));
        }
        // The coordinator is this thread. When it returns, `to_fetch` is dropped, and every
        // worker's loop ends.
        coordinate(start, workers, to_fetch, &pages)
    })
    // LAB: end
}

// LAB: // What the coordinator does, and what a worker does: yours to write.
/// What a worker sends back: the URL it was given, and what came of it, if only a panic.
type Report = (String, thread::Result<Fetched>);

/// Fetches what comes, until nothing can come any more.
fn work(fetcher: &dyn Fetcher, urls: &Receiver<String>, fetched: &Sender<Report>) {
    for url in urls {
        // Whatever happens, one report for each URL: the coordinator counts on it.
        let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(&url)));
        fetched
            .send((url, page))
            .expect("the receiver outlives the workers");
    }
}

/// Decides what is fetched, and when all of it has been. Everything here belongs to this thread
/// alone.
fn coordinate(
    start: &str,
    workers: usize,
    to_fetch: Sender<String>,
    fetched: &Receiver<Report>,
) -> Crawl {
    let mut known = HashSet::from_iter([start.to_owned()]);
    // Known and not handed out. This buffer grows as it has to, so the channels need not.
    let mut waiting = vec![start.to_owned()];
    // Handed out and not reported: one more for each URL sent, one less for each report, nothing
    // else.
    let mut outstanding = 0;
    let mut pages = Crawl::new();
    loop {
        while outstanding < workers
            && let Some(url) = waiting.pop()
        {
            to_fetch
                .send(url)
                .expect("the workers receive until this sender is gone");
            outstanding += 1;
        }
        // Nothing waits, or it would have been handed out; and nobody is at work who could find
        // more.
        if outstanding == 0 {
            return pages;
        }
        let (url, page) = fetched.recv().expect("a worker reports before it ends");
        outstanding -= 1;
        let page = page.unwrap_or_else(|panic| resume_unwind(panic));
        for link in page.iter().flatten() {
            if known.insert(link.clone()) {
                waiting.push(link.clone());
            }
        }
        pages.insert(url, page);
    }
}
// LAB: end
