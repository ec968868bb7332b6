//! A search: pass after pass, until one fails, the budget is used up, or all are through.
use super::budget::Budget;
use super::pass::{Pass, passes};
use super::request::{self, Token};
use super::run::{Ended, Focus, Panic, Ran, Scenario, run};
use super::{Certainty, Explorer, Failure, FailureKind, Outcome, claim};
use crate::model::{Learned, Stop};
use crate::record::{Event, Op};
use crate::tell::{self, Case};
use std::panic::resume_unwind;
use std::time::Duration;

/// How long, and from how many seeds, a shorter schedule is looked for.
const SHORTENING: Duration = Duration::from_secs(10);
const SHORTENING_SEEDS: u64 = 40;

/// Searches. The failure is boxed: it is the payload of a panic next.
pub(super) fn search(
    explorer: &Explorer,
    scenario: &Scenario,
    wants_goal: bool,
) -> Result<Outcome, Box<Failure>> {
    let number = request::next_search();
    let mut learned = Learned::default();
    let mut budget = Budget::new(explorer.budget);
    let mut total = 0;
    let mut best: Option<Outcome> = None;
    let (mut memory, mut waits) = (false, false);
    for (index, pass) in passes(explorer).into_iter().enumerate() {
        let done = best.map(|outcome| outcome.certainty);
        if index > 0 && !pass.adds_something(memory, waits, done) {
            continue;
        }
        let Ran {
            ended,
            executions: count,
            last,
            used,
        } = run(pass, scenario, budget, Focus::None, &mut learned);
        budget = budget.without(used);
        total += count;
        match ended {
            // With any number of preemptions a loop that yields may never be left, however right it is.
            Ended::Failed(panic)
                if best.is_some() && kind_of(&panic) == FailureKind::NotExplored =>
            {
                break;
            }
            Ended::Failed(panic) => {
                let mut found = Found {
                    panic,
                    pass,
                    execution: count,
                };
                if explorer.sampled {
                    found = shortest(found, scenario, &mut learned);
                }
                let Found {
                    panic,
                    pass,
                    execution,
                } = found;
                let panic = again(pass, scenario, execution, &mut learned).unwrap_or(panic);
                let token = |sources| Token {
                    claim: claim(),
                    search: number,
                    pass: index,
                    seed: explorer.sampled.then_some(pass.seed),
                    interleaving: execution,
                    sources,
                };
                return Err(Box::new(failure(*panic, pass, execution, total, token)));
            }
            Ended::Stopped(Stop::Reached) => {
                return Ok(Outcome {
                    certainty: Certainty::Witnessed,
                    interleavings: total,
                    scenarios: None,
                });
            }
            Ended::Stopped(_) => break,
            Ended::Complete if count == 0 => break,
            Ended::Complete => {}
        }
        // Cells alone see no difference: what orders two accesses are locks then.
        let cells = explorer.brief.is_none();
        let depends = |event: &Event| depends_on_memory(event) && (cells || !is_on_a_cell(event));
        memory |= last.events.iter().any(depends);
        memory &= explorer.brief.is_none_or(|brief| brief.weak);
        waits |= last
            .events
            .iter()
            .any(|event| matches!(event.op, Op::CondvarWaits { .. }));
        let counts = !pass.settings.spurious && (!pass.settings.sequential || !memory);
        if counts {
            let interleavings = if explorer.sampled { total } else { count };
            best = Some(Outcome {
                certainty: pass.certainty(total),
                interleavings,
                scenarios: None,
            });
        }
    }
    match best {
        Some(outcome) if !wants_goal => Ok(outcome),
        Some(_) => Err(without_interleaving(
            FailureKind::Unreached,
            format!(
                "it cannot happen: in none of the {total} interleavings that were searched did the \
                 scenario reach its goal"
            ),
        )),
        None => Err(without_interleaving(
            FailureKind::NotExplored,
            format!(
                "not explored: the search was cut off after {total} interleavings and {} s of \
                 processor time, before even those with two preemptions were through; the scenario takes more steps than it should",
                explorer.budget.as_secs()
            ),
        )),
    }
}

