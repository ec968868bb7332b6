//! Hidden checks of `serial`.
//!
//! The webs refuse to be fetched twice, so that a crawl in a circle fails and does not hang.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crawler::serial::crawl;
use kit::web::{Crawl, FetchError, Fetched, Fetcher, Response, Site, Web};

use crate::small::{FAILS, GONE, PANICS, ROUGH, chain, rough, seeded, sites, text, twins};

harness::checks![
    every_page_is_found,
    every_site_is_crawled_in_order,
    all_behind_the_first_link_comes_before_the_second,
    a_failure_is_kept_and_not_tried_again,
    urls_are_compared_as_text,
    a_chain_may_be_of_any_length,
    a_panic_reaches_the_caller,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&str, &dyn Fetcher) -> Crawl = crawl;

fn every_page_is_found() {
    for seed in 0..30 {
        let web = Web::new(Site::from_seed(seed, 40, 5)).each_once();
        let pages = crawl(web.site().start(), &web);
        web.assert_crawled(&pages);
    }
    // A page may have many links.
    const LINKS: usize = 20_000;
    let wide = |url: &str| -> Fetched {
        Ok(match url {
            "/" => (0..LINKS).map(|page| format!("/{page}")).collect(),
            _ => vec!["/".to_owned()],
        })
    };
    let pages = crawl("/", &wide);
    assert_eq!(pages.len(), LINKS + 1, "pages of a site with a wide page");
    let found = crawl("/", &rough).len();
    assert_eq!(
        found, ROUGH,
        "pages: the URL of one is empty, and hundreds fail before the last"
    );
}

fn every_site_is_crawled_in_order() {
    let bad = [GONE, FAILS, PANICS];
    let small = sites(3, 2, &bad).into_iter().map(|site| text(&site, "ab"));
    // In one in four of the bigger ones, a page may panic.
    let bigger = (0..600).map(|seed| seeded(seed, &bad[..2 + usize::from(seed % 4 == 0)]).0);
    for text in small.chain(bigger) {
        let web = Web::of(&text).each_once();
        let crawled = catch_unwind(AssertUnwindSafe(|| crawl(web.site().start(), &web)));
        let (order, panicked) = depth_first(web.site());
        let fetches = web.fetches();
        assert_eq!(
            fetches[..order.len().min(fetches.len())],
            order,
            "all behind a link must be fetched before the next link, in this site: {text}"
        );
        match crawled {
            Ok(pages) => {
                assert!(!panicked, "a fetch panicked, and nobody was told: {text}");
                web.assert_crawled(&pages);
            }
            Err(_) => assert!(panicked, "the crawl panicked, and no fetch did: {text}"),
        }
    }
}

/// In which order a site is fetched, up to the first fetch that panics; whether one does.
fn depth_first(site: &Site) -> (Vec<String>, bool) {
    let mut order: Vec<String> = Vec::new();
    let mut behind = vec![site.start().to_owned()];
    while let Some(url) = behind.pop() {
        if order.contains(&url) {
            continue;
        }
        order.push(url.clone());
        match site.pages().get(&url) {
            Some(Response::Links(links)) => behind.extend(links.iter().rev().cloned()),
            Some(Response::Panics) => return (order, true),
            _ => {}
        }
    }
    (order, false)
}

fn all_behind_the_first_link_comes_before_the_second() {
    let web = Web::of(
        "/   -> /a /b /c
         /a  -> /a1 /c /a2
         /a1 -> /
         /a2 -> /b
         /b  -> /b1
         /c  -> /c1 /a1",
    )
    .each_once();
    crawl("/", &web);
    let order = web.fetches();
    assert_eq!(
        order,
        ["/", "/a", "/a1", "/c", "/c1", "/a2", "/b", "/b1"],
        "all behind a link must be fetched before the next link of its page"
    );
}

fn a_failure_is_kept_and_not_tried_again() {
    let web = Web::of(
        "/    -> /gone /bad down/ /gone /a
         /bad ! connection reset
         /a   -> /bad /gone down/ /
         down/ -> /
         host down ! no answer",
    )
    .each_once();
    let pages = crawl("/", &web);
    let failed = |why: &str| Some(Err(FetchError::Failed(why.to_owned())));
    assert_eq!(
        pages.get("/gone").cloned(),
        Some(Err(FetchError::NotFound)),
        "the page was not found: the result must say so"
    );
    assert_eq!(
        pages.get("/bad").cloned(),
        failed("connection reset"),
        "the fetch failed: the result must have its error"
    );
    assert_eq!(
        pages.get("down/").cloned(),
        failed("no answer"),
        "the host is down: the result must have the fetch's error"
    );
    web.assert_crawled(&pages);
}

fn urls_are_compared_as_text() {
    let web = Web::of(&twins()).each_once();
    let pages = crawl("/", &web);
    web.assert_crawled(&pages);
}

fn a_chain_may_be_of_any_length() {
    const LENGTH: usize = 200_000;
    let found = crawl("0", &chain(LENGTH)).len();
    assert_eq!(found, LENGTH, "pages found in a chain");
    // What waits is given up at once, and nothing of that is as deep as the chain is long.
    let chain = chain(LENGTH);
    let last = (LENGTH - 1).to_string();
    let breaks = |url: &str| match url == last {
        true => panic!("the last page cannot be fetched"),
        false => chain.fetch(url),
    };
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl("0", &breaks)));
    assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
}

fn a_panic_reaches_the_caller() {
    let web = Web::of("/ -> /a /bad\n /a ->\n /bad !!");
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web)));
    let fetches = web.fetches();
    assert!(fetches.contains(&"/bad".to_owned()), "fetched: {fetches:?}");
    assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
}
