//! Hidden checks of `fetch_all`.

use std::time::Duration;

use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::web::{FetchError, Fetched, Fetcher};
use kit::{explore, possible};
use threads::fetch_all::fetch_all;

use crate::seen::{Inside, Threads};

harness::checks![
    pages_have_the_order_of_the_urls,
    failures_are_kept_with_their_url,
    nothing_to_fetch,
    no_limit_counts_as_one,
    a_url_that_is_there_twice_is_fetched_twice,
    few_threads_for_many_urls,
    no_more_threads_than_urls,
    the_order_stays_whoever_answers_first,
    a_slow_url_holds_up_no_other,
    no_more_than_the_limit_in_flight,
    a_panic_is_one_failure,
    two_fetches_in_flight,
    five_fetches_in_flight,
];

// What the file has to offer, to the letter.
const _: fn(&[&str], usize, &dyn Fetcher) -> Vec<Fetched> = fetch_all;

/// Enough for all interleavings of most designs.
const BUDGET: Duration = Duration::from_secs(2);

/// A fetcher from a function.
struct Fetch<F>(F);

impl<F: Fn(&str) -> Fetched + Sync> Fetcher for Fetch<F> {
    fn fetch(&self, url: &str) -> Fetched {
        (self.0)(url)
    }
}

/// A page that links to itself, so that pages can be told apart.
fn page(url: &str) -> Fetched {
    Ok(vec![url.to_owned()])
}

fn pages_have_the_order_of_the_urls() {
    let urls: Vec<String> = (0..60).map(|n| format!("/{n}")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let expected: Vec<Fetched> = urls.iter().map(|url| page(url)).collect();
    for limit in [1, 2, 7, 60, 200] {
        let pages = fetch_all(&urls, limit, &Fetch(page));
        assert_eq!(pages, expected, "with a limit of {limit}");
    }
}

fn failures_are_kept_with_their_url() {
    let fetch = |url: &str| match url {
        "/gone" => Err(FetchError::NotFound),
        "/down" => Err(FetchError::Failed("no answer".to_owned())),
        url => page(url),
    };
    let pages = fetch_all(&["/gone", "/a", "/down", "/b"], 2, &Fetch(fetch));
    let expected = ["/gone", "/a", "/down", "/b"].map(fetch);
    assert_eq!(pages, expected);
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
        ["/a", "/b"].map(page)
    );
}

fn a_url_that_is_there_twice_is_fetched_twice() {
    let fetched = channel::unbounded();
    let fetch = |url: &str| {
        fetched.0.send(()).expect("the receiver lives");
        page(url)
    };
    let pages = fetch_all(&["/a", "/b", "/a"], 2, &Fetch(fetch));
    assert_eq!(pages, ["/a", "/b", "/a"].map(page));
    assert_eq!(fetched.1.len(), 3, "how often something was fetched");
}

fn few_threads_for_many_urls() {
    explore(|| {
        let threads = Threads::default();
        let fetch = |url: &str| {
            threads.here();
            page(url)
        };
        fetch_all(&["/a", "/b"], 1, &Fetch(fetch));
        let count = threads.count();
        assert!(count <= 1, "{count} threads fetched, and one may");
    });
}

fn no_more_threads_than_urls() {
    // A search takes four threads at most.
    explore(|| assert_eq!(fetch_all(&["/a"], 1_000, &Fetch(page)), [page("/a")]));
}

fn the_order_stays_whoever_answers_first() {
    explore(|| {
        let pages = fetch_all(&["/a", "/b"], 2, &Fetch(page));
        assert_eq!(pages, ["/a", "/b"].map(page));
    });
}

fn a_slow_url_holds_up_no_other() {
    for slow in ["/a", "/c"] {
        // Of a design with channels it sees the interleavings with few preemptions, in this time.
        Explorer::new().budget(BUDGET).explore(move || {
            let (done, others) = channel::bounded(2);
            let fetch = |url: &str| {
                if url == slow {
                    // So slow that all others are done before it.
                    for _ in 0..2 {
                        others.recv().expect("the sender lives");
                    }
                } else {
                    done.send(()).expect("the receiver lives");
                }
                page(url)
            };
            fetch_all(&["/a", "/b", "/c"], 2, &Fetch(fetch));
        });
    }
}

fn no_more_than_the_limit_in_flight() {
    explore(|| {
        let inside = Inside::default();
        let fetch = |url: &str| {
            inside.pass();
            page(url)
        };
        fetch_all(&["/a", "/b"], 1, &Fetch(fetch));
        let most = inside.most();
        assert!(most <= 1, "{most} fetches in flight, and one may be");
    });
}

fn a_panic_is_one_failure() {
    let fetch = |url: &str| match url {
        "/a" => panic_on_purpose("the fetcher fails"),
        url => page(url),
    };
    for limit in [1, 2] {
        explore(move || {
            let pages = fetch_all(&["/a", "/b"], limit, &Fetch(fetch));
            assert_eq!(pages, [Err(FetchError::Panicked), page("/b")]);
        });
    }
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

fn five_fetches_in_flight() {
    Explorer::new().sampled().possible(|goal| {
        let inside = Inside::default();
        let fetch = |url: &str| {
            if inside.pass() == 5 {
                goal.reached();
            }
            page(url)
        };
        fetch_all(&["/"; 7], 5, &Fetch(fetch));
    });
}
