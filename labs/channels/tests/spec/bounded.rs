//! Scenarios of `bounded`: the calls of a `channel` made to a `Bounded`, by
//! itself, without handles.

use channels::bounded::Bounded;
use channels::flavor::{Flavor, Watcher};
use kit::spec::{At, Scenario, Spec, Steps};
use kit::sync::Arc;

use super::calls::{self, Call, Return, Wait};
use super::channel::{self, State};
use super::flavor::{self, Makes};
use Call::*;
use Wait::*;

pub(crate) struct Contract;

/// How many values the buffer has room for, and whether somebody watches it who finds what it waits
/// for elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    capacity: usize,
    watched: bool,
}

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[
        Start {
            capacity: 1,
            watched: false,
        },
        Start {
            capacity: 2,
            watched: false,
        },
        Start {
            capacity: 1,
            watched: true,
        },
    ];
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
        State::new(scenario.start.capacity, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        channel::step(state, at, call)
    }
}

/// Your channel.
pub(crate) type Yours = flavor::Yours<Contract>;

impl Makes for Contract {
    type Flavor = Bounded<u8>;

    fn make(start: Start) -> Bounded<u8> {
        let channel = Bounded::new(start.capacity);
        if start.watched {
            let elsewhere: Arc<dyn Watcher> = Arc::new(Elsewhere);
            channel.watchers(&mut |watchers| watchers.add(elsewhere.clone()));
        }
        channel
    }
}

/// A thread that waits for several channels, and has found something in another one.
struct Elsewhere;

impl Watcher for Elsewhere {
    fn wake(&self) {}
}
