//! Events become steps: what can be said of them, in the order in which it became true.
//!
//! A request that was granted at once is not worth a line; one that had to wait is, and its line stands
//! where the thread found the lock taken.
use super::names::Names;
use super::source::Source;
use crate::record::{Event, ObjectId, Op, ThreadId, Trace, Value};
use picture::{Effect, Place, Step, Wait};

/// The steps of an execution.
pub(super) fn steps(
    trace: &Trace,
    names: &Names,
    source: &mut Source,
    deadlock: bool,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for shown in order(trace) {
        let event = &trace.events[shown.event];
        let thread = event.thread as usize;
        let (at, code) = place(event, source);
        steps.push(Step {
            thread,
            object: event.op.is_on_an_object().then_some(event.object as usize),
            event: shown.event,
            action: action(event, names),
            effect: effect(&event.op),
            value: value(&event.op),
            at,
            code,
            switched: steps.last().is_some_and(|step| step.thread != thread),
            stuck: deadlock && shown.last && waits(&event.op),
            part: true,
        });
    }
    steps
}

/// The last step: a thread panicked.
pub(super) fn failed(
    steps: &[Step],
    who: ThreadId,
    at: Option<Place>,
    source: &mut Source,
) -> Step {
    let code = at.as_ref().and_then(|at| {
        source
            .line(&at.file, at.line)
            .map(|code| code.trim().to_owned())
    });
    Step {
        thread: who as usize,
        object: None,
        event: steps.last().map_or(0, |step| step.event + 1),
        action: "FAILS here".to_owned(),
        effect: Effect::Fail,
        value: None,
        at,
        code,
        switched: steps.last().is_some_and(|step| step.thread != who as usize),
        stuck: false,
        part: true,
    }
}

fn effect(op: &Op) -> Effect {
    match op {
        Op::Locked => Effect::Acquire,
        Op::ReadLocked => Effect::AcquireShared,
        Op::Unlock | Op::ReadUnlock => Effect::Release,
        Op::LockWants | Op::ReadWants | Op::SendWaits { .. } | Op::ReceiveWaits => Effect::Blocked,
        Op::CondvarWaits { mutex, .. } => Effect::Wait {
            releases: Some(*mutex as usize),
        },
        Op::BarrierWaits { .. } | Op::ParkWaits { .. } => Effect::Wait { releases: None },
        Op::WokenForNothing => Effect::WokenForNothing,
        Op::Woken | Op::Unparked { .. } | Op::BarrierPassed | Op::TimedOut => Effect::Woken,
        Op::NotifyOne { woke } => Effect::Notify {
            woke: usize::from(woke.is_some()),
        },
        Op::NotifyAll { woke } => Effect::Notify { woke: *woke },
        Op::Unpark { .. } => Effect::Notify { woke: 1 },
        Op::Load { newest, .. } => Effect::Load {
            stale: newest.is_some(),
        },
        Op::Store { .. } => Effect::Store,
        Op::Update { .. } => Effect::Update,
        Op::CasFailed { .. } => Effect::Load { stale: false },
        Op::CellRead => Effect::Read,
        Op::CellWrite => Effect::Write,
        Op::Sent { .. } | Op::MessageSent { .. } => Effect::Send,
        Op::Received { .. } | Op::MessageDelivered { .. } => Effect::Receive,
        Op::MessageLost { .. } => Effect::Lost,
        Op::MessageDuplicated { .. } => Effect::Duplicated,
        Op::Spawn { .. } => Effect::Spawn,
        Op::JoinWants { .. } | Op::Joined { .. } => Effect::Join,
        _ => Effect::Other,
    }
}

/// The value that an atomic has after the operation, or that was seen.
fn value(op: &Op) -> Option<String> {
    match op {
        Op::Load { value, .. } | Op::Store { value, .. } => Some(show(*value)),
        Op::Update { new, .. } => Some(show(*new)),
        Op::CasFailed { saw, .. } => Some(show(*saw)),
        Op::Sent { queued } | Op::Received { queued } => Some(format!("{queued} queued")),
        _ => None,
    }
}

/// An event that gets a line.
struct Shown {
    event: usize,
    /// Whether its thread did nothing after it.
    last: bool,
}

