//! Events become steps: what can be said of them, in the order in which it became true.
//!
//! A request that was granted at once is not worth a line; one that had to wait is, and its line
//! stands where the thread found the lock taken.
use super::names::Names;
use super::source::Source;
use super::waits::holder;
use super::words::{action, ordering, value};
use crate::record::{Event, Op, ThreadId, Trace};
use picture::{Effect, Place, Step, Touched};

/// The steps of an execution.
pub(super) fn steps(
    trace: &Trace,
    names: &Names,
    source: &mut Source,
    deadlock: bool,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut ran = None;
    for shown in order(trace) {
        let event = &trace.events[shown.event];
        let thread = lane(event, trace) as usize;
        let (at, code) = place(event, source);
        let is_stuck = deadlock && shown.last && waits(&event.op);
        let within = event.within.is_some() && waits(&event.op);
        steps.push(Step {
            thread,
            object: (event.op.is_on_an_object() && !within).then_some(event.object as usize),
            event: shown.event,
            action: match within {
                true => "waits in this call".to_owned(),
                false => action(event, names),
            },
            effect: if within {
                Effect::Within
            } else {
                effect(&event.op)
            },
            value: value(&event.op),
            at,
            code,
            switched: ran
                .replace(event.thread)
                .is_some_and(|ran| ran != event.thread),
            stuck: is_stuck,
            part: true,
            ordering: ordering(&event.op),
            touched: touched(&event.op),
            saw: saw(event),
        });
    }
    steps
}

/// The thread in whose column an event stands: its own, but what was lost is missed by whoever
/// would have received it.
fn lane(event: &Event, trace: &Trace) -> ThreadId {
    let Op::MessageLost { to, .. } = event.op else {
        return event.thread;
    };
    // Where nobody said who that is: whoever receives what this thread sends.
    let sender_of = |id: u64| {
        let sent =
            |event: &&Event| matches!(event.op, Op::MessageSent { id: sent, .. } if sent == id);
        trace.events.iter().find(sent).map(|sent| sent.thread)
    };
    let receives = |other: &Event| match other.op {
        Op::MessageDelivered { id, .. } if sender_of(id) == Some(event.thread) => {
            Some(other.thread)
        }
        _ => None,
    };
    to.or_else(|| trace.events.iter().find_map(receives))
        .unwrap_or(event.thread)
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
        ordering: None,
        touched: None,
        saw: None,
    }
}

/// `contains gave false`: the answers in the critical section that an event ends.
fn saw(event: &Event) -> Option<String> {
    let said = event.saw.iter();
    let said: Vec<String> = said
        .map(|(what, gave)| format!("{what} gave {gave}"))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// What the critical section did that an event ends.
fn touched(op: &Op) -> Option<Touched> {
    match op {
        Op::Unlock { touched } | Op::CondvarWaits { touched, .. } => Some(*touched),
        Op::ReadUnlock => Some(Touched::Read),
        _ => None,
    }
}

fn effect(op: &Op) -> Effect {
    match op {
        Op::Locked => Effect::Acquire,
        Op::ReadLocked => Effect::AcquireShared,
        Op::Unlock { .. } | Op::ReadUnlock => Effect::Release,
        Op::LockWants | Op::ReadWants | Op::SendWaits { .. } | Op::ReceiveWaits => Effect::Blocked,
        Op::CondvarWaits { mutex, .. } => Effect::Wait {
            releases: Some(*mutex as usize),
        },
        Op::BarrierWaits { .. } | Op::ParkWaits { .. } | Op::SelectWaits { .. } => {
            Effect::Wait { releases: None }
        }
        Op::WokenForNothing | Op::UnparkedForNothing => Effect::WokenForNothing,
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
        Op::CasFailed { saw, expected, .. } if saw == expected => Effect::FailedForNothing,
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
        // Of a call of the kit's own: what it notes, and where it never goes on.
        if event.within.is_some() && !is_told(&event.op) && !(last && waits(&event.op)) {
            continue;
        }
        match event.op {
            Op::LockWants | Op::ReadWants | Op::JoinWants { .. } if granted_at_once => continue,
            Op::LockWants | Op::ReadWants if holder(&events[..at], event.object).is_none() => {
                asking.push(at);
                continue;
            }
            Op::End => continue,
            // What goes through things of the kit's own is shown by messages.
            Op::Sent { .. } | Op::Received { .. } | Op::Disconnected { .. }
                if trace.objects[event.object as usize].own.is_some() =>
            {
                continue;
            }
            // A failure that a message shows, too.
            Op::ReceiveFailed { .. } if trace.objects[event.object as usize].own.is_some() => {
                continue;
            }
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

/// Whether an event stands in the picture even where a call of the kit's own has made it.
fn is_told(op: &Op) -> bool {
    matches!(
        op,
        Op::Note { .. }
            | Op::Panics { .. }
            | Op::MessageSent { .. }
            | Op::MessageLost { .. }
            | Op::MessageDuplicated { .. }
            | Op::MessageDelivered { .. }
    )
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
            | Op::SelectWaits { .. }
    )
}

/// The student's line: for a dropped guard the place where its scope ends, if that is known.
fn place(event: &Event, source: &mut Source) -> (Option<Place>, Option<String>) {
    let mut at = super::place(event.place);
    if let Some(within) = &event.within {
        let called = within.called_at().and_then(|calls| source.caller(calls));
        let Some(caller) = called else {
            return (None, None);
        };
        at = caller;
    } else if at.file.contains("labs/kit/src/") {
        // The kit's own lines are nobody's to look at.
        return (None, None);
    } else if matches!(
        event.op,
        Op::Unlock { .. } | Op::ReadUnlock | Op::Disconnected { .. }
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
