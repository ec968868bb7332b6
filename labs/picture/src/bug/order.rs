//! Rules for what happens-before does not order.
use super::{Bug, BugKind, n};
use crate::{Edge, EdgeKind, Effect, Failure, MemoryOrdering, Search};

/// Two accesses to a cell, and an atomic that should have ordered them; or nothing that could have.
pub(super) fn race(failure: &Failure) -> Option<Bug> {
    let is_access = |at: &usize| {
        let effect = failure.steps[*at].effect;
        matches!(effect, Effect::Read | Effect::Write)
    };
    let later = (0..failure.steps.len()).rev().find(is_access)?;
    let earlier = (0..later).rev().filter(is_access).find(|at| {
        let (a, b) = (&failure.steps[*at], &failure.steps[later]);
        let writes = a.effect == Effect::Write || b.effect == Effect::Write;
        a.object == b.object && a.thread != b.thread && writes
    })?;
    if let Some(bug) = weak_between(failure, earlier, later) {
        return Some(bug);
    }
    // Something orders them on another path, or excludes them badly: that is for other rules.
    let syncs = |at: usize| {
        let step = &failure.steps[at];
        !matches!(
            step.effect,
            Effect::Read | Effect::Write | Effect::Spawn | Effect::Join | Effect::Other
        )
    };
    if (0..failure.steps.len()).any(syncs) {
        return None;
    }
    let object = failure.steps[later].object?;
    Some(Bug {
        kind: BugKind::MissingHappensBefore,
        shown_by: format!(
            "steps {} and {} both use {}, and nothing orders them",
            n(earlier),
            n(later),
            failure.quoted(object)
        ),
        at: None,
    })
}

/// A load that got an old value, and an atomic that should have brought the new one.
pub(super) fn stale(failure: &Failure) -> Option<Bug> {
    let is_stale = |at: &usize| failure.steps[*at].effect == (Effect::Load { stale: true });
    let later = (0..failure.steps.len()).rev().find(is_stale)?;
    let earlier = (0..later).rev().find(|at| {
        let (a, b) = (&failure.steps[*at], &failure.steps[later]);
        let stores = matches!(a.effect, Effect::Store | Effect::Update);
        a.object == b.object && a.thread != b.thread && stores
    })?;
    weak_between(failure, earlier, later)
}

/// A value that went from the thread of the one step, after it, to the thread of the other, before
/// it, and ordered nothing: and which of its two ends is too weak for that. Silent where the
/// orderings cannot be at fault.
fn weak_between(failure: &Failure, earlier: usize, later: usize) -> Option<Bug> {
    if let Some(Search {
        sequential: true, ..
    }) = failure.search
    {
        return None;
    }
    let (writer, reader) = (failure.steps[earlier].thread, failure.steps[later].thread);
    let edge = failure.edges.iter().rfind(|Edge { from, to, kind }| {
        *kind == EdgeKind::Read
            && failure.steps[*from].thread == writer
            && failure.steps[*to].thread == reader
            && (earlier..later).contains(from)
            && *to < later
    })?;
    use MemoryOrdering::{AcqRel, Acquire, Release, SeqCst};
    let (from, to) = (&failure.steps[edge.from], &failure.steps[edge.to]);
    let releases = matches!(from.ordering?, Release | AcqRel | SeqCst);
    let acquires = matches!(to.ordering?, Acquire | AcqRel | SeqCst);
    let weak = match (releases, acquires) {
        (false, _) => edge.from,
        (true, false) => edge.to,
        (true, true) => return None,
    };
    let needed = match (releases, acquires) {
        (false, false) => "Release there and Acquire here order",
        (false, true) => "Release there orders",
        _ => "Acquire here orders",
    };
    let at = failure.steps[weak].at.clone();
    let place = at
        .as_ref()
        .map_or(String::new(), |at| format!(" ({})", at.short()));
    Some(Bug {
        kind: BugKind::MissingHappensBefore,
        shown_by: format!(
            "step {} reads what step {} stored, but {:?} at step {}{place} orders nothing; {needed} step {} \
             before step {}",
            n(edge.to),
            n(edge.from),
            failure.steps[weak].ordering?,
            n(weak),
            n(earlier),
            n(later)
        ),
        at,
    })
}
