//! What a thread did, in words.
use super::names::Names;
use crate::record::{Event, ObjectId, Op, Value};
use picture::MemoryOrdering;
use std::sync::atomic::Ordering;

pub(super) fn action(event: &Event, names: &Names) -> String {
    let name = names.object(event.object);
    match &event.op {
        Op::Spawn { child } => format!("spawn {}", names.thread(*child)),
        Op::End => "ends".to_owned(),
        Op::JoinWants { child } => format!("join {}: waits", names.thread(*child)),
        Op::Joined { .. } | Op::AsksForEnd { .. } => on_a_thread(&event.op, names),
        Op::Panics { text } => format!("panics on purpose: \"{text}\""),
        Op::LockWants => format!("lock {name}: taken, waits"),
        Op::Locked => format!("lock {name}: acquired"),
        Op::TryLockFailed => format!("try_lock {name}: `None`, it is taken"),
        Op::Unlock { .. } => format!("unlock {name}"),
        Op::ReadWants => format!("read {name}: taken, waits"),
        Op::ReadLocked => format!("read {name}: acquired"),
        Op::ReadUnlock => format!("unlock {name} (read)"),
        Op::CondvarWaits { mutex, timed, .. } => {
            let timed = if *timed { " for a time" } else { "" };
            format!("wait {name}{timed}, unlock {}", names.object(*mutex))
        }
        Op::Woken => format!("woken on {name}"),
        Op::WokenForNothing => format!("woken on {name}, for no reason"),
        Op::TimedOut => format!("wait {name}: time is up"),
        Op::NotifyOne { woke: None } => format!("notify_one {name}: nobody waits"),
        Op::NotifyOne { woke: Some(thread) } => {
            format!("notify_one {name}: wakes {}", names.thread(*thread))
        }
        Op::NotifyAll { woke: 0 } => format!("notify_all {name}: nobody waits"),
        Op::NotifyAll { woke } => format!("notify_all {name}: wakes {woke}"),
        Op::Load { .. } | Op::Store { .. } | Op::Update { .. } | Op::CasFailed { .. } => {
            on_an_atomic(&event.op, name)
        }
        Op::Fence { ordering } => format!("fence {ordering:?}"),
        Op::CellRead => format!("read {name}"),
        Op::CellWrite => format!("write {name}"),
        Op::SendWaits { .. }
        | Op::Sent { .. }
        | Op::SendFailed { .. }
        | Op::ReceiveWaits
        | Op::Received { .. }
        | Op::ReceiveFailed { .. }
        | Op::Disconnected { .. } => on_a_channel(&event.op, name),
        Op::SelectWaits { channels, timed } => {
            let timed = if *timed { " for a time" } else { "" };
            format!("select of {}: waits{timed}", list(channels, names))
        }
        Op::SelectFailed { timed_out: true } => "select: time is up".to_owned(),
        Op::SelectFailed { timed_out: false } => "select: none is ready".to_owned(),
        Op::BarrierWaits { arrived, of } => format!("wait {name}: {arrived} of {of} are here"),
        Op::BarrierPassed => format!("pass {name}"),
        Op::Yield => "yield".to_owned(),
        Op::ParkWaits { .. } | Op::Unparked { .. } | Op::UnparkedForNothing | Op::Unpark { .. } => {
            on_a_thread(&event.op, names)
        }
        // What a call of the kit's own says is not a note of the student's.
        Op::Note { text } if event.within.is_some() => text.to_string(),
        Op::Note { text } => format!("note: {text}"),
        Op::MessageSent { text, .. } => format!("send \"{text}\""),
        Op::MessageLost { text, .. } => format!("LOST: \"{text}\""),
        Op::MessageDuplicated { text, .. } => format!("comes twice: \"{text}\""),
        Op::MessageDelivered { text, .. } => format!("receive \"{text}\""),
    }
}

fn on_a_thread(op: &Op, names: &Names) -> String {
    match op {
        Op::Joined { child, panicked } => {
            let panicked = if *panicked { ", which panicked" } else { "" };
            format!("joined {}{panicked}", names.thread(*child))
        }
        Op::AsksForEnd { child, ended } => {
            let ended = if *ended { "has ended" } else { "runs still" };
            format!("is {} finished: {ended}", names.thread(*child))
        }
        Op::ParkWaits { timed: false } => "park: waits".to_owned(),
        Op::ParkWaits { timed: true } => "park: waits for a time".to_owned(),
        Op::Unparked { in_time: true } => "park: goes on".to_owned(),
        Op::Unparked { in_time: false } => "park: time is up".to_owned(),
        Op::UnparkedForNothing => "park: goes on, for no reason".to_owned(),
        Op::Unpark { thread } => format!("unpark {}", names.thread(*thread)),
        _ => unreachable!("{op:?} is not an operation on a thread"),
    }
}

fn on_an_atomic(op: &Op, name: &str) -> String {
    match op {
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
        } if saw == expected => {
            format!(
                "cas {name} {ordering:?}: failed for no reason, it is {}",
                show(*saw)
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
        _ => unreachable!("{op:?} is not an operation on an atomic"),
    }
}

fn on_a_channel(op: &Op, name: &str) -> String {
    match op {
        Op::SendWaits { queued } => format!("send {name}: full ({queued}), waits"),
        Op::Sent { queued } => format!("send {name}: {queued} queued"),
        Op::SendFailed { why } => format!("send {name}: {why}"),
        Op::ReceiveWaits => format!("receive {name}: empty, waits"),
        Op::Received { queued } => format!("receive {name}: {queued} left"),
        Op::ReceiveFailed { why } => format!("receive {name}: {why}"),
        Op::Disconnected { side } => format!("last {side} of {name} dropped"),
        _ => unreachable!("{op:?} is not an operation on a channel"),
    }
}

/// Several objects by name.
pub(super) fn list(objects: &[ObjectId], names: &Names) -> String {
    let names: Vec<&str> = objects.iter().map(|object| names.object(*object)).collect();
    names.join(", ")
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

/// The ordering that an operation was written with.
pub(super) fn ordering(op: &Op) -> Option<MemoryOrdering> {
    let (Op::Load { ordering, .. }
    | Op::Store { ordering, .. }
    | Op::Update { ordering, .. }
    | Op::CasFailed { ordering, .. }
    | Op::Fence { ordering }) = op
    else {
        return None;
    };
    match ordering {
        Ordering::Relaxed => Some(MemoryOrdering::Relaxed),
        Ordering::Acquire => Some(MemoryOrdering::Acquire),
        Ordering::Release => Some(MemoryOrdering::Release),
        Ordering::AcqRel => Some(MemoryOrdering::AcqRel),
        Ordering::SeqCst => Some(MemoryOrdering::SeqCst),
        _ => None,
    }
}

/// The value that an atomic has after the operation, or that was seen.
pub(super) fn value(op: &Op) -> Option<String> {
    match op {
        Op::Load { value, .. } | Op::Store { value, .. } => Some(show(*value)),
        Op::Update { new, .. } => Some(show(*new)),
        Op::CasFailed { saw, .. } => Some(show(*saw)),
        Op::Sent { queued } | Op::Received { queued } => Some(format!("{queued} queued")),
        _ => None,
    }
}
