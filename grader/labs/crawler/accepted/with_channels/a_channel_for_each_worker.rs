//! Another right answer: each worker has a channel of its own, and the coordinator keeps a list of
//! those who have nothing to do. All are idle and nothing waits: that is the end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kit::channel::{Sender, bounded};
use kit::collections::HashSet;
use kit::thread;
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, with `workers` threads.
pub fn crawl(start: &str, fetcher: &dyn Fetcher, workers: usize) -> Crawl {
    let workers = workers.max(1);
    let (fetched, reports) = bounded(workers);
    thread::scope(|scope| {
        // The coordinator alone has these: when they are gone, the workers end.
        let mut to_worker: Vec<Sender<String>> = Vec::new();
        for me in 0..workers {
            let (sender, urls) = bounded::<String>(1);
            to_worker.push(sender);
            let fetched = fetched.clone();
            scope.spawn(move || {
                for url in urls {
                    let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(&url)));
                    let _ = fetched.send((me, url, page));
                }
            });
        }
        let mut idle = Vec::from_iter(0..workers);
        let mut known = HashSet::from_iter([start.to_owned()]);
        let mut waiting = vec![start.to_owned()];
        let mut pages = Crawl::new();
        loop {
            while let Some(worker) = idle.pop() {
                let Some(url) = waiting.pop() else {
                    idle.push(worker);
                    break;
                };
                let _ = to_worker[worker].send(url);
            }
            if idle.len() == workers {
                return pages;
            }
            let Ok((worker, url, page)) = reports.recv() else {
                return pages;
            };
            idle.push(worker);
            let page = page.unwrap_or_else(|panic| resume_unwind(panic));
            let links = page.iter().flatten();
            waiting.extend(links.filter(|link| known.insert((*link).clone())).cloned());
            pages.insert(url, page);
        }
    })
}
