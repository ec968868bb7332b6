//! Describes a failing execution: events become a [`Failure`], with names and places in the
//! student's words.
//!
//! Not here: how a failure is drawn (the crate `picture`).
mod edges;
mod names;
mod source;
mod steps;
mod waits;
mod words;

use crate::cause::Cause;
use crate::record::{self, ThreadId, Trace};
use names::Names;
use picture::{Failure, Object, Place, Search, Thread};
use source::Source;
use std::collections::BTreeMap;

/// The panic, or the end, that made an execution a failure.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The name of the test.
    pub(crate) claim: String,
    pub(crate) cause: Cause,
    /// What was said when it happened.
    pub(crate) message: String,
    /// Where it happened, and in which thread.
    pub(crate) at: Option<Place>,
    pub(crate) by: ThreadId,
    pub(crate) search: Search,
}

/// The steps of an execution, and what they are about.
pub(crate) struct Told {
    pub(crate) threads: Vec<Thread>,
    pub(crate) objects: Vec<Object>,
    pub(crate) steps: Vec<picture::Step>,
    pub(crate) sources: BTreeMap<String, String>,
}

/// What `trace` did, whether it failed or not.
pub(crate) fn steps_of(trace: &Trace, deadlock: bool) -> Told {
    let mut source = Source::default();
    let names = Names::new(trace, &mut source);
    let steps = steps::steps(trace, &names, &mut source, deadlock);
    Told {
        threads: names.all_threads(),
        objects: names.all_objects(trace),
        sources: source.of_steps(&steps),
        steps,
    }
}

/// What `trace` did, as data.
pub(crate) fn failure(case: Case, trace: &Trace) -> Failure {
    let mut source = Source::default();
    let names = Names::new(trace, &mut source);
    let deadlock = case.cause == Cause::Deadlock;
    let mut steps = steps::steps(trace, &names, &mut source, deadlock);
    let edges = edges::edges(trace, &steps);
    // What a call of the kit's own found wrong is shown at the line that has called it.
    let within = trace.threads.get(usize::from(case.by));
    let within = within.and_then(|thread| thread.within.as_ref()?.called_at());
    let at = case.at.clone().filter(is_of_the_workspace);
    let at = at.or_else(|| source.caller(within?));
    if case.cause == Cause::Panicked {
        steps.push(steps::failed(&steps, case.by, at.clone(), &mut source));
    }
    let mut failure = Failure::bare(
        &case.claim,
        case.cause.kind(),
        in_words(&case, trace, &names),
    );
    failure.objects = names.all_objects(trace);
    failure.by = (case.cause == Cause::Panicked).then_some(case.by as usize);
    failure.at = at;
    failure.threads = names.all_threads();
    failure.waits = if deadlock {
        waits::who_waits(trace, &names, &mut source)
    } else {
        Vec::new()
    };
    failure.search = Some(case.search);
    failure.sources = source.of_steps(&steps);
    failure.steps = steps;
    failure.edges = edges;
    failure.mark_parts();
    failure
}

/// The failure in a sentence or two.
fn in_words(case: &Case, trace: &Trace, names: &Names) -> String {
    match case.cause {
        Cause::Deadlock => deadlock_in_words(trace),
        Cause::Race => race_in_words(case, trace, names),
        Cause::Leak => {
            let leaked = trace
                .objects
                .iter()
                .enumerate()
                .filter(|(_, object)| object.alive);
            let leaked = leaked.map(|(id, object)| {
                let place = place(object.created);
                format!(
                    "\n- {} `{}`, made at {place}",
                    object.kind,
                    names.object(id as u32)
                )
            });
            format!(
                "leak: all threads have ended, and this was never dropped (it was forgotten, or is kept by an \
                 `Arc` of a cycle; in a cycle one has to be a `Weak`):{}",
                leaked.collect::<String>()
            )
        }
        Cause::Endless => String::from(
            "not explored: an execution did not end within 5,000 scheduling points. Does a thread look again \
             and again instead of waiting? One that has to spin calls thread::yield_now or hint::spin_loop \
             each time.",
        ),
        Cause::Differs => String::from(
            "not explored: run again with the same schedule, the scenario did something else. Does it depend \
             on what no schedule decides: a `HashMap` or `HashSet` of std, which iterates in another order each \
             time (use kit::collections), the clock, a static?",
        ),
        Cause::Panicked | Cause::Todo | Cause::Refused => case.message.trim().to_owned(),
    }
}

/// What a call of the kit's own waits for, if one does: then that is what was to be seen.
fn deadlock_in_words(trace: &Trace) -> String {
    let last_of = |thread| {
        let mut events = trace.events.iter().rev();
        events.find(|event| usize::from(event.thread) == thread)
    };
    let stuck = (0..trace.threads.len()).filter_map(last_of);
    let mut calls = stuck.filter(|event| event.within.is_some());
    match calls.find_map(|event| waits::last_note(event, trace)) {
        Some(note) => format!("deadlock: {note}, and no thread can go on"),
        None => "deadlock: no thread can go on".to_owned(),
    }
}

/// The access that failed, and the one that it races with.
fn race_in_words(case: &Case, trace: &Trace, names: &Names) -> String {
    use record::Op;
    let what = |event: &record::Event| {
        let verb = if event.op == Op::CellWrite {
            "writes"
        } else {
            "reads"
        };
        let at = place(event.place);
        format!("{} {verb} it at {at}", names.thread(event.thread))
    };
    let accesses = || {
        let accesses = trace.events.iter().rev();
        accesses.filter(|event| matches!(event.op, Op::CellRead | Op::CellWrite))
    };
    let Some(last) = accesses().find(|event| event.thread == case.by) else {
        return "data race: two accesses are not ordered, and one of them writes".to_owned();
    };
    let other = accesses().find(|event| {
        event.object == last.object
            && event.thread != last.thread
            && (event.op == Op::CellWrite || last.op == Op::CellWrite)
    });
    let other = other.map_or(String::new(), |other| format!(", {}", what(other)));
    format!(
        "data race on `{}`: {}{other}, and nothing orders the two (no lock, no Release that an Acquire has \
         read)",
        names.object(last.object),
        what(last)
    )
}

/// A place as the data has it.
pub(crate) fn place(place: record::CallSite) -> Place {
    Place {
        file: without_detours(place.file()),
        line: place.line(),
        column: place.column(),
    }
}

/// `checks/../tests/a.rs` is `tests/a.rs`: a file that is a module of another folder by its path.
fn without_detours(file: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in file.split('/') {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a place is in this workspace's code, and not in a library's or the kit's own.
fn is_of_the_workspace(place: &Place) -> bool {
    !place.file.starts_with('/') && !place.file.contains("labs/kit/src")
}

/// What the student calls the thing that is used at `place`.
pub(crate) fn receiver(place: record::CallSite) -> Option<String> {
    Source::default().receiver(place)
}
