//! Public tests of `polite`: `cargo test -p crawler polite`.

use crawler::polite::crawl;
use kit::explore;
use kit::explore::Explorer;
use kit::web::{Cancel, Crawl, FetchError, Limits, Site, Web};

rules::test!("src/polite.rs");

fn limits(in_flight: usize, per_host: usize) -> Limits {
    Limits {
        in_flight,
        per_host,
        ..Limits::default()
    }
}

/// Crawls all of it, from its start.
fn all(web: &Web, limits: Limits) -> Crawl {
    crawl(web.site().start(), web, &limits, &Cancel::new())
}

#[test]
fn a_whole_site_is_found_within_the_limits() {
    let web = Web::new(Site::from_seed(6824, 100, 6));
    let pages = all(&web, limits(6, 2));
    web.assert_crawled(&pages);
    assert!(web.peak() <= 6, "too much in flight");
    for host in 0..4 {
        let peak = web.peak_at(&format!("h{host}.example"));
        assert!(peak <= 2, "too much in flight at host {host}");
    }
}

#[test]
fn the_budget_is_used_up_and_not_passed() {
    let web = Web::of("/ -> /a /b /c");
    let limits = Limits {
        pages: 3,
        ..Limits::default()
    };
    let pages = all(&web, limits);
    assert_eq!(web.fetches().len(), 3, "four pages, three may be fetched");
    assert_eq!(pages.len(), 3, "what was fetched is in the result");
}

#[test]
fn after_cancel_no_page_is_taken_up() {
    let web = Web::of("/ -> /a /b");
    let cancel = Cancel::new();
    cancel.cancel();
    let pages = crawl("/", &web, &Limits::default(), &cancel);
    assert!(
        pages.is_empty() && web.fetches().is_empty(),
        "the crawl was cancelled before it began: no page may be fetched"
    );
}

#[test]
fn a_fetch_that_panics_costs_its_page_only() {
    explore(|| {
        let web = Web::of("/ -> /bad /a\n /bad !!\n /a ->");
        let pages = all(&web, limits(1, 1));
        assert_eq!(
            pages.get("/bad"),
            Some(&Err(FetchError::Panicked)),
            "the fetch panicked: the result must have that for its page"
        );
        web.assert_crawled(&pages);
    });
}

#[test]
fn one_host_is_asked_for_one_page_at_a_time() {
    explore(|| {
        let web = Web::of("a/ -> a/1 a/2\n a/1 ->\n a/2 ->");
        let pages = all(&web, limits(2, 1));
        web.assert_crawled(&pages);
        assert_eq!(web.peak_at("a"), 1, "two fetches in flight at one host");
    });
}

#[test]
fn a_slow_host_holds_nobody_up() {
    Explorer::new().preemptions(2).explore(|| {
        // a/1 answers only once c/ is in flight, which is behind b/. A worker that waits for room
        // at host `a`, with a/2 in its hand, is missing there.
        let web = Web::of(
            "/   -> a/1 a/2 b/
             a/1 ->
             a/2 ->
             b/  -> c/
             c/  ->
             gate 2 a/1 c/",
        );
        let pages = all(&web, limits(2, 1));
        web.assert_crawled(&pages);
    });
}
