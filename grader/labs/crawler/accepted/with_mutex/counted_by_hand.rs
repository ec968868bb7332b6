//! Another right answer: the lecture's wait group, made here. Whoever starts a thread counts it
//! first, and a guard counts it off, also after a panic.

use kit::collections::HashSet;
use kit::sync::{Condvar, Mutex};
use kit::thread::{self, Scope};
use kit::web::{Crawl, Fetcher};

struct Shared<'a> {
    fetcher: &'a dyn Fetcher,
    state: Mutex<State>,
    /// Notified when nothing is under way any more.
    done: Condvar,
}

#[derive(Default)]
struct State {
    known: HashSet<String>,
    pages: Crawl,
    under_way: usize,
}

/// Fetches every page that can be reached from `start`, with a thread for each.
pub fn crawl(start: &str, fetcher: &dyn Fetcher) -> Crawl {
    let shared = Shared {
        fetcher,
        state: Mutex::new(State::default()),
        done: Condvar::new(),
    };
    thread::scope(|scope| {
        shared.claim(start);
        start_thread(start.to_owned(), scope, &shared);
        let mut state = shared.state.lock();
        shared
            .done
            .wait_while(&mut state, |state| state.under_way > 0);
    });
    shared.state.into_inner().pages
}

impl Shared<'_> {
    /// Marks `url` and counts it as under way, if it is new.
    fn claim(&self, url: &str) -> bool {
        let mut state = self.state.lock();
        let new = state.known.insert(url.to_owned());
        state.under_way += usize::from(new);
        new
    }
}

/// One that is under way, until it is dropped.
struct UnderWay<'a>(&'a Shared<'a>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.under_way -= 1;
        if state.under_way == 0 {
            self.0.done.notify_all();
        }
    }
}

fn start_thread<'scope>(url: String, scope: &'scope Scope<'scope, '_>, shared: &'scope Shared<'_>) {
    scope.spawn(move || {
        let _under_way = UnderWay(shared);
        let page = shared.fetcher.fetch(&url);
        for link in page.iter().flatten() {
            if shared.claim(link) {
                start_thread(link.clone(), scope, shared);
            }
        }
        shared.state.lock().pages.insert(url, page);
    });
}
