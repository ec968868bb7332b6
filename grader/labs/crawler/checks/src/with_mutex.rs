//! Hidden checks of `with_mutex`.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use crawler::with_mutex::crawl;
use kit::explore::Explorer;
use kit::possible;
use kit::web::{Crawl, Fetched, Fetcher, Site, Web};

use crate::small::{
    FAILS, GONE, NO_LIMITS, PANICS, ROUGH, Slow, chain, crowd, explore_some, rough, seeded, sites,
    text, twins,
};

harness::checks![
    every_page_is_found,
    a_known_page_starts_no_thread,
    two_threads_that_find_one_page_fetch_it_once,
    two_pages_that_are_found_together_are_both_fetched,
    the_crawl_ends_with_its_last_thread,
    every_known_page_is_in_flight,
    every_known_page_is_in_flight_on_real_threads,
    two_fetches_can_overlap,
    a_thousand_pages_are_in_flight_together,
    a_bigger_site_is_found_in_sampled_schedules,
    a_panic_ends_the_crawl_with_a_panic,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&str, &dyn Fetcher) -> Crawl = crawl;

/// Crawls a web of this text, from `/`.
fn all(text: &str) {
    let web = Web::of(text);
    let pages = crawl("/", &web);
    web.assert_crawled(&pages);
}

fn every_page_is_found() {
    for seed in 0..20 {
        let web = Web::new(Site::from_seed(seed, 40, 5)).each_once();
        let pages = crawl(web.site().start(), &web);
        web.assert_crawled(&pages);
    }
    // URLs are compared as text.
    all(&twins());
    let found = crawl("/", &rough).len();
    assert_eq!(
        found, ROUGH,
        "pages: the URL of one is empty, and hundreds fail before the last"
    );
    a_chain_fills_no_stack();
}

fn a_known_page_starts_no_thread() {
    // A search runs at most four spawned threads, and there are two pages.
    let explorer = Explorer::new().preemptions(2);
    explorer.explore(|| all("/ -> /a / /a\n /a -> / /a"));
}

fn two_threads_that_find_one_page_fetch_it_once() {
    Explorer::new().preemptions(3).explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b\n /b ->").each_once();
        let pages = crawl("/", &web);
        web.assert_crawled(&pages);
    });
}

fn two_pages_that_are_found_together_are_both_fetched() {
    Explorer::new()
        .preemptions(2)
        .explore(|| all("/ -> /a /b\n /a -> /gone\n /b ->"));
}

fn the_crawl_ends_with_its_last_thread() {
    let explorer = Explorer::new().preemptions(2);
    explorer.explore(|| all("/ -> /a\n /a -> /gone"));
}

fn every_known_page_is_in_flight() {
    let sites = sites(3, 2, &[FAILS]).into_iter();
    let texts = sites.map(|site| text(&site, "ab")).collect();
    explore_some(texts, 5_000, |text| slowly(text, &[0, 2, 1]));
}

fn every_known_page_is_in_flight_on_real_threads() {
    for site in sites(4, 2, &[GONE, FAILS, PANICS]).iter().step_by(41) {
        for order in [[0, 1, 2, 3], [0, 3, 1, 2]] {
            slowly(&text(site, "ab"), &order);
        }
    }
    for seed in 0..60 {
        let (text, order) = seeded(seed, &[GONE, FAILS, PANICS][..2 + seed as usize % 2]);
        slowly(&text, &order);
    }
}

/// Crawls a web of this text, whose pages answer as late as they may.
fn slowly(text: &str, order: &[usize]) {
    let web = Slow::new(text, NO_LIMITS, order).fragile();
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl(web.start(), &web)));
    web.assert_crawled(crawled.as_ref().ok());
}

fn two_fetches_can_overlap() {
    possible(|goal| {
        let web = Web::of("/ -> /a /b");
        crawl("/", &web);
        if web.peak() == 2 {
            goal.reached();
        }
    });
}

fn a_thousand_pages_are_in_flight_together() {
    const PAGES: usize = 1_100;
    let pages = crawl("/", &crowd(PAGES));
    assert_eq!(pages.len(), PAGES + 1, "pages of a site with a wide page");
}

/// Says that no thread is deeper in its stack with each page: a chain may be longer than that.
fn a_chain_fills_no_stack() {
    const LENGTH: usize = 1_000;
    let chain = chain(LENGTH);
    // How deep each thread's stack was in a fetch, and at most.
    let stacks: Mutex<HashMap<ThreadId, (usize, usize)>> = Mutex::default();
    let fetch = |url: &str| -> Fetched {
        let here = (&raw const url).addr();
        let mut stacks = stacks.lock().expect("nobody panics");
        let (top, bottom) = stacks.entry(thread::current().id()).or_insert((here, here));
        (*top, *bottom) = ((*top).max(here), (*bottom).min(here));
        drop(stacks);
        chain.fetch(url)
    };
    assert_eq!(crawl("0", &fetch).len(), LENGTH, "pages found in a chain");
    let stacks = stacks.into_inner().expect("nobody panics");
    let deepest = stacks.values().map(|(top, bottom)| top - bottom).max();
    let deepest = deepest.expect("there were fetches");
    assert!(
        deepest < 16 * LENGTH,
        "{LENGTH} pages after each other took {deepest} bytes of one stack, which ends at 2 MiB"
    );
}

fn a_bigger_site_is_found_in_sampled_schedules() {
    // Two and three pages are found while threads are idle and others fetch.
    const SITE: &str = "/0 -> /1 /2 /3\n /1 ->\n /2 -> /4 /5 /0\n /4 -> /5";
    Explorer::new()
        .sampled()
        .explore(|| slowly(SITE, &[0, 1, 2, 4, 3, 5]));
}

fn a_panic_ends_the_crawl_with_a_panic() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /bad /a\n /bad !!\n /a ->");
        let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web)));
        assert!(!web.fetches().is_empty(), "nothing was fetched");
        assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
        assert_eq!(web.in_flight(), 0, "fetches in flight after the end");
    });
}
