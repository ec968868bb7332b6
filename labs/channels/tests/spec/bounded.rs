//! Scenarios of `bounded`: the calls of a `channel` made to a `Bounded`, by
//! itself, without handles.

use channels::bounded::Bounded;
use kit::spec::{At, Scenario, Spec, Steps};

use super::calls::{self, Call, Return, Value, Wait};
use super::channel::{self, State};
use super::flavor::{self, Makes};
use Call::*;
use Wait::*;

/// How a buffer is when the threads come to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    capacity: usize,
    filled: usize,
    /// Whether somebody watches who finds what it waits for elsewhere.
    watched: bool,
}

const fn start(capacity: usize, filled: usize, watched: bool) -> Start {
    Start {
        capacity,
        filled,
        watched,
    }
}

/// Every kind of call.
pub(crate) struct Contract;

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[start(1, 0, false), start(2, 0, true), start(1, 1, true)];
    const CALLS: &[Call] = &[
        Send(Forever),
        Recv(Forever),
        Send(Never),
        Recv(Never),
        Send(Zero),
        Recv(Zero),
        Send(Soon),
        Recv(Soon),
        DropSender,
        DropReceiver,
        Select,
        Len,
    ];
    const PLAIN: usize = 2;
    const END: Option<Call> = Some(End);

    fn sensible(_: Start, _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State::new(scenario.start.capacity, scenario.start.filled, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        channel::step(state, at, call)
    }
}

/// Few kinds of calls, and many who wait.
pub(crate) struct Crowd;

impl Spec for Crowd {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[start(2, 0, false), start(2, 2, false)];
    const CALLS: &[Call] = &[Send(Forever), Recv(Forever), DropSender, DropReceiver];
    const END: Option<Call> = Some(End);

    fn sensible(_: Start, _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Crowd>) -> State {
        State::new(scenario.start.capacity, scenario.start.filled, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Crowd> {
        channel::step(state, at, call)
    }
}

/// Your channel.
pub(crate) type Yours<C = Contract> = flavor::Yours<C>;

impl Makes for Start {
    type Flavor = Bounded<Value>;

    fn make(self) -> Bounded<Value> {
        Bounded::new(self.capacity)
    }

    fn filled(self) -> usize {
        self.filled
    }

    fn watched(self) -> bool {
        self.watched
    }
}
