//! Hidden checks of `polite`.

use std::sync::Mutex;
use std::time::Duration;

use crawler::polite::crawl;
use kit::explore::Explorer;
use kit::web::{Cancel, Crawl, FetchError, Fetched, Fetcher, Limits, Site, Web, host};
use kit::{explore, thread};

harness::checks![
    every_page_is_found,
    nothing_allowed_counts_as_one,
    the_budget_is_used_up_and_not_passed,
    the_budget_holds_when_two_look_at_once,
    a_cancelled_crawl_fetches_nothing,
    after_cancel_no_page_is_taken_up,
    a_crawl_can_be_cancelled_at_any_moment,
    a_fetch_that_panics_costs_its_page_only,
    a_fetch_that_panics_gives_its_place_back,
    no_more_threads_than_fetches_in_flight,
    no_more_in_flight_than_allowed,
    no_more_in_flight_at_a_host_than_allowed,
    every_place_at_a_host_is_used,
    a_slow_host_starves_nobody,
    two_fetches_can_overlap,
    a_page_that_two_pages_link_to_is_fetched_once,
    the_crawl_ends,
    five_workers_keep_both_limits_in_sampled_schedules,
    eight_workers_keep_both_limits_in_sampled_schedules,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&str, &dyn Fetcher, &Limits, &Cancel) -> Crawl = crawl;

fn limits(in_flight: usize, per_host: usize) -> Limits {
    Limits {
        in_flight,
        per_host,
        pages: usize::MAX,
    }
}

/// Every order, or for designs that take many steps (channels) those with a few preemptions.
fn every_order() -> Explorer {
    Explorer::new().budget(Duration::from_secs(3))
}

/// Crawls all of it, from its start.
fn all(web: &Web, limits: Limits) {
    let pages = crawl(web.site().start(), web, &limits, &Cancel::new());
    web.assert_crawled(&pages);
}

/// Says that neither limit was passed.
fn assert_within(web: &Web, limits: Limits) {
    let peak = web.peak();
    let allowed = limits.in_flight;
    assert!(
        peak <= allowed,
        "{peak} fetches in flight, and {allowed} are allowed"
    );
    for url in web.site().pages().keys() {
        let (name, peak) = (host(url), web.peak_at(host(url)));
        let allowed = limits.per_host;
        assert!(
            peak <= allowed,
            "{peak} in flight at host {name}, and {allowed} are allowed"
        );
    }
}

fn every_page_is_found() {
    for seed in 0..20 {
        for limits in [limits(1, 1), limits(8, 2), limits(3, 8)] {
            let web = Web::new(Site::from_seed(seed, 40, 5)).each_once();
            all(&web, limits);
            assert_within(&web, limits);
        }
    }
    // URLs are compared as text.
    all(
        &Web::of("/ -> /a /a/ /A /a?q\n /a ->\n /a/ ->\n /A ->\n /a?q ->"),
        limits(8, 2),
    );
}

fn nothing_allowed_counts_as_one() {
    explore(|| {
        let web = Web::of("/ -> /a");
        all(&web, limits(0, 0));
    });
}

fn the_budget_is_used_up_and_not_passed() {
    let site = Site::from_seed(7, 30, 5);
    let reachable = site.expected().0.len();
    for pages in [0, 1, 2, 10, reachable, reachable + 1] {
        for in_flight in [1, 4] {
            let web = Web::new(site.clone());
            let limits = Limits {
                in_flight,
                per_host: 2,
                pages,
            };
            let found = crawl(site.start(), &web, &limits, &Cancel::new());
            let fetched = web.fetches().len();
            assert_eq!(
                fetched,
                pages.min(reachable),
                "fetches with a budget of {pages}"
            );
            assert_eq!(found.len(), fetched, "what was fetched is in the result");
        }
    }
}

fn the_budget_holds_when_two_look_at_once() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a /b");
        let limits = Limits {
            in_flight: 2,
            per_host: 2,
            pages: 2,
        };
        let found = crawl("/", &web, &limits, &Cancel::new());
        assert_eq!(web.fetches().len(), 2, "fetches with a budget of two");
        assert_eq!(found.len(), 2, "what was fetched is in the result");
    });
}

fn a_cancelled_crawl_fetches_nothing() {
    explore(|| {
        let web = Web::of("/ -> /a");
        let cancel = Cancel::new();
        cancel.cancel();
        let pages = crawl("/", &web, &limits(2, 2), &cancel);
        assert_eq!(web.fetches().len(), 0, "fetches after cancel");
        assert!(pages.is_empty(), "nothing was fetched");
    });
}

/// Raises a flag while it fetches `at`.
struct Cancelling<'a> {
    web: &'a Web,
    cancel: &'a Cancel,
    at: &'static str,
}

impl Fetcher for Cancelling<'_> {
    fn fetch(&self, url: &str) -> Fetched {
        if url == self.at {
            self.cancel.cancel();
        }
        self.web.fetch(url)
    }
}

fn after_cancel_no_page_is_taken_up() {
    for (at, fetched) in [("/", 1), ("/a", 2)] {
        let web = Web::of("/ -> /a\n /a -> /b /c\n /b ->\n /c -> /d");
        let cancel = Cancel::new();
        let (web, cancel) = (&web, &cancel);
        let pages = crawl("/", &Cancelling { web, cancel, at }, &limits(4, 4), cancel);
        assert_eq!(
            web.fetches().len(),
            fetched,
            "fetches, cancelled in that of {at}"
        );
        assert_eq!(
            pages.len(),
            fetched,
            "a fetch in flight is waited for, and in the result"
        );
    }
    // The other worker may sleep when the flag is raised, and wakes when the fetch has ended.
    Explorer::new().preemptions(2).explore(|| {
        let (web, cancel) = (Web::of("/ -> /a"), Cancel::new());
        let cancelling = Cancelling {
            web: &web,
            cancel: &cancel,
            at: "/",
        };
        crawl("/", &cancelling, &limits(2, 2), &cancel);
        assert_eq!(web.fetches(), ["/"], "fetches, cancelled in the first");
    });
}

