//! Hidden checks of `visited`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel;
use kit::explore::panic_on_purpose;
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};
use locks::visited::Visited;

#[path = "../../../../../labs/locks/tests/spec/visited.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    only_the_first_mark_is_new,
    len_counts_each_url_once,
    only_the_first_visit_fetches,
    two_markers_have_one_winner,
    two_urls_are_both_new,
    two_visitors_fetch_once,
    a_url_is_marked_before_its_fetch_begins,
    a_fetch_can_mark_links,
    two_fetches_overlap,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 3).within(14_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&Visited, &str) -> bool = |visited, url| visited.mark(url);
const _: fn(&Visited, &str) -> Option<u8> = |visited, url| visited.visit(url, || 1);
const _: fn(&Visited) -> (usize, bool) = |visited| (visited.len(), visited.is_empty());

fn only_the_first_mark_is_new() {
    let visited = Visited::new();
    assert!(visited.mark("/a"), "the first mark of /a must be new");
    assert!(!visited.mark("/a"), "the second mark of /a is not new");
    assert!(visited.mark("/a/"), "/a/ is another text than /a, so new");
    assert!(visited.mark("/A"), "/A is another text than /a, so new");
    assert!(!visited.mark("/a"), "/a stays marked");

    let visited = Visited::new();
    let texts = texts();
    for (before, text) in texts.iter().enumerate() {
        assert_eq!(visited.len(), before, "that many were marked");
        let shown: String = text.chars().take(20).collect();
        let why = "is another text than all before it";
        assert!(visited.mark(text), "{shown:?}… of {} {why}", text.len());
    }
    assert!(texts.iter().all(|text| !visited.mark(text)), "all stay");
}

/// Texts that somebody might take for the same.
const ALIKE: &str = "| |/|//|/.|/..|/%61|/a|/A|/a/|/a | /a|/a\n|/a?|/a#|/a?x|/a?x=|/a?x&y|/a?y&x|\
    /a#x|a|//a|/./a|/a/.|/a\0|/a\0b|/\u{e4}|/a\u{308}|/\u{c4}|/\u{ff}|/\u{17f}|/s|/S|/\u{df}|/ss|\
    http://a|https://a|HTTP://a|http://a/|http://a:80|http://www.a";

/// Pairs of texts that have one number of 32 bits, if that is kept in their place.
const OF_ONE_NUMBER: [[&str; 2]; 7] = [
    ["/49849", "/94333"],     // the lower half of the standard library's hash
    ["/26586", "/43277"],     // the upper half
    ["/ab", "/ba"],           // the sum of the letters
    ["/Aa", "/BB"],           // each letter times 31
    ["/Ab", "/BA"],           // each letter times 33
    ["costarring", "liquid"], // FNV-1a
    ["plumless", "buckeroo"], // CRC-32
];

/// Texts that have much in common, and are all different.
fn texts() -> Vec<String> {
    let short = ALIKE
        .split('|')
        .chain(OF_ONE_NUMBER.as_flattened().iter().copied());
    let mut texts: Vec<String> = short.map(str::to_owned).collect();
    texts.extend((0..10_000).map(|number| format!("/{number}")));
    let page = |number| format!("http://weft.test/{}?page={number}", number % 100);
    texts.extend((0..10_000).map(page));
    let powers = (3..=16).map(|power| 1 << power);
    for length in powers.flat_map(|power: usize| [power - 1, power, power + 1]) {
        texts.push("x".repeat(length));
        for place in [0, length / 3, length / 2, length - 2, length - 1] {
            let (before, behind) = ("x".repeat(place), "x".repeat(length - 1 - place));
            texts.extend(['y', 'z'].map(|other| format!("{before}{other}{behind}")));
        }
    }
    texts
}

fn len_counts_each_url_once() {
    let visited = Visited::new();
    assert!(visited.is_empty(), "nothing has been marked yet");
    assert_eq!(visited.len(), 0, "nothing has been marked yet");
    for url in ["/a", "/b", "/a"] {
        visited.mark(url);
    }
    assert_eq!(visited.len(), 2, "/a and /b are two URLs");
    assert!(!visited.is_empty(), "two URLs have been marked");
}

fn only_the_first_visit_fetches() {
    let visited = Visited::new();
    assert_eq!(visited.visit("/a", || 1), Some(1), "/a is new");
    assert_eq!(visited.visit("/a", || 2), None, "/a has been visited");
    assert!(!visited.mark("/a"), "a visited URL is a marked one");
    visited.mark("/b");
    assert_eq!(visited.visit("/b", || 3), None, "/b has been marked");
    let fails = || -> u8 { panic_on_purpose("the fetch fails") };
    let fetched = catch_unwind(AssertUnwindSafe(|| visited.visit("/c", fails)));
    assert!(
        fetched.is_err(),
        "a fetch panicked, and it gave {fetched:?}"
    );
    assert_eq!(visited.visit("/c", || 4), None, "/c stays marked");
}

