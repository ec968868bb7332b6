//! Hidden checks of `fetch_all`.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
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
    a_slow_url_holds_up_none_of_a_hundred,
    no_more_than_the_limit_in_flight,
    a_panic_is_one_failure,
    a_panic_leaves_as_many_in_flight,
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
    for limit in [1, 2, 7, 60, 200, usize::MAX] {
        let pages = fetch_all(&urls, limit, &Fetch(page));
        assert_eq!(pages, expected, "with a limit of {limit}");
    }
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
    assert_eq!(fetch_all(&urls, 2, &Fetch(fetch)), urls.map(answer));
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
        ["/a", "/b"].map(page)
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
    // A search takes four threads at most: none may be there for anything else.
    Explorer::new().preemptions(1).possible(|goal| {
        let urls = ["/a", "/b", "/c", "/d"];
        assert_eq!(fetch_all(&urls, 4, &Fetch(page)), urls.map(page));
        goal.reached();
    });
}

fn no_more_threads_than_urls() {
    // A search takes four threads at most.
    explore(|| assert_eq!(fetch_all(&["/a"], usize::MAX, &Fetch(page)), [page("/a")]));
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

fn a_slow_url_holds_up_none_of_a_hundred() {
    // Real threads: a search takes few URLs, and portions begin where there are many.
    let urls: Vec<String> = (0..100).map(|n| format!("/{n}")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    for slow in ["/0", "/50"] {
        let (done, others) = channel::unbounded();
        let fetch = |url: &str| {
            if url == slow {
                for _ in 1..urls.len() {
                    others.recv().expect("the sender lives");
                }
            } else {
                done.send(()).expect("the receiver lives");
            }
            page(url)
        };
        fetch_all(&urls, 2, &Fetch(fetch));
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
    let answer = |url: &str| match url {
        "/bad" => Err(FetchError::Panicked),
        url => page(url),
    };
    for (urls, limit) in [
        (["/bad", "/b"], 1),
        (["/b", "/bad"], 1),
        (["/bad", "/b"], 2),
    ] {
        explore(move || {
            let fetches = AtomicUsize::new(0);
            let fetch = |url: &str| {
                fetches.fetch_add(1, SeqCst);
                match url {
                    "/bad" => panic_on_purpose("the fetcher fails"),
                    url => page(url),
                }
            };
            assert_eq!(fetch_all(&urls, limit, &Fetch(fetch)), urls.map(answer));
            assert_eq!(fetches.load(SeqCst), 2, "one fetch for each URL");
        });
    }
}

fn a_panic_leaves_as_many_in_flight() {
    Explorer::new().preemptions(2).budget(BUDGET).explore(|| {
        let (tell, told) = channel::bounded(1);
        let fetch = |url: &str| match url {
            "/bad" => panic_on_purpose("the fetcher fails"),
            // Answered when the next one is in flight as well.
            "/waits" => told
                .recv()
                .map_or(Err(FetchError::NotFound), |()| page(url)),
            url => {
                tell.send(()).expect("the receiver lives");
                page(url)
            }
        };
        // Whichever end of them is begun first.
        let pages = fetch_all(&["/bad", "/waits", "/tells", "/bad"], 2, &Fetch(fetch));
        assert_eq!(pages[1..3], ["/waits", "/tells"].map(page));
    });
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
