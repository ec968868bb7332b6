//! Hidden checks of `with_channels`.
//!
//! A channel's send and receive are steps, so three threads have many orders: most searches are
//! bounded.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crawler::with_channels::crawl;
use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicBool, Ordering::SeqCst};
use kit::web::{Crawl, Fetched, Fetcher, Limits, Site, Web};
use kit::{explore, possible, thread};

use crate::small::{
    FAILS, GONE, NO_LIMITS, PANICS, ROUGH, Slow, chain, crowd, explore_some, rough, seeded, sites,
    text, twins,
};

harness::checks![
    every_page_is_found,
    no_worker_counts_as_one,
    the_crawl_ends_when_nothing_is_outstanding,
    one_worker_is_enough,
    more_links_than_workers_block_nobody,
    more_links_than_any_buffer_block_nobody,
    every_worker_that_can_fetches,
    every_worker_that_can_fetches_on_real_threads,
    two_fetches_can_overlap,
    no_more_fetches_than_workers,
    a_page_that_two_pages_link_to_is_fetched_once,
    a_failure_comes_back_too,
    five_workers_find_a_site_in_sampled_schedules,
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
    all(&twins(), 2);
    let found = crawl("/", &rough, 2).len();
    assert_eq!(
        found, ROUGH,
        "pages: the URL of one is empty, and hundreds fail before the last"
    );

    // A chain of links is longer than a stack is deep.
    const LENGTH: usize = 10_000;
    let small_stack = thread::Builder::new().stack_size(1 << 20);
    let crawler = small_stack.spawn(|| crawl("0", &chain(LENGTH), 1).len());
    let found = crawler.expect("a thread can be started").join();
    assert_eq!(found.ok(), Some(LENGTH), "pages found in a chain");
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
    const LINKS: usize = 70_000;
    let wide = |url: &str| -> Fetched {
        Ok(match url {
            "/" => (0..LINKS).map(|page| format!("/{page}")).collect(),
            _ => Vec::new(),
        })
    };
    let pages = crawl("/", &wide, 2);
    assert_eq!(pages.len(), LINKS + 1, "pages of a site with a wide page");
}

fn every_worker_that_can_fetches() {
    let sites = sites(3, 2, &[FAILS]).into_iter().enumerate();
    let texts = sites.map(|(number, site)| (text(&site, "ab"), 1 + number % 2));
    explore_some(texts.collect(), 5_000, |(text, workers)| {
        slowly(text, *workers, &[0, 2, 1]);
    });
}

fn every_worker_that_can_fetches_on_real_threads() {
    let sites = sites(4, 2, &[GONE, FAILS, PANICS]).into_iter().step_by(23);
    for (number, site) in sites.enumerate() {
        let order = [[0, 1, 2, 3], [0, 3, 1, 2]][number % 2];
        slowly(&text(&site, "ab"), 1 + number % 5, &order);
    }
    for seed in 0..120 {
        let (text, order) = seeded(seed, &[GONE, FAILS, PANICS][..2 + seed as usize % 2]);
        slowly(&text, [1, 2, 3, 5, 8, 30][seed as usize % 6], &order);
    }

    const WORKERS: usize = 1_100;
    let pages = crawl("/", &crowd(WORKERS), WORKERS);
    assert_eq!(pages.len(), WORKERS + 1, "pages of a site with a wide page");
}

/// Crawls a web of this text, whose pages answer as late as they may.
fn slowly(text: &str, workers: usize, order: &[usize]) {
    let limits = Limits {
        in_flight: workers,
        ..NO_LIMITS
    };
    let web = Slow::new(text, limits, order).fragile();
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl(web.start(), &web, workers)));
    web.assert_crawled(crawled.as_ref().ok());
    let threads = web.threads();
    assert!(
        threads <= workers,
        "{threads} threads fetch, {workers} workers"
    );
}

fn two_fetches_can_overlap() {
    bounded(2).possible(|goal| {
        if all("/ -> /a /b", 2) == 2 {
            goal.reached();
        }
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

fn five_workers_find_a_site_in_sampled_schedules() {
    const SITE: &str = "/0 -> /1 /2 /3\n /1 -> /4\n /2 -> /4 /5 /0\n /4 -> /3";
    let explorer = Explorer::new().sampled();
    explorer.explore(|| slowly(SITE, 5, &[0, 1, 2, 4, 3, 5]));
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

    // Whatever comes after a panic need not be followed: it is not, where it comes late enough.
    possible(|goal| {
        let (tell, told) = channel::bounded(1);
        let followed = AtomicBool::new(false);
        let fetch = |url: &str| -> Fetched {
            match url {
                "/" => Ok(vec!["/bad".to_owned(), "/a".to_owned()]),
                "/bad" => {
                    tell.send(()).expect("its other end is here");
                    panic_on_purpose("the fetch fails")
                }
                "/a" => {
                    told.recv().expect("its other end is here");
                    Ok(vec!["/b".to_owned()])
                }
                _ => {
                    followed.store(true, SeqCst);
                    Ok(Vec::new())
                }
            }
        };
        let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &fetch, 2)));
        assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
        if !followed.load(SeqCst) {
            goal.reached();
        }
    });

    // Whichever link is followed first, a long chain is left behind it.
    let chain: String = (1..40).map(|n| format!("/{n} -> /{}\n", n + 1)).collect();
    let web = Web::of(&format!(
        "/ -> /first /1 /last\n /first !!\n /last !!\n {chain} /40 ->"
    ));
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web, 1)));
    assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
    let fetches = web.fetches().len();
    assert!(fetches < 20, "{fetches} of 43 pages are fetched after all");

    // Whatever is in line then stays there.
    let links: Vec<String> = (0..200).map(|page| format!("/{page}")).collect();
    let pages = links.join(" !!\n");
    for workers in [1, 2] {
        let web = Web::of(&format!("/ -> {}\n {pages} !!", links.join(" ")));
        let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web, workers)));
        assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
        let fetches = web.fetches().len();
        assert!(
            workers > 1 || fetches == 2,
            "one worker: {fetches} pages are fetched, and the second one panicked"
        );
        assert!(
            fetches < 100,
            "{fetches} of 201 pages are fetched after all"
        );
    }
}
