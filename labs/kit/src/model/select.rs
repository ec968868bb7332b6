//! Waiting for the first of several channels.
//!
//! The one idea: a thread that finds none of them ready sleeps in the queues of all. Whoever wakes
//! it says by which channel, and that one is looked at first, so that no wake-up is lost on a
//! thread that takes something else.
use super::channel::{Channel, Claim, Patience, Refused, Side};
use super::wait::Waiter;
use super::{choose, has_no_answer, inert, over};
use crate::record::{self, CallSite, Op};

/// An end of a channel, whatever its values are.
pub(crate) trait Selectable {
    fn channel(&self) -> &Channel;
    fn side(&self) -> Side;
    /// Sets the oldest value apart for the thread that has selected it, and says its ticket.
    fn set_apart(&self) -> u64;
}

/// How to select.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub(crate) patience: Patience,
    /// Whether the first of several that are ready is taken, and not any.
    pub(crate) biased: bool,
    /// Whether it is enough to know which is ready.
    pub(crate) looks_only: bool,
}

/// Blocks until one of `cases` can go on, or fails since its other side is gone; says which. There
/// is one at least.
pub(crate) fn select(
    cases: &[&dyn Selectable],
    manner: Manner,
    place: CallSite,
) -> Result<(usize, Claim), Refused> {
    match manner.patience {
        Patience::Never if inert() => return Err(Refused::Empty),
        _ if has_no_answer() => return Ok((0, Claim::Disconnected)),
        _ => {}
    }
    let mut woken_by = None;
    loop {
        cases.iter().for_each(|case| case.channel().step());
        if over() {
            return Ok((0, Claim::Disconnected));
        }
        let ready = |case: &&usize| is_ready(cases[**case]);
        let indices: Vec<usize> = (0..cases.len()).collect();
        let candidates: Vec<usize> = indices.iter().filter(ready).copied().collect();
        let first = woken_by.take().filter(|case| candidates.contains(case));
        let picked = match (first, candidates.len()) {
            (Some(case), _) => Some(case),
            (None, 0) => None,
            (None, _) if manner.biased => Some(candidates[0]),
            (None, several) => Some(candidates[choose(several as u64) as usize]),
        };
        if let Some(case) = picked {
            // Whoever came in between happens-before what follows, too.
            if cases.len() > 1 {
                cases[case].channel().step();
            }
            if is_ready(cases[case]) {
                return Ok((case, claim(cases[case], manner, place)));
            }
        } else if matches!(manner.patience, Patience::Never) {
            return failed(Refused::Empty, place);
        } else {
            match wait(cases, manner.patience, place) {
                Some(case) => woken_by = Some(case),
                None if over() => {}
                None => return failed(Refused::TimedOut, place),
            }
        }
    }
}

fn failed(why: Refused, place: CallSite) -> Result<(usize, Claim), Refused> {
    let timed_out = why == Refused::TimedOut;
    record::event(0, place, Op::SelectFailed { timed_out });
    Err(why)
}

fn is_ready(case: &dyn Selectable) -> bool {
    match case.side() {
        Side::Sender => case.channel().can_send(),
        Side::Receiver => case.channel().can_receive(),
    }
}

/// Begins the operation, so that nobody else gets what it needs.
fn claim(case: &dyn Selectable, manner: Manner, place: CallSite) -> Claim {
    let channel = case.channel();
    match case.side() {
        _ if manner.looks_only => Claim::Nothing,
        Side::Sender => channel.claim_room(),
        Side::Receiver => channel.claim_value(place, || case.set_apart()),
    }
}

/// Sleeps in all queues; the case by which it was woken, or nothing if the time is up.
fn wait(cases: &[&dyn Selectable], patience: Patience, place: CallSite) -> Option<usize> {
    let waiter = Waiter::new();
    for (index, case) in cases.iter().enumerate() {
        case.channel().enqueue(case.side(), &waiter, index);
    }
    let channels = cases.iter().map(|case| case.channel().id()).collect();
    let timed = !matches!(patience, Patience::Forever);
    record::event(0, place, Op::SelectWaits { channels, timed });
    for case in cases {
        case.channel().announce_waiting(case.side());
    }
    let timed_out = patience.sleep(&waiter, || {
        cases.iter().for_each(|case| case.channel().step());
    });
    for case in cases {
        case.channel().dequeue(case.side(), &waiter);
    }
    let case = waiter.case().filter(|_| !timed_out)?;
    cases[case].channel().woke(cases[case].side());
    Some(case)
}
