//! The traps of the page on the choice of language, in its order.
use crate::{Trap, traps};
use kit::cell::UnsafeCell;
use kit::collections::HashSet;
use kit::sync::{Arc, Mutex};
use kit::{explore, repeat, thread};

/// The given web: each page's links, and who fetched what.
struct Site {
    fetches: Mutex<HashSet<&'static str>>,
}

impl Site {
    fn new() -> Site {
        Site {
            fetches: Mutex::new(HashSet::default()),
        }
    }

    fn fetch(&self, url: &'static str) -> &'static [&'static str] {
        let first = self.fetches.lock().insert(url);
        assert!(first, "{url} is fetched twice");
        match url {
            "/a" | "/b" => &["/c"],
            _ => &[],
        }
    }
}

/// A set that any thread may change, in a promise to the compiler that nobody keeps.
struct Unguarded {
    urls: UnsafeCell<HashSet<&'static str>>,
}

// SAFETY: not given: two threads may use the set at once. That is the trap, and only models run it.
unsafe impl Sync for Unguarded {}

impl Unguarded {
    fn contains(&self, url: &str) -> bool {
        // SAFETY: not given: somebody may change the set meanwhile.
        self.urls.with(|urls| unsafe { (*urls).contains(url) })
    }

    fn insert(&self, url: &'static str) {
        // SAFETY: not given: somebody may use the set meanwhile.
        self.urls.with_mut(|urls| unsafe { (*urls).insert(url) });
    }
}

fn no_lock() {
    fn crawl(site: &Site, fetched: &Unguarded, url: &'static str) {
        if fetched.contains(url) {
            return;
        }
        fetched.insert(url);
        for link in site.fetch(url) {
            crawl(site, fetched, link);
        }
    }
    explore(|| {
        let site = Site::new();
        let fetched = Unguarded {
            urls: UnsafeCell::new(HashSet::default()),
        };
        thread::scope(|s| {
            s.spawn(|| crawl(&site, &fetched, "/a"));
            crawl(&site, &fetched, "/b");
        });
    });
}

fn pages_with_two_locks() {
    fn crawl(site: &Site, fetched: &Mutex<HashSet<&'static str>>, url: &'static str) {
        if fetched.lock().contains(url) {
            return;
        }
        fetched.lock().insert(url);
        for link in site.fetch(url) {
            crawl(site, fetched, link);
        }
    }
    let (site, fetched) = (Site::new(), Mutex::new(HashSet::default()));
    thread::scope(|s| {
        s.spawn(|| crawl(&site, &fetched, "/a"));
        crawl(&site, &fetched, "/b");
    });
}

fn two_locks() {
    explore(pages_with_two_locks);
}

fn two_locks_two_thousand_times() {
    repeat(2_000, pages_with_two_locks);
}

fn one_lock() {
    fn crawl(site: &Site, fetched: &Mutex<HashSet<&'static str>>, url: &'static str) {
        if !fetched.lock().insert(url) {
            return;
        }
        for link in site.fetch(url) {
            crawl(site, fetched, link);
        }
    }
    explore(|| {
        let (site, fetched) = (Site::new(), Mutex::new(HashSet::default()));
        thread::scope(|s| {
            s.spawn(|| crawl(&site, &fetched, "/a"));
            crawl(&site, &fetched, "/b");
        });
    });
}

struct Page {
    links: Mutex<Vec<Arc<Page>>>,
}

impl Page {
    fn new() -> Arc<Page> {
        Arc::new(Page {
            links: Mutex::new(Vec::new()),
        })
    }
}

fn pages_that_link_to_each_other() {
    explore(|| {
        let (home, about) = (Page::new(), Page::new());
        home.links.lock().push(Arc::clone(&about));
        about.links.lock().push(Arc::clone(&home));
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    no_lock,
    two_locks,
    two_locks_two_thousand_times,
    one_lock,
    pages_that_link_to_each_other,
];
