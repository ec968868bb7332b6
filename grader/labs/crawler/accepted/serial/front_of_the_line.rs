//! Another right answer: one line of URLs, and the links of a page go in at its front; a place in
//! the result is taken before the fetch.

use std::collections::VecDeque;
use std::collections::btree_map::Entry;

use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, depth first.
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    let mut pages = Crawl::new();
    let mut line = VecDeque::from([start.to_owned()]);
    while let Some(url) = line.pop_front() {
        if let Entry::Vacant(place) = pages.entry(url) {
            let page = fetcher.fetch(place.key());
            for link in page.iter().flatten().rev() {
                line.push_front(link.clone());
            }
            place.insert(page);
        }
    }
    pages
}
