//! Small sites, crawled by each of the four crawlers.

use kit::web::{Cancel, Fetcher, Limits};
use std::sync::Arc;
use url::Url;

use super::host::{Host, say};
use super::{ALL, COST, crawl, outcomes, site};
use crate::crawlers::With;
use crate::scope::Reach;
use crate::site::Site;
use crate::summary::Summary;

const HTML: &str = "Content-Type: text/html\r\n";

#[test]
fn every_crawler_finds_the_same() {
    let host = Host::pages(&[
        (
            "/",
            "200 OK",
            HTML,
            "<title>start</title><a href=a#x>a</a><a href=a>a</a><a href=/gone>g</a><a href=/p.png>p</a>",
        ),
        (
            "/a",
            "200 OK",
            HTML,
            "<title>a</title><a href=/>back</a><a href=/moved>m</a><a href=http://elsewhere.invalid/>e</a>",
        ),
        ("/moved", "301 Moved Permanently", "Location: b?c#d\r\n", ""),
        ("/b?c", "200 OK", "", "<title>b</title>"),
        (
            "/p.png",
            "200 OK",
            "Content-Type: image/png\r\n",
            "<a href=/never>",
        ),
    ]);
    for with in ALL {
        let report = crawl(&host.url("/"), with, 100);
        assert_eq!(
            outcomes(&report),
            [
                "/: start",
                "/a: a",
                "/b: b",
                "/gone: NotFound",
                "/moved: 301",
                "/p.png: image/png"
            ]
        );
        let counts = report.counts();
        assert_eq!((counts.outside, counts.again, report.left), (1, 0, 0));
    }
    let times = |path: &str| host.asked().iter().filter(|it| *it == path).count();
    assert_eq!(times("/robots.txt"), ALL.len(), "once for each crawl");
    assert_eq!(times("/a"), ALL.len());
    assert_eq!(times("/never"), 0);
}

#[test]
fn redirects_in_a_circle_end() {
    let host = Host::pages(&[
        ("/", "302 Found", "Location: /a\r\n", ""),
        ("/a", "307 Temporary Redirect", "Location: /b\r\n", ""),
        ("/b", "308 Permanent Redirect", "Location: /\r\n", ""),
        ("/self", "301 Moved Permanently", "Location: /self\r\n", ""),
    ]);
    for with in ALL {
        assert_eq!(
            outcomes(&crawl(&host.url("/"), with, 100)),
            ["/: 302", "/a: 307", "/b: 308"]
        );
        assert_eq!(
            outcomes(&crawl(&host.url("/self"), with, 100)),
            ["/self: 301"]
        );
    }
}

