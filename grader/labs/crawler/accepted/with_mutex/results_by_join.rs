//! Another right answer: only what is known is shared. Each thread joins those that it has started,
//! and returns what they and it have found.

use std::panic::resume_unwind;

use kit::collections::HashSet;
use kit::sync::Mutex;
use kit::thread::{self, Scope, ScopedJoinHandle};
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, with a thread for each.
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    let known = Mutex::new(HashSet::default());
    known.lock().insert(start.to_owned());
    thread::scope(|scope| joined(visit(start.to_owned(), fetcher, scope, &known)))
}

type Visit<'scope> = ScopedJoinHandle<'scope, Crawl>;

fn visit<'scope>(
    url: String,
    fetcher: &'scope dyn Fetcher,
    scope: &'scope Scope<'scope, '_>,
    known: &'scope Mutex<HashSet<String>>,
) -> Visit<'scope> {
    scope.spawn(move || {
        let page = fetcher.fetch(&url);
        let new = |link: &&String| known.lock().insert((*link).clone());
        // All are started before the first is waited for.
        let below: Vec<Visit> = page
            .iter()
            .flatten()
            .filter(new)
            .map(|link| visit(link.clone(), fetcher, scope, known))
            .collect();
        let mut pages: Crawl = below.into_iter().flat_map(joined).collect();
        pages.insert(url, page);
        pages
    })
}

fn joined(visit: Visit<'_>) -> Crawl {
    visit.join().unwrap_or_else(|panic| resume_unwind(panic))
}
