//! Hidden checks of `polite`.

use std::sync::{Barrier, Mutex};

use crawler::polite::crawl;
use harness::Random;
use kit::explore::Explorer;
use kit::web::{Cancel, Crawl, FetchError, Fetched, Fetcher, Limits, Site, Web, host};
use kit::{explore, thread};

use crate::small::{
    FAILS, GONE, PANICS, Page, ROUGH, Slow, chain, explore_some, rough, seeded, sites, text, twins,
};

harness::checks![
    every_page_is_found,
    nothing_allowed_counts_as_one,
    the_budget_is_used_up_and_not_passed,
    the_budget_holds_when_two_look_at_once,
    a_cancelled_crawl_fetches_nothing,
    after_cancel_no_page_is_taken_up,
    a_crawl_can_be_cancelled_at_any_moment,
    a_fetch_that_panics_costs_its_page_only,
    a_fetch_that_panics_gives_its_place_back,
    no_more_threads_than_fetches_in_flight,
    no_more_in_flight_than_allowed,
    no_more_in_flight_at_a_host_than_allowed,
    a_slow_host_starves_nobody,
    a_slow_host_starves_nobody_on_real_threads,
    a_thousand_slow_hosts_starve_nobody,
    two_fetches_can_overlap,
    a_page_that_two_pages_link_to_is_fetched_once,
    the_crawl_ends,
    five_workers_keep_both_limits_in_sampled_schedules,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&str, &dyn Fetcher, &Limits, &Cancel) -> Crawl = crawl;

fn limits(in_flight: usize, per_host: usize) -> Limits {
    Limits {
        in_flight,
        per_host,
        pages: usize::MAX,
    }
}

/// Crawls all of it, from its start.
fn all(web: &Web, limits: Limits) {
    let pages = crawl(web.site().start(), web, &limits, &Cancel::new());
    web.assert_crawled(&pages);
}

/// Says that neither limit was passed.
fn assert_within(web: &Web, limits: Limits) {
    let peak = web.peak();
    let allowed = limits.in_flight;
    assert!(
        peak <= allowed,
        "{peak} fetches in flight, and {allowed} are allowed"
    );
    for url in web.site().pages().keys() {
        let (name, peak) = (host(url), web.peak_at(host(url)));
        let allowed = limits.per_host;
        assert!(
            peak <= allowed,
            "{peak} in flight at host {name}, and {allowed} are allowed"
        );
    }
}

fn every_page_is_found() {
    for seed in 0..20 {
        for limits in [limits(1, 1), limits(8, 2), limits(3, 8)] {
            let web = Web::new(Site::from_seed(seed, 40, 5)).each_once();
            all(&web, limits);
            assert_within(&web, limits);
        }
    }
    // URLs are compared as text.
    all(&Web::of(&twins()), limits(8, 2));
    let found = crawl("/", &rough, &limits(2, 2), &Cancel::new()).len();
    assert_eq!(
        found, ROUGH,
        "pages: the URL of one is empty, and hundreds fail before the last"
    );

    // A chain of links is longer than a stack is deep.
    const LENGTH: usize = 20_000;
    let found = crawl("0", &chain(LENGTH), &limits(1, 1), &Cancel::new());
    assert_eq!(found.len(), LENGTH, "pages found in a chain");
}

fn nothing_allowed_counts_as_one() {
    explore(|| {
        let web = Web::of("/ -> /a");
        all(&web, limits(0, 0));
    });
}

fn the_budget_is_used_up_and_not_passed() {
    let site = Site::from_seed(7, 30, 5);
    let reachable = site.expected().0.len();
    for pages in [0, 1, 2, 10, reachable, reachable + 1] {
        for in_flight in [1, 4] {
            let web = Web::new(site.clone());
            let limits = Limits {
                in_flight,
                per_host: 2,
                pages,
            };
            let found = crawl(site.start(), &web, &limits, &Cancel::new());
            let fetched = web.fetches().len();
            assert_eq!(
                fetched,
                pages.min(reachable),
                "fetches with a budget of {pages}"
            );
            assert_eq!(found.len(), fetched, "what was fetched is in the result");
        }
    }
}

