//! What a channel with a buffer promises, as a program: the grader runs every small scenario of
//! `bounded` and of `disconnect` against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::VecDeque;

use kit::spec::{At, Canary, Scenario, Spec, Steps};
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
    /// Gets on the list of watchers, and receives when it is woken.
    Select,
    /// Receives by an iterator.
    Next,
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

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    capacity: usize,
    values: VecDeque<u8>,
    /// How many senders and how many receivers each thread has.
    hands: Vec<[usize; 2]>,
    /// A side that no thread uses is somebody's who does nothing.
    idle: [usize; 2],
}

impl State {
    pub(crate) fn new<S: Spec<Call = Call>>(capacity: usize, scenario: &Scenario<S>) -> State {
        let hands = hands(scenario);
        let idle = idle(&hands);
        State {
            capacity,
            values: VecDeque::new(),
            idle: [SENDERS, RECEIVERS].map(|side| usize::from(idle.contains(&side))),
            hands,
        }
    }

    fn left(&self, side: usize) -> usize {
        self.hands.iter().map(|hand| hand[side]).sum::<usize>() + self.idle[side]
    }

    /// A thread drops one of what it has on a side. With the last receiver, what is left goes.
    fn drop(mut self, me: usize, side: usize) -> State {
        self.hands[me][side] -= 1;
        if self.left(RECEIVERS) == 0 {
            self.values.clear();
        }
        self
    }
}

pub(crate) const SENDERS: usize = 0;
pub(crate) const RECEIVERS: usize = 1;

/// All that a call may do.
pub(crate) fn step<S>(state: &State, at: At, call: Call) -> Steps<S>
where
    S: Spec<State = State, Return = Return>,
{
    let mut next = state.clone();
    let me = at.thread;
    match call {
        Send(_) if state.left(RECEIVERS) == 0 => Steps::gives(next, Return::Gone),
        Send(_) if state.values.len() < state.capacity => {
            next.values.push_back(value(at));
            Steps::gives(next, Return::Sent)
        }
        Recv(_) | Select | Next if !state.values.is_empty() => {
            let value = next.values.pop_front().expect("it is not empty");
            Steps::gives(next, Return::Got(value))
        }
        Recv(_) | Select | Next if state.left(SENDERS) == 0 => Steps::gives(next, Return::Gone),
        Send(Forever) | Recv(Forever) | Select | Next => Steps::waits(),
        Send(_) | Recv(_) => Steps::gives(next, Return::Not),
        Len => Steps::gives(next, Return::Holds(state.values.len())),
        CloneSender | CloneReceiver => {
            next.hands[me][usize::from(call == CloneReceiver)] += 1;
            Steps::gives(next, Return::Done)
        }
        DropSender => Steps::gives(next.drop(me, SENDERS), Return::Done),
        DropReceiver => Steps::gives(next.drop(me, RECEIVERS), Return::Done),
        // One after the other, the senders first.
        Panic | End => match state.hands[me] {
            [0, 0] => Steps::gives(next, Return::Done),
            [0, _] => Steps::goes_on(next.drop(me, RECEIVERS)),
            _ => Steps::goes_on(next.drop(me, SENDERS)),
        },
    }
}

/// The side that a call needs something of, if it needs one.
fn side(call: &Call) -> Option<usize> {
    match call {
        Send(_) | CloneSender | DropSender => Some(SENDERS),
        Recv(_) | Select | Next | Len | CloneReceiver | DropReceiver => Some(RECEIVERS),
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

/// Nobody uses what it has dropped.
pub(crate) fn sensible(calls: &[Call]) -> bool {
    let mut has = [1, 1];
    calls.iter().all(|call| {
        let may = side(call).is_none_or(|side| has[side] > 0);
        match call {
            CloneSender => has[SENDERS] += 1,
            CloneReceiver => has[RECEIVERS] += 1,
            DropSender => has[SENDERS] -= 1,
            DropReceiver => has[RECEIVERS] -= 1,
            Panic => has = [0, 0],
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

/// What goes with each value, and with the end of each thread that sends.
pub(crate) struct Canaries {
    values: Vec<Canary>,
    ends: Vec<Canary>,
}

impl Canaries {
    pub(crate) fn new(threads: usize) -> Canaries {
        Canaries {
            values: (0..8 * threads).map(|_| Canary::new()).collect(),
            ends: (0..threads).map(|_| Canary::new()).collect(),
        }
    }

    pub(crate) fn sends(&self, value: u8) {
        self.values[usize::from(value)].write();
    }

    pub(crate) fn received(&self, value: u8) -> Return {
        self.values[usize::from(value)].read();
        Return::Got(value)
    }

    /// A thread is about to drop a sender.
    pub(crate) fn ends(&self, thread: usize) {
        self.ends[thread].write();
    }

    /// No sender is left: so all that they did is to be seen.
    pub(crate) fn ended(&self) -> Return {
        self.ends.iter().for_each(|canary| canary.read());
        Return::Gone
    }
}
