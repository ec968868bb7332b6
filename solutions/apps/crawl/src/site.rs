//! A real site as the crawlers see it: a [`Fetcher`] over HTTP, and what it found.
//!
//! The one idea: everything that a crawl of a real site needs and the lab does not teach is decided
//! here, once and for all crawlers alike: what belongs to the site, what its host allows, how many
//! pages there may be, and when to stop. A crawler only ever sees links that it may follow.
//!
//! Not here: who fetches what when. That is the crawler's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kit::sync::Mutex;
use kit::web::{Cancel, FetchError, Fetched, Fetcher};
use url::Url;

use crate::client::{Answer, Client, Cost, Kind, Trouble};
use crate::page::{Page, resolve};
use crate::robots::Rules;
use crate::scope::{Reach, Scope};
use crate::tally::Tally;

/// URLs that are left out are told apart up to here. A page can name a million, and each of a
/// thousand pages others.
pub(crate) const LEFT: usize = 1_000_000;

/// A site that is being crawled.
pub(crate) struct Site {
    client: Client,
    rules: Rules,
    scope: Scope,
    gate: Mutex<Gate>,
    visits: Mutex<HashMap<String, Visit>>,
    /// Raised, the crawl ends: what is in flight is waited for, and nothing more is begun.
    stop: Arc<Cancel>,
    pub(crate) tally: Tally,
}

/// What came of one URL.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) outcome: Outcome,
    pub(crate) time: Duration,
    /// How often it was fetched: once, or the crawler is wrong.
    pub(crate) times: u32,
}

/// What was found at a URL.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A page; `outside` counts its links that are not of the site.
    Page {
        title: String,
        bytes: u64,
        outside: usize,
    },
    /// A file of another type, which was not read.
    Other { kind: String },
    /// A redirect, by which status.
    Redirect { status: u16 },
    /// `robots.txt` keeps it to its owner; it was not asked for.
    Disallowed,
    /// Nothing.
    Failed(Trouble),
}

/// How many URLs there may be. Guarded by `Site::gate`.
struct Gate {
    /// Those that were given to the crawler.
    open: HashSet<String>,
    /// Those that came when there were enough; [`LEFT`] at most.
    left: HashSet<String>,
    /// `open` may have that many.
    pages: usize,
}

/// What is left when the crawl has ended.
pub(crate) struct Found {
    pub(crate) visits: HashMap<String, Visit>,
    /// URLs that were seen and not fetched.
    pub(crate) left: usize,
    pub(crate) tally: Tally,
}

impl Site {
    pub(crate) fn new(
        start: &Url,
        reach: Reach,
        pages: usize,
        cost: Cost,
        stop: Arc<Cancel>,
    ) -> Site {
        let tally = Tally::new();
        tally.known.add(1);
        Site {
            client: Client::new(cost),
            rules: Rules::default(),
            scope: Scope::new(start, reach),
            gate: Mutex::new(Gate {
                open: HashSet::from([start.to_string()]),
                left: HashSet::new(),
                pages,
            }),
            visits: Mutex::default(),
            stop,
            tally,
        }
    }

    /// Whether the crawl is to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// What is left when the crawl has ended.
    pub(crate) fn found(self) -> Found {
        let (gate, visits) = (self.gate.into_inner(), self.visits.into_inner());
        let unvisited = gate.open.iter().filter(|url| !visits.contains_key(*url));
        Found {
            left: gate.left.len() + unvisited.count(),
            visits,
            tally: self.tally,
        }
    }

    /// Fetches `url`: what was found there, and where it leads. `begun` becomes the time when it
    /// was in flight.
    fn look(&self, url: &Url, begun: &mut Instant) -> Result<(Outcome, Vec<Url>), Trouble> {
        if !self.rules.allow(url, &self.client)? {
            return Ok((Outcome::Disallowed, Vec::new()));
        }
        let answer = self.client.get(url, || {
            *begun = Instant::now();
            self.tally.in_flight.enter()
        });
        match answer? {
            Answer::Html(html) => {
                let bytes = html.len() as u64;
                self.tally.bytes.add(bytes);
                let Page { title, links } = Page::read(url, &html);
                let all = links.len();
                let links: Vec<Url> = links
                    .into_iter()
                    .filter(|link| self.scope.has(link))
                    .collect();
                Ok((
                    Outcome::Page {
                        title,
                        bytes,
                        outside: all - links.len(),
                    },
                    links,
                ))
            }
            Answer::Other(kind) => Ok((Outcome::Other { kind }, Vec::new())),
            Answer::Redirect { status, to } => {
                let to = resolve(url, &to)
                    .ok_or_else(|| Trouble::broken(format!("redirects to {to:?}")))?;
                self.scope.redirected(url, &to);
                let links = if self.scope.has(&to) {
                    vec![to]
                } else {
                    Vec::new()
                };
                Ok((Outcome::Redirect { status }, links))
            }
        }
    }

    /// Those of the links that the crawler may follow.
    fn admit(&self, links: Vec<Url>) -> Vec<String> {
        let mut gate = self.gate.lock();
        let links = links.into_iter().map(String::from);
        links
            .filter(|link| gate.admits(link, &self.tally, self.stop.is_cancelled()))
            .collect()
    }

    fn note(&self, url: &str, outcome: Outcome, time: Duration) {
        self.tally.done.add(1);
        if matches!(outcome, Outcome::Failed(_)) {
            self.tally.failed.add(1);
        }
        let mut visits = self.visits.lock();
        let times = visits.get(url).map_or(0, |visit| visit.times) + 1;
        visits.insert(
            url.to_owned(),
            Visit {
                outcome,
                time,
                times,
            },
        );
    }
}

impl Gate {
    fn admits(&mut self, link: &str, tally: &Tally, stopped: bool) -> bool {
        if self.open.contains(link) {
            return true;
        }
        if stopped || self.open.len() >= self.pages {
            if self.left.len() < LEFT {
                self.left.insert(link.to_owned());
            }
            return false;
        }
        tally.known.add(1);
        self.open.insert(link.to_owned())
    }
}

impl Fetcher for Site {
    fn fetch(&self, url: &str) -> Fetched {
        if self.stop.is_cancelled() {
            return Err(FetchError::Failed("the crawl was stopped".to_owned()));
        }
        let _asked = self.tally.asked.enter();
        let mut begun = Instant::now();
        let address = Url::parse(url).map_err(Trouble::broken);
        let (outcome, fetched) = match address.and_then(|address| self.look(&address, &mut begun)) {
            Ok((outcome, links)) => (outcome, Ok(self.admit(links))),
            Err(trouble) if trouble.kind == Kind::NotFound => {
                (Outcome::Failed(trouble), Err(FetchError::NotFound))
            }
            Err(trouble) => {
                let error = FetchError::Failed(trouble.to_string());
                (Outcome::Failed(trouble), Err(error))
            }
        };
        self.note(url, outcome, begun.elapsed());
        fetched
    }
}
