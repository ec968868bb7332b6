//! Another right answer: one line of URLs that is searched for the first whose host has room, and a
//! list of what is in flight. A place is a guard, given back by its drop.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::collections::HashSet;
use kit::sync::{Condvar, Mutex};
use kit::thread;
use kit::web::{Cancel, Crawl, FetchError, Fetcher, Limits, host};

#[derive(Default)]
struct State {
    known: HashSet<String>,
    line: VecDeque<String>,
    in_flight: Vec<String>,
    left: usize,
    pages: Crawl,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// A place at the host of `url`, and one in all.
struct Place<'a> {
    shared: &'a Shared,
    url: String,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        let mine = state.in_flight.iter().position(|url| *url == self.url);
        mine.map(|mine| state.in_flight.swap_remove(mine));
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn place(&self, limits: &Limits, cancel: &Cancel) -> Option<Place<'_>> {
        let mut state = self.state.lock();
        loop {
            if state.left == 0 || cancel.is_cancelled() {
                return None;
            }
            let room = |url: &String| {
                let here = state
                    .in_flight
                    .iter()
                    .filter(|other| host(other) == host(url));
                here.count() < limits.per_host.max(1)
            };
            if let Some(next) = state.line.iter().position(room) {
                let url = state.line.remove(next)?;
                state.in_flight.push(url.clone());
                state.left -= 1;
                return Some(Place { shared: self, url });
            }
            if state.line.is_empty() && state.in_flight.is_empty() {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }
}

/// Fetches the pages that can be reached from `start`, within `limits` and until `cancel`.
pub fn crawl(start: &str, fetcher: &dyn Fetcher, limits: &Limits, cancel: &Cancel) -> Crawl {
    let shared = Shared {
        state: Mutex::new(State {
            known: HashSet::from_iter([start.to_owned()]),
            line: VecDeque::from([start.to_owned()]),
            left: limits.pages,
            ..State::default()
        }),
        changed: Condvar::new(),
    };
    let work = || {
        while let Some(place) = shared.place(limits, cancel) {
            let page = catch_unwind(AssertUnwindSafe(|| fetcher.fetch(&place.url)));
            let page = page.unwrap_or(Err(FetchError::Panicked));
            let mut state = shared.state.lock();
            for link in page.iter().flatten() {
                if state.known.insert(link.clone()) {
                    state.line.push_back(link.clone());
                }
            }
            state.pages.insert(place.url.clone(), page);
            drop(state);
            // The place goes back last: as long as it is taken, nobody takes the line's end for the
            // end.
            drop(place);
        }
    };
    thread::scope(|scope| {
        for _ in 1..limits.in_flight.max(1) {
            scope.spawn(work);
        }
        // This thread fetches as well.
        work();
    });
    shared.state.into_inner().pages
}
