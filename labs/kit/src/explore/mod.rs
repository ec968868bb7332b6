//! The explorer: one scenario, run again and again, or searched.
//!
//! The one idea: the search goes in passes, the most readable failure first. With atomics taken as
//! sequentially consistent and one preemption, then two; then with the orderings as written; then
//! without a bound. A failure in an early pass says "the interleaving is wrong", and has the fewest
//! switches that can show it; a failure only in a later pass says "the orderings are too weak".
//!
//! Not here: how a failure is described (`describe`), and how it is drawn (the crate `picture`).
mod bounded;
mod budget;
mod found;
#[cfg(test)]
mod hostile;
mod hung;
mod orders;
mod panics;
mod pass;
mod repeat;
mod replay;
mod request;
mod run;
mod search;
mod seeds;
mod silence;
mod stress;
mod stuck;
mod turns;

pub(crate) use hung::watch;
pub use hung::{Hang, hung};
pub use orders::orders;
pub use panics::outlive_destructors;
pub use picture::{Certainty, Failure, FailureKind, Outcome, Scenarios, Style};
pub use repeat::repeat;
pub(crate) use seeds::current_seed;
pub use seeds::seeds;
pub use stuck::{Onlooker, look_for_threads_in};
pub use turns::in_each_turn;
pub(crate) use turns::turn;

use crate::model;
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

/// Runs `scenario` under every interleaving of its threads, and fails with a picture of the first
/// that goes wrong: a panic, a deadlock, a data race, an object that is never dropped.
///
/// The scenario has to make every primitive it uses, and to do the same in each run but for the
/// schedule: no clock, no randomness, no statics. At most four threads can be spawned.
///
/// # Panics
///
/// If an interleaving fails, or the budget ended the search before even the bounded passes were
/// through.
pub fn explore(scenario: impl Fn() + Send + Sync + 'static) -> Outcome {
    Explorer::new().explore(scenario)
}

/// As [`explore`], but succeeds as soon as one interleaving calls [`Goal::reached`].
///
/// Only an exhaustive search shows that none does. A search with a bound, a sample, or one that the
/// budget has ended shows nothing then: it ends as not explored. So where a claim needs many
/// threads, let them wait for each other instead, and explore: whoever keeps one of them out
/// deadlocks.
///
/// # Panics
///
/// If no interleaving reaches the goal, or one fails before it is reached.
pub fn possible(scenario: impl Fn(&Goal) + Send + Sync + 'static) -> Outcome {
    Explorer::new().possible(scenario)
}

/// Panics because the scenario is about that: a job that panics, a handler, a fetch.
///
/// It does what a panic does: it unwinds this thread, and gives back what its guards hold; `join`
/// returns its payload, which is `text`, as an error; a scope whose thread nobody joined panics;
/// `catch_unwind` catches it, and the thread goes on. In a model other threads run meanwhile. It
/// differs from `panic!` in two things: nothing is printed, and in a model it is not a failure,
/// unless it leaves the scenario itself. Whoever has got the error from `join` may pass it on by a
/// panic of its own. Every other panic in a model fails the search, unless it is caught at once.
///
/// # Panics
///
/// Always.
///
/// # Examples
///
/// ```
/// use kit::explore::panic_on_purpose;
/// use kit::{explore, thread};
///
/// explore(|| {
///     let job = thread::spawn(|| panic_on_purpose("the job fails"));
///     let payload = job.join().unwrap_err();
///     assert_eq!(payload.downcast_ref(), Some(&"the job fails"));
/// });
/// ```
#[track_caller]
pub fn panic_on_purpose(text: &'static str) -> ! {
    model::panic_on_purpose(text, std::panic::Location::caller())
}

/// Forgets a value, as [`std::mem::forget`] does, because the scenario is about that: what it owns
/// lives on when the scenario has ended, and in a model that is not a leak.
pub fn forget<T>(value: T) {
    model::will_leak();
    std::mem::forget(value);
}

