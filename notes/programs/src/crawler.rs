//! The traps of the page on the crawler, in its order.
use crate::{Trap, traps};
use kit::channel::{Receiver, Sender, bounded};
use kit::collections::HashSet;
use kit::explore;
use kit::explore::Explorer;
use kit::sync::{Condvar, Mutex};
use kit::thread::{self, Scope};
use kit::web::{Crawl, Fetched, Fetcher, Web, host};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the threads of one crawl share.
struct Shared<'a> {
    web: &'a Web,
    known: Mutex<HashSet<String>>,
    pages: Mutex<Crawl>,
}

impl<'a> Shared<'a> {
    fn new(web: &'a Web) -> Self {
        Shared {
            web,
            known: Mutex::new(HashSet::from_iter(["/".to_owned()])),
            pages: Mutex::new(Crawl::new()),
        }
    }

    fn is_new(&self, link: &str) -> bool {
        let new = !self.known.lock().contains(link);
        self.known.lock().insert(link.to_owned());
        new
    }
}

fn visit<'scope>(url: String, scope: &'scope Scope<'scope, '_>, shared: &'scope Shared<'_>) {
    scope.spawn(move || {
        let page = shared.web.fetch(&url);
        for link in page.iter().flatten() {
            if shared.is_new(link) {
                visit(link.clone(), scope, shared);
            }
        }
        shared.pages.lock().insert(url, page);
    });
}

fn two_links_to_one_page() {
    Explorer::new().preemptions(3).explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b\n /b ->").each_once();
        let shared = Shared::new(&web);
        thread::scope(|scope| visit("/".to_owned(), scope, &shared));
    });
}

fn visit_locked<'scope>(
    url: &'static str,
    scope: &'scope Scope<'scope, '_>,
    shared: &'scope Shared<'_>,
) {
    scope.spawn(move || {
        let mut pages = shared.pages.lock();
        let page = shared.web.fetch(url);
        pages.insert(url.to_owned(), page);
    });
}

fn one_fetch_at_a_time() {
    explore(|| {
        let web = Web::of("/a ->\n /b ->\n gate 2 /a /b");
        let shared = Shared::new(&web);
        thread::scope(|scope| {
            visit_locked("/a", scope, &shared);
            visit_locked("/b", scope, &shared);
        });
    });
}

fn returns_early(web: &Web) -> Crawl {
    let shared = Shared::new(web);
    thread::scope(|scope| {
        visit("/".to_owned(), scope, &shared);
        shared.pages.lock().clone()
    })
}

fn main_does_not_wait() {
    explore(|| {
        let web = Web::of("/ ->");
        let pages = returns_early(&web);
        assert_eq!(pages.len(), 1, "pages in the result");
    });
}

fn work(web: &Web, urls: &Receiver<String>, fetched: &Sender<Fetched>) {
    for url in urls {
        fetched.send(web.fetch(&url)).expect("somebody receives");
    }
}

fn send_all_links(to_fetch: &Sender<String>, fetched: &Receiver<Fetched>) {
    let mut outstanding = 1;
    to_fetch.send("/".to_owned()).expect("a worker is there");
    while outstanding > 0 {
        let page = fetched.recv().expect("a worker is there");
        outstanding -= 1;
        for link in page.into_iter().flatten() {
            to_fetch.send(link).expect("a worker is there");
            outstanding += 1;
        }
    }
}

fn more_links_than_room() {
    explore(|| {
        let web = Web::of("/ -> /a /b /c /d");
        let (to_fetch, urls) = bounded(1);
        let (fetched, pages) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(|| work(&web, &urls, &fetched));
            send_all_links(&to_fetch, &pages);
            drop(to_fetch);
        });
    });
}

fn count_before_the_links(to_fetch: Sender<String>, fetched: &Receiver<Fetched>) -> usize {
    let (mut outstanding, mut pages) = (1, 0);
    to_fetch.send("/".to_owned()).expect("a worker is there");
    loop {
        let page = fetched.recv().expect("a worker is there");
        outstanding -= 1;
        pages += 1;
        if outstanding == 0 {
            return pages;
        }
        for link in page.into_iter().flatten() {
            to_fetch.send(link).expect("a worker is there");
            outstanding += 1;
        }
    }
}

fn nothing_is_outstanding() {
    explore(|| {
        let web = Web::of("/ -> /a");
        let (to_fetch, urls) = bounded(1);
        let (fetched, pages) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(|| work(&web, &urls, &fetched));
            let pages = count_before_the_links(to_fetch, &pages);
            assert_eq!(pages, 2, "pages found");
        });
    });
}

/// The one place at a host.
struct Place {
    busy: Mutex<bool>,
    freed: Condvar,
}

impl Place {
    fn free() -> Self {
        Place {
            busy: Mutex::new(false),
            freed: Condvar::new(),
        }
    }

    fn take(&self) {
        let mut busy = self.busy.lock();
        while *busy {
            self.freed.wait(&mut busy);
        }
        *busy = true;
    }

    fn look_then_take(&self) -> bool {
        let free = !*self.busy.lock();
        if free {
            *self.busy.lock() = true;
        }
        free
    }

    fn give_back(&self) {
        *self.busy.lock() = false;
        self.freed.notify_one();
    }
}

fn two_in_the_last_place() {
    explore(|| {
        let web = Web::of("a/1 ->\n a/2 ->");
        let place = Place::free();
        let fetch = |url| {
            if place.look_then_take() {
                let _ = web.fetch(url);
                place.give_back();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| fetch("a/1"));
            fetch("a/2");
        });
        assert_eq!(web.peak_at("a"), 1, "fetches in flight at host a");
    });
}

fn take_the_next(line: &Mutex<Vec<&'static str>>, slow: &Place, web: &Web) {
    loop {
        let Some(url) = line.lock().pop() else { return };
        if host(url) == "slow" {
            slow.take();
            let _ = web.fetch(url);
            slow.give_back();
        } else {
            let _ = web.fetch(url);
        }
    }
}

fn a_slow_host_holds_everybody_up() {
    explore(|| {
        // slow/1 answers only while b/ is in flight.
        let web = Web::of("slow/1 ->\n slow/2 ->\n b/ ->\n gate 2 slow/1 b/");
        let line = Mutex::new(vec!["b/", "slow/2", "slow/1"]);
        let slow = Place::free();
        thread::scope(|scope| {
            scope.spawn(|| take_the_next(&line, &slow, &web));
            take_the_next(&line, &slow, &web);
        });
    });
}

fn fetch_and_survive(url: &str, place: &Place, web: &Web) -> Option<Fetched> {
    place.take();
    let page = catch_unwind(AssertUnwindSafe(|| web.fetch(url))).ok()?;
    place.give_back();
    Some(page)
}

fn a_place_lost_in_a_panic() {
    explore(|| {
        let web = Web::of("a/1 !!\n a/2 ->");
        let place = Place::free();
        thread::scope(|scope| {
            scope.spawn(|| fetch_and_survive("a/1", &place, &web));
            fetch_and_survive("a/2", &place, &web);
        });
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    two_links_to_one_page,
    one_fetch_at_a_time,
    main_does_not_wait,
    more_links_than_room,
    nothing_is_outstanding,
    two_in_the_last_place,
    a_slow_host_holds_everybody_up,
    a_place_lost_in_a_panic,
];
