//! Hidden checks of `fetch_all`.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use kit::explore::{Explorer, panic_on_purpose};
use kit::possible;
use kit::sync::Barrier;
use kit::web::{FetchError, Fetched, Fetcher};
use threads::fetch_all::fetch_all;

use crate::inputs::{self, Others};
use crate::seen::Inside;

harness::checks![
    pages_have_the_order_of_the_urls,
    failures_are_kept_with_their_url,
    nothing_to_fetch,
    no_limit_counts_as_one,
    a_url_that_is_there_twice_is_fetched_twice,
    no_more_threads_than_urls,
    the_order_stays_whoever_answers_first,
    a_slow_url_holds_up_no_other,
    a_slow_url_holds_up_none_of_many,
    no_more_than_the_limit_in_flight,
    each_url_gets_what_came_of_it,
    two_fetches_in_flight,
    as_many_in_flight_as_the_limit,
];

// What the file has to offer, to the letter.
const _: fn(&[&str], usize, &dyn Fetcher) -> Vec<Fetched> = fetch_all;

/// A fetcher from a function.
struct Fetch<F>(F);

impl<F: Fn(&str) -> Fetched + Sync> Fetcher for Fetch<F> {
    fn fetch(&self, url: &str) -> Fetched {
        (self.0)(url)
    }
}

/// URLs that are their own numbers.
fn run(urls: usize, limit: usize, f: &(dyn Fn(usize) + Sync)) {
    let urls: Vec<String> = (0..urls).map(|url| url.to_string()).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    fetch_all(
        &urls,
        limit,
        &Fetch(|url: &str| {
            f(url.parse().expect("a URL that was asked for"));
            page(url)
        }),
    );
}

/// A page that links to itself, so that pages can be told apart.
fn page(url: &str) -> Fetched {
    Ok(vec![url.to_owned()])
}

