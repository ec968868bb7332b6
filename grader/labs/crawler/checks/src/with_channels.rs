//! Hidden checks of `with_channels`.
//!
//! A channel's send and receive are steps, so three threads have many orders: most searches are
//! bounded.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crawler::with_channels::crawl;
use kit::explore;
use kit::explore::Explorer;
use kit::thread;
use kit::web::{Crawl, Fetched, Fetcher, Site, Web};

harness::checks![
    every_page_is_found,
    no_worker_counts_as_one,
    the_crawl_ends_when_nothing_is_outstanding,
    one_worker_is_enough,
    more_links_than_workers_block_nobody,
    more_links_than_any_buffer_block_nobody,
    two_workers_fetch_together,
    two_fetches_can_overlap,
    a_worker_that_is_free_gets_the_next_page,
    no_more_fetches_than_workers,
    a_page_that_two_pages_link_to_is_fetched_once,
    a_failure_comes_back_too,
    five_workers_find_a_site_in_sampled_schedules,
    eight_workers_find_a_site_in_sampled_schedules,
    a_panic_ends_the_crawl_with_a_panic,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&str, &dyn Fetcher, usize) -> Crawl = crawl;

/// Crawls a web of this text, from `/`; gives the most fetches that were in flight.
fn all(text: &str, workers: usize) -> usize {
    let web = Web::of(text);
    let pages = crawl("/", &web, workers);
    web.assert_crawled(&pages);
    web.peak()
}

fn bounded(preemptions: usize) -> Explorer {
    Explorer::new().preemptions(preemptions)
}

fn every_page_is_found() {
    for seed in 0..20 {
        for workers in [1, 2, 8] {
            let web = Web::new(Site::from_seed(seed, 40, 5)).each_once();
            let threads = Mutex::new(HashSet::new());
            let fetch = |url: &str| -> Fetched {
                threads.lock().unwrap().insert(thread::current().id());
                web.fetch(url)
            };
            let pages = crawl(web.site().start(), &fetch, workers);
            web.assert_crawled(&pages);
            let threads = threads.into_inner().unwrap().len();
            assert!(
                threads <= workers,
                "{threads} threads fetch, {workers} workers"
            );
        }
    }
    // URLs are compared as text.
    all("/ -> /a /a/ /A /a?q\n /a ->\n /a/ ->\n /A ->\n /a?q ->", 2);
}

fn no_worker_counts_as_one() {
    bounded(2).explore(|| {
        assert_eq!(all("/ -> /a", 0), 1, "fetches in flight");
    });
}

fn the_crawl_ends_when_nothing_is_outstanding() {
    bounded(3).explore(|| {
        all("/ -> /a\n /a -> /", 2);
    });
}

fn one_worker_is_enough() {
    explore(|| {
        all("/ -> /a /b\n /a -> /b\n /b -> /a", 1);
    });
}

fn more_links_than_workers_block_nobody() {
    bounded(2).explore(|| {
        all("/ -> /a /b /c /d /e /f", 1);
    });
}

fn more_links_than_any_buffer_block_nobody() {
    const LINKS: usize = 4_000;
    let wide = |url: &str| -> Fetched {
        Ok(match url {
            "/" => (0..LINKS).map(|page| format!("/{page}")).collect(),
            _ => Vec::new(),
        })
    };
    let pages = crawl("/", &wide, 2);
    assert_eq!(pages.len(), LINKS + 1, "pages of a site with a wide page");
}

fn two_workers_fetch_together() {
    bounded(2).explore(|| {
        all("/ -> /a /b\n /a ->\n /b ->\n gate 2 /a /b", 2);
    });
}

fn two_fetches_can_overlap() {
    bounded(2).possible(|goal| {
        if all("/ -> /a /b", 2) == 2 {
            goal.reached();
        }
    });
}

fn a_worker_that_is_free_gets_the_next_page() {
    bounded(1).explore(|| {
        // /b answers only once /c is in flight, which is behind /a.
        all("/ -> /a /b\n /a -> /c\n /b ->\n /c ->\n gate 2 /b /c", 2);
    });
}

fn no_more_fetches_than_workers() {
    bounded(2).explore(|| {
        assert_eq!(all("/ -> /a /b", 1), 1, "fetches in flight with one worker");
    });
    bounded(1).explore(|| {
        let peak = all("/ -> /a /b /c", 2);
        assert!(peak <= 2, "{peak} fetches in flight with two workers");
    });
}

fn a_page_that_two_pages_link_to_is_fetched_once() {
    bounded(2).explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b /\n /b -> /a /b").each_once();
        let pages = crawl("/", &web, 2);
        web.assert_crawled(&pages);
    });
}

fn a_failure_comes_back_too() {
    bounded(2).explore(|| {
        let web = Web::of("/ -> /bad /gone /bad\n /bad ! no answer").each_once();
        let pages = crawl("/", &web, 1);
        web.assert_crawled(&pages);
    });
}

fn sampled(pages: usize, workers: usize) {
    Explorer::new().sampled().explore(move || {
        let web = Web::new(Site::from_seed(7, pages, 4));
        let pages = crawl(web.site().start(), &web, workers);
        web.assert_crawled(&pages);
        let peak = web.peak();
        assert!(
            peak <= workers,
            "{peak} fetches in flight, {workers} workers"
        );
    });
}

fn five_workers_find_a_site_in_sampled_schedules() {
    sampled(6, 5);
}

fn eight_workers_find_a_site_in_sampled_schedules() {
    sampled(8, 8);
}

fn a_panic_ends_the_crawl_with_a_panic() {
    for workers in [1, 2] {
        bounded(2).explore(move || {
            let web = Web::of("/ -> /bad\n /bad !!");
            let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web, workers)));
            assert!(!web.fetches().is_empty(), "nothing was fetched");
            assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
            assert_eq!(web.in_flight(), 0, "fetches in flight after the end");
        });
    }

    // Whichever link is followed first, a long chain is left behind it.
    let chain: String = (1..40).map(|n| format!("/{n} -> /{}\n", n + 1)).collect();
    let web = Web::of(&format!(
        "/ -> /first /1 /last\n /first !!\n /last !!\n {chain} /40 ->"
    ));
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web, 1)));
    assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
    let fetches = web.fetches().len();
    assert!(fetches < 20, "{fetches} of 43 pages are fetched after all");
}
