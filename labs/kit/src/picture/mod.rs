//! The picture: a failing execution, told in the student's own lines.
//!
//! The one idea: events become [`Step`]s once, with names and places filled in ([`steps`]); every form of
//! the picture is a view of these.
mod names;
mod source;
mod steps;
mod text;

use crate::explore::{Failure, FailureKind};
use crate::record::{ThreadId, Trace};

/// What the search knows about a failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) kind: FailureKind,
    pub(crate) pass: Pass,
    /// How many interleavings the failing pass had run, this one included.
    pub(crate) executions: u64,
    /// How many interleavings all passes had run.
    pub(crate) total: u64,
}

/// The pass that found the failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    pub(crate) preemptions: Option<usize>,
    pub(crate) sampled: bool,
    pub(crate) sequential: bool,
}

/// Tells the failure `message` of thread `who`, which happened at `at`.
pub(crate) fn tell(
    case: &Case,
    claim: &str,
    trace: &Trace,
    message: &str,
    at: Option<String>,
    who: ThreadId,
) -> Failure {
    let mut source = source::Source::default();
    let names = names::Names::new(trace, &mut source);
    let (mut steps, waits) = steps::steps(
        trace,
        &names,
        &mut source,
        case.kind == FailureKind::Deadlock,
    );
    let message = in_words(case.kind, message, trace, &names, &waits, who);
    let at = at.filter(|at| source.is_of_the_workspace(at));
    if case.kind == FailureKind::Assertion {
        steps.push(steps::panicked(&steps, who, at.clone(), &mut source));
    }
    let mut failure = Failure {
        kind: case.kind,
        message,
        at,
        found: found(case, trace),
        threads: names.threads.clone(),
        steps,
        picture: String::new(),
    };
    failure.picture = text::draw(claim, &failure, names.thread(who));
    failure
}

/// The failure in a sentence or two.
fn in_words(
    kind: FailureKind,
    message: &str,
    trace: &Trace,
    names: &names::Names,
    waits: &[String],
    who: ThreadId,
) -> String {
    match kind {
        FailureKind::Deadlock => {
            let mut text = String::from("deadlock: no thread can go on");
            for wait in waits {
                text.push_str("\n- ");
                text.push_str(wait);
            }
            text
        }
        FailureKind::Race => {
            let cell = trace.events.iter().rev().find(|event| event.thread == who);
            let name = cell.map_or("a cell", |event| names.object(event.object));
            format!(
                "data race: {} and another thread access `{name}` at the same time, one of them writes, and \
                 nothing orders the two (no lock, no Release that an Acquire has read)",
                names.thread(who)
            )
        }
        FailureKind::Leak => {
            let leaked = trace
                .objects
                .iter()
                .enumerate()
                .filter(|(_, object)| object.alive);
            let leaked: Vec<String> = leaked
                .map(|(id, object)| {
                    let place = object.created;
                    format!(
                        "\n- {} `{}`, made at {}:{}",
                        object.kind,
                        names.object(id as u32),
                        place.file(),
                        place.line()
                    )
                })
                .collect();
            format!(
                "leak: all threads have ended, and this was never dropped (do two Arcs point at each other? \
                 make one of them a Weak):{}",
                leaked.concat()
            )
        }
        FailureKind::NotExplored if message.contains("a search runs at most") => message.to_owned(),
        FailureKind::NotExplored => String::from(
            "not explored: an execution did not end within 5,000 scheduling points. Does a thread spin \
             without calling thread::yield_now or hint::spin_loop, or wait for something that never comes?",
        ),
        FailureKind::Assertion | FailureKind::Unreached => message.trim().to_owned(),
    }
}

/// What found it, and what that says.
fn found(case: &Case, trace: &Trace) -> String {
    let switches = trace
        .events
        .windows(2)
        .filter(|pair| pair[0].thread != pair[1].thread)
        .count();
    let search = match (case.pass.sampled, case.pass.preemptions) {
        (true, _) => format!("in schedule {} of a random sample", case.total),
        (false, Some(1)) => format!(
            "in interleaving {} with at most one preemption",
            case.executions
        ),
        (false, Some(bound)) => {
            format!(
                "in interleaving {} with at most {bound} preemptions",
                case.executions
            )
        }
        (false, None) => format!("in interleaving {} of the full search", case.executions),
    };
    let cause = if case.kind == FailureKind::Leak || case.kind == FailureKind::NotExplored {
        ""
    } else if !uses_atomics(trace) {
        " The interleaving itself is wrong."
    } else if case.pass.sequential || case.pass.sampled {
        " The interleaving itself is wrong: it happens even if every atomic is SeqCst."
    } else {
        " The orderings are too weak: with every atomic SeqCst and two preemptions nothing failed."
    };
    let switches = match switches {
        1 => "one switch".to_owned(),
        n => format!("{n} switches"),
    };
    format!("Found {search}; {switches} between threads.{cause}")
}

fn uses_atomics(trace: &Trace) -> bool {
    trace.objects.iter().any(|object| object.newest.is_some())
}

/// A place as a person and an editor read it.
fn at(file: &str, line: u32, column: u32) -> String {
    format!("{file}:{line}:{column}")
}