fn the_budget_holds_when_two_look_at_once() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a /b");
        let limits = Limits {
            in_flight: 2,
            per_host: 2,
            pages: 2,
        };
        let found = crawl("/", &web, &limits, &Cancel::new());
        assert_eq!(web.fetches().len(), 2, "fetches with a budget of two");
        assert_eq!(found.len(), 2, "what was fetched is in the result");
    });
}

fn a_cancelled_crawl_fetches_nothing() {
    explore(|| {
        let web = Web::of("/ -> /a");
        let cancel = Cancel::new();
        cancel.cancel();
        let pages = crawl("/", &web, &limits(2, 2), &cancel);
        assert_eq!(web.fetches().len(), 0, "fetches after cancel");
        assert!(pages.is_empty(), "nothing was fetched");
    });
}

/// Raises a flag at the end of its fetch of `at`: others may have fallen asleep by then.
struct Cancelling<'a> {
    web: &'a Web,
    cancel: &'a Cancel,
    at: &'static str,
}

impl Fetcher for Cancelling<'_> {
    fn fetch(&self, url: &str) -> Fetched {
        let page = self.web.fetch(url);
        if url == self.at {
            self.cancel.cancel();
        }
        page
    }
}

fn after_cancel_no_page_is_taken_up() {
    for (at, fetched) in [("/", 1), ("/a", 2)] {
        let web = Web::of("/ -> /a\n /a -> /b /c\n /b ->\n /c -> /d");
        let cancel = Cancel::new();
        let (web, cancel) = (&web, &cancel);
        let pages = crawl("/", &Cancelling { web, cancel, at }, &limits(4, 4), cancel);
        assert_eq!(
            web.fetches().len(),
            fetched,
            "fetches, cancelled in that of {at}"
        );
        assert_eq!(
            pages.len(),
            fetched,
            "a fetch in flight is waited for, and in the result"
        );
    }
    // The others may sleep when the flag is raised, more of them than there are new links, and wake
    // when the fetch has ended.
    for workers in [2, 3] {
        Explorer::new().preemptions(2).explore(move || {
            let (web, cancel) = (Web::of("/ -> /a"), Cancel::new());
            let cancelling = Cancelling {
                web: &web,
                cancel: &cancel,
                at: "/",
            };
            crawl("/", &cancelling, &limits(workers, workers), &cancel);
            assert_eq!(web.fetches(), ["/"], "fetches, cancelled in the first");
        });
    }
}

fn a_crawl_can_be_cancelled_at_any_moment() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a");
        let cancel = Cancel::new();
        let found = thread::scope(|s| {
            s.spawn(|| cancel.cancel());
            crawl("/", &web, &limits(2, 2), &cancel)
        });
        assert_eq!(web.in_flight(), 0, "fetches in flight after the end");
        let mut fetched = web.fetches();
        fetched.sort();
        let found: Vec<&String> = found.keys().collect();
        assert_eq!(
            found,
            Vec::from_iter(&fetched),
            "what was fetched is in the result"
        );
    });
}

fn a_fetch_that_panics_costs_its_page_only() {
    for limits in [limits(1, 1), limits(2, 2)] {
        // More panics than there are places, so a worker that ended with its page is missed.
        Explorer::new().preemptions(1).explore(move || {
            let web = Web::of("/ -> a/1 a/2 a/3 /a\n a/1 !!\n a/2 !!\n a/3 !!\n /a -> a/3");
            let pages = crawl("/", &web, &limits, &Cancel::new());
            assert_eq!(
                pages.get("a/1"),
                Some(&Err(FetchError::Panicked)),
                "the fetch of a/1 panicked: the result must have that for its page"
            );
            web.assert_crawled(&pages);
        });
    }
}

fn a_fetch_that_panics_gives_its_place_back() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("a/ -> a/1 a/2\n a/1 !!\n a/2 ->");
        all(&web, limits(2, 1));
    });
}

/// Remembers the threads that fetch.
struct ByThread<'a> {
    web: &'a Web,
    threads: Mutex<Vec<thread::ThreadId>>,
}

