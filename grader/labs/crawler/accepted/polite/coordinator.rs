//! Another right answer: no lock. The coordinator alone knows who is where, and hands a page out
//! when both limits have room for it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel::bounded;
use kit::collections::HashSet;
use kit::thread;
use kit::web::{Cancel, Crawl, FetchError, Fetched, Fetcher, Limits, host};

/// Fetches the pages that can be reached from `start`, within `limits` and until `cancel`.
pub fn crawl(start: &str, fetcher: &dyn Fetcher, limits: &Limits, cancel: &Cancel) -> Crawl {
    let workers = limits.in_flight.max(1);
    let (to_fetch, urls) = bounded::<String>(workers);
    let (fetched, reports) = bounded::<(String, Fetched)>(workers);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (urls, fetched) = (urls.clone(), fetched.clone());
            scope.spawn(move || {
                for url in urls {
                    let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(&url)));
                    let page = page.unwrap_or(Err(FetchError::Panicked));
                    let _ = fetched.send((url, page));
                }
            });
        }
        let to_fetch = to_fetch;
        let mut known = HashSet::from_iter([start.to_owned()]);
        let mut waiting = vec![start.to_owned()];
        let mut at_host: BTreeMap<String, usize> = BTreeMap::new();
        let (mut in_flight, mut begun) = (0, 0);
        let mut pages = Crawl::new();
        loop {
            while in_flight < workers && begun < limits.pages && !cancel.is_cancelled() {
                let room = |url: &String| {
                    let here = at_host.get(host(url)).copied().unwrap_or(0);
                    here < limits.per_host.max(1)
                };
                let Some(next) = waiting.iter().position(room) else {
                    break;
                };
                let url = waiting.remove(next);
                *at_host.entry(host(&url).to_owned()).or_default() += 1;
                (in_flight, begun) = (in_flight + 1, begun + 1);
                let _ = to_fetch.send(url);
            }
            if in_flight == 0 {
                return pages;
            }
            let Ok((url, page)) = reports.recv() else {
                return pages;
            };
            in_flight -= 1;
            *at_host.entry(host(&url).to_owned()).or_default() -= 1;
            let links = page.iter().flatten();
            waiting.extend(links.filter(|link| known.insert((*link).clone())).cloned());
            pages.insert(url, page);
        }
    })
}