/// Runs exactly the interleaving that a token names, aloud. What comes of it is printed by the caller if it
/// fails; if it does not, the failure says so.
pub(super) fn replay(
    explorer: &Explorer,
    scenario: &Scenario,
    token: &Token,
) -> Result<Outcome, Box<Failure>> {
    let passes = passes(explorer);
    let Some(pass) = passes
        .get(token.pass)
        .copied()
        .map(|pass| pass.with_seed(token.seed))
    else {
        let message = format!(
            "this search has no pass {}: the token is of another version",
            token.pass
        );
        return Err(without_interleaving(FailureKind::NotExplored, message));
    };
    let focus = Focus::Replay(token.interleaving);
    let ran = run(
        pass,
        scenario,
        Budget::ample(),
        focus,
        &mut Learned::default(),
    );
    let count = ran.executions;
    match ran.ended {
        Ended::Failed(panic) => {
            let again = |sources| Token {
                sources,
                interleaving: count,
                ..token.clone()
            };
            let mut failure = failure(*panic, pass, count, count, again);
            if failure.replay.as_deref() != Some(token.to_string().as_str()) {
                failure.message.push_str(
                    "\n(the code has changed since the token was made: this is the failure it leads to now)",
                );
            }
            Err(Box::new(failure))
        }
        _ => {
            eprintln!(
                "the interleaving {token} does not fail any more: the code has changed since the token \
                 was made. Check the exercise again to search all interleavings"
            );
            Ok(Outcome {
                certainty: pass.certainty(count),
                interleavings: count,
                scenarios: None,
            })
        }
    }
}

/// A failure that was found, and where.
struct Found {
    panic: Box<Panic>,
    pass: Pass,
    execution: u64,
}

/// A sampled schedule has hundreds of switches, of which one or two matter. So the failure is found once more,
/// by schedules with few switches from many seeds, and the one with the fewest is told.
fn shortest(first: Found, scenario: &Scenario, learned: &mut Learned) -> Found {
    let mut budget = Budget::new(SHORTENING);
    let kind = kind_of(&first.panic);
    let mut best = first;
    for seed in 1..=SHORTENING_SEEDS {
        if budget.is_used_up() {
            break;
        }
        let pass = best.pass.with_few_switches(seed);
        let ran = run(pass, scenario, budget, Focus::None, learned);
        budget = budget.without(ran.used);
        if let Ended::Failed(panic) = ran.ended
            && kind_of(&panic) == kind
            && length(&panic) < length(&best.panic)
        {
            best = Found {
                panic,
                pass,
                execution: ran.executions,
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

fn without_interleaving(kind: FailureKind, message: String) -> Box<Failure> {
    Box::new(Failure::bare(&claim(), kind, message))
}

/// Runs the failing pass once more, up to the failing execution, and there asks each dropped guard where it
/// was dropped. The search is deterministic, so it fails again; if it does not, the first trace has to do.
fn again(
    pass: Pass,
    scenario: &Scenario,
    execution: u64,
    learned: &mut Learned,
) -> Option<Box<Panic>> {
    let ran = run(
        pass,
        scenario,
        Budget::ample(),
        Focus::Detail(execution),
        learned,
    );
    match ran.ended {
        Ended::Failed(panic) if ran.executions == execution => Some(panic),
        _ => None,
    }
}

/// Tells a panic on a thread of its own: the current one may have a small stack.
fn failure(
    panic: Panic,
    pass: Pass,
    interleaving: u64,
    interleavings: u64,
    token: impl FnOnce(String) -> Token,
) -> Failure {
    // A stub that was reached is no interleaving to look at.
    if let Some(todo) = panic.message.strip_prefix("not yet implemented: ") {
        let mut failure = Failure::bare(
            &claim(),
            FailureKind::Assertion,
            format!("still to do: {todo}"),
        );
        failure.at = panic.at;
        return failure;
    }
    let kind = kind_of(&panic);
    let Panic {
        message,
        at,
        thread,
        trace,
    } = panic;
    let search = pass.in_data(interleaving, interleavings);
    let case = Case {
        claim: claim(),
        kind,
        message,
        at,
        by: thread,
        search,
    };
    let mut failure = std::thread::scope(|scope| {
        let telling = scope.spawn(|| tell::tell(case, &trace));
        telling
            .join()
            .unwrap_or_else(|payload| resume_unwind(payload))
    });
    failure.replay = Some(token(fingerprint(&failure)).to_string());
    failure
}

/// Changes with the source files that the failure is in.
fn fingerprint(failure: &Failure) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    failure.sources.hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
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

pub(super) fn kind_of(panic: &Panic) -> FailureKind {
    let checkers = ["/loom-", "/shuttle-", "/kit/"];
    let by_checker = panic
        .at
        .as_ref()
        .is_none_or(|at| checkers.iter().any(|checker| at.file.contains(checker)));
    let message = panic.message.as_str();
    // The last of these is loom's counter of preemptions, which ends at 255.
    let endless = [
        "exceeded maximum number of branches",
        "exceeded max_steps",
        "a search runs at most",
        "attempt to add with overflow",
    ];
    if message.is_empty() {
        FailureKind::Leak
    } else if !by_checker {
        FailureKind::Assertion
    } else if message.starts_with("deadlock") {
        FailureKind::Deadlock
    } else if message.contains("Causality violation") {
        FailureKind::Race
    } else if endless.iter().any(|endless| message.contains(endless)) {
        FailureKind::NotExplored
    } else {
        FailureKind::Assertion
    }
}
