//! The explorer: one scenario, run again and again, or searched.
//!
//! The one idea: the search goes in passes, the most readable failure first. With atomics taken as
//! sequentially consistent and one preemption, then two; then with the orderings as written; then without
//! a bound. A failure in an early pass says "the interleaving is wrong", and has the fewest switches that
//! can show it; a failure only in a later pass says "the orderings are too weak".
//!
//! Not here: how a failure looks (`picture`).
mod bounded;
mod failure;
mod repeat;
mod search;

pub use failure::{Failure, FailureKind, Step};
pub use repeat::repeat;

use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

/// How sure a search that found nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Every interleaving was run, with every value that weak memory allows.
    Exhaustive,
    /// Every interleaving with at most this many preemptions was run.
    Bounded {
        /// A preemption takes the processor from a thread that could have gone on.
        preemptions: usize,
    },
    /// An interleaving that reaches the goal was found: what was claimed to be possible is.
    Witnessed,
    /// So many schedules were run, sequentially consistent, chosen at random from a fixed seed.
    Sampled {
        /// How many.
        schedules: u64,
    },
}

/// What a search that found nothing wrong says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How sure it is.
    pub certainty: Certainty,
    /// How many interleavings the pass ran that gives the certainty.
    pub interleavings: u64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = Grouped(self.interleavings);
        match self.certainty {
            Certainty::Exhaustive => write!(f, "exhaustive: {n} interleavings"),
            Certainty::Bounded { preemptions } => {
                write!(f, "bounded ({preemptions} preemptions): {n} interleavings")
            }
            Certainty::Witnessed => write!(f, "shown: reached after {n} interleavings"),
            Certainty::Sampled { .. } => write!(f, "sampled: {n} schedules"),
        }
    }
}

/// A number with its thousands apart: 6,225.
struct Grouped(u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Runs `scenario` under every interleaving of its threads, and fails with a picture of the first that
/// goes wrong: a panic, a deadlock, a data race, an object that is never dropped.
///
/// The scenario has to make every primitive it uses, and to do the same in each run but for the schedule:
/// no clock, no randomness, no statics. At most four threads can be spawned.
///
/// # Panics
///
/// If an interleaving fails, or the budget ended the search before even the bounded passes were through.
pub fn explore(scenario: impl Fn() + Send + Sync + 'static) -> Outcome {
    Explorer::new().explore(scenario)
}

/// As [`explore`], but succeeds as soon as one interleaving calls [`Goal::reached`].
///
/// # Panics
///
/// If no interleaving reaches the goal, or one fails before it is reached.
pub fn possible(scenario: impl Fn(&Goal) + Send + Sync + 'static) -> Outcome {
    Explorer::new().possible(scenario)
}

/// The point that a [`possible`] scenario has to reach in at least one interleaving.
#[derive(Clone, Copy, Debug)]
pub struct Goal(());

impl Goal {
    /// Says that this interleaving got there. Ends the search.
    pub fn reached(&self) {
        resume_unwind(Box::new(search::Reached));
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
}

impl Default for Explorer {
    fn default() -> Self {
        Explorer::new()
    }
}

impl Explorer {
    /// A search without a bound, for ten seconds at most.
    pub fn new() -> Explorer {
        Explorer {
            preemptions: None,
            budget: Duration::from_secs(10),
            sampled: false,
        }
    }

    /// Runs only interleavings with at most `bound` preemptions, at least 1: for scenarios of three threads
    /// and more. Nearly all bugs need one or two.
    pub fn preemptions(mut self, bound: usize) -> Explorer {
        self.preemptions = Some(bound.max(1));
        self
    }

    /// Searches for about `budget` of real time at most. If it ends the search, the result is that of the
    /// last pass that was through; if none was, the search fails as not explored.
    pub fn budget(mut self, budget: Duration) -> Explorer {
        self.budget = budget;
        self
    }

    /// Runs many schedules of a scenario too big to search: any number of threads, sequentially consistent.
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

    fn run(self, scenario: search::Scenario, wants_goal: bool) -> Outcome {
        match search::search(&self, &scenario, wants_goal) {
            Ok(outcome) => {
                OUTCOMES.with_borrow_mut(|outcomes| outcomes.push(outcome));
                outcome
            }
            Err(failure) => {
                eprintln!("{}", failure.picture);
                resume_unwind(failure);
            }
        }
    }
}

thread_local! {
    static OUTCOMES: RefCell<Vec<Outcome>> = const { RefCell::new(Vec::new()) };
}

/// The outcomes of the searches that found nothing on this thread, since the last call.
pub fn take_outcomes() -> Vec<Outcome> {
    OUTCOMES.take()
}
