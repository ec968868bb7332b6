//! A search: pass after pass, until one fails, the budget is used up, or all are through.
use super::budget::Budget;
use super::found::{self, Found};
use super::pass::{Pass, passes};
use super::request;
use super::run::{Ended, Focus, Ran, Scenario, run};
use super::{Certainty, Explorer, Failure, FailureKind, Outcome, claim};
use crate::cause::Cause;
use crate::model::{Learned, Settings, Stop};
use crate::record::{Event, Op, Trace};
use protocol::Token;

/// Searches. The failure is boxed: it is the payload of a panic next.
pub(super) fn search(
    explorer: &Explorer,
    scenario: &Scenario,
    wants_goal: bool,
) -> Result<Outcome, Box<Failure>> {
    let number = request::next_search();
    let mut learned = Learned::default();
    let mut budget = Budget::new(explorer.budget);
    let mut so_far = SoFar::default();
    let passes = passes(explorer);
    for (index, pass) in passes.iter().copied().enumerate() {
        if index > 0 && !so_far.leaves_something_to(pass) {
            continue;
        }
        let Ran {
            ended,
            executions,
            last,
            met,
            used,
        } = run(pass, scenario, budget, Focus::None, &mut learned);
        budget = budget.without(used);
        so_far.total += executions;
        so_far.weak_exchanges |= met.weak_exchange;
        so_far.several_sleepers |= met.several_sleepers;
        match ended {
            // With any number of preemptions a loop that yields may never be left, however right it
            // is. What wakes somebody for no reason, or out of turn, has few.
            Ended::Failed(panic)
                if so_far.best.is_some() && pass.is_usual() && panic.cause == Cause::Endless =>
            {
                break;
            }
            Ended::Failed(panic) => {
                let found = Found {
                    panic,
                    pass,
                    execution: executions,
                    undecided: false,
                };
                let (found, sequential) = found.blamed(scenario, &mut learned);
                let found = found.in_detail(explorer, scenario, &mut learned);
                let token = Token {
                    claim: claim(),
                    search: number,
                    pass: match sequential {
                        true => passes.len() + index,
                        false => index,
                    },
                    seed: explorer.sampled.then_some(found.pass.seed),
                    interleaving: found.execution,
                    sources: String::new(),
                };
                return Err(Box::new(found.failure(so_far.total, token)));
            }
            Ended::Stopped(Stop::Reached) => {
                return Ok(Outcome {
                    certainty: Certainty::Witnessed,
                    interleavings: so_far.total,
                    scenarios: None,
                });
            }
            Ended::Stopped(_) => break,
            Ended::Complete if executions == 0 => break,
            Ended::Complete => so_far.completed(explorer, pass, executions, &last),
        }
    }
    so_far.verdict(explorer, wants_goal)
}

/// What the passes that are through have shown.
#[derive(Default)]
struct SoFar {
    /// How many interleavings have run.
    total: u64,
    /// The strongest outcome that is certain.
    best: Option<Outcome>,
    /// Whether threads were started of whose steps none was seen.
    blind: bool,
    /// Whether some operation depends on the memory model.
    memory: bool,
    /// Whether somebody waits on a condvar or is parked.
    waits: bool,
    /// Whether a `compare_exchange_weak` could have failed.
    weak_exchanges: bool,
    /// Whether a `notify_one` could have woken another thread.
    several_sleepers: bool,
}

impl SoFar {
    fn leaves_something_to(&self, pass: Pass) -> bool {
        let Settings {
            sequential,
            spurious,
            last_first,
        } = pass.settings;
        if spurious {
            return self.waits || self.weak_exchanges;
        }
        if last_first {
            return self.several_sleepers;
        }
        // Another pass would see as little.
        if self.blind {
            return false;
        }
        let done = self.best.map(|outcome| outcome.certainty);
        sequential || self.memory || done != Some(pass.certainty(0))
    }

    fn completed(&mut self, explorer: &Explorer, pass: Pass, executions: u64, last: &Trace) {
        // Cells alone see no difference: what orders two accesses are locks then.
        let cells = explorer.brief.is_none();
        let depends = |event: &Event| depends_on_memory(event) && (cells || !is_on_a_cell(event));
        self.memory |= last.events.iter().any(depends);
        self.memory &= explorer.brief.is_none_or(|brief| brief.weak);
        self.blind = last.threads.len() > 1 && !last.events.iter().any(is_a_visible_step);
        self.waits |= last.events.iter().any(may_end_for_nothing);
        let counts = pass.is_usual() && (!pass.settings.sequential || !self.memory);
        if counts {
            let interleavings = if explorer.sampled {
                self.total
            } else {
                executions
            };
            let certainty = match self.blind {
                true => Certainty::Blind,
                false => pass.certainty(self.total),
            };
            self.best = Some(Outcome {
                certainty,
                interleavings,
                scenarios: None,
            });
        }
    }

    /// What comes of a search that has found no failure.
    fn verdict(self, explorer: &Explorer, wants_goal: bool) -> Result<Outcome, Box<Failure>> {
        let total = self.total;
        match self.best {
            Some(outcome) if !wants_goal && explorer.accepts(outcome.certainty) => Ok(outcome),
            Some(outcome) if wants_goal => Err(unreached(outcome.certainty, total)),
            _ => Err(found::without_interleaving(
                FailureKind::NotExplored,
                format!(
                    "not explored: the search was cut off after {total} interleavings and {} s of \
                     processor time, before even those with two preemptions were through; \
                     the scenario takes more steps than it should",
                    explorer.budget.as_secs()
                ),
            )),
        }
    }
}

/// The goal of a `possible` was not reached. Only an exhaustive search shows that it cannot be.
fn unreached(searched: Certainty, total: u64) -> Box<Failure> {
    let (kind, what) = match searched {
        Certainty::Exhaustive => (FailureKind::Unreached, "it cannot happen: in none of the"),
        _ => (
            FailureKind::NotExplored,
            "not explored: it may happen, but in none of the",
        ),
    };
    let message =
        format!("{what} {total} interleavings that were searched did the scenario reach its goal");
    found::without_interleaving(kind, message)
}

/// Whether it is a step by which threads can meet, beside their beginnings and ends.
fn is_a_visible_step(event: &Event) -> bool {
    let Event { op, .. } = event;
    let waits = matches!(
        op,
        Op::ParkWaits { .. } | Op::Unpark { .. } | Op::SelectWaits { .. }
    );
    op.is_on_an_object() || waits || matches!(op, Op::Fence { .. } | Op::AsksForEnd { .. })
}

fn is_on_a_cell(event: &Event) -> bool {
    matches!(event.op, Op::CellRead | Op::CellWrite)
}

/// Whether what an operation sees depends on the memory model, and not on the schedule alone.
fn depends_on_memory(event: &Event) -> bool {
    matches!(
        event.op,
        Op::Load { .. }
            | Op::Store { .. }
            | Op::Update { .. }
            | Op::CasFailed { .. }
            | Op::Fence { .. }
            | Op::CellRead
            | Op::CellWrite
    )
}

/// Whether it is a wait that may end for no reason.
fn may_end_for_nothing(event: &Event) -> bool {
    matches!(event.op, Op::CondvarWaits { .. } | Op::ParkWaits { .. })
}