fn pages_have_the_order_of_the_urls() {
    let urls: Vec<String> = (0..60).map(|n| format!("/{n}")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let expected: Vec<Fetched> = urls.iter().map(|url| page(url)).collect();
    for limit in [1, 2, 7, 60, 200, usize::MAX] {
        let pages = fetch_all(&urls, limit, &Fetch(page));
        assert_eq!(pages, expected, "with a limit of {limit}");
    }
    // A URL is fetched as it is.
    let urls = [
        "", " ", "/a", "/a/", "/A", " /a ", "/a#b", "//a", "/%61", "/\u{e4}", "/./a",
    ];
    assert_eq!(
        fetch_all(&urls, 3, &Fetch(page)),
        urls.map(page),
        "each URL must be fetched as it is written, and have its own page"
    );
}

fn failures_are_kept_with_their_url() {
    let fetches = AtomicUsize::new(0);
    let answer = |url: &str| match url {
        "/gone" => Err(FetchError::NotFound),
        "/down" => Err(FetchError::Failed("no answer".to_owned())),
        url => page(url),
    };
    let fetch = |url: &str| {
        fetches.fetch_add(1, SeqCst);
        answer(url)
    };
    let urls = ["/gone", "/a", "/down", "/b"];
    assert_eq!(
        fetch_all(&urls, 2, &Fetch(fetch)),
        urls.map(answer),
        "two of four fetches fail: each URL must have what came of its own"
    );
    assert_eq!(fetches.load(SeqCst), 4, "one fetch for each URL");
}

fn nothing_to_fetch() {
    for limit in [0, 1, 3] {
        let pages = fetch_all(&[], limit, &Fetch(page));
        assert!(pages.is_empty(), "pages without URLs: {pages:?}");
    }
}

fn no_limit_counts_as_one() {
    assert_eq!(
        fetch_all(&["/a", "/b"], 0, &Fetch(page)),
        ["/a", "/b"].map(page),
        "a limit of 0 counts as 1: both URLs must be fetched"
    );
}

fn a_url_that_is_there_twice_is_fetched_twice() {
    let fetches = AtomicUsize::new(0);
    // No two fetches have the same answer.
    let fetch = |url: &str| {
        let number = fetches.fetch_add(1, SeqCst);
        Ok(vec![url.to_owned(), number.to_string()])
    };
    let urls = ["/a", "/b", "/a"];
    let pages = fetch_all(&urls, 2, &Fetch(fetch));
    let pages: Vec<Vec<String>> = pages.into_iter().flatten().collect();
    let of: Vec<&str> = pages.iter().map(|page| page[0].as_str()).collect();
    assert_eq!(of, urls, "the pages");
    let numbers: BTreeSet<&str> = pages.iter().map(|page| page[1].as_str()).collect();
    assert_eq!(numbers, BTreeSet::from(["0", "1", "2"]), "the fetches");
    // Also one that cannot be had: the second fetch may be luckier.
    for limit in [1, 3] {
        let fetches = AtomicUsize::new(0);
        let fetch = |url: &str| match (fetches.fetch_add(1, SeqCst), url) {
            (_, "/gone") => Err(FetchError::NotFound),
            (_, "/down") => panic_on_purpose("the fetcher fails"),
            (number, _) => Err(FetchError::Failed(number.to_string())),
        };
        let urls = ["/gone", "/down", "/a", "/down", "/a", "/gone"];
        let pages = fetch_all(&urls, limit, &Fetch(fetch));
        assert_eq!(fetches.load(SeqCst), urls.len(), "one fetch for each");
        assert_ne!(pages[2], pages[4], "each has what came of its own fetch");
    }
}

fn no_more_threads_than_urls() {
    inputs::no_more_threads_than_tasks_or_workers(run);
}

fn the_order_stays_whoever_answers_first() {
    Explorer::new().preemptions(3).explore(|| {
        let pages = fetch_all(&["/a", "/b"], 2, &Fetch(page));
        assert_eq!(
            pages,
            ["/a", "/b"].map(page),
            "the second page may come first: each URL must have its own all the same"
        );
    });
}

fn a_slow_url_holds_up_no_other() {
    inputs::slow_tasks_hold_up_no_other(run);
}

fn a_slow_url_holds_up_none_of_many() {
    inputs::slow_tasks_hold_up_none_of_many(run);
}

fn no_more_than_the_limit_in_flight() {
    inputs::no_more_at_once_than_workers(run);
}

/// What comes of a fetch.
#[derive(Clone, Copy, PartialEq)]
enum Comes {
    Page,
    Failure,
    Panic,
    /// A page, when all others have come.
    LatePage,
}

const COMES: [Comes; 4] = [Comes::Page, Comes::Failure, Comes::Panic, Comes::LatePage];

impl Comes {
    fn of(self, url: &str) -> Fetched {
        match self {
            Comes::Page | Comes::LatePage => page(url),
            Comes::Failure => Err(FetchError::Failed(url.to_owned())),
            Comes::Panic => Err(FetchError::Panicked),
        }
    }
}

/// Fetches as many URLs as there are in `comes`.
fn each_gets(comes: &[Comes], limit: usize) {
    let urls = &["0", "1", "2"][..comes.len()];
    let late = comes.iter().filter(|comes| **comes == Comes::LatePage);
    let others = Others::new(comes.len() - late.count());
    let fetches = AtomicUsize::new(0);
    let fetch = |url: &str| {
        fetches.fetch_add(1, SeqCst);
        let comes = comes[url.parse::<usize>().expect("a URL that was asked for")];
        match comes {
            Comes::LatePage => others.wait(),
            _ => others.done(),
        }
        match comes {
            Comes::Panic => panic_on_purpose("the fetcher fails"),
            comes => comes.of(url),
        }
    };
    let pages = fetch_all(urls, limit, &Fetch(fetch));
    let expected: Vec<_> = urls
        .iter()
        .zip(comes)
        .map(|(url, comes)| comes.of(url))
        .collect();
    assert_eq!(fetches.load(SeqCst), urls.len(), "one fetch for each URL");
    assert_eq!(pages, expected, "with a limit of {limit}");
}

/// All that can come of that many fetches, with at most that many late pages.
fn all_that_can_come(urls: usize, late: usize) -> Vec<Vec<Comes>> {
    let mut all = vec![Vec::new()];
    for _ in 0..urls {
        let longer = |before: Vec<Comes>| COMES.map(|comes| [&before[..], &[comes]].concat());
        all = all.into_iter().flat_map(longer).collect();
    }
    let late_in = |all: &[Comes]| {
        all.iter()
            .filter(|comes| **comes == Comes::LatePage)
            .count()
    };
    all.retain(|all| late_in(all) <= late);
    all
}

fn each_url_gets_what_came_of_it() {
    for (urls, limit, preemptions) in [(1, 1, 2), (2, 1, 2), (2, 2, 2), (3, 2, 1)] {
        for comes in all_that_can_come(urls, limit - 1) {
            let search = Explorer::new().preemptions(preemptions);
            search.explore(move || each_gets(&comes, limit));
        }
    }
    for limit in 1..=3 {
        for urls in 0..=3 {
            let all = all_that_can_come(urls, limit - 1);
            all.iter().for_each(|comes| each_gets(comes, limit));
        }
    }
    for payload in inputs::PAYLOADS {
        let fetch = |url: &str| match url {
            "/bad" => resume_unwind(payload()),
            url => page(url),
        };
        let pages = fetch_all(&["/a", "/bad", "/b"], 2, &Fetch(fetch));
        let expected = [page("/a"), Err(FetchError::Panicked), page("/b")];
        assert_eq!(pages, expected, "one fetch panics, whatever it says");
    }
}

fn as_many_in_flight_as_the_limit() {
    inputs::as_many_at_once_as_workers(run);
    // Also of one URL, and after panics.
    let both = Barrier::new(2);
    let fetches = AtomicUsize::new(0);
    let fetch = |url: &str| {
        if url == "/bad" {
            panic_on_purpose("the fetcher fails");
        }
        fetches.fetch_add(1, SeqCst);
        both.wait();
        page(url)
    };
    let urls = ["/bad", "/", "/", "/bad", "/bad", "/", "/", "/bad"];
    fetch_all(&urls, 2, &Fetch(fetch));
    assert_eq!(fetches.load(SeqCst), 4, "fetches of /");
}

fn two_fetches_in_flight() {
    possible(|goal| {
        let inside = Inside::default();
        let fetch = |url: &str| {
            if inside.pass() == 2 {
                goal.reached();
            }
            page(url)
        };
        fetch_all(&["/a", "/b"], 2, &Fetch(fetch));
    });
}
