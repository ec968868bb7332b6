//! What orders the steps of different threads: one pass over the steps, remembering who did what last.
use crate::record::{Op, Trace};
use picture::{Edge, EdgeKind, Step};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// The edges between steps.
pub(super) fn edges(trace: &Trace, steps: &[Step]) -> Vec<Edge> {
    let mut found = Edges {
        steps,
        edges: Vec::new(),
    };
    let mut spawned = HashMap::new();
    let mut unlocked = HashMap::new();
    let mut stored: HashMap<usize, Vec<(usize, Option<String>, bool)>> = HashMap::new();
    let mut sent: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut messages = HashMap::new();
    let mut notified = None;
    for (at, step) in steps.iter().enumerate() {
        let event = &trace.events[step.event];
        let first_of_thread = !steps[..at]
            .iter()
            .any(|earlier| earlier.thread == step.thread);
        if first_of_thread && let Some(from) = spawned.get(&event.thread) {
            found.add(*from, at, EdgeKind::Spawn);
        }
        let object = event.object as usize;
        match &event.op {
            Op::Spawn { child } => drop(spawned.insert(*child, at)),
            Op::Joined { child } => {
                let child = *child as usize;
                let last = (0..at)
                    .rev()
                    .find(|earlier| steps[*earlier].thread == child);
                found.add_from(last, at, EdgeKind::Join);
            }
            Op::Unlock | Op::ReadUnlock => drop(unlocked.insert(object, at)),
            Op::CondvarWaits { mutex, .. } => drop(unlocked.insert(*mutex as usize, at)),
            Op::Locked | Op::ReadLocked => {
                found.add_from(unlocked.get(&object).copied(), at, EdgeKind::Unlock);
            }
            Op::NotifyOne { .. } | Op::NotifyAll { .. } | Op::Unpark { .. } => notified = Some(at),
            Op::Woken | Op::Unparked => {
                let same = notified.filter(|from| steps[*from].object == step.object);
                found.add_from(same, at, EdgeKind::Notify);
            }
            Op::BarrierPassed => {
                let others = (0..at).rev().find(|earlier| {
                    steps[*earlier].object == step.object && steps[*earlier].thread != step.thread
                });
                found.add_from(others, at, EdgeKind::Notify);
            }
            Op::MessageSent { id, .. } => drop(messages.insert(*id, at)),
            Op::MessageDelivered { id, .. } => {
                found.add_from(messages.get(id).copied(), at, EdgeKind::Message);
            }
            Op::Sent { .. } => sent.entry(object).or_default().push(at),
            Op::Received { .. } => {
                let queue = sent.entry(object).or_default();
                let from = (!queue.is_empty()).then(|| queue.remove(0));
                found.add_from(from, at, EdgeKind::Message);
            }
            _ => {}
        }
        let (reads, writes, ordering) = match &event.op {
            Op::Load { ordering, .. } | Op::CasFailed { ordering, .. } => (true, false, *ordering),
            Op::Store { ordering, .. } => (false, true, *ordering),
            Op::Update { ordering, .. } => (true, true, *ordering),
            _ => continue,
        };
        let history = stored.entry(object).or_default();
        // A read-modify-write saw the newest value; a load the newest store of the value that it saw.
        let saw = |value: &Option<String>| writes || *value == step.value;
        if let Some((from, _, releases)) = history.iter().rev().find(|(_, value, _)| saw(value))
            && reads
        {
            let acquires = matches!(
                ordering,
                Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst
            );
            let kind = if *releases && acquires {
                EdgeKind::Publish
            } else {
                EdgeKind::Read
            };
            found.add(*from, at, kind);
        }
        if writes {
            let releases = matches!(
                ordering,
                Ordering::Release | Ordering::AcqRel | Ordering::SeqCst
            );
            history.push((at, step.value.clone(), releases));
        }
    }
    found.edges
}

struct Edges<'a> {
    steps: &'a [Step],
    edges: Vec<Edge>,
}

impl Edges<'_> {
    /// What one thread does itself is ordered anyway.
    fn add(&mut self, from: usize, to: usize, kind: EdgeKind) {
        if self.steps[from].thread != self.steps[to].thread {
            self.edges.push(Edge { from, to, kind });
        }
    }

    fn add_from(&mut self, from: Option<usize>, to: usize, kind: EdgeKind) {
        if let Some(from) = from {
            self.add(from, to, kind);
        }
    }
}
