//! Every small site, many bigger ones, and a web that is as slow as a crawler has to bear.
//!
//! The one idea: what a crawler says of its speed is a promise about which fetches are in flight.
//! So a page of a [`Slow`] web answers only when all fetches have begun that may: a crawler that
//! waits for what it need not wait for waits for ever. And whatever may not begin is written down.

use std::fmt::Display;
use std::sync::Barrier;

use harness::Random;
use kit::explore::Explorer;
use kit::note;
use kit::sync::{Condvar, Mutex};
use kit::thread::{self, ThreadId};
use kit::web::{Cancel, Crawl, FetchError, Fetched, Fetcher, Limits, Response, Site, host};

const TWINS: &str = "
    / -> /a /a/ /A /a? /a?q /a?Q /a#q /a#r /./a /b/../a //a /%61 /a;q /a/index.html a A /a.
    /a -> /Aa /BB /AaAa /AaBB /BBAa /BBBB
    /a/ -> /a// http://a http://a/ HTTP://a/ https://a/ http://A/ http://a:80/ http://www.a/
    /A -> / /a /A?
    /a?q -> /a?q&r /a?r&q /a+q /a%20q /\u{e9} /e\u{301} /%C3%A9 /%c3%a9 /\u{e8} /1 /01
";

/// Pages whose links differ, if in little, and late: each is a page of its own.
pub(crate) fn twins() -> String {
    let long = "x".repeat(70_000);
    format!("{TWINS} /A? -> {long} 1{long} 2{long} {long}1 {long}2 {long}1{long} {long}2{long}")
}

/// Of how many pages a [`rough`] site is.
pub(crate) const ROUGH: usize = 1 + 1 + FAILING + 1 + 1;

/// How many of them fail, one behind the other.
const FAILING: usize = 300;

/// A site of one host with a page whose URL is the empty text. Nearly all of its links fail; what
/// the last one leads to is there.
pub(crate) fn rough(url: &str) -> Fetched {
    match url {
        "/" => Ok(vec![String::new()]),
        "" => {
            let failing = (0..FAILING).map(|page| format!("/{page}"));
            Ok(failing.chain(["/found".to_owned()]).collect())
        }
        "/found" => Ok(vec!["/last".to_owned()]),
        "/last" => Ok(Vec::new()),
        _ => Err(FetchError::Failed("no answer".to_owned())),
    }
}

/// Whatever can be fetched may be in flight.
pub(crate) const NO_LIMITS: Limits = Limits {
    in_flight: usize::MAX,
    per_host: usize::MAX,
    pages: usize::MAX,
};

/// How a page answers: with links, by their numbers, or as the text of a [`Site`] says.
pub(crate) type Page = Result<Vec<usize>, &'static str>;

/// Pages that cannot be had; the first of them is none.
pub(crate) const GONE: Page = Err("");
pub(crate) const FAILS: Page = Err("! no answer");
pub(crate) const PANICS: Page = Err("!!");

/// Every site of up to that many pages with up to that many links each, all of which can be
/// reached, or which cannot be had as one of `bad` says. Pages are numbered as they are found,
/// level by level, so no two sites are the same but for names. The smallest come first.
pub(crate) fn sites(pages: usize, links: usize, bad: &[Page]) -> Vec<Vec<Page>> {
    let mut sites = Vec::new();
    let mut begun: Vec<(Vec<Page>, usize)> = vec![(Vec::new(), 1)];
    while let Some((site, known)) = begun.pop() {
        if site.len() == known {
            sites.push(site);
            continue;
        }
        let good = lists(known, pages, links).into_iter();
        let good = good.map(|(links, known)| (Ok(links), known));
        // What the start is must be said, even if it is not a page.
        let bad = bad.iter().filter(|page| !site.is_empty() || **page != GONE);
        let bad = bad.map(|page| (page.clone(), known));
        for (page, known) in good.chain(bad) {
            begun.push(([&site[..], &[page]].concat(), known));
        }
    }
    sites.sort_by_key(|site| (site.len(), site.iter().flatten().flatten().count()));
    sites
}