fn a_crawl_can_be_cancelled_at_any_moment() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a");
        let cancel = Cancel::new();
        let found = thread::scope(|s| {
            s.spawn(|| cancel.cancel());
            crawl("/", &web, &limits(2, 2), &cancel)
        });
        assert_eq!(web.in_flight(), 0, "fetches in flight after the end");
        let mut fetched = web.fetches();
        fetched.sort();
        let found: Vec<&String> = found.keys().collect();
        assert_eq!(
            found,
            Vec::from_iter(&fetched),
            "what was fetched is in the result"
        );
    });
}

fn a_fetch_that_panics_costs_its_page_only() {
    for limits in [limits(1, 1), limits(2, 2)] {
        // More panics than there are places, so a worker that ended with its page is missed.
        Explorer::new().preemptions(1).explore(move || {
            let web = Web::of("/ -> a/1 a/2 a/3 /a\n a/1 !!\n a/2 !!\n a/3 !!\n /a -> a/3");
            let pages = crawl("/", &web, &limits, &Cancel::new());
            assert_eq!(pages.get("a/1"), Some(&Err(FetchError::Panicked)));
            web.assert_crawled(&pages);
        });
    }
}

fn a_fetch_that_panics_gives_its_place_back() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("a/ -> a/1 a/2\n a/1 !!\n a/2 ->");
        all(&web, limits(2, 1));
    });
}

/// Remembers the threads that fetch.
struct ByThread<'a> {
    web: &'a Web,
    threads: Mutex<Vec<thread::ThreadId>>,
}

impl Fetcher for ByThread<'_> {
    fn fetch(&self, url: &str) -> Fetched {
        let me = thread::current().id();
        let mut threads = self.threads.lock().expect("nobody panics");
        if !threads.contains(&me) {
            threads.push(me);
        }
        drop(threads);
        self.web.fetch(url)
    }
}

fn no_more_threads_than_fetches_in_flight() {
    let web = Web::new(Site::from_seed(7, 60, 4));
    let by_thread = ByThread {
        web: &web,
        threads: Mutex::default(),
    };
    let pages = crawl(
        web.site().start(),
        &by_thread,
        &limits(3, 3),
        &Cancel::new(),
    );
    web.assert_crawled(&pages);
    let mut threads = by_thread.threads.into_inner().expect("nobody panics");
    threads.retain(|thread| *thread != thread::current().id());
    let threads = threads.len();
    assert!(
        threads <= 3,
        "{threads} threads have fetched, and 3 may be started"
    );
    // A search takes four threads at most: none may be there for anything else.
    Explorer::new().preemptions(1).possible(|goal| {
        all(&Web::of("/ -> a/ b/ c/"), limits(4, 4));
        goal.reached();
    });
}

fn no_more_in_flight_than_allowed() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> a/ b/ c/");
        all(&web, limits(2, 2));
        assert_within(&web, limits(2, 2));
    });
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> a/ b/");
        all(&web, limits(1, 2));
        assert_within(&web, limits(1, 2));
    });
}

fn no_more_in_flight_at_a_host_than_allowed() {
    every_order().explore(|| {
        let web = Web::of("a/ -> a/1 a/2");
        all(&web, limits(2, 1));
        assert_within(&web, limits(2, 1));
    });
}

fn every_place_at_a_host_is_used() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> a/1 a/2\n a/1 ->\n a/2 ->\n gate 2 a/1 a/2");
        all(&web, limits(2, 2));
    });
}

fn a_slow_host_starves_nobody() {
    Explorer::new().preemptions(1).explore(|| {
        // a/1 takes until c/ is in flight, which is behind b/, and a/2 has to wait for a/1.
        let web = Web::of(
            "/ -> a/1 a/2 b/
             a/1 ->
             a/2 ->
             b/ -> c/
             c/ ->
             gate 2 a/1 c/",
        );
        all(&web, limits(2, 1));
    });
}

fn two_fetches_can_overlap() {
    kit::possible(|goal| {
        let web = Web::of("/ -> a/ b/");
        all(&web, limits(2, 1));
        if web.peak() == 2 {
            goal.reached();
        }
    });
}

fn a_page_that_two_pages_link_to_is_fetched_once() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b /c\n /b -> /a /c\n /c -> /a");
        all(&web, limits(2, 2));
    });
}

fn the_crawl_ends() {
    every_order().explore(|| {
        let web = Web::of("/ -> /a\n /a -> /");
        all(&web, limits(2, 2));
    });
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ ->");
        all(&web, limits(3, 3));
    });
}

fn sampled(pages: usize, limits: Limits) {
    Explorer::new().sampled().explore(move || {
        let web = Web::new(Site::from_seed(11, pages, 3));
        all(&web, limits);
        assert_within(&web, limits);
    });
}

fn five_workers_keep_both_limits_in_sampled_schedules() {
    sampled(6, limits(5, 1));
}

fn eight_workers_keep_both_limits_in_sampled_schedules() {
    sampled(8, limits(8, 2));
}
