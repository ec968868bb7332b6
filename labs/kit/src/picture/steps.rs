//! Events become steps: what can be said of them, in the order in which it became true.
//!
//! A request that was granted at once is not worth a line; one that had to wait is, and its line stands
//! where the thread found the lock taken.
use super::names::Names;
use super::source::Source;
use crate::explore::Step;
use crate::record::{Event, ObjectId, Op, ThreadId, Trace, Value};

/// The steps of an execution and, after a deadlock, who waits for what.
pub(super) fn steps(
    trace: &Trace,
    names: &Names,
    source: &mut Source,
    deadlock: bool,
) -> (Vec<Step>, Vec<String>) {
    let mut steps: Vec<Step> = Vec::new();
    for shown in order(trace) {
        let event = &trace.events[shown.event];
        let stuck = deadlock && shown.last && waits(&event.op);
        let (at, code) = place(event, source);
        let switched = steps
            .last()
            .is_some_and(|step| step.thread != event.thread as usize);
        let action = action(event, names);
        steps.push(Step {
            thread: event.thread as usize,
            action,
            at,
            code,
            switched,
            stuck,
        });
    }
    let waits = if deadlock {
        who_waits(trace, names)
    } else {
        Vec::new()
    };
    (steps, waits)
}

/// The last step: a thread panicked.
pub(super) fn panicked(
    steps: &[Step],
    who: ThreadId,
    at: Option<String>,
    source: &mut Source,
) -> Step {
    let code = at.as_ref().and_then(|at| {
        let mut parts = at.rsplitn(3, ':');
        let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        Some(source.line(file, line.parse().ok()?)?.trim().to_owned())
    });
    let switched = steps.last().is_some_and(|step| step.thread != who as usize);
    Step {
        thread: who as usize,
        action: "FAILS here".to_owned(),
        at,
        code,
        switched,
        stuck: false,
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

/// The event by which `lock` was taken and is held still.
fn holder(events: &[Event], lock: ObjectId) -> Option<&Event> {
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
    held.pop()
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
            | Op::ParkWaits
    )
}

/// The student's line: for a dropped guard the place where its scope ends, if that is known.
fn place(event: &Event, source: &mut Source) -> (Option<String>, Option<String>) {
    let (file, mut line, mut column) =
        (event.place.file(), event.place.line(), event.place.column());
    if matches!(
        event.op,
        Op::Unlock | Op::ReadUnlock | Op::Disconnected { .. }
    ) {
        let dropped = event
            .dropped_at
            .as_ref()
            .and_then(|trace| source.dropped_at(trace, file));
        let Some(dropped) = dropped else {
            return (None, None);
        };
        (line, column) = (dropped, 1);
    }
    let code = source.line(file, line).map(|code| code.trim().to_owned());
    (Some(super::at(file, line, column)), code)
}

fn action(event: &Event, names: &Names) -> String {
    let name = names.object(event.object);
    match &event.op {
        Op::Spawn { child } => format!("spawn {}", names.thread(*child)),
        Op::End => "ends".to_owned(),
        Op::JoinWants { child } => format!("join {}: waits", names.thread(*child)),
        Op::Joined { child } => format!("joined {}", names.thread(*child)),
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
        Op::ParkWaits => "park: waits".to_owned(),
        Op::Unparked => "park: goes on".to_owned(),
        Op::Unpark { thread } => format!("unpark {}", names.thread(*thread)),
        Op::Note { text } => format!("note: {text}"),
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

/// One sentence for each thread that is left.
fn who_waits(trace: &Trace, names: &Names) -> Vec<String> {
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

fn wait_in_words(event: &Event, trace: &Trace, names: &Names) -> Option<String> {
    let who = names.thread(event.thread);
    let name = names.object(event.object);
    let place = format!("{}:{}", event.place.file(), event.place.line());
    Some(match &event.op {
        Op::LockWants | Op::ReadWants => match holder(&trace.events, event.object) {
            Some(held) if held.thread == event.thread => format!(
                "{who} waits at {place} for {name}, which it holds itself since {}:{}",
                held.place.file(),
                held.place.line()
            ),
            Some(held) => format!(
                "{who} waits at {place} for {name}, which {} holds since {}:{}",
                names.thread(held.thread),
                held.place.file(),
                held.place.line()
            ),
            None => format!("{who} waits at {place} for {name}"),
        },
        Op::JoinWants { child } => {
            format!("{who} waits at {place} for {} to end", names.thread(*child))
        }
        Op::CondvarWaits { .. } => {
            format!("{who} waits at {place} to be notified on {name}, and nobody is left to do it")
        }
        Op::SendWaits { .. } => format!("{who} waits at {place} for room in {name}"),
        Op::ReceiveWaits => format!("{who} waits at {place} for a value from {name}"),
        Op::BarrierWaits { arrived, of } => {
            format!("{who} waits at {place} at {name}, where {arrived} of {of} have come")
        }
        Op::ParkWaits => format!("{who} is parked at {place}, and nobody is left to unpark it"),
        _ => return None,
    })
}
