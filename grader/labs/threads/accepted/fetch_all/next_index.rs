//! An atomic index says which URL is next; each thread gives its pages back when it is joined.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kit::thread;
use kit::web::{FetchError, Fetched, Fetcher};

/// Fetches every URL.
pub fn fetch_all(urls: &[&str], limit: usize, fetcher: &dyn Fetcher) -> Vec<Fetched> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut pages = Vec::new();
        loop {
            let index = next.fetch_add(1, Relaxed);
            let Some(url) = urls.get(index) else {
                return pages;
            };
            let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(url)));
            pages.push((index, page.unwrap_or(Err(FetchError::Panicked))));
        }
    };
    let mut pages = thread::scope(|scope| {
        let threads: Vec<_> = (0..limit.max(1).min(urls.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let pages = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        pages.collect::<Vec<_>>()
    });
    pages.sort_by_key(|(index, _)| *index);
    pages.into_iter().map(|(_, page)| page).collect()
}
