//! What a scenario adds to the timeline itself: notes, and messages between nodes (who sent what to
//! whom, what was lost, what came twice).
//!
//! The picture draws it as a sequence diagram. [`net`](crate::net) says all of this itself; whoever
//! simulates something else says with these what becomes of each message. Outside a model all of
//! this does nothing.
use crate::model;
use crate::record::{self, Op};
use std::panic::Location;
use std::sync::Arc;

/// Whether every choice is tried, and not some at random.
pub(crate) fn is_exhaustive() -> bool {
    model::backend() == model::Backend::Loom
}

/// A thread of the timeline.
pub(crate) type Lane = record::ThreadId;

/// The lane of this thread, if there is a timeline.
pub(crate) fn lane() -> Option<Lane> {
    model::running().then(record::current)
}

/// A message on its way. Copies of it are the same message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Unique within the execution; 0 outside a model.
    id: u64,
    text: Arc<str>,
}

impl Message {
    /// Says that this thread sends `text`: `Message::sent("deduct 10")`.
    #[track_caller]
    pub fn sent(text: &str) -> Message {
        let text: Arc<str> = text.into();
        if !model::running() {
            return Message { id: 0, text };
        }
        let id = record::next_message();
        record::event(
            0,
            Location::caller(),
            Op::MessageSent {
                id,
                text: Arc::clone(&text),
            },
        );
        Message { id, text }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Says that it never arrives.
    #[track_caller]
    pub fn lost(&self) {
        self.lost_on_the_way_to(None);
    }

    /// Says that it never arrives at `lane`.
    #[track_caller]
    pub(crate) fn lost_on_the_way_to(&self, to: Option<Lane>) {
        self.event(Location::caller(), |id, text| Op::MessageLost {
            id,
            text,
            to,
        });
    }

    /// Says that it will arrive once more.
    #[track_caller]
    pub fn duplicated(&self) {
        self.event(Location::caller(), |id, text| Op::MessageDuplicated {
            id,
            text,
        });
    }

    /// Says that this thread has received it.
    #[track_caller]
    pub fn delivered(&self) {
        self.event(Location::caller(), |id, text| Op::MessageDelivered {
            id,
            text,
        });
    }

    fn event(&self, place: record::CallSite, op: impl FnOnce(u64, Arc<str>) -> Op) {
        if model::running() {
            record::event(0, place, op(self.id, Arc::clone(&self.text)));
        }
    }
}

/// One of `0..count`, which the search decides: is this message lost, which one comes first?
///
/// A sampled search decides at random, as part of its schedule. An exhaustive one tries them all:
/// so few choices, and three spawned threads at most. Outside a model it is at random.
///
/// # Panics
///
/// If `count` is 0.
pub fn choose(count: u64) -> u64 {
    assert!(count > 0, "there is nothing to choose from");
    model::choose(count)
}

/// A collection's answer, by which a thread may decide what it does next: in a picture it stands
/// where the thread gives back its lock.
pub(crate) fn decided(what: &'static str, answer: bool) -> bool {
    if model::running() {
        record::saw(what, answer);
    }
    answer
}

/// Runs a call of the kit's own: in a picture its steps are not shown, and what it notes stands at
/// the line of whoever has called it.
pub(crate) fn within<R>(call: impl FnOnce() -> R) -> R {
    match model::running() {
        true => record::within(call),
        false => call(),
    }
}

/// The longest note, in bytes, and the most notes of an execution: a picture is for people.
const LONGEST_NOTE: usize = 500;
const MOST_NOTES: usize = 500;

/// A line for the timeline: `note("fetched /a")` stands in the picture where it happened.
///
/// A long one is cut, and of very many the first are kept. Outside a model it does nothing. Never
/// blocks.
#[track_caller]
pub fn note(text: &str) {
    if model::running() && record::notes() < MOST_NOTES {
        let text = protocol::capped(text, LONGEST_NOTE).into();
        record::event(0, Location::caller(), Op::Note { text });
    }
}
