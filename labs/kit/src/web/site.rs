//! A site as data: which pages there are, and how each answers.
use super::{Crawl, FetchError, Fetched, host};
use crate::explore::panic_on_purpose;
use std::collections::BTreeMap;
use std::time::Duration;

/// Pages that link to each other. What is not a page is answered with "there is no such page".
///
/// It comes from a text ([`parse`](str::parse), [`Site::open`]) or from a seed
/// ([`Site::from_seed`]).
///
/// # The text
///
/// One line for each page, host or gate, in any order; the crawl starts at the first page.
///
/// | line | says |
/// |---|---|
/// | `/a -> /b /c /b` | `/a` is a page that links to `/b` and `/c`, to `/b` twice |
/// | `/b ->` | a page without links |
/// | `/old => /b` | a redirect |
/// | `/c ! connection reset` | fetching `/c` fails, for this reason |
/// | `/d !!` | fetching `/d` panics (in a model: on purpose) |
/// | `host a.example 50ms` | every page of this host takes so long |
/// | `host b.example ! no answer` | every page of this host fails |
/// | `gate 2 /a /c` | `/a` and `/c` answer only once two fetches have been in flight together |
/// | `# …` | nothing |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub(super) start: String,
    pub(super) pages: BTreeMap<String, Response>,
    pub(super) hosts: BTreeMap<String, Host>,
    /// How many fetches have to be in flight together before a page answers.
    pub(super) gates: BTreeMap<String, usize>,
}

/// How a page answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// With links, in this order.
    Links(Vec<String>),
    /// With another place to look.
    Redirect(String),
    /// Not, for a reason.
    Fails(String),
    /// With a panic in the fetcher.
    Panics,
}

/// What is true of all pages of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) latency: Duration,
    pub(super) fails: Option<String>,
}

impl Site {
    /// Where a crawl starts.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// The pages there are, and how each answers. That of a host that fails does not, whatever
    /// stands here.
    pub fn pages(&self) -> &BTreeMap<String, Response> {
        &self.pages
    }

    /// What fetching `url` comes to.
    ///
    /// # Panics
    ///
    /// If the page says so: [on purpose](crate::explore::panic_on_purpose).
    pub fn answer(&self, url: &str) -> Fetched {
        if let Some(why) = self
            .hosts
            .get(host(url))
            .and_then(|host| host.fails.clone())
        {
            return Err(FetchError::Failed(why));
        }
        match self.pages.get(url) {
            None => Err(FetchError::NotFound),
            Some(Response::Links(links)) => Ok(links.clone()),
            Some(Response::Redirect(to)) => Ok(vec![to.clone()]),
            Some(Response::Fails(why)) => Err(FetchError::Failed(why.clone())),
            Some(Response::Panics) => panic_on_purpose("this page's fetch panics"),
        }
    }

    /// How long the host of `url` takes to answer.
    pub fn latency(&self, url: &str) -> Duration {
        self.hosts
            .get(host(url))
            .map_or(Duration::ZERO, |host| host.latency)
    }

    /// What a crawl has to find, page by page, and how many levels of links there are from the
    /// start: no crawl can do with fewer fetches one after the other.
    pub fn expected(&self) -> (Crawl, usize) {
        let mut found = Crawl::new();
        let mut level = vec![self.start.clone()];
        let mut levels = 0;
        while !level.is_empty() {
            levels += 1;
            let mut links = Vec::new();
            for url in level {
                let page = match self.pages.get(&url) {
                    Some(Response::Panics) => Err(FetchError::Panicked),
                    _ => self.answer(&url),
                };
                links.extend(page.iter().flatten().cloned());
                found.insert(url, page);
            }
            links.retain(|url| !found.contains_key(url));
            level = links;
        }
        (found, levels)
    }
}
