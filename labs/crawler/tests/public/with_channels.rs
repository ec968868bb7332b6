//! Public tests of `with_channels`: `cargo test -p crawler with_channels`.

use crawler::with_channels::crawl;
use kit::explore::Explorer;
use kit::web::{Site, Web};

rules::test!("src/with_channels.rs");

/// Three threads and two channels take many steps: every order with at most two preemptions.
fn two_preemptions() -> Explorer {
    Explorer::new().preemptions(2)
}

#[test]
fn a_whole_site_is_found() {
    for workers in [1, 8] {
        let web = Web::new(Site::from_seed(6824, 100, 6));
        let pages = crawl(web.site().start(), &web, workers);
        web.assert_crawled(&pages);
        assert!(web.peak() <= workers, "more fetches in flight than workers");
    }
}

#[test]
fn a_page_with_many_links_blocks_nobody() {
    two_preemptions().explore(|| {
        let web = Web::of("/ -> /a /b /c /d /e /f");
        let pages = crawl("/", &web, 1);
        web.assert_crawled(&pages);
    });
}

#[test]
fn the_crawl_ends_when_nothing_is_outstanding() {
    two_preemptions().explore(|| {
        let web = Web::of("/ -> /a");
        let pages = crawl("/", &web, 2);
        web.assert_crawled(&pages);
    });
}

#[test]
fn two_workers_fetch_two_pages_together() {
    two_preemptions().explore(|| {
        // Neither answers before both are in flight: one after the other is a deadlock.
        let web = Web::of("/ -> /a /b\n /a ->\n /b ->\n gate 2 /a /b");
        crawl("/", &web, 2);
    });
}
