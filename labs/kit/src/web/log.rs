//! What was fetched when, and how much of it at once.
use super::host;
use std::collections::BTreeMap;

/// One line of a [`Web`](super::Web)'s log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was fetched.
    pub url: String,
    /// What happened to it.
    pub what: What,
    /// Fetches in flight after that, in all.
    pub in_flight: usize,
    /// Fetches in flight after that at the host of this one.
    pub at_host: usize,
}

/// What happens to a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It began.
    Began,
    /// It has ended, with whatever answer or with a panic.
    Ended,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    in_flight: usize,
    at_host: BTreeMap<String, usize>,
}

impl Log {
    /// How many fetches of `url` have begun.
    pub(super) fn begun(&self, url: &str) -> usize {
        let begun = |entry: &&Entry| entry.what == What::Began && entry.url == url;
        self.entries.iter().filter(begun).count()
    }

    /// Writes down that a fetch began or ended; says how many are in flight after that.
    pub(super) fn write(&mut self, url: &str, what: What) -> usize {
        let at_host = self.at_host.entry(host(url).to_owned()).or_default();
        match what {
            What::Began => (self.in_flight, *at_host) = (self.in_flight + 1, *at_host + 1),
            What::Ended => (self.in_flight, *at_host) = (self.in_flight - 1, *at_host - 1),
        }
        self.entries.push(Entry {
            url: url.to_owned(),
            what,
            in_flight: self.in_flight,
            at_host: *at_host,
        });
        self.in_flight
    }
}