/// Which events get a line, and in which order.
fn order(trace: &Trace) -> Vec<Shown> {
    let events = &trace.events;
    let next_of_thread = |at: usize| {
        events[at + 1..]
            .iter()
            .position(|e| e.thread == events[at].thread)
            .map(|n| at + 1 + n)
    };
    let mut shown: Vec<Shown> = Vec::new();
    // Requests of threads that had not looked at the lock yet when the checker switched away.
    let mut asking: Vec<usize> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let next = next_of_thread(at);
        let last = next.is_none();
        let granted_at_once = next == Some(at + 1);
        match event.op {
            Op::LockWants | Op::ReadWants | Op::JoinWants { .. } if granted_at_once => continue,
            Op::LockWants | Op::ReadWants if holder(&events[..at], event.object).is_none() => {
                asking.push(at);
                continue;
            }
            Op::End => continue,
            _ => shown.push(Shown { event: at, last }),
        }
        if matches!(event.op, Op::Locked | Op::ReadLocked) {
            // Whoever asked for this lock meanwhile finds it taken from here on.
            asking.retain(|&asked| {
                let request = &events[asked];
                let mine = request.thread == event.thread && request.object == event.object;
                let finds_it_taken = request.object == event.object && !mine;
                if finds_it_taken {
                    shown.push(Shown {
                        event: asked,
                        last: next_of_thread(asked).is_none(),
                    });
                }
                !mine && !finds_it_taken
            });
        }
    }
    shown
}

/// The event by which `lock` was taken last and is held still.
fn holder(events: &[Event], lock: ObjectId) -> Option<&Event> {
    holders(events, lock).pop()
}

