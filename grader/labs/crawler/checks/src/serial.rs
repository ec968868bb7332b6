//! Hidden checks of `serial`.
//!
//! The webs refuse to be fetched twice, so that a crawl in a circle fails and does not hang.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crawler::serial::crawl;
use kit::web::{Crawl, FetchError, Fetched, Fetcher, Site, Web};

harness::checks![
    every_page_is_found,
    a_circle_is_walked_once,
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
}

fn a_circle_is_walked_once() {
    for text in [
        "/ -> /",
        "/ -> /a\n /a -> /",
        "/ => /a\n /a => /b\n /b -> /a /a",
    ] {
        let web = Web::of(text).each_once();
        let pages = crawl("/", &web);
        web.assert_crawled(&pages);
    }
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
    assert_eq!(order, ["/", "/a", "/a1", "/c", "/c1", "/a2", "/b", "/b1"]);
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
    assert_eq!(pages.get("/gone").cloned(), Some(Err(FetchError::NotFound)));
    assert_eq!(pages.get("/bad").cloned(), failed("connection reset"));
    assert_eq!(pages.get("down/").cloned(), failed("no answer"));
    web.assert_crawled(&pages);
}

fn urls_are_compared_as_text() {
    let web = Web::of("/ -> /a /a/ /A /a?q\n /a ->\n /a/ ->\n /A ->\n /a?q ->").each_once();
    let pages = crawl("/", &web);
    web.assert_crawled(&pages);
}

fn a_chain_may_be_of_any_length() {
    const LENGTH: usize = 200_000;
    let chain = |url: &str| -> Fetched {
        let page: usize = url.parse().expect("the chain's URLs are numbers");
        Ok((page + 1..LENGTH)
            .take(1)
            .map(|next| next.to_string())
            .collect())
    };
    assert_eq!(crawl("0", &chain).len(), LENGTH, "pages found in a chain");
}

fn a_panic_reaches_the_caller() {
    let web = Web::of("/ -> /a /bad\n /a ->\n /bad !!");
    let crawled = catch_unwind(AssertUnwindSafe(|| crawl("/", &web)));
    let fetches = web.fetches();
    assert!(fetches.contains(&"/bad".to_owned()), "fetched: {fetches:?}");
    assert!(crawled.is_err(), "a fetch panicked, and nobody was told");
}
