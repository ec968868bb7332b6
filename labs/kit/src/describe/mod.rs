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

/// What `trace` did, as data.
pub(crate) fn failure(case: Case, trace: &Trace) -> Failure {
    let mut source = Source::default();
    let names = Names::new(trace, &mut source);
    let deadlock = case.cause == Cause::Deadlock;
    let mut steps = steps::steps(trace, &names, &mut source, deadlock);
    let edges = edges::edges(trace, &steps);
    let at = case.at.clone().filter(is_of_the_workspace);
    if case.cause == Cause::Panicked {
        steps.push(steps::failed(&steps, case.by, at.clone(), &mut source));
    }
    let objects = trace.objects.iter().enumerate().map(|(id, object)| Object {
        name: names.object(id as u32).to_owned(),
        kind: object.kind.to_owned(),
        made: Some(place(object.created)),
    });
    let mut failure = Failure::bare(
        &case.claim,
        case.cause.kind(),
        in_words(&case, trace, &names),
    );
    failure.objects = objects.collect();
    failure.by = (case.cause == Cause::Panicked).then_some(case.by as usize);
    failure.at = at;
    failure.threads = names
        .threads
        .iter()
        .map(|name| Thread { name: name.clone() })
        .collect();
    failure.waits = if deadlock {
        waits::who_waits(trace, &names)
    } else {
        Vec::new()
    };
    failure.search = Some(case.search);
    for file in steps
        .iter()
        .filter_map(|step| step.at.as_ref())
        .map(|at| &at.file)
    {
        if !failure.sources.contains_key(file)
            && let Some(text) = source.text(file)
        {
            failure.sources.insert(file.clone(), text);
        }
    }
    failure.steps = steps;
    failure.edges = edges;
    failure.mark_parts();
    failure
}

/// The failure in a sentence or two.
fn in_words(case: &Case, trace: &Trace, names: &Names) -> String {
    match case.cause {
        Cause::Deadlock => "deadlock: no thread can go on".to_owned(),
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
                "leak: all threads have ended, and this was never dropped (do two Arcs point at each other? \
                 make one of them a Weak):{}",
                leaked.collect::<String>()
            )
        }
        Cause::Endless => String::from(
            "not explored: an execution did not end within 5,000 scheduling points. Does a thread look again \
             and again instead of waiting? One that has to spin calls thread::yield_now or hint::spin_loop \
             each time.",
        ),
        Cause::Panicked | Cause::Todo | Cause::Refused => case.message.trim().to_owned(),
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
