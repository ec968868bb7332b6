//! A failure that a search has found: from a panic and its trace to data that can be drawn.
//!
//! Not here: turning a trace into steps and sentences (`describe`).
use super::budget::Budget;
use super::panics::Panic;
use super::pass::Pass;
use super::run::{Ended, Focus, Scenario, run};
use super::{Explorer, Failure, FailureKind, claim};
use crate::cause::Cause;
use crate::describe::{self, Case};
use crate::model::Learned;
use protocol::Token;
use std::panic::resume_unwind;
use std::time::Duration;

/// How long, and from how many seeds, a shorter schedule is looked for.
const SHORTENING: Duration = Duration::from_secs(10);
const SHORTENING_SEEDS: u64 = 40;
/// How long the same failure is looked for with every atomic `SeqCst`.
const BLAMING: Duration = Duration::from_secs(10);

/// A failure that was found, and where.
pub(super) struct Found {
    pub(super) panic: Box<Panic>,
    pub(super) pass: Pass,
    pub(super) execution: u64,
    /// Whether the interleaving or the orderings are wrong is not known: see
    /// [`Found::blamed`].
    pub(super) undecided: bool,
}

impl Found {
    /// Of a failure with the orderings as written: the one that every atomic `SeqCst` leads to as
    /// well, if there is one with as many preemptions. Only if there is none, the orderings are to
    /// blame. `true` if it is another one.
    pub(super) fn blamed(self, scenario: &Scenario, learned: &mut Learned) -> (Found, bool) {
        if !self.pass.may_blame_orderings() {
            return (self, false);
        }
        let pass = self.pass.sequential();
        let ran = run(pass, scenario, Budget::new(BLAMING), Focus::None, learned);
        match ran.ended {
            Ended::Failed(panic) if panic.cause.kind() == self.panic.cause.kind() => {
                let found = Found {
                    panic,
                    pass,
                    execution: ran.executions,
                    undecided: false,
                };
                (found, true)
            }
            Ended::Complete => (self, false),
            _ => {
                let undecided = true;
                (Found { undecided, ..self }, false)
            }
        }
    }

    /// The same failure as it is shown: by the shortest schedule, and with the place at which each
    /// guard was dropped.
    pub(super) fn in_detail(
        self,
        explorer: &Explorer,
        scenario: &Scenario,
        learned: &mut Learned,
    ) -> Found {
        let mut found = match explorer.sampled {
            true => shortest(self, scenario, learned),
            false => self,
        };
        if let Some(panic) = found.again(scenario, learned) {
            found.panic = panic;
        }
        found
    }

    /// Runs the failing pass once more, up to the failing execution, and there asks each dropped
    /// guard where it was dropped. The search is deterministic, so it fails again; if it does not,
    /// the first trace has to do.
    fn again(&self, scenario: &Scenario, learned: &mut Learned) -> Option<Box<Panic>> {
        let focus = Focus::Detail(self.execution);
        let ran = run(self.pass, scenario, Budget::ample(), focus, learned);
        match ran.ended {
            Ended::Failed(panic) if ran.executions == self.execution => Some(panic),
            _ => None,
        }
    }

    /// The failure as data, found after `interleavings` of them. `token` still lacks its
    /// fingerprint.
    pub(super) fn failure(self, interleavings: u64, token: Token) -> Failure {
        let search = picture::Search {
            undecided: self.undecided,
            ..self.pass.in_data(self.execution, interleavings)
        };
        let Panic {
            cause,
            message,
            at,
            thread,
            trace,
        } = *self.panic;
        // A stub that was reached is not an interleaving to look at.
        if cause == Cause::Todo {
            let message = protocol::still_to_do(&message);
            let mut failure = Failure::bare(&claim(), FailureKind::Todo, message);
            failure.at = at;
            return failure;
        }
        let case = Case {
            claim: claim(),
            cause,
            message,
            at,
            by: thread,
            search,
        };
        let mut failure = on_its_own_thread(|| describe::failure(case, &trace));
        let sources = fingerprint(&failure);
        failure.replay = Some(Token { sources, ..token }.to_string());
        failure
    }
}

/// The current thread may have a small stack.
fn on_its_own_thread<T: Send>(job: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(job).join())
        .unwrap_or_else(|payload| resume_unwind(payload))
}

/// A sampled schedule has hundreds of switches, of which one or two matter. So the failure is found
/// once more, by schedules with few switches from many seeds, and the one with the fewest is shown.
fn shortest(first: Found, scenario: &Scenario, learned: &mut Learned) -> Found {
    let mut budget = Budget::new(SHORTENING);
    let cause = first.panic.cause;
    let mut best = first;
    for seed in 1..=SHORTENING_SEEDS {
        if budget.is_used_up() {
            break;
        }
        let pass = best.pass.with_few_switches(seed);
        let ran = run(pass, scenario, budget, Focus::None, learned);
        budget = budget.without(ran.used);
        if let Ended::Failed(panic) = ran.ended
            && panic.cause == cause
            && length(&panic) < length(&best.panic)
        {
            best = Found {
                panic,
                pass,
                execution: ran.executions,
                undecided: false,
            };
        }
    }
    best
}

/// Switches first, then steps.
fn length(panic: &Panic) -> (usize, usize) {
    let events = &panic.trace.events;
    let switches = events
        .windows(2)
        .filter(|pair| pair[0].thread != pair[1].thread);
    (switches.count(), events.len())
}

pub(super) fn without_interleaving(kind: FailureKind, message: String) -> Box<Failure> {
    Box::new(Failure::bare(&claim(), kind, message))
}

/// Changes with the source files that the failure is in.
fn fingerprint(failure: &Failure) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    failure.sources.hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
}
