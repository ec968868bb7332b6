//! What has happened so far, as numbers: for the progress bar, while the crawl runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counts, shared by all threads. Each is exact; two that are read one after the other may be of
/// different moments.
#[derive(Debug)]
pub(crate) struct Tally {
    begun: Instant,
    /// URLs that the crawler was given.
    pub(crate) known: Count,
    /// URLs that are dealt with, pages or not.
    pub(crate) done: Count,
    pub(crate) failed: Count,
    pub(crate) bytes: Count,
    pub(crate) in_flight: Level,
    /// Fetches that the crawler has asked for and not got, in flight or waiting for a connection.
    pub(crate) asked: Level,
}

/// A number that threads count up and down.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn get(&self) -> u64 {
        // ORDERING: a number to be shown. Nothing else is read because of it.
        self.0.load(Ordering::Relaxed)
    }

    /// Adds, and gives the sum.
    pub(crate) fn add(&self, count: u64) -> u64 {
        // ORDERING: as in `get`.
        self.0.fetch_add(count, Ordering::Relaxed) + count
    }
}

impl Tally {
    pub(crate) fn new() -> Tally {
        Tally {
            begun: Instant::now(),
            known: Count::default(),
            done: Count::default(),
            failed: Count::default(),
            bytes: Count::default(),
            in_flight: Level::default(),
            asked: Level::default(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// How many of something there are at once, and the most that there were.
#[derive(Debug, Default)]
pub(crate) struct Level {
    now: Count,
    peak: AtomicU64,
}

impl Level {
    /// One more, until the guard is dropped.
    pub(crate) fn enter(&self) -> Inside<'_> {
        let now = self.now.add(1);
        // ORDERING: as in `Count::get`.
        self.peak.fetch_max(now, Ordering::Relaxed);
        Inside(self)
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.get()
    }

    pub(crate) fn peak(&self) -> u64 {
        // ORDERING: as in `Count::get`.
        self.peak.load(Ordering::Relaxed)
    }
}

/// One of those that a [`Level`] counts.
pub(crate) struct Inside<'a>(&'a Level);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        // ORDERING: as in `Count::get`.
        self.0.now.0.fetch_sub(1, Ordering::Relaxed);
    }
}