#[test]
fn redirects_to_ever_new_pages_end_at_the_limit() {
    let host = Host::new(|path, stream| match path {
        "/robots.txt" => say(
            stream,
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => say(
            stream,
            &format!(
                "HTTP/1.1 301 Moved\r\nLocation: {path}x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            ),
        ),
    });
    for with in ALL {
        let report = crawl(&host.url("/"), with, 7);
        assert_eq!((report.visited.len(), report.left), (7, 1));
        assert!(
            Summary(&report)
                .to_string()
                .contains("beyond --max-pages 7")
        );
    }
}

#[test]
fn a_redirect_to_nowhere_is_a_failure_and_one_to_another_host_is_not_followed() {
    let host = Host::pages(&[
        (
            "/",
            "200 OK",
            HTML,
            "<a href=a>a</a><a href=b>b</a><a href=c>c</a>",
        ),
        ("/a", "301 Moved", "Location: ftp://x/\r\n", ""),
        (
            "/b",
            "301 Moved",
            "Location: http://elsewhere.invalid/\r\n",
            "",
        ),
        ("/c", "301 Moved", "", ""),
    ]);
    let report = crawl(&host.url("/"), With::Polite, 100);
    assert_eq!(
        outcomes(&report),
        ["/: ", "/a: Broken", "/b: 301", "/c: Status"]
    );
}

#[test]
fn what_robots_txt_keeps_is_not_asked_for() {
    let host = Host::pages(&[
        (
            "/robots.txt",
            "200 OK",
            "",
            "User-agent: *\nDisallow: /\n\nUser-agent: weft-crawl\nDisallow: /private\nAllow: /private/but$\n",
        ),
        (
            "/",
            "200 OK",
            HTML,
            "<a href=/private/x>x</a><a href=/private/but>b</a><a href=/open>o</a>",
        ),
        ("/private/but", "200 OK", HTML, ""),
        ("/open", "200 OK", HTML, ""),
        ("/private/x", "200 OK", HTML, ""),
    ]);
    for with in ALL {
        let report = crawl(&host.url("/"), with, 100);
        assert_eq!(
            outcomes(&report),
            ["/: ", "/open: ", "/private/but: ", "/private/x: disallowed"]
        );
    }
    assert!(!host.asked().contains(&"/private/x".to_owned()));
}

#[test]
fn a_host_whose_robots_txt_fails_is_left_alone() {
    let host = Host::pages(&[
        ("/robots.txt", "503 Service Unavailable", "", ""),
        ("/", "200 OK", HTML, ""),
    ]);
    assert_eq!(
        outcomes(&crawl(&host.url("/"), With::Polite, 100)),
        ["/: disallowed"]
    );
    let host = Host::new(|_, _| ());
    assert_eq!(
        outcomes(&crawl(&host.url("/"), With::Polite, 100)),
        ["/: Broken"]
    );
    // Once more than needed, should the first connection have been an old one.
    assert_eq!(host.asked(), ["/robots.txt", "/robots.txt"]);
}

#[test]
fn a_robots_txt_may_be_somewhere_else() {
    let host = Host::pages(&[
        ("/robots.txt", "301 Moved", "Location: /r\r\n", ""),
        ("/r", "200 OK", "", "User-agent: *\nDisallow: /"),
    ]);
    assert_eq!(
        outcomes(&crawl(&host.url("/"), With::Serial, 100)),
        ["/: disallowed"]
    );
}

#[test]
fn no_more_pages_are_fetched_than_there_may_be() {
    let host = Host::new(|path, stream| match path {
        "/robots.txt" => say(
            stream,
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => say(
            stream,
            &format!(
                "HTTP/1.1 200 OK\r\n\r\n<a href={path}0>0</a><a href={path}1>1</a><a href={path}2>2</a>"
            ),
        ),
    });
    for with in ALL {
        let report = crawl(&host.url("/"), with, 5);
        assert_eq!(report.visited.len(), 5);
        assert!(report.left > 0);
    }
}

#[test]
fn after_the_stop_nothing_is_fetched() {
    let host = Host::pages(&[("/", "200 OK", HTML, "<a href=a>a</a>")]);
    for with in ALL {
        let stop = Arc::new(Cancel::new());
        let start = host.url("/");
        let site = Site::new(
            &Url::parse(&start).unwrap(),
            Reach::Host,
            10,
            COST,
            Arc::clone(&stop),
        );
        // The first page comes, and with it the stop.
        let fetcher = |url: &str| {
            let page = site.fetch(url);
            stop.cancel();
            page
        };
        with.crawl(&start, &fetcher, &Limits::default(), &stop)
            .unwrap();
        let found = site.found();
        assert_eq!((found.visits.len(), found.left), (1, 1));
    }
    assert!(!host.asked().contains(&"/a".to_owned()));
}

#[test]
fn a_crawler_that_fetches_twice_is_told_so() {
    let host = Host::pages(&[("/", "200 OK", HTML, "")]);
    let site = site(&host.url("/"), 10, COST);
    let _ = (site.fetch(&host.url("/")), site.fetch(&host.url("/")));
    assert_eq!(site.found().visits[&host.url("/")].times, 2);
}

#[test]
fn failures_are_listed_with_a_page_that_links_there() {
    let host = Host::pages(&[("/", "200 OK", HTML, "<a href=/gone>g</a>")]);
    let summary = Summary(&crawl(&host.url("/"), With::Polite, 10)).to_string();
    let listed = format!(
        "failures\n  {}: 404 Not Found\n    from {}\n",
        host.url("/gone"),
        host.url("/")
    );
    assert!(summary.ends_with(&listed), "{summary}");
    assert!(
        summary.contains("failures             1  not found 1\n"),
        "{summary}"
    );
}

#[test]
fn the_site_is_where_its_first_address_leads() {
    let there = Host::pages(&[
        (
            "/home",
            "200 OK",
            HTML,
            "<title>home</title><a href=a>a</a>",
        ),
        ("/a", "200 OK", HTML, "<title>a</title>"),
    ]);
    let to = there.url("/home");
    let here = Host::new(move |path, stream| match path {
        "/robots.txt" => say(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => say(
            stream,
            &format!("HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"),
        ),
    });
    for with in ALL {
        let mut found = outcomes(&crawl(&here.url("/"), with, 100));
        // Which port is the smaller one is up to the system.
        found.sort();
        assert_eq!(found, ["/: 301", "/a: a", "/home: home"]);
    }
}

#[test]
fn what_browsers_send_and_http_does_not_allow_is_escaped() {
    let host = Host::pages(&[
        ("/", "200 OK", HTML, "<a href='x?a=`b` c|d^{e}[f]'>x</a>"),
        (
            "/x?a=%60b%60%20c|d^{e}[f]",
            "200 OK",
            HTML,
            "<title>x</title>",
        ),
    ]);
    assert_eq!(
        outcomes(&crawl(&host.url("/"), With::Serial, 100)),
        ["/: ", "/x: x"]
    );
}