impl Fetcher for ByThread<'_> {
    fn fetch(&self, url: &str) -> Fetched {
        let me = thread::current().id();
        let mut threads = self.threads.lock().expect("nobody panics");
        if !threads.contains(&me) {
            threads.push(me);
        }
        drop(threads);
        self.web.fetch(url)
    }
}

fn no_more_threads_than_fetches_in_flight() {
    let web = Web::new(Site::from_seed(7, 60, 4));
    let by_thread = ByThread {
        web: &web,
        threads: Mutex::default(),
    };
    let pages = crawl(
        web.site().start(),
        &by_thread,
        &limits(3, 3),
        &Cancel::new(),
    );
    web.assert_crawled(&pages);
    let mut threads = by_thread.threads.into_inner().expect("nobody panics");
    threads.retain(|thread| *thread != thread::current().id());
    let threads = threads.len();
    assert!(
        threads <= 3,
        "{threads} threads have fetched, and 3 may be started"
    );
    // A search takes four threads at most: none may be there for anything else.
    Explorer::new().preemptions(1).possible(|goal| {
        all(&Web::of("/ -> a/ b/ c/"), limits(4, 4));
        goal.reached();
    });
}

fn no_more_in_flight_than_allowed() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> a/ b/ c/");
        all(&web, limits(2, 2));
        assert_within(&web, limits(2, 2));
    });
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> a/ b/");
        all(&web, limits(1, 2));
        assert_within(&web, limits(1, 2));
    });
}

fn no_more_in_flight_at_a_host_than_allowed() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("a/ -> a/1 a/2");
        all(&web, limits(2, 1));
        assert_within(&web, limits(2, 1));
    });
}

/// Crawls a web of this text, whose pages answer as late as they may, and raises the flag after so
/// many answers.
fn slowly(text: &str, limits: Limits, order: &[usize], cancel_after: Option<u32>) {
    let cancel = Cancel::new();
    let mut web = Slow::new(text, limits, order);
    if let Some(answers) = cancel_after {
        web = web.cancelling(answers, &cancel);
    }
    let before = thread::started();
    let found = crawl(web.start(), &web, &limits, &cancel);
    let (threads, allowed) = (thread::started() - before, limits.in_flight.max(1));
    web.assert_crawled(Some(&found));
    assert!(
        threads <= allowed,
        "{threads} threads were started, and {allowed} may be"
    );
}

/// On which hosts the pages of a small site are.
const HOSTS: [&str; 5] = ["ab", "abb", "abc", "a", "abbc"];

/// A crawl of a small site: its text, limits with a budget, and when it is cancelled.
type Small = (String, Limits, Option<u32>);

/// Sites with hosts, limits, budgets and moments to cancel, in a mixture.
fn mixture(sites: Vec<Vec<Page>>) -> Vec<Small> {
    let kinds = [
        (2, 1),
        (1, 1),
        (2, 2),
        (3, 1),
        (2, 0),
        (0, 1),
        (3, 2),
        (2, 1),
    ];
    let budgets = [usize::MAX, 2, usize::MAX, 3, usize::MAX, 1, usize::MAX];
    let cancels = [
        None,
        None,
        None,
        Some(0),
        None,
        None,
        Some(1),
        None,
        None,
        Some(2),
        None,
    ];
    let sites = sites.into_iter().enumerate();
    let small = sites.map(|(number, site)| {
        let (in_flight, per_host) = kinds[number % kinds.len()];
        let limits = Limits {
            in_flight,
            per_host,
            pages: budgets[number % budgets.len()],
        };
        let text = text(&site, HOSTS[number % HOSTS.len()]);
        (text, limits, cancels[number % cancels.len()])
    });
    small.collect()
}

fn a_slow_host_starves_nobody() {
    let mut small = mixture(sites(3, 2, &[FAILS]));
    for (_, limits, cancel_after) in &mut small {
        (limits.pages, *cancel_after) = (usize::MAX, None);
    }
    explore_some(small, 5_000, |(text, limits, _)| {
        slowly(text, *limits, &[0, 2, 1], None)
    });
}

