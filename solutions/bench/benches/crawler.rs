//! Given: the exercises of the lab `crawler` on a synthetic web, next to the time that no crawler
//! can beat.
//!
//! A page is known only when a page that links to it is there. So with six levels of links and 10
//! ms for each page, no crawl takes less than 60 ms, however many threads it has: that is the peer.

use std::collections::HashSet;
use std::thread::{self, Scope};
use std::time::Duration;

use bench::Suite;
use kit::web::{Cancel, Fetcher, Limits, Site, Web};
use parking_lot::Mutex;

const PAGES: usize = 200;
const LEVELS: usize = 6;
const LATENCY: Duration = Duration::from_millis(10);

/// Who is measured by one call of theirs: one crawl.
const ONE: usize = 1;
const EXERCISE: &str = "crawler";

/// As many workers as there are pages on the widest level, and too few.
const WORKERS: usize = 64;
const FEW: usize = 16;

fn site() -> Site {
    Site::from_seed(6824, PAGES, LEVELS)
}

/// Makes a web, crawls it, and looks whether all of it was found.
fn crawl(crawler: impl Fn(&str, &Web) -> usize) {
    let web = Web::new(site()).latency(LATENCY);
    let found = crawler(web.site().start(), &web);
    assert_eq!(found, web.fetches().len(), "each page once");
}

/// The same benchmarks for the reference and for the student: only the crate differs.
macro_rules! of_the_course {
    ($module:ident, $crate_:ident, $serial:literal, $mutex:literal, $channels:literal, $few:literal, $polite:literal) => {
        mod $module {
            use super::*;
            use $crate_::{polite, serial, with_channels, with_mutex};

            pub(crate) fn measure(suite: &mut Suite) {
                suite.measure(EXERCISE, ONE, $serial, |_, _| {
                    crawl(|start, web| serial::crawl(start, web).len())
                });
                suite.measure(EXERCISE, ONE, $mutex, |_, _| {
                    crawl(|start, web| with_mutex::crawl(start, web).len())
                });
                suite.measure(EXERCISE, ONE, $channels, |_, _| {
                    crawl(|start, web| with_channels::crawl(start, web, WORKERS).len())
                });
                suite.measure(EXERCISE, ONE, $few, |_, _| {
                    crawl(|start, web| with_channels::crawl(start, web, FEW).len())
                });
                let limits = Limits {
                    in_flight: WORKERS,
                    per_host: WORKERS,
                    ..Limits::default()
                };
                suite.measure(EXERCISE, ONE, $polite, |_, _| {
                    crawl(|start, web| polite::crawl(start, web, &limits, &Cancel::new()).len())
                });
            }
        }
    };
}

of_the_course!(
    reference,
    crawler_solution,
    "serial",
    "with_mutex",
    "with_channels, 64",
    "with_channels, 16",
    "polite, 64"
);
#[cfg(feature = "student")]
of_the_course!(
    student,
    crawler,
    "yours: serial",
    "yours: with_mutex",
    "yours: with_channels, 64",
    "yours: with_channels, 16",
    "yours: polite, 64"
);

/// The lecture's handout taken literally: a thread for each link, which looks whether there is
/// anything to do.
fn a_thread_for_each_link<'scope>(
    url: String,
    scope: &'scope Scope<'scope, '_>,
    web: &'scope Web,
    known: &'scope Mutex<HashSet<String>>,
) {
    if !known.lock().insert(url.clone()) {
        return;
    }
    for link in web.fetch(&url).into_iter().flatten() {
        scope.spawn(move || a_thread_for_each_link(link, scope, web, known));
    }
}

fn main() {
    let mut suite = Suite::from_args();
    let (_, levels) = site().expected();
    suite.measure(EXERCISE, ONE, "levels x latency", |_, _| {
        (0..levels).for_each(|_| thread::sleep(LATENCY));
    });
    suite.measure(EXERCISE, ONE, "a thread for each link", |_, _| {
        crawl(|start, web| {
            let known = Mutex::default();
            thread::scope(|scope| a_thread_for_each_link(start.to_owned(), scope, web, &known));
            known.into_inner().len()
        });
    });
    reference::measure(&mut suite);
    #[cfg(feature = "student")]
    student::measure(&mut suite);
    suite.finish();
}
