//! Another right answer: what a recursion would have on its stack, the links that are still to be
//! followed of each page on the way down, in a list of its own.

use std::vec::IntoIter;

use kit::collections::HashSet;
use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, depth first.
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    let mut pages = Crawl::new();
    let mut known: HashSet<String> = HashSet::default();
    let mut way_down: Vec<IntoIter<String>> = vec![vec![start.to_owned()].into_iter()];
    while let Some(links) = way_down.last_mut() {
        match links.next() {
            None => {
                way_down.pop();
            }
            Some(url) if known.insert(url.clone()) => {
                let page = fetcher.fetch(&url);
                way_down.push(page.clone().unwrap_or_default().into_iter());
                pages.insert(url, page);
            }
            Some(_) => {}
        }
    }
    pages
}
