//! What scenarios of a channel are made of: calls, what they return, and who has which end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use kit::spec::{At, Canary, Scenario, Spec};
use kit::time::Duration;

/// How long a call waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wait {
    Forever,
    Never,
    /// Until a time that has passed already.
    Zero,
    /// Until a time that may come at any moment.
    Soon,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Send(Wait),
    Recv(Wait),
    /// Receives by an iterator.
    Next,
    /// Gets on the list of watchers, and receives when it is woken.
    Select,
    Len,
    CloneSender,
    CloneReceiver,
    DropSender,
    DropReceiver,
    /// The thread drops all it has, because it panics.
    Panic,
    /// The thread drops all it has.
    End,
}
use Call::*;
use Wait::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Sent,
    Got(u8),
    /// It is full, or empty, and the call waits no longer.
    Not,
    /// Nobody is left on the other side.
    Gone,
    Holds(usize),
    Done,
}

pub(crate) const SENDERS: usize = 0;
pub(crate) const RECEIVERS: usize = 1;

/// Who has which end of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ends {
    /// How many senders and how many receivers each thread has.
    hands: Vec<[usize; 2]>,
    /// A side that no thread uses is somebody's who does nothing.
    idle: [usize; 2],
}

impl Ends {
    pub(crate) fn new<S: Spec<Call = Call>>(scenario: &Scenario<S>) -> Ends {
        let hands = hands(scenario);
        let idle = idle(&hands);
        Ends {
            idle: [SENDERS, RECEIVERS].map(|side| usize::from(idle.contains(&side))),
            hands,
        }
    }

    pub(crate) fn left(&self, side: usize) -> usize {
        self.hands.iter().map(|hand| hand[side]).sum::<usize>() + self.idle[side]
    }

    pub(crate) fn add(&mut self, me: usize, side: usize) {
        self.hands[me][side] += 1;
    }

    pub(crate) fn drop(&mut self, me: usize, side: usize) {
        self.hands[me][side] -= 1;
    }

    /// Drops one of what a thread has, the senders first; `false` if it has nothing.
    pub(crate) fn drop_any(&mut self, me: usize) -> bool {
        let has = [SENDERS, RECEIVERS]
            .into_iter()
            .find(|side| self.hands[me][*side] > 0);
        has.inspect(|side| self.drop(me, *side)).is_some()
    }
}

/// The side that a call needs something of, if it needs one.
fn side(call: &Call) -> Option<usize> {
    match call {
        Send(_) | CloneSender | DropSender => Some(SENDERS),
        Recv(_) | Next | Select | Len | CloneReceiver | DropReceiver => Some(RECEIVERS),
        Panic | End => None,
    }
}

/// What each thread has at the beginning: one of each side that it uses.
pub(crate) fn hands<S: Spec<Call = Call>>(scenario: &Scenario<S>) -> Vec<[usize; 2]> {
    let uses = |calls: &[Call], wanted| calls.iter().any(|call| side(call) == Some(wanted));
    let threads = scenario.threads.iter();
    let hand = |calls: &Vec<Call>| [SENDERS, RECEIVERS].map(|side| usize::from(uses(calls, side)));
    threads.map(hand).collect()
}

/// The sides that no thread uses.
pub(crate) fn idle(hands: &[[usize; 2]]) -> Vec<usize> {
    let used = |side: &usize| hands.iter().any(|hand| hand[*side] > 0);
    [SENDERS, RECEIVERS]
        .into_iter()
        .filter(|side| !used(side))
        .collect()
}

/// A thread is at one side, and does not use what it has dropped.
pub(crate) fn sensible(calls: &[Call]) -> bool {
    let mut has = [1, 1];
    let first = calls.iter().find_map(side);
    calls.iter().all(|call| {
        let may = side(call).is_none_or(|side| Some(side) == first && has[side] > 0);
        match call {
            CloneSender => has[SENDERS] += 1,
            CloneReceiver => has[RECEIVERS] += 1,
            Panic => has = [0, 0],
            DropSender => has[SENDERS] -= 1,
            DropReceiver => has[RECEIVERS] -= 1,
            _ => {}
        }
        may
    })
}

/// What a call sends: no two calls send the same.
pub(crate) fn value(at: At) -> u8 {
    (8 * at.thread + at.index) as u8
}

impl Wait {
    pub(crate) fn timeout(self) -> Duration {
        match self {
            Soon => Duration::from_millis(1),
            _ => Duration::ZERO,
        }
    }
}

/// What goes through a channel: a number, and word of it for as long as it is there.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) number: u8,
    alive: Arc<AtomicUsize>,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Relaxed);
    }
}

/// The values of a scenario, each with a canary that goes with it. How many there are is counted by
/// the standard library, so the search need not see it.
pub(crate) struct Values {
    canaries: Vec<Canary>,
    alive: Arc<AtomicUsize>,
}

impl Values {
    /// Up to eight for each thread, and `more` that are there before.
    pub(crate) fn new(threads: usize, more: usize) -> Values {
        Values {
            canaries: (0..8 * threads + more).map(|_| Canary::new()).collect(),
            alive: Arc::default(),
        }
    }

    /// A value to send.
    pub(crate) fn make(&self, number: u8) -> Value {
        self.canaries[usize::from(number)].write();
        self.alive.fetch_add(1, Relaxed);
        let alive = Arc::clone(&self.alive);
        Value { number, alive }
    }

    pub(crate) fn received(&self, value: Value) -> Return {
        self.canaries[usize::from(value.number)].read();
        Return::Got(value.number)
    }

    /// How many have not been dropped yet.
    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Relaxed)
    }
}
