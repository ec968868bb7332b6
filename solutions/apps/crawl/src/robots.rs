//! What hosts allow: each host's `robots.txt`, fetched once.
//!
//! The one idea: whoever comes first fetches, and the others of that host wait for it. What an
//! answer means is RFC 9309: no such file allows all, a host that fails allows nothing.
//!
//! Not here: `Crawl-delay`, which the standard does not have. How much a crawl asks of a host is
//! `--per-host`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use kit::sync::Mutex;
use robotxt::{AccessResult, Robots};
use url::{Origin, Url};

use crate::AGENT;
use crate::client::{Client, Trouble};

/// The rules of all hosts that were asked.
#[derive(Default)]
pub(crate) struct Rules {
    /// Held to look up or to add, never while a file is fetched.
    hosts: Mutex<HashMap<Origin, Arc<Host>>>,
}

/// The rules of a host, once they are there; or what was the trouble.
type Host = OnceLock<Result<Robots, Trouble>>;

impl Rules {
    /// Whether `url` may be fetched. Blocks until its host's rules are there.
    ///
    /// # Errors
    ///
    /// The trouble on the way to them: then the host cannot be reached, and nothing of it may be
    /// fetched.
    pub(crate) fn allow(&self, url: &Url, client: &Client) -> Result<bool, Trouble> {
        let host = Arc::clone(self.hosts.lock().entry(url.origin()).or_default());
        let robots = host.get_or_init(|| ask(url, client));
        robots
            .as_ref()
            .map(|robots| robots.is_url_allowed(url))
            .map_err(Trouble::clone)
    }
}

fn ask(url: &Url, client: &Client) -> Result<Robots, Trouble> {
    let file = robotxt::robots_url(url).map_err(Trouble::broken)?;
    let (status, text) = client.get_text(&file, robotxt::BYTE_LIMIT + 1)?;
    let access = match status {
        200..300 => AccessResult::Successful(&text),
        // Redirects that did not end.
        300..400 => AccessResult::TooManyRedirects,
        // Not "no such file" but "not now".
        429 => AccessResult::Unreachable,
        400..500 => AccessResult::Unavailable,
        _ => AccessResult::Unreachable,
    };
    Ok(Robots::from_access(access, AGENT))
}
