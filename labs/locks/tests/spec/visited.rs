//! What a set of visited URLs promises, as a program: the grader runs every small scenario against
//! it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use locks::visited::Visited;

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Url {
    A,
    B,
}
use Url::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Mark(Url),
    /// A visit whose fetch marks a link: itself, or another.
    Visit(Url, Url),
    /// A visit whose fetch panics.
    VisitPanics(Url),
    /// A visit whose fetch counts.
    VisitCounts(Url),
    Len,
    IsEmpty,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    New,
    Known,
    /// What marking the link said.
    Fetched(bool),
    Panicked,
    Marked(usize),
    Empty(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    marked: BTreeSet<Url>,
    /// How many others were marked before.
    before: usize,
    /// The threads whose fetch is under way.
    fetching: BTreeSet<usize>,
}

impl State {
    fn len(&self) -> usize {
        self.before + self.marked.len()
    }
}

impl Spec for Contract {
    /// How many other URLs were marked before.
    type Start = usize;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[usize] = &[0, 1, 3, 7, 15, 31];
    const CALLS: &[Call] = &[
        Mark(A),
        Visit(A, A),
        Visit(A, B),
        Mark(B),
        Len,
        VisitPanics(A),
        VisitCounts(A),
        IsEmpty,
    ];
    const PLAIN: usize = 5;

    /// To a set that is not empty two threads come, with one call each.
    fn sensible(before: usize, thread: usize, calls: &[Call]) -> bool {
        before == 0 || (thread < 2 && calls.len() == 1)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State {
            marked: BTreeSet::new(),
            before: scenario.start,
            fetching: BTreeSet::new(),
        }
    }

    fn step(state: &State, At { thread: me, .. }: At, call: Call) -> Steps<Contract> {
        let mut next = state.clone();
        match call {
            Mark(url) => match next.marked.insert(url) {
                true => Steps::gives(next, Return::New),
                false => Steps::gives(next, Return::Known),
            },
            // A fetch takes its time: it begins when the URL is marked, and ends in a step of its
            // own.
            Visit(url, _) | VisitPanics(url) | VisitCounts(url)
                if !state.fetching.contains(&me) =>
            {
                if next.marked.insert(url) {
                    next.fetching.insert(me);
                    Steps::goes_on(next)
                } else {
                    Steps::gives(next, Return::Known)
                }
            }
            Visit(_, link) => {
                next.fetching.remove(&me);
                let new = next.marked.insert(link);
                Steps::gives(next, Return::Fetched(new))
            }
            VisitPanics(_) => {
                next.fetching.remove(&me);
                Steps::gives(next, Return::Panicked)
            }
            VisitCounts(_) => {
                next.fetching.remove(&me);
                Steps::gives(next, Return::Marked(state.len()))
            }
            Len => Steps::gives(next, Return::Marked(state.len())),
            IsEmpty => Steps::gives(next, Return::Empty(state.len() == 0)),
        }
    }
}

/// Your set.
pub(crate) struct Yours(Visited);

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let visited = Visited::new();
        for url in 0..scenario.start {
            visited.mark(&format!("http://weft.test/{url}"));
        }
        Yours(visited)
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) -> Return {
        let Yours(visited) = self;
        let text = |url| match url {
            A => "http://weft.test/a",
            B => "http://weft.test/b",
        };
        let fetched = |fetched: Option<bool>| fetched.map_or(Return::Known, Return::Fetched);
        match call {
            Mark(url) if visited.mark(text(url)) => Return::New,
            Mark(_) => Return::Known,
            Visit(url, link) => fetched(visited.visit(text(url), || visited.mark(text(link)))),
            VisitPanics(url) => {
                let visit = || visited.visit(text(url), || panic_on_purpose("the fetch panics"));
                match catch_unwind(AssertUnwindSafe(visit)) {
                    Ok(came) => fetched(came),
                    Err(_) => Return::Panicked,
                }
            }
            VisitCounts(url) => {
                let counted = visited.visit(text(url), || visited.len());
                counted.map_or(Return::Known, Return::Marked)
            }
            Len => Return::Marked(visited.len()),
            IsEmpty => Return::Empty(visited.is_empty()),
        }
    }
}