fn two_markers_have_one_winner() {
    explore(|| {
        let visited = Visited::new();
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| visited.mark("/a"));
            (visited.mark("/a"), yours.join().unwrap())
        });
        assert!(mine != yours, "two marks of one URL: {mine} and {yours}");
    });
}

fn two_visitors_fetch_once() {
    explore(|| {
        let visited = Visited::new();
        let fetches = AtomicUsize::new(0);
        let fetch = || fetches.fetch_add(1, SeqCst);
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| visited.visit("/a", fetch));
            (visited.visit("/a", fetch), yours.join().unwrap())
        });
        assert_eq!(fetches.load(SeqCst), 1, "fetches of one URL");
        assert!(
            mine.is_some() != yours.is_some(),
            "the one that fetched gets the result, the other None"
        );
    });

    // The one fetches until the other has its `None`.
    explore(|| {
        let visited = Visited::new();
        let (tell, told) = channel::bounded(1);
        let visit = || match visited.visit("/a", || told.recv()) {
            Some(heard) => heard.expect("the other one tells"),
            None => tell.send(()).expect("the one who fetches listens"),
        };
        thread::scope(|s| {
            s.spawn(visit);
            visit();
        });
    });
}

fn a_url_is_marked_before_its_fetch_begins() {
    explore(|| {
        let visited = Visited::new();
        let begun = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| visited.visit("/a", || begun.store(true, SeqCst)));
            if begun.load(SeqCst) {
                assert!(!visited.mark("/a"), "/a is new, yet its fetch has begun");
            }
        });
    });
}

fn a_fetch_can_mark_links() {
    explore(|| {
        let visited = Visited::new();
        let inner = visited.visit("/", || (visited.mark("/a"), visited.mark("/")));
        assert_eq!(inner, Some((true, false)), "/a is new, / is being visited");
        let count = || (visited.len(), visited.is_empty());
        let deeper = visited.visit("/b", || visited.visit("/c", count));
        assert_eq!(deeper, Some(Some((4, false))), "/b and /c are marked, too");
        let again = visited.visit("/d", || visited.visit("/d", count));
        assert_eq!(again, Some(None), "/d is being visited");
    });
    explore(|| visit_deeper(&Visited::new(), &NEAR));
    let pages: Vec<_> = (0..70).map(|page| format!("/{page}")).collect();
    visit_deeper(&Visited::new(), &pages);
}

/// Pages that have much in common: whatever part of a URL an answer goes by, some agree in it.
const NEAR: [&str; 8] = [
    "http://weft.test/a",
    "http://weft.test/b",
    "http://weft.test/a/b",
    "http://weft.test/a?b",
    "http://weft.test/a?c",
    "http://weft.test/a#b",
    "http://other.test/a",
    "https://weft.test:80/a",
];

/// Visits a page, whose fetch visits the next, and so on; inside the last, counts them.
fn visit_deeper(visited: &Visited, pages: &[impl AsRef<str>]) {
    fn visit(visited: &Visited, pages: &[impl AsRef<str>]) -> usize {
        let Some((page, others)) = pages.split_first() else {
            return visited.len();
        };
        let fetched = visited.visit(page.as_ref(), || visit(visited, others));
        fetched.expect("a page that is new must be fetched, inside another fetch as well")
    }
    let marked = visit(visited, pages);
    assert_eq!(marked, pages.len(), "each fetch visits the next page");
}

fn two_fetches_overlap() {
    for other in ["/b", NEAR[1], NEAR[3]] {
        possible(move |goal| {
            let visited = Visited::new();
            let inside = AtomicUsize::new(0);
            let fetch = || {
                if inside.fetch_add(1, SeqCst) == 1 {
                    goal.reached();
                }
                inside.fetch_sub(1, SeqCst);
            };
            thread::scope(|s| {
                s.spawn(|| visited.visit(NEAR[0], fetch));
                visited.visit(other, fetch);
            });
        });
    }
}

fn two_urls_are_both_new() {
    explore(|| {
        let visited = Visited::new();
        thread::scope(|s| {
            let other = s.spawn(|| visited.mark("/a"));
            assert!(visited.mark("/b"), "nobody has marked /b before");
            assert!(other.join().unwrap(), "nobody has marked /a before");
        });
    });
}