/// Every list of up to that many links to the pages that are known and to new ones, and how many
/// are known then.
fn lists(known: usize, pages: usize, links: usize) -> Vec<(Vec<usize>, usize)> {
    let mut lists = vec![(Vec::new(), known)];
    let mut done = 0;
    for _ in 0..links {
        let shorter = lists[done..].to_vec();
        done = lists.len();
        for (list, known) in shorter {
            for link in 0..pages.min(known + 1) {
                let list = [&list[..], &[link]].concat();
                lists.push((list, known.max(link + 1)));
            }
        }
    }
    lists
}

/// How the URLs of bigger sites begin: a few hosts, each written in many ways.
const PLACES: [&str; 18] = [
    "a/",
    "http://a/",
    "a?",
    "//a#",
    "https://a?q=/",
    "a/?q=b/",
    "z/z//a/",
    "A/",
    "http://a:80/",
    "www.a/",
    "u@a/",
    "a./",
    "/",
    "?",
    "http:///",
    "b/",
    "http://b/a/",
    "b#a/",
];

/// A site of up to twenty pages, of which each links to up to six, some of them twice, and some
/// cannot be had. The same seed gives the same one, as a text, and an order of its pages.
pub(crate) fn seeded(seed: u64, bad: &[Page]) -> (String, Vec<usize>) {
    let mut random = Random::new(seed);
    let pages = 2 + random.below(19);
    let page = |random: &mut Random| match random.below(8) {
        0 => bad[random.below(bad.len())].clone(),
        _ => Ok((0..random.below(7)).map(|_| random.below(pages)).collect()),
    };
    let mut site: Vec<Page> = (0..pages).map(|_| page(&mut random)).collect();
    site[0] = Ok((1..pages.min(4)).chain([1, 0]).collect());
    let hosts = 1 + random.below(PLACES.len());
    let begin: Vec<&str> = (0..pages).map(|_| PLACES[random.below(hosts)]).collect();
    let mut order: Vec<usize> = (0..pages).collect();
    order.sort_by_cached_key(|_| random.number());
    (text_at(&site, &begin), order)
}

/// A chain of that many pages, whose URLs are numbers. Each links to the next, and to what is known
/// already, before or behind that.
pub(crate) fn chain(length: usize) -> impl Fetcher {
    move |url: &str| -> Fetched {
        let page: usize = url.parse().expect("the chain's URLs are numbers");
        let next = (page + 1).min(length - 1);
        let links = match page % 3 {
            0 => vec![next],
            1 => vec![next, 0, page],
            _ => vec![0, page, next],
        };
        Ok(links.iter().map(usize::to_string).collect())
    }
}

/// A page `/` that links to that many others, each on a host of its own, none of which answers
/// before all of them are in flight.
pub(crate) fn crowd(pages: usize) -> impl Fetcher {
    let together = Barrier::new(pages);
    move |url: &str| -> Fetched {
        if url == "/" {
            return Ok((0..pages).map(|page| format!("h{page}/")).collect());
        }
        together.wait();
        Ok(Vec::new())
    }
}

/// The text of a site whose page of each number is on the host of that letter.
pub(crate) fn text(site: &[Page], hosts: &str) -> String {
    let hosts: Vec<String> = hosts.chars().map(|host| format!("{host}/")).collect();
    text_at(site, &hosts)
}

