//! Public tests of `with_mutex`: `cargo test -p crawler with_mutex`.

use crawler::with_mutex::crawl;
use kit::explore;
use kit::explore::Explorer;
use kit::web::{Site, Web};

rules::test!("src/with_mutex.rs");

#[test]
fn a_whole_site_is_found() {
    let web = Web::new(Site::from_seed(6824, 100, 6));
    let pages = crawl(web.site().start(), &web);
    web.assert_crawled(&pages);
}

#[test]
fn two_threads_that_find_one_page_fetch_it_once() {
    explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b\n /b ->").each_once();
        let pages = crawl("/", &web);
        web.assert_crawled(&pages);
    });
}

#[test]
fn the_crawl_ends_with_its_last_thread() {
    explore(|| {
        let web = Web::of("/ -> /a\n /a -> /gone");
        let pages = crawl("/", &web);
        web.assert_crawled(&pages);
    });
}

#[test]
fn two_pages_are_in_flight_together() {
    Explorer::new().preemptions(2).explore(|| {
        // Neither answers before both are in flight: one after the other is a deadlock.
        let web = Web::of("/ -> /a /b\n /a ->\n /b ->\n gate 2 /a /b");
        crawl("/", &web);
    });
}
