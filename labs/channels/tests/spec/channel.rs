//! What a channel with a buffer promises, as a program: the grader runs every small scenario of
//! `bounded` and of `disconnect` against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::VecDeque;

use kit::spec::{At, Scenario, Spec, Steps};

use super::calls::{Call, Ends, RECEIVERS, Return, SENDERS, Wait, value};
use Call::*;
use Wait::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    capacity: usize,
    values: VecDeque<u8>,
    ends: Ends,
}

impl State {
    /// A channel that holds `filled` values, which come after those that are sent.
    pub(crate) fn new<S>(capacity: usize, filled: usize, scenario: &Scenario<S>) -> State
    where
        S: Spec<Call = Call>,
    {
        let first = 8 * scenario.threads.len();
        State {
            capacity,
            values: (first..first + filled).map(|number| number as u8).collect(),
            ends: Ends::new(scenario),
        }
    }

    fn ends<S>(mut self, change: impl FnOnce(&mut Ends)) -> Steps<S>
    where
        S: Spec<State = State, Return = Return>,
    {
        change(&mut self.ends);
        Steps::gives(self.cleared(), Return::Done)
    }

    /// With the last receiver, what is left goes.
    fn cleared(mut self) -> State {
        if self.ends.left(RECEIVERS) == 0 {
            self.values.clear();
        }
        self
    }
}

/// All that a call may do.
pub(crate) fn step<S>(state: &State, at: At, call: Call) -> Steps<S>
where
    S: Spec<State = State, Return = Return>,
{
    let mut next = state.clone();
    let me = at.thread;
    match call {
        Send(_) if state.ends.left(RECEIVERS) == 0 => Steps::gives(next, Return::Gone),
        Send(_) if state.values.len() < state.capacity => {
            next.values.push_back(value(at));
            Steps::gives(next, Return::Sent)
        }
        Recv(_) | Next | Select if !state.values.is_empty() => {
            let value = next.values.pop_front().expect("it is not empty");
            Steps::gives(next, Return::Got(value))
        }
        Recv(_) | Next | Select if state.ends.left(SENDERS) == 0 => {
            Steps::gives(next, Return::Gone)
        }
        Send(Forever) | Recv(Forever) | Next | Select => Steps::waits(),
        Send(_) | Recv(_) => Steps::gives(next, Return::Not),
        Len => Steps::gives(next, Return::Holds(state.values.len())),
        CloneSender => next.ends(|ends| ends.add(me, SENDERS)),
        CloneReceiver => next.ends(|ends| ends.add(me, RECEIVERS)),
        DropSender => next.ends(|ends| ends.drop(me, SENDERS)),
        DropReceiver => next.ends(|ends| ends.drop(me, RECEIVERS)),
        // One after the other.
        Panic | End => match next.ends.drop_any(me) {
            true => Steps::goes_on(next.cleared()),
            false => Steps::gives(next, Return::Done),
        },
    }
}
