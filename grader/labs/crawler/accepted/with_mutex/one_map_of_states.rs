//! Another right answer: one lock around one map. A URL that is in it is known; it has a page when
//! the fetch has ended.

use std::collections::BTreeMap;

use kit::sync::Mutex;
use kit::thread::{self, Scope};
use kit::web::{Crawl, Fetched, Fetcher};

type States = Mutex<BTreeMap<String, Option<Fetched>>>;

/// Fetches every page that can be reached from `start`, with a thread for each.
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    let states = States::default();
    states.lock().insert(start.to_owned(), None);
    thread::scope(|scope| visit(start.to_owned(), fetcher, scope, &states));
    let ended = |(url, page): (String, Option<Fetched>)| page.map(|page| (url, page));
    states.into_inner().into_iter().filter_map(ended).collect()
}

fn visit<'scope>(
    url: String,
    fetcher: &'scope dyn Fetcher,
    scope: &'scope Scope<'scope, '_>,
    states: &'scope States,
) {
    scope.spawn(move || {
        let page = fetcher.fetch(&url);
        let mut new = Vec::new();
        {
            let mut states = states.lock();
            for link in page.iter().flatten() {
                if !states.contains_key(link) {
                    states.insert(link.clone(), None);
                    new.push(link.clone());
                }
            }
            states.insert(url, Some(page));
        }
        for link in new {
            visit(link, fetcher, scope, states);
        }
    });
}
