//! A web that answers as a site says, and writes down what was fetched.
use super::log::Log;
use super::{Crawl, Entry, FetchError, Fetched, Fetcher, Site, What, host};
use crate::step::Step;
use crate::sync::{Condvar, Mutex};
use crate::time::Duration;
use crate::{note, thread};

/// A synthetic web: it answers as a [`Site`] says, takes its time, and logs every fetch. Each fetch
/// stands in the picture of a failing search.
///
/// In a model a fetch is two steps, beginning and end, between which other threads come; no time
/// passes. Make it inside the scenario, as everything.
///
/// # Examples
///
/// ```
/// use kit::thread;
/// use kit::web::{Fetcher, Web};
///
/// // Two pages that answer only once two fetches are in flight: fetched one after the other, they
/// // would block for ever.
/// let web = Web::of("
///     /a ->
///     /b ->
///     gate 2 /a /b
/// ");
/// thread::scope(|s| {
///     s.spawn(|| web.fetch("/a"));
///     s.spawn(|| web.fetch("/b"));
/// });
/// assert_eq!(web.peak(), 2);
/// ```
pub struct Web {
    site: Site,
    latency: Duration,
    each_once: bool,
    /// Where the checker may let another thread go first: a fetch begins, a fetch ends. It orders
    /// no memory, as a real fetch does not.
    moment: Step,
    /// A plain lock, held between two steps of the checker only, which sees nothing of it.
    log: parking_lot::Mutex<Log>,
    gate: Gate,
}

impl Web {
    /// A web that answers as `site` says.
    #[track_caller]
    pub fn new(site: Site) -> Web {
        Web {
            site,
            latency: Duration::ZERO,
            each_once: false,
            moment: Step::new(),
            log: parking_lot::Mutex::default(),
            gate: Gate::new(),
        }
    }

    /// A web from the text of a [`Site`].
    ///
    /// # Panics
    ///
    /// If the text is not a site: with the line and the remedy.
    #[track_caller]
    pub fn of(text: &str) -> Web {
        match text.parse() {
            Ok(site) => Web::new(site),
            Err(error) => panic!("{error}"),
        }
    }

    /// The same web, where every fetch takes at least so long.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Web {
        self.latency = latency;
        self
    }

    /// The same web, where fetching a URL for the second time panics: a crawl that would never end
    /// does, and a search draws how it came to that.
    #[must_use]
    pub fn each_once(mut self) -> Web {
        self.each_once = true;
        self
    }

    /// What it answers from.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Every beginning and end of a fetch, in their order.
    pub fn log(&self) -> Vec<Entry> {
        self.log.lock().entries.clone()
    }

    /// The URLs that were fetched, in the order in which the fetches began; one that was fetched
    /// twice is there twice.
    pub fn fetches(&self) -> Vec<String> {
        let log = self.log.lock();
        let began = log.entries.iter().filter(|entry| entry.what == What::Began);
        began.map(|entry| entry.url.clone()).collect()
    }

    /// The URLs that were fetched more than once.
    pub fn fetched_twice(&self) -> Vec<String> {
        let mut fetches = self.fetches();
        fetches.sort();
        let mut twice: Vec<String> = fetches
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0].clone())
            .collect();
        twice.dedup();
        twice
    }

    /// How many fetches are in flight.
    pub fn in_flight(&self) -> usize {
        self.log
            .lock()
            .entries
            .last()
            .map_or(0, |last| last.in_flight)
    }

    /// How many fetches were in flight at most.
    pub fn peak(&self) -> usize {
        let log = self.log.lock();
        log.entries
            .iter()
            .map(|entry| entry.in_flight)
            .max()
            .unwrap_or(0)
    }

    /// How many fetches were in flight at most at one host.
    pub fn peak_at(&self, name: &str) -> usize {
        let log = self.log.lock();
        let here = log.entries.iter().filter(|entry| host(&entry.url) == name);
        here.map(|entry| entry.at_host).max().unwrap_or(0)
    }

    /// Says that a crawl from the start fetched everything that can be reached, each once, and gave
    /// what came of it.
    ///
    /// # Panics
    ///
    /// If it did not: with the URL that is missing, too much, fetched twice or other than it should
    /// be.
    #[track_caller]
    pub fn assert_crawled(&self, pages: &Crawl) {
        let (expected, _) = self.site.expected();
        let fetches = self.fetches();
        let twice = self.fetched_twice();
        assert!(
            twice.is_empty(),
            "fetched more than once: {}",
            twice.join(", ")
        );
        for (url, page) in &expected {
            let Some(found) = pages.get(url) else {
                panic!("{url} can be reached, and is missing in the result");
            };
            assert_eq!(found, page, "what came of {url}");
            assert!(
                fetches.contains(url),
                "{url} is in the result, and was never fetched"
            );
        }
        let too_much = pages.keys().find(|url| !expected.contains_key(*url));
        let too_much = too_much.or(fetches.iter().find(|url| !expected.contains_key(*url)));
        assert_eq!(too_much, None, "no link leads there");
    }

    fn write(&self, url: &str, what: What) -> usize {
        self.moment.step();
        self.log.lock().write(url, what)
    }
}

impl Fetcher for Web {
    fn fetch(&self, url: &str) -> Fetched {
        crate::within(|| self.answer(url))
    }
}

impl Web {
    fn answer(&self, url: &str) -> Fetched {
        let in_flight = self.write(url, What::Began);
        note(&format!("fetch {url}"));
        let under_way = UnderWay { web: self, url };
        if self.each_once {
            let begun = self.log.lock().begun(url);
            assert!(begun == 1, "{url} is fetched for the second time");
        }
        if !self.site.gates.is_empty() {
            let needed = self.site.gates.get(url).copied().unwrap_or(0);
            self.gate.pass(url, in_flight, needed);
        }
        let latency = self.latency + self.site.latency(url);
        if !latency.is_zero() {
            thread::sleep(latency);
        }
        let page = self.site.answer(url);
        drop(under_way);
        note(&match &page {
            Ok(links) if links.len() == 1 => format!("{url} has one link"),
            Ok(links) => format!("{url} has {} links", links.len()),
            Err(FetchError::NotFound) => format!("{url} does not exist"),
            Err(error) => format!("{url} failed: {error}"),
        });
        page
    }
}

/// Writes the end down, even that of a fetch that panics.
struct UnderWay<'a> {
    web: &'a Web,
    url: &'a str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.web.write(self.url, What::Ended);
    }
}

/// Opens when enough fetches are in flight together, and stays open.
struct Gate {
    /// The most fetches that were in flight together.
    most_in_flight: Mutex<usize>,
    /// Notified when that rises.
    more_in_flight: Condvar,
}

impl Gate {
    // Not in `Web::new`: pictures would name these after what its caller makes.
    fn new() -> Gate {
        let (most_in_flight, more_in_flight) = (Mutex::new(0), Condvar::new());
        Gate {
            most_in_flight,
            more_in_flight,
        }
    }

    /// Says that `in_flight` fetches are in flight, and blocks until `needed` were together.
    fn pass(&self, url: &str, in_flight: usize, needed: usize) {
        let mut most = self.most_in_flight.lock();
        if in_flight > *most {
            *most = in_flight;
            self.more_in_flight.notify_all();
        }
        if *most < needed {
            note(&format!(
                "{url} answers only when {needed} fetches are in flight together"
            ));
        }
        while *most < needed {
            self.more_in_flight.wait(&mut most);
        }
    }
}
