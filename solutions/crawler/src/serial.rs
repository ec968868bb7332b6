//! You write this file: a crawler of one thread.
//!
//! [`crawl`] fetches a page, then the pages that it links to, then those that they link to, each
//! page once. It is the crawler that the others are compared with: same result, more time.
//!
//! Watch for:
//! - pages link in circles, and to themselves;
//! - a page that could not be fetched has been tried: once is enough;
//! - depth first: all that is behind a page's first link comes before its second link;
//! - a site may be deeper than the stack of a thread: calling yourself for each link goes well
//!   until it does not.
//!
//! Not here: fetching two pages at once. While one is on its way, this crawler does nothing.
//!
//! Read: notes/crawler.md, "One page after the other".

use kit::web::{Crawl, Fetcher};

/// Fetches every page that can be reached from `start`, `start` first, each URL once, and gives
/// what came of each. Two URLs are the same if they are the same text.
///
/// Depth first: everything new behind a page's first link is fetched before its second link. A page
/// that could not be had is in the result with its error, and is not tried again. A chain of links
/// may be of any length.
///
/// Blocks until all of it has been fetched.
///
/// # Panics
///
/// If a fetch panics.
///
/// # Examples
///
/// ```no_run
/// use crawler::serial::crawl;
/// use kit::web::{FetchError, Web};
///
/// let web = Web::of("/ -> /a /gone");
/// let pages = crawl("/", &web);
/// assert_eq!(pages["/"], Ok(vec!["/a".to_owned(), "/gone".to_owned()]));
/// assert_eq!(pages["/gone"], Err(FetchError::NotFound));
/// ```
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    // LAB: let _ = fetcher;
    let mut pages = Crawl::new();
    // What is still to be looked at, the next one last. A URL may be here several times: whether it
    // is new is decided when it is taken out.
    let mut waiting = vec![start.to_owned()];
    // LAB: end
    // LAB: todo!("fetch {start} and all that can be reached from it, each once")
    while let Some(url) = waiting.pop() {
        if pages.contains_key(&url) {
            continue;
        }
        let page = fetcher.fetch(&url);
        if let Ok(links) = &page {
            // Backwards, so that the first link is taken out first.
            waiting.extend(links.iter().rev().cloned());
        }
        // An error is an answer, too: the URL is known from here on.
        pages.insert(url, page);
    }
    pages
    // LAB: end
}
