//! A crawl as data, for other tools. Links are places in `pages`, so that a site with millions of
//! them fits in a file.

use serde::Serialize;

use crate::USER_AGENT;
use crate::client::Kind;
use crate::report::{Report, Visited};
use crate::site::Outcome;

/// The whole crawl.
#[derive(Serialize)]
pub(crate) struct Json<'a> {
    start: &'a str,
    agent: &'a str,
    crawler: &'a str,
    seconds: f64,
    stopped: bool,
    peak_in_flight: u64,
    bytes: u64,
    left_out: usize,
    pages: Vec<Page<'a>>,
}

/// One URL that was visited.
#[derive(Serialize)]
struct Page<'a> {
    url: &'a str,
    milliseconds: f64,
    #[serde(flatten)]
    outcome: Found<'a>,
    /// Which of `pages` it links to, counted from 0.
    links: &'a [usize],
}

/// What was found, by its name in `outcome`.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Found<'a> {
    Page {
        title: &'a str,
        bytes: u64,
        links_outside: usize,
    },
    Other {
        content_type: &'a str,
    },
    Redirect {
        status: u16,
    },
    Disallowed,
    Failed {
        kind: Kind,
        detail: &'a str,
    },
}

impl<'a> Json<'a> {
    pub(crate) fn new(report: &'a Report) -> Json<'a> {
        Json {
            start: &report.start,
            agent: USER_AGENT,
            crawler: report.with.name(),
            seconds: report.seconds,
            stopped: report.stopped,
            peak_in_flight: report.peak,
            bytes: report.bytes,
            left_out: report.left,
            pages: report.visited.iter().map(page).collect(),
        }
    }
}

fn page(visited: &Visited) -> Page<'_> {
    let outcome = match &visited.visit.outcome {
        Outcome::Page {
            title,
            bytes,
            outside,
        } => Found::Page {
            title,
            bytes: *bytes,
            links_outside: *outside,
        },
        Outcome::Other { kind } => Found::Other { content_type: kind },
        Outcome::Redirect { status } => Found::Redirect { status: *status },
        Outcome::Disallowed => Found::Disallowed,
        Outcome::Failed(trouble) => Found::Failed {
            kind: trouble.kind,
            detail: &trouble.detail,
        },
    };
    Page {
        url: &visited.url,
        milliseconds: visited.visit.time.as_secs_f64() * 1e3,
        outcome,
        links: &visited.links,
    }
}
