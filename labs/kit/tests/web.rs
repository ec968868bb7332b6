//! The synthetic web: what it answers, what it logs, what it says of a text that is not a site.

use kit::explore::Explorer;
use kit::web::{Cancel, Crawl, FetchError, Fetched, Fetcher, Site, Web, What, host};
use kit::{explore, thread};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

fn links(urls: &[&str]) -> Fetched {
    Ok(urls.iter().map(|url| (*url).to_owned()).collect())
}

#[test]
fn a_web_answers_as_its_lines_say() {
    let web = Web::of(
        "# the start
         /    -> /a /b /a
         /a   =>  /
         /b   !  connection reset
         /c   ->
         down/1 -> /
         host down ! no answer",
    );
    assert_eq!(web.site().start(), "/");
    assert_eq!(web.fetch("/"), links(&["/a", "/b", "/a"]));
    assert_eq!(web.fetch("/a"), links(&["/"]));
    let failed = |why: &str| Err(FetchError::Failed(why.to_owned()));
    assert_eq!(web.fetch("/b"), failed("connection reset"));
    assert_eq!(web.fetch("/c"), links(&[]));
    assert_eq!(web.fetch("/d"), Err(FetchError::NotFound));
    assert_eq!(web.fetch("down/1"), failed("no answer"));
}

#[test]
fn a_fetch_that_panics_is_logged_to_its_end() {
    let web = Web::of("/ !!");
    let panicked = catch_unwind(AssertUnwindSafe(|| web.fetch("/")));
    assert!(panicked.is_err());
    assert_eq!(web.in_flight(), 0);
    let (pages, _) = web.site().expected();
    assert_eq!(pages["/"], Err(FetchError::Panicked));
}

#[test]
fn the_log_knows_order_repetition_and_hosts() {
    let web = Web::of("a/ -> b/");
    for url in ["a/", "b/", "a/"] {
        let _ = web.fetch(url);
    }
    assert_eq!(web.fetches(), ["a/", "b/", "a/"]);
    assert_eq!(web.fetched_twice(), ["a/"]);
    assert_eq!((web.peak(), web.peak_at("a"), web.peak_at("c")), (1, 1, 0));
    let ended = &web.log()[1];
    assert_eq!((ended.url.as_str(), ended.what), ("a/", What::Ended));
}

#[test]
#[should_panic(expected = "/ is fetched for the second time")]
fn a_web_can_refuse_to_be_fetched_twice() {
    let web = Web::of("/ -> /").each_once();
    let _ = (web.fetch("/"), web.fetch("/"));
}

#[test]
fn what_a_crawl_did_wrong_is_told() {
    let text = "/ -> /a\n /a -> /\n /b ->";
    let told = |fetches: &[&str], wrong: &dyn Fn(&mut Crawl)| {
        let web = Web::of(text);
        fetches.iter().for_each(|url| drop(web.fetch(url)));
        let (mut pages, _) = web.site().expected();
        wrong(&mut pages);
        let told = catch_unwind(AssertUnwindSafe(|| web.assert_crawled(&pages)));
        let told = told.expect_err("something is wrong").downcast::<String>();
        told.map_or_else(|_| "no text".to_owned(), |text| *text)
    };
    let missing = told(&["/", "/a"], &|pages| drop(pages.remove("/a")));
    assert_eq!(missing, "/a can be reached, and is missing in the result");
    let other = told(&["/", "/a"], &|pages| {
        drop(pages.insert("/a".to_owned(), links(&[])))
    });
    assert!(
        other.ends_with("what came of /a\n  left: Ok([])\n right: Ok([\"/\"])"),
        "{other}"
    );
    assert_eq!(told(&["/", "/"], &|_| ()), "fetched more than once: /");
    assert_eq!(
        told(&["/"], &|_| ()),
        "/a is in the result, and was never fetched"
    );
    let too_much = told(&["/", "/a", "/b"], &|_| ());
    assert!(
        too_much.contains("no link leads there") && too_much.contains("/b"),
        "{too_much}"
    );
    let too_much = told(&["/", "/a"], &|pages| {
        drop(pages.insert("/b".to_owned(), links(&[])))
    });
    assert!(too_much.contains("no link leads there"), "{too_much}");
}

