//! Crawls a real site over HTTP with the crawlers of the lab `crawler`.
//!
//! The one idea: the lab's crawlers are handed a [`kit::web::Fetcher`] that fetches real pages, and
//! do not notice. What they decide, who fetches which page when, is theirs; all else is here, and
//! the same for each of them.
//!
//! A request is `client`'s, a page's links are `page`'s, `site` puts them together. Then a `report`
//! of what was found is shown as text (`summary`), as data (`json`) and as a drawing (`graph`).
//!
//! Not here: scripts of pages, cookies, forms, and anything else that takes more than an address to
//! get to.

pub mod cli;
mod client;
mod crawlers;
mod graph;
mod json;
mod page;
mod progress;
mod report;
mod robots;
mod scope;
mod site;
mod summary;
mod tally;
#[cfg(test)]
mod tests;

/// The crawler's name, as `robots.txt` may say it.
pub(crate) const AGENT: &str = "weft-crawl";

/// What hosts are told.
pub(crate) const USER_AGENT: &str = concat!(
    "weft-crawl/",
    env!("CARGO_PKG_VERSION"),
    " (a crawler written in a course)"
);
