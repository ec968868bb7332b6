//! Public tests of `visited`: `cargo test -p locks visited`.
//!
//! Where your methods may call one another, tests of one thread run in `explore` as well: a lock
//! that is taken twice is reported, and the test does not hang.

use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, thread};
use locks::visited::Visited;

rules::test!("src/visited.rs");

#[test]
fn the_first_mark_of_a_url_is_new_and_the_second_is_not() {
    let visited = Visited::new();
    assert!(visited.mark("/a"), "nobody has marked /a yet: it is new");
    assert!(!visited.mark("/a"), "/a was marked just before: not new");
    assert!(visited.mark("/b"), "only /a was marked: /b is new");
}

#[test]
fn len_counts_each_marked_url_once() {
    explore(|| {
        let visited = Visited::new();
        assert!(visited.is_empty(), "nothing has been marked yet");
        visited.mark("/a");
        visited.mark("/a");
        visited.mark("/b");
        assert_eq!(visited.len(), 2, "/a was marked twice and /b once");
        assert!(!visited.is_empty(), "two URLs have been marked");
    });
}

#[test]
fn visit_fetches_a_new_url_and_no_other() {
    explore(|| {
        let visited = Visited::new();
        let page = visited.visit("/a", || "page");
        assert_eq!(page, Some("page"), "what the fetch returns is given back");
        let again = visited.visit("/a", || "page");
        assert_eq!(again, None, "/a has been visited: do not fetch it again");
    });
}

#[test]
fn two_threads_that_mark_one_url_have_one_winner() {
    explore(|| {
        let visited = Visited::new();
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| visited.mark("/a"));
            (visited.mark("/a"), yours.join().unwrap())
        });
        assert!(
            mine || yours,
            "one of the two is first, and must be told that /a is new"
        );
        assert!(
            !(mine && yours),
            "both were told that /a is new: nobody may come between the look and the mark"
        );
    });
}

#[test]
fn two_threads_that_visit_one_url_fetch_it_once() {
    explore(|| {
        let visited = Visited::new();
        let fetches = AtomicUsize::new(0);
        thread::scope(|s| {
            s.spawn(|| visited.visit("/a", || fetches.fetch_add(1, SeqCst)));
            visited.visit("/a", || fetches.fetch_add(1, SeqCst));
        });
        assert_eq!(fetches.load(SeqCst), 1, "mark first, then fetch");
    });
}

#[path = "../spec/visited.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3));
}
