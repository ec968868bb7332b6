//! Who holds what, and who waits for it for ever.
use super::names::Names;
use super::source::Source;
use super::words::list;
use crate::record::{Event, ObjectId, Op, ThreadId, Trace};
use picture::Wait;

/// The event by which `lock` was taken last and is held still.
pub(super) fn holder(events: &[Event], lock: ObjectId) -> Option<&Event> {
    holders(events, lock).pop()
}

/// The events by which `lock` was taken and is held still: several, if readers share it.
fn holders(events: &[Event], lock: ObjectId) -> Vec<&Event> {
    let mut held: Vec<&Event> = Vec::new();
    for event in events {
        match event.op {
            Op::Locked | Op::ReadLocked if event.object == lock => held.push(event),
            Op::Unlock { .. } | Op::ReadUnlock if event.object == lock => {
                held.retain(|taken| taken.thread != event.thread);
            }
            Op::CondvarWaits { mutex, .. } if mutex == lock => {
                held.retain(|taken| taken.thread != event.thread);
            }
            _ => {}
        }
    }
    held
}

/// Each thread that is left, and what it waits for.
pub(super) fn who_waits(trace: &Trace, names: &Names, source: &mut Source) -> Vec<Wait> {
    let last_of = |thread| {
        trace
            .events
            .iter()
            .rev()
            .find(|event| event.thread == thread)
    };
    let threads = 0..trace.threads.len() as ThreadId;
    threads
        .filter_map(last_of)
        .filter_map(|event| wait_in_words(event, trace, names, source))
        .collect()
}

fn wait_in_words(event: &Event, trace: &Trace, names: &Names, source: &mut Source) -> Option<Wait> {
    let who = names.thread(event.thread);
    if let Some(within) = &event.within {
        let called = within.called_at().and_then(|calls| source.caller(calls));
        let at = called.map_or(String::new(), |at| format!(" at {}", at.short()));
        let what = last_note(event, trace).unwrap_or("what this call waits for never comes");
        return Some(Wait {
            thread: event.thread as usize,
            on: None,
            sentence: format!("{who} waits{at}: {what}"),
        });
    }
    let name = names.object(event.object);
    let line = |place| super::place(place).short();
    let place = line(event.place);
    let mut on = None;
    let sentence = match &event.op {
        Op::LockWants | Op::ReadWants => {
            let held = holders(&trace.events, event.object);
            let others = held.iter().filter(|held| held.thread != event.thread);
            on = others.chain(&held).next().map(|held| held.thread as usize);
            let by = held.iter().map(|held| {
                let since = line(held.place);
                let across = match is_within(held.thread, trace) {
                    true => " and keeps while it waits",
                    false => "",
                };
                match held.thread == event.thread {
                    true => format!("it has held itself since {since}"),
                    false => format!(
                        "{} has held since {since}{across}",
                        names.thread(held.thread)
                    ),
                }
            });
            match by.collect::<Vec<_>>().join(" and ") {
                by if by.is_empty() => format!("{who} waits at {place} for {name}"),
                by => format!("{who} waits at {place} for {name}, which {by}"),
            }
        }
        Op::JoinWants { child } => {
            on = Some(*child as usize);
            match *child == event.thread {
                true => format!("{who} waits at {place} for itself to end"),
                false => format!("{who} waits at {place} for {} to end", names.thread(*child)),
            }
        }
        Op::CondvarWaits { .. } => {
            format!(
                "{who} is waiting at {place} on condvar {name}, and no thread is left to notify it"
            )
        }
        Op::SendWaits { .. } => {
            on = last_other_user(event, trace);
            format!("{who} waits at {place} for room in {name}")
        }
        Op::ReceiveWaits => {
            on = last_other_user(event, trace);
            format!("{who} waits at {place} for a value from {name}")
        }
        Op::SelectWaits { channels, .. } => {
            let channels = list(channels, names);
            format!(
                "{who} waits at {place} for the first of {channels}, and nobody is left to use them"
            )
        }
        Op::BarrierWaits { arrived, of } => {
            format!("{who} waits at {place} at {name}, where {arrived} of {of} have come")
        }
        Op::ParkWaits { .. } => {
            format!("{who} is parked at {place}, and nobody is left to unpark it")
        }
        _ => return None,
    };
    Some(Wait {
        thread: event.thread as usize,
        on,
        sentence,
    })
}

/// The event by which a thread is stuck is one of a call of the kit's own.
fn is_within(thread: ThreadId, trace: &Trace) -> bool {
    let mut events = trace.events.iter().rev();
    events
        .find(|event| event.thread == thread)
        .is_some_and(|last| last.within.is_some())
}

/// What the thread of an event has noted last.
pub(super) fn last_note<'t>(event: &Event, trace: &'t Trace) -> Option<&'t str> {
    trace.events.iter().rev().find_map(|other| match &other.op {
        Op::Note { text } if other.thread == event.thread => Some(&**text),
        _ => None,
    })
}

/// The other thread that used the object last: the one that a wait on it is for.
fn last_other_user(event: &Event, trace: &Trace) -> Option<usize> {
    let uses = |other: &&Event| {
        other.object == event.object && other.thread != event.thread && other.op.is_on_an_object()
    };
    trace
        .events
        .iter()
        .rev()
        .find(uses)
        .map(|other| other.thread as usize)
}
