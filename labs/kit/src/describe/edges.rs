//! What orders the steps of different threads: one walk over the steps, remembering who did what
//! last.
use crate::record::{Event, ObjectId, Op, ThreadId, Trace};
use picture::{Edge, EdgeKind, Step};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// The edges between steps.
pub(super) fn edges(trace: &Trace, steps: &[Step]) -> Vec<Edge> {
    let mut walk = Walk {
        steps,
        ..Walk::default()
    };
    for (at, step) in steps.iter().enumerate() {
        let event = &trace.events[step.event];
        walk.begin(at, event);
        walk.synchronize(at, event);
        walk.remember(at, event);
    }
    walk.edges
}

/// A store of an atomic.
struct Stored {
    at: usize,
    value: Option<String>,
    releases: bool,
}

/// What has been seen so far; steps by their index.
#[derive(Default)]
struct Walk<'a> {
    steps: &'a [Step],
    edges: Vec<Edge>,
    spawned: HashMap<ThreadId, usize>,
    unlocked: HashMap<ObjectId, usize>,
    unlocked_by_reader: HashMap<ObjectId, usize>,
    notified: HashMap<Option<usize>, usize>,
    sent: HashMap<ObjectId, Vec<usize>>,
    messages: HashMap<u64, usize>,
    stored: HashMap<ObjectId, Vec<Stored>>,
}

impl Walk<'_> {
    /// The first step of a thread comes after its spawn.
    fn begin(&mut self, at: usize, event: &Event) {
        let thread = self.steps[at].thread;
        if !self.steps[..at]
            .iter()
            .any(|earlier| earlier.thread == thread)
        {
            self.add(
                self.spawned.get(&event.thread).copied(),
                at,
                EdgeKind::Spawn,
            );
        }
    }

    /// Everything but atomics.
    fn synchronize(&mut self, at: usize, event: &Event) {
        let (lock, step) = (event.object, &self.steps[at]);
        let before = |condition: &dyn Fn(&Step) -> bool| {
            (0..at).rev().find(|at| condition(&self.steps[*at]))
        };
        let (from, kind) = match &event.op {
            Op::Joined { child, .. } => (
                before(&|earlier| earlier.thread == *child as usize),
                EdgeKind::Join,
            ),
            // Readers do not wait for readers.
            Op::ReadLocked => (self.unlocked.get(&lock).copied(), EdgeKind::Unlock),
            Op::Locked => {
                let last = self
                    .unlocked
                    .get(&lock)
                    .max(self.unlocked_by_reader.get(&lock));
                (last.copied(), EdgeKind::Unlock)
            }
            Op::Woken | Op::Unparked { in_time: true } => {
                (self.notified.get(&step.object).copied(), EdgeKind::Notify)
            }
            Op::BarrierPassed => {
                let met =
                    |earlier: &Step| earlier.object == step.object && earlier.thread != step.thread;
                (before(&met), EdgeKind::Notify)
            }
            Op::MessageDelivered { id, .. }
            | Op::MessageLost { id, .. }
            | Op::MessageDuplicated { id, .. } => {
                (self.messages.get(id).copied(), EdgeKind::Message)
            }
            Op::Received { .. } => {
                let queue = self.sent.entry(lock).or_default();
                (
                    (!queue.is_empty()).then(|| queue.remove(0)),
                    EdgeKind::Queue,
                )
            }
            Op::Load { ordering, .. } | Op::CasFailed { ordering, .. } => {
                return self.read(at, lock, *ordering, |store, step| store.value == step.value);
            }
            // A read-modify-write saw the newest value.
            Op::Update { ordering, .. } => return self.read(at, lock, *ordering, |_, _| true),
            _ => return,
        };
        self.add(from, at, kind);
    }

    /// From the newest store that the step can have read.
    fn read(
        &mut self,
        at: usize,
        atomic: ObjectId,
        ordering: Ordering,
        saw: impl Fn(&Stored, &Step) -> bool,
    ) {
        let acquires = matches!(
            ordering,
            Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst
        );
        let stores = self.stored.get(&atomic).map_or(&[][..], Vec::as_slice);
        let Some(store) = stores
            .iter()
            .rev()
            .find(|store| saw(store, &self.steps[at]))
        else {
            return;
        };
        let ordered = store.releases && acquires;
        let kind = if ordered {
            EdgeKind::Publish
        } else {
            EdgeKind::Read
        };
        let from = store.at;
        self.add(Some(from), at, kind);
    }

    /// What later steps may come after.
    fn remember(&mut self, at: usize, event: &Event) {
        let (object, step) = (event.object, &self.steps[at]);
        match &event.op {
            Op::Spawn { child } => drop(self.spawned.insert(*child, at)),
            Op::Unlock { .. } => drop(self.unlocked.insert(object, at)),
            Op::ReadUnlock => drop(self.unlocked_by_reader.insert(object, at)),
            Op::CondvarWaits { mutex, .. } => drop(self.unlocked.insert(*mutex, at)),
            Op::NotifyOne { .. } | Op::NotifyAll { .. } | Op::Unpark { .. } => {
                self.notified.insert(step.object, at);
            }
            Op::MessageSent { id, .. } => drop(self.messages.insert(*id, at)),
            Op::Sent { .. } => self.sent.entry(object).or_default().push(at),
            Op::Store { ordering, .. } | Op::Update { ordering, .. } => {
                let releases = matches!(
                    ordering,
                    Ordering::Release | Ordering::AcqRel | Ordering::SeqCst
                );
                let value = step.value.clone();
                self.stored.entry(object).or_default().push(Stored {
                    at,
                    value,
                    releases,
                });
            }
            _ => {}
        }
    }

    /// What one thread does itself is ordered anyway.
    fn add(&mut self, from: Option<usize>, to: usize, kind: EdgeKind) {
        if let Some(from) = from
            && self.steps[from].thread != self.steps[to].thread
        {
            self.edges.push(Edge { from, to, kind });
        }
    }
}
