//! Another right answer: channels without a bound. Every new link is sent at once, and nobody ever
//! waits for room. After a panic the coordinator empties the line, and who has met it is gone.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kit::channel::unbounded;
use kit::collections::HashSet;
use kit::thread;
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, with `workers` threads.
pub fn crawl(start: &str, fetcher: &dyn Fetcher, workers: usize) -> Crawl {
    let (to_fetch, urls) = unbounded::<String>();
    let (fetched, reports) = unbounded();
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let (urls, fetched) = (urls.clone(), fetched.clone());
            scope.spawn(move || {
                for url in urls {
                    let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(&url)));
                    let panicked = page.is_err();
                    let _ = fetched.send((url, page));
                    if panicked {
                        return;
                    }
                }
            });
        }
        let to_fetch = to_fetch;
        let mut known = HashSet::default();
        let mut outstanding = 0;
        let mut new = vec![start.to_owned()];
        let mut pages = Crawl::new();
        loop {
            for url in new.drain(..) {
                if known.insert(url.clone()) {
                    outstanding += 1;
                    let _ = to_fetch.send(url);
                }
            }
            if outstanding == 0 {
                return pages;
            }
            let Ok((url, page)) = reports.recv() else {
                return pages;
            };
            outstanding -= 1;
            let page = page.unwrap_or_else(|panic| {
                while urls.try_recv().is_ok() {}
                resume_unwind(panic)
            });
            new.extend(page.iter().flatten().cloned());
            pages.insert(url, page);
        }
    })
}