/// The point that a [`possible`] scenario has to reach in at least one interleaving.
#[derive(Clone, Copy, Debug)]
pub struct Goal(());

impl Goal {
    /// Says that this interleaving got there. Ends the search.
    pub fn reached(&self) {
        model::stop(model::Stop::Reached);
    }
}

/// A search with its settings.
///
/// ```
/// use kit::explore::Explorer;
///
/// Explorer::new().preemptions(2).explore(|| { /* four threads */ });
/// ```
#[derive(Clone, Debug)]
pub struct Explorer {
    preemptions: Option<usize>,
    budget: Duration,
    sampled: bool,
    /// One of many small scenarios, so fewer passes.
    brief: Option<Brief>,
}

impl Explorer {
    /// Whether a search that found nothing has looked far enough: an answer that burns its budget
    /// must not decide how far that is.
    fn accepts(&self, certainty: Certainty) -> bool {
        let asked = self.brief.as_ref().map(|brief| brief.preemptions);
        let asked = asked.or(self.preemptions).unwrap_or(ENOUGH).min(ENOUGH);
        match certainty {
            Certainty::Bounded { preemptions } => preemptions >= asked,
            Certainty::Exhaustive
            | Certainty::Witnessed
            | Certainty::Blind
            | Certainty::Sampled { .. } => true,
        }
    }
}

/// A search with fewer preemptions proves nothing, unless nobody asked for more.
const ENOUGH: usize = 2;

impl Default for Explorer {
    fn default() -> Self {
        Explorer::new()
    }
}

impl Explorer {
    /// A search without a bound, for ten seconds of processor time at most.
    pub fn new() -> Explorer {
        Explorer {
            preemptions: None,
            budget: Duration::from_secs(10),
            sampled: false,
            brief: None,
        }
    }

    /// Runs only interleavings with at most `bound` preemptions, at least 1: for scenarios of three
    /// threads and more. Nearly all bugs need one or two.
    pub fn preemptions(mut self, bound: usize) -> Explorer {
        self.preemptions = Some(bound.max(1));
        self
    }

    /// Searches for about `budget` of processor time at most, so that a busy machine makes a search
    /// longer and no worse. If it ends the search, the result is that of the last pass that was
    /// through; if none was, the search fails as not explored.
    pub fn budget(mut self, budget: Duration) -> Explorer {
        self.budget = budget;
        self
    }

    /// Runs many schedules of a scenario too big to search: any number of threads, sequentially
    /// consistent.
    pub fn sampled(mut self) -> Explorer {
        self.sampled = true;
        self
    }

    /// See [`explore()`].
    ///
    /// # Panics
    ///
    /// As [`explore()`].
    pub fn explore(self, scenario: impl Fn() + Send + Sync + 'static) -> Outcome {
        self.run(Arc::new(scenario), false)
    }

    /// See [`possible()`].
    ///
    /// # Panics
    ///
    /// As [`possible()`].
    pub fn possible(self, scenario: impl Fn(&Goal) + Send + Sync + 'static) -> Outcome {
        self.run(Arc::new(move || scenario(&Goal(()))), true)
    }

    fn run(self, scenario: run::Scenario, wants_goal: bool) -> Outcome {
        assert!(
            !model::running(),
            "a scenario cannot explore another scenario"
        );
        let claim = claim();
        if let Some(runs) = request::stress() {
            let stress = stress::stress(&scenario, runs);
            request::answer(&claim, |answer| {
                *answer.stress.get_or_insert_default() += stress;
            });
        }
        if orders::are_wanted() {
            orders::hand_over(orders::all(&claim, &scenario));
        }
        if request::play() {
            let orders = orders::all(&claim, &scenario);
            request::answer(&claim, |answer| answer.play(orders));
        }
        let searched = match request::replay(&claim) {
            Some(token) => replay::replay(&self, &scenario, &token),
            None => search::search(&self, &scenario, wants_goal),
        };
        conclude(searched)
    }
}

