//! URLs wait in one channel, pages come back over another; the channels' ends are the end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel;
use kit::thread;
use kit::web::{FetchError, Fetched, Fetcher};

/// Fetches every URL.
pub fn fetch_all(urls: &[&str], limit: usize, fetcher: &dyn Fetcher) -> Vec<Fetched> {
    let (to_fetch, jobs) = channel::unbounded();
    let (fetched, pages) = channel::unbounded();
    for job in urls.iter().enumerate() {
        to_fetch.send(job).expect("the other end is here");
    }
    drop(to_fetch);
    let mut ordered: Vec<Fetched> = vec![Err(FetchError::Panicked); urls.len()];
    thread::scope(|scope| {
        for _ in 0..limit.max(1).min(urls.len()) {
            let (jobs, fetched) = (jobs.clone(), fetched.clone());
            scope.spawn(move || {
                for (index, url) in jobs {
                    // Of a panic nothing is sent, and what is in place already says so.
                    if let Ok(page) = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(url))) {
                        fetched
                            .send((index, page))
                            .expect("the caller receives to the end");
                    }
                }
            });
        }
        drop(fetched);
        for (index, page) in pages {
            ordered[index] = page;
        }
    });
    ordered
}
