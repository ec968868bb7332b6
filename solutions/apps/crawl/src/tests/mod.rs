//! Hosts as they are, and as they are at their worst.

mod host;
mod hostile;
mod site;

use std::sync::Arc;
use std::time::Duration;

use kit::web::{Cancel, Limits};
use url::Url;

use crate::client::Cost;
use crate::crawlers::With;
use crate::report::Report;
use crate::scope::Reach;
use crate::site::{Outcome, Site};

/// What most tests allow. Only a host that says nothing comes to the end of the time.
const COST: Cost = Cost {
    timeout: Duration::from_secs(30),
    size: 1_000_000,
};

fn site(start: &str, pages: usize, cost: Cost) -> Site {
    Site::new(
        &Url::parse(start).unwrap(),
        Reach::Host,
        pages,
        cost,
        Arc::new(Cancel::new()),
    )
}

/// Crawls from `start`.
fn crawl(start: &str, with: With, pages: usize) -> Report {
    let site = site(start, pages, COST);
    let limits = Limits {
        in_flight: 4,
        per_host: 2,
        pages,
    };
    let crawl = with.crawl(start, &site, &limits, &Cancel::new()).unwrap();
    Report::new(start.to_owned(), with, pages, false, &crawl, site.found())
}

const ALL: [With; 4] = [With::Serial, With::Mutex, With::Channels, With::Polite];

/// What was visited, as `path: outcome`, in the order of the paths.
fn outcomes(report: &Report) -> Vec<String> {
    let lines = report.visited.iter().map(|it| {
        let path = Url::parse(&it.url).unwrap().path().to_owned();
        match &it.visit.outcome {
            Outcome::Page { title, .. } => format!("{path}: {title}"),
            Outcome::Other { kind } => format!("{path}: {kind}"),
            Outcome::Redirect { status } => format!("{path}: {status}"),
            Outcome::Disallowed => format!("{path}: disallowed"),
            Outcome::Failed(trouble) => format!("{path}: {:?}", trouble.kind),
        }
    });
    lines.collect()
}