/// How one of many small scenarios is searched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    pub(crate) preemptions: usize,
    /// Whether there is another pass with the orderings as written.
    pub(crate) weak: bool,
}

/// For how long. They take some milliseconds.
const BUDGET_OF_ONE: Duration = Duration::from_secs(3);

/// Searches one of many small scenarios, and keeps the result to itself: that is for
/// [`conclude`], when all are through. `None` if only another one is wanted, to be replayed.
pub(crate) fn one_of_many(
    brief: Brief,
    scenario: impl Fn() + Send + Sync + 'static,
) -> Result<Option<Outcome>, Box<Failure>> {
    let scenario: run::Scenario = Arc::new(scenario);
    let explorer = Explorer {
        brief: Some(brief),
        ..Explorer::new().budget(BUDGET_OF_ONE)
    };
    match request::replay(&claim()) {
        Some(token) if token.search != request::next_search() => Ok(None),
        Some(token) => replay::replay(&explorer, &scenario, &token).map(Some),
        None => search::search(&explorer, &scenario, false).map(Some),
    }
}

/// How long a search of scenarios goes on beyond its scope.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deep {
    /// Until the process has used that much processor time: each scenario has a thread of its own.
    Until(Duration),
    /// Until the search comes that is to be replayed: it may lie anywhere.
    Replayed { search: usize },
}

impl Deep {
    pub(crate) fn goes_on(self) -> bool {
        match self {
            Deep::Until(end) => budget::used_by_all() < end,
            Deep::Replayed { search } => request::searches() < search,
        }
    }
}

/// Whether a search of scenarios goes on when its scope is through.
pub(crate) fn deep() -> Option<Deep> {
    if let Some(token) = request::replay(&claim()) {
        let search = token.search;
        return Some(Deep::Replayed { search });
    }
    let more = request::deep()?;
    Some(Deep::Until(budget::used_by_all() + more))
}

/// Reports what a search came to, and fails the test if that is a failure.
pub(crate) fn conclude(searched: Result<Outcome, Box<Failure>>) -> Outcome {
    match searched {
        Ok(outcome) => {
            request::answer(&claim(), |answer| answer.outcomes.push(outcome));
            OUTCOMES.with_borrow_mut(|outcomes| outcomes.push(outcome));
            outcome
        }
        Err(failure) => fail(failure),
    }
}

/// What should hold: the name of the test, which is that of its thread.
fn claim() -> String {
    std::thread::current()
        .name()
        .unwrap_or("the scenario")
        .to_owned()
}

/// Hands the failure to whoever asked for it, or prints it; then fails the test.
fn fail(failure: Box<Failure>) -> ! {
    let handed = request::answer(&failure.claim, |answer| {
        answer.failure = Some((*failure).clone())
    });
    if !handed {
        let mut style = Style::default();
        style.width = width().unwrap_or(style.width);
        eprintln!("\n{}", failure.to_text(style));
        if let Some(token) = &failure.replay {
            eprintln!("To run exactly this again: cargo lab replay {token}\n");
        }
    }
    resume_unwind(failure);
}

/// The columns to draw for: `COLUMNS`, or the terminal's, if there is one.
fn width() -> Option<usize> {
    let asked = std::env::var("COLUMNS").ok();
    let asked = asked.and_then(|columns| columns.parse().ok());
    asked.or_else(columns_of_the_terminal)
}

#[cfg(unix)]
fn columns_of_the_terminal() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stderr())
        .or_else(|_| rustix::termios::tcgetwinsize(rustix::stdio::stdout()));
    size.ok()
        .map(|size| size.ws_col.into())
        .filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
fn columns_of_the_terminal() -> Option<usize> {
    None
}

thread_local! {
    static OUTCOMES: RefCell<Vec<Outcome>> = const { RefCell::new(Vec::new()) };
}

/// The outcomes of the searches that found nothing on this thread, since the last call.
pub fn take_outcomes() -> Vec<Outcome> {
    OUTCOMES.take()
}
