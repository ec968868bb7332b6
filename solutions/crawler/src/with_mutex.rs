//! You write this file: a crawler with a thread for each page.
//!
//! Fetching is waiting, and threads can wait together: [`crawl`] starts a thread for every page as
//! soon as it knows of it. The threads share what is known, and a lock guards that.
//!
//! Watch for:
//! - check and mark in one step, *before* the thread is started: otherwise two threads fetch one
//!   page, or thousands of threads start only to find that there is nothing to do;
//! - a lock that is held during a fetch lets one thread at a time fetch;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - a chain of links may be longer than a stack is deep: a thread that goes on with a link itself
//!   does so in a loop;
//! - the crawl is over when the last thread has ended, not when the last one was started.
//!
//! Not here: a limit. A page with a thousand new links means a thousand threads, and a thousand
//! requests at once.
//!
//! Read: notes/crawler.md, "A thread for each page".

// LAB: // You will want: use kit::collections::HashSet; use kit::sync::Mutex; and use kit::thread;
use kit::collections::HashSet;
use kit::sync::Mutex;
use kit::thread::{self, Scope};
// LAB: end
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, each URL once, and gives what came of each.
/// Two URLs are the same if they are the same text.
///
/// Every page is fetched as soon as a page that links to it is there, whatever else is in flight. A
/// page that could not be had is in the result with its error, and is not tried again.
///
/// Blocks until all of it has been fetched.
///
/// # Panics
///
/// If a fetch panics, once all threads have ended. Pages that were not begun before may be left.
///
/// # Examples
///
/// ```no_run
/// use crawler::with_mutex::crawl;
/// use kit::web::Web;
///
/// // Neither /a nor /b answers before both are in flight.
/// let web = Web::of("
///     /  -> /a /b
///     /a -> /
///     /b ->
///     gate 2 /a /b
/// ");
/// assert_eq!(crawl("/", &web).len(), 3);
/// ```
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    // LAB: let _ = fetcher;
    let shared = Shared {
        fetcher,
        known: Mutex::new(HashSet::from_iter([start.to_owned()])),
        pages: Mutex::new(Crawl::new()),
    };
    // LAB: end
    // LAB: todo!("start a thread for {start}, which starts one for each new link, and wait for all")
    // The scope is the wait group: it ends when every thread that was started in it has ended,
    // those too that were started by other threads.
    thread::scope(|scope| visit(start.to_owned(), scope, &shared));
    shared.pages.into_inner()
    // LAB: end
}

// LAB: // What the threads share, and what one thread does: yours to write.
/// What the threads of one crawl share. No thread holds both locks, and none holds one during a
/// fetch.
struct Shared<'a> {
    fetcher: &'a dyn Fetcher,
    /// Every URL for which a thread was started, or is about to be; grows only.
    known: Mutex<HashSet<String>>,
    /// What came of the fetches that have ended.
    pages: Mutex<Crawl>,
}

/// Starts a thread that fetches `url`, and does the same for each link that is new.
fn visit<'scope>(url: String, scope: &'scope Scope<'scope, '_>, shared: &'scope Shared<'_>) {
    scope.spawn(move || {
        let page = shared.fetcher.fetch(&url);
        for link in page.iter().flatten() {
            // `insert` checks and marks in one call, so of two threads that find one link, one
            // starts a thread for it. The lock is free again before that.
            let new = shared.known.lock().insert(link.clone());
            if new {
                visit(link.clone(), scope, shared);
            }
        }
        shared.pages.lock().insert(url, page);
    });
}
// LAB: end