#[test]
fn a_gate_opens_when_enough_fetches_are_in_flight() {
    let scenario = || {
        let web = Web::of("a/1 ->\n b/1 ->\n gate 2 a/1 b/1");
        thread::scope(|s| {
            s.spawn(|| web.fetch("a/1"));
            s.spawn(|| web.fetch("b/1"));
        });
        assert_eq!((web.peak(), web.peak_at("a")), (2, 1));
        assert_eq!(web.fetch("a/1"), links(&[]), "an open gate stays open");
    };
    scenario();
    explore(scenario);
    Explorer::new().sampled().explore(scenario);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_gate_shows_that_nothing_overlaps() {
    let failure = catch_unwind(|| {
        explore(|| {
            let web = Web::of("/ ->\n gate 2 /");
            let _ = web.fetch("/");
        })
    });
    let failure = failure.expect_err("one fetch waits for another");
    let failure = failure.downcast::<kit::explore::Failure>();
    panic!("{}", failure.expect("a search failed").message);
}

#[test]
fn in_a_model_two_fetches_overlap_in_one_order_and_not_in_another() {
    for overlap in [true, false] {
        kit::possible(move |goal| {
            let web = Web::of("/ ->");
            thread::scope(|s| {
                s.spawn(|| web.fetch("/"));
                let _ = web.fetch("/");
            });
            if (web.peak() == 2) == overlap {
                goal.reached();
            }
        });
    }
}

#[test]
fn a_seed_gives_the_same_site_again_with_all_that_a_web_has() {
    let site = Site::from_seed(6824, 200, 6);
    assert_eq!(site, Site::from_seed(6824, 200, 6));
    assert_ne!(site, Site::from_seed(6825, 200, 6));
    let (pages, levels) = site.expected();
    assert_eq!(levels, 6);
    let found = |answer: fn(&Fetched) -> bool| pages.values().filter(|page| answer(page)).count();
    assert_eq!(found(|page| page.is_ok()), 200);
    assert!(found(|page| page.is_err()) > 0, "some links lead nowhere");
    let mut hosts = BTreeMap::new();
    for (url, page) in &pages {
        *hosts.entry(host(url)).or_insert(0) += 1;
        let twice = |links: &Vec<String>| {
            links
                .iter()
                .any(|link| links.iter().filter(|other| *other == link).count() > 1)
        };
        hosts.entry("twice").or_insert(0);
        if page.as_ref().is_ok_and(twice) {
            *hosts.entry("twice").or_insert(0) += 1;
        }
    }
    assert_eq!(
        hosts.len(),
        5,
        "four hosts, and links that come twice: {hosts:?}"
    );
    assert!(hosts.values().all(|count| *count > 0));
}

#[test]
fn small_seeds_are_sites_too() {
    for (pages, levels) in [(0, 0), (1, 1), (1, 3), (2, 2), (9, 1), (7, 3)] {
        let (found, depth) = Site::from_seed(1, pages, levels).expected();
        let there = found.values().filter(|page| page.is_ok()).count();
        assert!(depth <= levels.max(2) && there == pages.max(levels).max(1));
    }
}

#[test]
fn a_host_takes_its_time() {
    let site: Site = "a/ -> b/\n b/ ->\n host a 20ms".parse().expect("a site");
    assert_eq!(site.latency("a/x"), Duration::from_millis(20));
    assert_eq!(site.latency("b/"), Duration::ZERO);
}

#[test]
fn a_text_that_is_no_site_is_told_with_line_and_remedy() {
    let wrong = [
        (
            "",
            "there is no page; write at least one line `PAGE -> PAGE PAGE`",
        ),
        (
            "/ -> /a\n/ -> /b",
            "line 2: `/` has two lines; join them, or remove one",
        ),
        (
            "/ /a /b",
            "line 1: `/` is followed by no `->`, `=>`, `!` or `!!`; write `/ -> PAGE PAGE`",
        ),
        (
            "/ =>",
            "line 1: a redirect leads to one page, and that of `/` to 0; write `/ => PAGE`",
        ),
        (
            "/ => /a /b",
            "line 1: a redirect leads to one page, and that of `/` to 2; write",
        ),
        (
            "/ !",
            "line 1: `/` fails for no reason; write the reason: `/ ! connection reset`",
        ),
        ("/ !! why", "line 1: `/` is followed by no"),
        (
            "a/ ->\nhost a",
            "line 2: a host has a name, and takes its time or fails; write `host NAME 50ms`",
        ),
        ("a/ ->\nhost a 50s", "line 2: a host has a name"),
        ("a/ ->\nhost a !", "line 2: a host has a name"),
        (
            "a/ ->\n\nhost b 5ms",
            "line 3: no page is on the host `b`; correct the name, or remove the line",
        ),
        (
            "/ ->\ngate 2",
            "line 2: a gate has a number and pages; write `gate 2 PAGE PAGE`",
        ),
        ("/ ->\ngate /", "line 2: a gate has a number and pages"),
        (
            "/ ->\ngate 2 / /a",
            "line 2: the gate's `/a` is not a page; write a line `/a -> PAGE PAGE`, or correct",
        ),
    ];
    for (text, told) in wrong {
        let error = text.parse::<Site>().expect_err(text).to_string();
        assert!(error.starts_with(told), "{text:?} gives {error:?}");
    }
    let missing = Site::open("no/such/site.txt")
        .expect_err("it is not there")
        .to_string();
    assert!(
        missing.starts_with("no/such/site.txt: cannot be read: "),
        "{missing}"
    );
}

#[test]
fn a_flag_that_is_raised_stays_raised() {
    explore(|| {
        let cancel = Cancel::new();
        thread::scope(|s| {
            let other = s.spawn(|| cancel.is_cancelled());
            cancel.cancel();
            assert!(cancel.is_cancelled());
            let _ = other.join();
        });
    });
}

#[test]
fn the_host_stands_behind_two_slashes() {
    let hosts = [
        ("http://a.example/b", "a.example"),
        ("http://a.example:80?q", "a.example:80"),
        ("a/1", "a"),
        ("/1", ""),
        ("", ""),
    ];
    for (url, name) in hosts {
        assert_eq!(host(url), name, "{url}");
    }
}
