//! Public tests of `serial`: `cargo test -p crawler serial`.
//!
//! The webs refuse to be fetched twice, so that a crawl in a circle ends.

use crawler::serial::crawl;
use kit::web::{FetchError, Site, Web};

rules::test!("src/serial.rs");

#[test]
fn a_circle_is_walked_once() {
    let web = Web::of("/ -> /a\n /a -> /b /a\n /b -> /").each_once();
    let pages = crawl("/", &web);
    web.assert_crawled(&pages);
}

#[test]
fn all_behind_the_first_link_comes_before_the_second() {
    let web = Web::of(
        "/   -> /a /b
         /a  -> /a1 /b /a2
         /a1 ->
         /a2 ->
         /b  -> /b1
         /b1 ->",
    )
    .each_once();
    crawl("/", &web);
    assert_eq!(
        web.fetches(),
        ["/", "/a", "/a1", "/b", "/b1", "/a2"],
        "all behind a link must be fetched before the next link of its page"
    );
}

#[test]
fn a_page_that_fails_is_in_the_result_and_not_tried_again() {
    let web = Web::of("/ -> /gone /bad /a\n /bad ! no answer\n /a -> /gone /bad").each_once();
    let pages = crawl("/", &web);
    assert_eq!(
        pages.get("/gone"),
        Some(&Err(FetchError::NotFound)),
        "the page was not found: the result must say so"
    );
    web.assert_crawled(&pages);
}

#[test]
fn a_whole_site_is_found() {
    let web = Web::new(Site::from_seed(6824, 100, 6)).each_once();
    let pages = crawl(web.site().start(), &web);
    web.assert_crawled(&pages);
}