/// The text of a site whose URLs begin so, and end with the page's number.
fn text_at(site: &[Page], begin: &[impl Display]) -> String {
    let url = |page: usize| format!("{}{page}", begin[page % begin.len()]);
    let lines = site.iter().enumerate().map(|(page, answer)| match answer {
        Ok(links) => {
            let links: Vec<String> = links.iter().map(|link| url(*link)).collect();
            format!("{} -> {}", url(page), links.join(" "))
        }
        Err("") => format!("# {} is not a page", url(page)),
        Err(bad) => format!("{} {bad}", url(page)),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Searches scenario after scenario with one preemption, in an order in which an early end is a
/// fair sample, and begins none any more when that many interleavings were run.
pub(crate) fn explore_some<T: Send + Sync + 'static>(
    mut inputs: Vec<T>,
    interleavings: u64,
    scenario: fn(&T),
) {
    let mut run = 0;
    let mut mixed = 0;
    while !inputs.is_empty() && run < interleavings {
        mixed = (mixed + 7_919) % inputs.len();
        let input = inputs.swap_remove(mixed);
        let outcome = Explorer::new()
            .preemptions(1)
            .explore(move || scenario(&input));
        run += outcome.interleavings;
    }
}

/// A web whose pages answer one after the other, each only when every fetch has begun that may
/// begin within the limits. A page's number is at the end of its URL.
pub(crate) struct Slow<'a> {
    site: Site,
    urls: Vec<String>,
    /// The pages that each page links to, if it answers.
    links: Vec<Pages>,
    limits: Limits,
    /// Of the pages that are in flight, the one whose number comes first here answers first.
    order: &'a [usize],
    /// After that many answers the flag is raised, by whoever is about to give the next.
    cancel: Option<(u32, &'a Cancel)>,
    /// A panic is the end of the crawl.
    fragile: bool,
    caller: ThreadId,
    state: Mutex<State>,
    changed: Condvar,
}

/// Pages by their numbers, a bit for each.
type Pages = u64;

#[derive(Default)]
struct State {
    begun: Pages,
    answered: Pages,
    /// Those that have fetched, but for the caller.
    threads: Vec<ThreadId>,
    /// Nothing has to begin any more.
    ending: bool,
    /// Nothing may begin any more.
    cancelled: bool,
    /// What was wrong first.
    wrong: Option<String>,
}

impl<'a> Slow<'a> {
    pub(crate) fn new(text: &str, limits: Limits, order: &'a [usize]) -> Self {
        note(&text.replace('\n', ", "));
        let site: Site = text.parse().expect("it is the text of a site");
        let mut urls = vec![String::new(); order.len()];
        let mut links = vec![0; order.len()];
        for (url, answer) in site.pages() {
            let page = number(url).expect("a page has a number");
            urls[page].clone_from(url);
            if let Response::Links(to) = answer {
                let to = to.iter().filter_map(|link| Some((number(link)?, link)));
                for (link, url) in to {
                    urls[link].clone_from(url);
                    links[page] |= 1 << link;
                }
            }
        }
        Slow {
            site,
            urls,
            links,
            limits,
            order,
            cancel: None,
            fragile: false,
            caller: thread::current().id(),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// The same web, which raises a flag.
    pub(crate) fn cancelling(mut self, answers: u32, cancel: &'a Cancel) -> Self {
        self.cancel = Some((answers, cancel));
        self
    }

    /// The same web for a crawler that a panic ends: then nothing has to begin any more.
    pub(crate) fn fragile(mut self) -> Self {
        self.fragile = true;
        self
    }

    /// Where a crawl starts.
    pub(crate) fn start(&self) -> &str {
        self.site.start()
    }

    /// How many threads have fetched, but for the one that made this web.
    pub(crate) fn threads(&self) -> usize {
        self.state.lock().threads.len()
    }

    /// Says that a crawl kept its limits, and fetched all that it had to; `None` of a crawl that
    /// panicked, as it must if a fetch did and that is its end.
    pub(crate) fn assert_crawled(&self, found: Option<&Crawl>) {
        let state = self.state.lock();
        assert_eq!(
            state.wrong, None,
            "a page was fetched that must not be, or not then"
        );
        let in_flight = state.in_flight().count_ones();
        assert_eq!(in_flight, 0, "fetches in flight after the end");
        if self.fragile && state.ending {
            assert_eq!(found, None, "a fetch panicked, and nobody was told");
            return;
        }
        let (mut expected, _) = self.site.expected();
        if !state.cancelled {
            let needed = expected.len().min(self.limits.pages);
            let begun = state.begun.count_ones() as usize;
            assert_eq!(begun, needed, "fetches of what can be reached");
        }
        expected.retain(|url, _| number(url).is_some_and(|page| state.begun & (1 << page) != 0));
        assert_eq!(found, Some(&expected), "what came of each that was fetched");
    }

    /// Whether this page answers now.
    fn answers(&self, state: &State, page: usize) -> bool {
        let in_flight = state.in_flight();
        let first = self
            .order
            .iter()
            .find(|page| in_flight & (1 << **page) != 0);
        state.ending || (first == Some(&page) && !self.has_to_begin(state))
    }

    /// Whether a fetch has to begin, however slow those are that have begun. If not all that is
    /// known can be fetched, which pages are is the crawler's own choice, and so is when.
    fn has_to_begin(&self, state: &State) -> bool {
        let known = self.known(state);
        state.in_flight().count_ones() < at_least_one(self.limits.in_flight)
            && known.count_ones() as usize <= self.limits.pages
            && each(known & !state.begun).any(|page| self.has_room(state, page))
    }

    /// Whether one more may be in flight at the host of this page.
    fn has_room(&self, state: &State, page: usize) -> bool {
        let here = host(&self.urls[page]);
        let in_flight = each(state.in_flight());
        let at_host = in_flight
            .filter(|page| host(&self.urls[*page]) == here)
            .count();
        (at_host as u32) < at_least_one(self.limits.per_host)
    }

    /// What a crawler knows of.
    fn known(&self, state: &State) -> Pages {
        each(state.answered).fold(1, |known, page| known | self.links[page])
    }

    /// What is wrong with a fetch that begins.
    fn wrong(&self, state: &State, page: usize) -> Option<&'static str> {
        let in_flight = state.in_flight().count_ones();
        let wrong = [
            (state.cancelled, "begins after `cancel`"),
            (
                state.begun & (1 << page) != 0,
                "is fetched for the second time",
            ),
            (
                self.known(state) & (1 << page) == 0,
                "is fetched, and no link leads there",
            ),
            (
                in_flight >= at_least_one(self.limits.in_flight),
                "is one fetch too many in flight",
            ),
            (
                !self.has_room(state, page),
                "is one fetch too many in flight at its host",
            ),
            (
                state.begun.count_ones() as usize >= self.limits.pages,
                "is one page too many",
            ),
        ];
        wrong
            .into_iter()
            .find_map(|(is_wrong, wrong)| is_wrong.then_some(wrong))
    }
}

/// The number of a page.
fn number(url: &str) -> Option<usize> {
    url.rsplit(|end: char| !end.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// The numbers of these pages.
fn each(pages: Pages) -> impl Iterator<Item = usize> {
    (0..Pages::BITS as usize).filter(move |page| pages & (1 << page) != 0)
}

/// A limit of that many, where 0 counts as 1.
fn at_least_one(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX).max(1)
}

impl State {
    fn in_flight(&self) -> Pages {
        self.begun & !self.answered
    }
}

impl Fetcher for Slow<'_> {
    fn fetch(&self, url: &str) -> Fetched {
        note(&format!("fetch {url}"));
        let page = self.urls.iter().position(|page| page == url);
        let mut state = self.state.lock();
        let wrong = match page {
            None => Some("is fetched, and no page links to it"),
            Some(page) => self.wrong(&state, page),
        };
        let (Some(page), None) = (page, wrong) else {
            // It has failed, and comes to an end.
            let wrong = wrong.map(|wrong| format!("{url} {wrong}"));
            state.wrong = state.wrong.take().or(wrong);
            state.ending = true;
            self.changed.notify_all();
            return Err(FetchError::NotFound);
        };
        state.begun |= 1 << page;
        let me = thread::current().id();
        if me != self.caller && !state.threads.contains(&me) {
            state.threads.push(me);
        }
        self.changed.notify_all();
        while !self.answers(&state, page) {
            self.changed.wait(&mut state);
        }
        if let Some((answers, cancel)) = self.cancel
            && state.answered.count_ones() == answers
        {
            cancel.cancel();
            (state.cancelled, state.ending) = (true, true);
        }
        state.ending |= self.fragile && self.site.pages().get(url) == Some(&Response::Panics);
        state.answered |= 1 << page;
        self.changed.notify_all();
        drop(state);
        note(&format!("{url} answers"));
        self.site.answer(url)
    }
}