/// The events by which `lock` was taken and is held still: several, if readers share it.
fn holders(events: &[Event], lock: ObjectId) -> Vec<&Event> {
    let mut held: Vec<&Event> = Vec::new();
    for event in events {
        match event.op {
            Op::Locked | Op::ReadLocked if event.object == lock => held.push(event),
            Op::Unlock | Op::ReadUnlock if event.object == lock => {
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

fn waits(op: &Op) -> bool {
    matches!(
        op,
        Op::LockWants
            | Op::ReadWants
            | Op::JoinWants { .. }
            | Op::CondvarWaits { .. }
            | Op::SendWaits { .. }
            | Op::ReceiveWaits
            | Op::BarrierWaits { .. }
            | Op::ParkWaits { .. }
    )
}

/// The student's line: for a dropped guard the place where its scope ends, if that is known.
fn place(event: &Event, source: &mut Source) -> (Option<Place>, Option<String>) {
    let mut at = super::place(event.place);
    if matches!(
        event.op,
        Op::Unlock | Op::ReadUnlock | Op::Disconnected { .. }
    ) {
        let dropped = event
            .dropped_at
            .as_ref()
            .and_then(|trace| source.dropped_at(trace, &at.file));
        let Some((line, column)) = dropped else {
            return (None, None);
        };
        (at.line, at.column) = (line, column);
    }
    let code = source
        .line(&at.file, at.line)
        .map(|code| code.trim().to_owned());
    (Some(at), code)
}

fn action(event: &Event, names: &Names) -> String {
    let name = names.object(event.object);
    match &event.op {
        Op::Spawn { child } => format!("spawn {}", names.thread(*child)),
        Op::End => "ends".to_owned(),
        Op::JoinWants { child } => format!("join {}: waits", names.thread(*child)),
        Op::Joined { child, panicked } => {
            let panicked = if *panicked { ", which panicked" } else { "" };
            format!("joined {}{panicked}", names.thread(*child))
        }
        Op::AsksForEnd { child, ended } => {
            let ended = if *ended { "has ended" } else { "runs still" };
            format!("is {} finished: {ended}", names.thread(*child))
        }
        Op::Panics { text } => format!("panics on purpose: \"{text}\""),
        Op::LockWants => format!("lock {name}: taken, waits"),
        Op::Locked => format!("lock {name}: acquired"),
        Op::TryLockFailed => format!("try_lock {name}: taken"),
        Op::Unlock => format!("unlock {name}"),
        Op::ReadWants => format!("read {name}: taken, waits"),
        Op::ReadLocked => format!("read {name}: acquired"),
        Op::ReadUnlock => format!("unlock {name} (read)"),
        Op::CondvarWaits { mutex, timed } => {
            let timed = if *timed { " for a time" } else { "" };
            format!("wait {name}{timed}, unlock {}", names.object(*mutex))
        }
        Op::Woken => format!("woken on {name}"),
        Op::WokenForNothing => format!("woken on {name}, for no reason"),
        Op::TimedOut => format!("wait {name}: time is up"),
        Op::NotifyOne { woke: Some(thread) } => {
            format!("notify_one {name}: wakes {}", names.thread(*thread))
        }
        Op::NotifyOne { woke: None } => format!("notify_one {name}: nobody waits"),
        Op::NotifyAll { woke: 0 } => format!("notify_all {name}: nobody waits"),
        Op::NotifyAll { woke } => format!("notify_all {name}: wakes {woke}"),
        Op::Load {
            value,
            newest,
            ordering,
        } => {
            let stale = newest.map_or(String::new(), |newest| {
                format!(", STALE: newest is {}", show(newest))
            });
            format!("load {name} {ordering:?}: {}{stale}", show(*value))
        }
        Op::Store { value, ordering } => format!("store {name} {ordering:?}: {}", show(*value)),
        Op::Update { old, new, ordering } => {
            format!(
                "update {name} {ordering:?}: {} to {}",
                show(*old),
                show(*new)
            )
        }
        Op::CasFailed {
            saw,
            expected,
            ordering,
        } => {
            format!(
                "cas {name} {ordering:?}: failed, {} is not {}",
                show(*saw),
                show(*expected)
            )
        }
        Op::Fence { ordering } => format!("fence {ordering:?}"),
        Op::CellRead => format!("read {name}"),
        Op::CellWrite => format!("write {name}"),
        Op::SendWaits { queued } => format!("send {name}: full ({queued}), waits"),
        Op::Sent { queued } => format!("send {name}: {queued} queued"),
        Op::SendFailed { why } => format!("send {name}: {why}"),
        Op::ReceiveWaits => format!("receive {name}: empty, waits"),
        Op::Received { queued } => format!("receive {name}: {queued} left"),
        Op::ReceiveFailed { why } => format!("receive {name}: {why}"),
        Op::Disconnected { side } => format!("last {side} of {name} dropped"),
        Op::BarrierWaits { arrived, of } => format!("wait {name}: {arrived} of {of} are here"),
        Op::BarrierPassed => format!("pass {name}"),
        Op::Yield => "yield".to_owned(),
        Op::ParkWaits { timed: false } => "park: waits".to_owned(),
        Op::ParkWaits { timed: true } => "park: waits for a time".to_owned(),
        Op::Unparked { in_time: true } => "park: goes on".to_owned(),
        Op::Unparked { in_time: false } => "park: time is up".to_owned(),
        Op::Unpark { thread } => format!("unpark {}", names.thread(*thread)),
        Op::Note { text } => format!("note: {text}"),
        Op::MessageSent { text, .. } => format!("send \"{text}\""),
        Op::MessageLost { text, .. } => format!("LOST: \"{text}\""),
        Op::MessageDuplicated { text, .. } => format!("comes twice: \"{text}\""),
        Op::MessageDelivered { text, .. } => format!("receive \"{text}\""),
    }
}

fn show(value: Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Unsigned(value) => value.to_string(),
        Value::Signed(value) => value.to_string(),
        Value::Pointer(0) => "null".to_owned(),
        Value::Pointer(address) => format!("{address:#x}"),
    }
}

/// Each thread that is left, and what it waits for.
pub(super) fn who_waits(trace: &Trace, names: &Names) -> Vec<Wait> {
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
        .filter_map(|event| wait_in_words(event, trace, names))
        .collect()
}

fn wait_in_words(event: &Event, trace: &Trace, names: &Names) -> Option<Wait> {
    let who = names.thread(event.thread);
    let name = names.object(event.object);
    let line = |place: crate::record::Place| {
        let file = place.file().rsplit('/').next().unwrap_or_default();
        format!("{file}:{}", place.line())
    };
    let place = line(event.place);
    let mut on = None;
    let sentence = match &event.op {
        Op::LockWants | Op::ReadWants => {
            let held = holders(&trace.events, event.object);
            let others = held.iter().filter(|held| held.thread != event.thread);
            on = others.chain(&held).next().map(|held| held.thread as usize);
            let by = held.iter().map(|held| {
                let since = line(held.place);
                match held.thread == event.thread {
                    true => format!("it holds itself since {since}"),
                    false => format!("{} holds since {since}", names.thread(held.thread)),
                }
            });
            match by.collect::<Vec<_>>().join(" and ") {
                by if by.is_empty() => format!("{who} waits at {place} for {name}"),
                by => format!("{who} waits at {place} for {name}, which {by}"),
            }
        }
        Op::JoinWants { child } => {
            on = Some(*child as usize);
            format!("{who} waits at {place} for {} to end", names.thread(*child))
        }
        Op::CondvarWaits { .. } => {
            format!("{who} waits at {place} to be notified on {name}, and nobody is left to do it")
        }
        Op::SendWaits { .. } => {
            on = last_other_user(event, trace);
            format!("{who} waits at {place} for room in {name}")
        }
        Op::ReceiveWaits => {
            on = last_other_user(event, trace);
            format!("{who} waits at {place} for a value from {name}")
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
