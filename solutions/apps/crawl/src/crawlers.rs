//! The lab's crawlers, by name. The one place that knows whose they are: the reference's, or with
//! the feature `student` those of `labs/crawler`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::ValueEnum;
use kit::web::{Cancel, Crawl, Fetcher, Limits};

#[cfg(feature = "student")]
use crawler::{polite, serial, with_channels, with_mutex};
#[cfg(not(feature = "student"))]
use crawler_solution::{polite, serial, with_channels, with_mutex};

/// Whose crawlers they are.
pub(crate) const WHOSE: &str = if cfg!(feature = "student") {
    "yours"
} else {
    "the reference"
};

/// A crawler of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum With {
    /// One page after the other.
    Serial,
    /// A thread for each page; only --max-pages bounds their number.
    Mutex,
    /// A coordinator and its workers, one for each fetch in flight.
    Channels,
    /// Limits in all and for each host.
    Polite,
}

impl With {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            With::Serial => "serial",
            With::Mutex => "mutex",
            With::Channels => "channels",
            With::Polite => "polite",
        }
    }

    /// Crawls. Blocks until it is done.
    ///
    /// # Errors
    ///
    /// What it said when it panicked.
    pub(crate) fn crawl(
        self,
        start: &str,
        fetcher: &dyn Fetcher,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<Crawl, String> {
        let crawl = AssertUnwindSafe(|| match self {
            With::Serial => serial::crawl(start, fetcher),
            With::Mutex => with_mutex::crawl(start, fetcher),
            With::Channels => with_channels::crawl(start, fetcher, limits.in_flight),
            With::Polite => polite::crawl(start, fetcher, limits, cancel),
        });
        catch_unwind(crawl).map_err(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            said.or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("no word")
                .to_owned()
        })
    }
}
