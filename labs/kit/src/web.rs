//! Given to the lab `crawler`: what a crawler fetches with, and a synthetic web to crawl.

use std::collections::BTreeMap;

/// What came of a fetch: the URLs that the page links to, in the page's order, absolute and without
/// fragments; a URL may be there twice. A redirect is a page with one link.
pub type Fetched = Result<Vec<String>, FetchError>;

/// What came of a crawl: every URL that was fetched, and what came of it.
pub type Crawl = BTreeMap<String, Fetched>;

/// Fetches pages. Threads share one.
pub trait Fetcher: Sync {
    /// Fetches the page at `url`. Blocks until the answer is there.
    ///
    /// # Errors
    ///
    /// Where there is no page, or it could not be had.
    fn fetch(&self, url: &str) -> Fetched;
}

/// Why a page could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// The host answered that there is no such page.
    NotFound,
    /// The host failed, or did not answer.
    Failed(String),
}

/// The host of a URL: what stands between `//` and the next `/`; the whole text where there is no `//`.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}
