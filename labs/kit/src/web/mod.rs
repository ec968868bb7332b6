//! Given to the lab `crawler`: what a crawler fetches with, how much it may do, and a synthetic web
//! to crawl.
//!
//! The one idea: a crawler sees a [`Fetcher`] and nothing else, so the same crawler runs on a
//! synthetic [`Web`], inside a model or outside, and on real HTTP.
//!
//! ```
//! use kit::web::{FetchError, Fetcher, Web};
//!
//! let web = Web::of("
//!     /   -> /a /b /a
//!     /a  -> /
//! ");
//! assert_eq!(web.fetch("/a"), Ok(vec!["/".to_owned()]));
//! assert_eq!(web.fetch("/b"), Err(FetchError::NotFound));
//! assert_eq!(web.fetches(), ["/a", "/b"]);
//! ```
//!
//! Not here: HTTP, HTML and what is the same URL; they are in the crate `crawl`.
mod limits;
mod log;
mod seed;
mod site;
mod synthetic;
mod text;

pub use limits::{Cancel, Limits};
pub use log::{Entry, What};
pub use site::{Response, Site};
pub use synthetic::Web;
pub use text::SiteError;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

/// What came of a fetch: the URLs that the page links to, in the page's order, absolute and without
/// fragments; a URL may be there twice. A redirect is a page with one link.
pub type Fetched = Result<Vec<String>, FetchError>;

/// What came of a crawl: every URL that was fetched, and what came of it.
pub type Crawl = BTreeMap<String, Fetched>;

/// Fetches pages. Threads share one.
///
/// A function from a URL to [`Fetched`] is one, too.
pub trait Fetcher: Sync {
    /// Fetches the page at `url`. Blocks until the answer is there.
    ///
    /// # Errors
    ///
    /// Where there is no page, or it could not be had.
    fn fetch(&self, url: &str) -> Fetched;
}

impl<F: Fn(&str) -> Fetched + Sync> Fetcher for F {
    fn fetch(&self, url: &str) -> Fetched {
        self(url)
    }
}

/// Why a page could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// The host answered that there is no such page.
    NotFound,
    /// The host failed, or did not answer.
    Failed(String),
    /// The fetch panicked. No fetcher says so; a crawler does that survives it.
    Panicked,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::NotFound => f.write_str("there is no such page"),
            FetchError::Failed(why) => f.write_str(why),
            FetchError::Panicked => f.write_str("the fetch panicked"),
        }
    }
}

impl Error for FetchError {}

/// The host of a URL: what stands between `//` and the next `/`, `?` or `#`. Where there is no
/// `//`, what stands before the first of these: `a/1` has the host `a`, and `/1` the host without a
/// name.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}