fn a_slow_host_starves_nobody_on_real_threads() {
    let orders = [
        [0, 1, 2, 3, 4],
        [0, 3, 2, 1, 4],
        [0, 2, 4, 3, 1],
        [0, 4, 3, 1, 2],
    ];
    let four = sites(4, 2, &[GONE, FAILS, PANICS]).into_iter();
    let four = mixture(four.step_by(23).collect());
    for (number, (text, limits, cancel_after)) in four.into_iter().enumerate() {
        slowly(&text, limits, &orders[number % 4], cancel_after);
    }

    // One page links to all others, which are on three hosts.
    let wide = [1, 0, 0, 0, 0].map(|links| Ok((1..=4 * links).collect()));
    for pattern in 0..81 {
        let hosts = [0, 1, 3, 9, 27].map(|power| match power {
            0 => 'c',
            _ => ['a', 'b', 'c'][pattern / power % 3],
        });
        for (in_flight, per_host) in [(2, 1), (3, 1), (3, 2), (4, 1)] {
            let text = text(&wide, &String::from_iter(hosts));
            slowly(
                &text,
                limits(in_flight, per_host),
                &orders[pattern % 4],
                None,
            );
        }
    }

    for seed in 0..150 {
        let (text, order) = seeded(seed, &[GONE, FAILS, PANICS]);
        let mut random = Random::new(seed);
        let limits = Limits {
            in_flight: random.of(&[1, 2, 3, 4, 6, 10, 30]),
            per_host: random.of(&[1, 1, 2, 3, 0, usize::MAX]),
            pages: random.of(&[usize::MAX, usize::MAX, 15, 7]),
        };
        // Which pages a small budget is for, and when, is the crawler's own choice.
        let cancel_after = random.of(&[None, None, Some(1), Some(3), Some(6), Some(9)]);
        let cancel_after = cancel_after.filter(|_| limits.pages == usize::MAX);
        slowly(&text, limits, &order, cancel_after);
    }
}

fn a_thousand_slow_hosts_starve_nobody() {
    const HOSTS: usize = 1_100;
    let (full, open, cancel) = (
        Barrier::new(HOSTS + 1),
        Barrier::new(HOSTS + 1),
        Cancel::new(),
    );
    // Two pages at each host; when all hosts are full, a page is found at one more.
    let fetch = |url: &str| -> Fetched {
        match url {
            "/" => {
                let links = (0..2 * HOSTS).map(|page| format!("h{}/{page}", page % HOSTS));
                return Ok(links.chain(["found/".to_owned()]).collect());
            }
            "found/" => {
                full.wait();
                return Ok(vec!["late/".to_owned()]);
            }
            "late/" => cancel.cancel(),
            _ => {
                full.wait();
            }
        }
        open.wait();
        Ok(Vec::new())
    };
    let pages = crawl("/", &fetch, &limits(HOSTS + 1, 1), &cancel);
    assert_eq!(pages.len(), HOSTS + 3, "pages that neither limit held back");
}

fn two_fetches_can_overlap() {
    kit::possible(|goal| {
        let web = Web::of("/ -> a/ b/");
        all(&web, limits(2, 1));
        if web.peak() == 2 {
            goal.reached();
        }
    });
}

fn a_page_that_two_pages_link_to_is_fetched_once() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a /b\n /a -> /b /c\n /b -> /a /c\n /c -> /a");
        all(&web, limits(2, 2));
    });
}

fn the_crawl_ends() {
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ -> /a\n /a -> /");
        all(&web, limits(2, 2));
    });
    Explorer::new().preemptions(2).explore(|| {
        let web = Web::of("/ ->");
        all(&web, limits(3, 3));
    });
}

fn five_workers_keep_both_limits_in_sampled_schedules() {
    const SITE: &str = "a/0 -> a/1 b/2 a/3\n a/1 -> b/4\n b/2 -> c/5 a/0\n c/5 -> a/1";
    let explorer = Explorer::new().sampled();
    explorer.explore(|| slowly(SITE, limits(5, 1), &[0, 2, 1, 3, 5, 4], None));
}
