//! You write this file: many requests on their way at once.
//!
//! A thread that waits for an answer uses no core. So for work that waits, more threads than cores
//! are right: while one waits for its answer, the next request goes out. Ten requests of a second
//! each then take one second and not ten.
//!
//! Watch for:
//! - who starts a thread and waits for it before starting the next has only one request on its way;
//! - a thousand URLs are not a thousand threads, nor a thousand requests to one poor server: there
//!   is a limit;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - one URL that fails, or whose fetch panics, is one failure, and the other pages are still
//!   wanted.
//!
//! Not here: links (that is the lab `crawler`), second tries, and fetches that panic with something
//! that panics again when it is dropped.
//!
//! Read: notes/threads.md, "Waiting for many at once".

use kit::web::{Fetched, Fetcher};
// LAB: // You will want: use kit::web::FetchError; use kit::sync::Mutex; use kit::thread; and use
// LAB: end
// LAB: // std::panic::{AssertUnwindSafe, catch_unwind};
use kit::sync::Mutex;
use kit::thread;
use kit::web::FetchError;
use std::panic::{AssertUnwindSafe, catch_unwind};
// LAB: end

/// Fetches every URL once, at most `limit` at a time (0 counts as 1), and gives what came of each,
/// in the order of the URLs. A URL that is there twice is fetched twice. One whose fetch fails or
/// panics is not tried again.
///
/// As long as a URL is left that was not begun, `limit` fetches are in flight. At most `limit`
/// threads are started, and at most one for each URL. A fetch that panics gives
/// [`kit::web::FetchError::Panicked`], and takes nothing from the others.
///
/// Blocks until all fetches have ended.
///
/// # Examples
///
/// ```no_run
/// use kit::web::Web;
/// use threads::fetch_all::fetch_all;
///
/// let web = Web::of("/ -> /a");
/// let pages = fetch_all(&["/", "/missing"], 2, &web);
/// assert_eq!(pages[0], Ok(vec!["/a".to_owned()]));
/// assert!(pages[1].is_err());
/// ```
pub fn fetch_all(urls: &[&str], limit: usize, fetcher: &dyn Fetcher) -> Vec<Fetched> {
    // LAB: let _ = fetcher;
    // LAB: end
    // LAB: todo!("fetch {urls:?}, at most {limit} at a time")
    let workers = limit.max(1).min(urls.len());
    // What is left to fetch. Whoever takes a URL holds the lock for that moment, and not while it
    // fetches.
    let left = Mutex::new(urls.iter().enumerate());
    let pages = Mutex::new(vec![None; urls.len()]);
    let work = || {
        loop {
            // A statement of its own: in the head of a `while let` the guard would live through the
            // whole turn.
            let next = left.lock().next();
            let Some((index, url)) = next else {
                return;
            };
            let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(url)));
            pages.lock()[index] = Some(page.unwrap_or(Err(FetchError::Panicked)));
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let pages = pages.into_inner().into_iter();
    pages
        .map(|page| page.expect("every URL was taken, and all threads have ended"))
        .collect()
    // LAB: end
}
