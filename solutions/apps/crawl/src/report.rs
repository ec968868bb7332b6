//! What a crawl found, in one place: every output is a view of it.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::web::Crawl;

use crate::client::{Kind, Trouble};
use crate::crawlers::{WHOSE, With};
use crate::site::{Found, Outcome, Visit};

/// A crawl that has ended.
pub(crate) struct Report {
    pub(crate) start: String,
    pub(crate) with: With,
    pub(crate) whose: &'static str,
    pub(crate) seconds: f64,
    /// Ended by Ctrl-C.
    pub(crate) stopped: bool,
    /// The limit on pages, if URLs were left out.
    pub(crate) pages: usize,
    /// URLs that were seen and not fetched.
    pub(crate) left: usize,
    /// The most fetches that were in flight at once.
    pub(crate) peak: u64,
    /// The most that the crawler asked for at once. More than `peak` if they waited for
    /// connections.
    pub(crate) asked: u64,
    pub(crate) bytes: u64,
    /// What was visited, in the order of the URLs.
    pub(crate) visited: Vec<Visited>,
}

/// A URL that was visited.
pub(crate) struct Visited {
    pub(crate) url: String,
    pub(crate) visit: Visit,
    /// Places in [`Report::visited`] that it links to, each once, itself not among them.
    pub(crate) links: Vec<usize>,
}

impl Report {
    /// Puts together what the crawler gave back and what the site took note of.
    pub(crate) fn new(
        start: String,
        with: With,
        pages: usize,
        stopped: bool,
        crawl: &Crawl,
        mut found: Found,
    ) -> Report {
        let seconds = found.tally.elapsed().as_secs_f64();
        let urls = crawl.keys().filter(|url| found.visits.contains_key(*url));
        let places: BTreeMap<&str, usize> = urls
            .enumerate()
            .map(|(place, url)| (url.as_str(), place))
            .collect();
        let visited = places.iter().map(|(url, place)| {
            let links = crawl[*url].iter().flatten();
            let links = links.filter_map(|link| places.get(link.as_str()).copied());
            Visited {
                url: (*url).to_owned(),
                visit: found
                    .visits
                    .remove(*url)
                    .expect("only what was visited has a place"),
                links: links.filter(|link| link != place).collect(),
            }
        });
        Report {
            visited: visited.collect(),
            whose: WHOSE,
            left: found.left,
            peak: found.tally.in_flight.peak(),
            asked: found.tally.asked.peak(),
            bytes: found.tally.bytes.get(),
            start,
            with,
            seconds,
            stopped,
            pages,
        }
    }

    /// How many were of each sort.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for visited in &self.visited {
            match &visited.visit.outcome {
                Outcome::Page { outside, .. } => {
                    counts.pages += 1;
                    counts.outside += outside;
                }
                Outcome::Redirect { .. } => counts.redirects += 1,
                Outcome::Other { kind } => *counts.others.entry(kind.clone()).or_default() += 1,
                Outcome::Disallowed => counts.disallowed += 1,
                Outcome::Failed(trouble) => *counts.failed.entry(trouble.kind).or_default() += 1,
            }
            counts.again += usize::from(visited.visit.times > 1);
        }
        counts
    }

    /// What failed, with the trouble and a page that links there.
    pub(crate) fn failures(&self) -> Vec<Failure<'_>> {
        let mut from = BTreeMap::new();
        for visited in &self.visited {
            for link in &visited.links {
                from.entry(*link).or_insert(visited.url.as_str());
            }
        }
        let failures =
            self.visited
                .iter()
                .enumerate()
                .filter_map(|(place, it)| match &it.visit.outcome {
                    Outcome::Failed(trouble) => Some(Failure {
                        url: &it.url,
                        trouble,
                        from: from.get(&place).copied(),
                    }),
                    _ => None,
                });
        failures.collect()
    }

    /// The time that a fetch took, at the middle and at the slowest.
    pub(crate) fn times(&self) -> Option<(Duration, Duration)> {
        let mut times: Vec<Duration> = self.visited.iter().map(|it| it.visit.time).collect();
        times.sort_unstable();
        Some((*times.get(times.len() / 2)?, *times.last()?))
    }
}

/// A URL that could not be had.
pub(crate) struct Failure<'a> {
    pub(crate) url: &'a str,
    pub(crate) trouble: &'a Trouble,
    /// A page that links to it.
    pub(crate) from: Option<&'a str>,
}

/// How many were of each sort.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) pages: usize,
    pub(crate) redirects: usize,
    /// Files that are not pages, by their type.
    pub(crate) others: BTreeMap<String, usize>,
    pub(crate) disallowed: usize,
    pub(crate) failed: BTreeMap<Kind, usize>,
    /// Links of pages that lead out of the site.
    pub(crate) outside: usize,
    /// URLs that were fetched more than once: a mistake of the crawler.
    pub(crate) again: usize,
}
