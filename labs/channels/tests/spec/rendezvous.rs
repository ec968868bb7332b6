//! What a channel without a buffer promises, as a program: the grader runs every small scenario of
//! `rendezvous` against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::BTreeSet;

use channels::rendezvous::Rendezvous;
use kit::spec::{At, Scenario, Spec, Steps};

use super::calls::{self, Call, Ends, RECEIVERS, Return, SENDERS, Value, Wait, value};
use super::flavor::{self, Makes};
use Call::*;
use Wait::*;

/// Who is there when the threads come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    Nobody,
}
use Start::Nobody;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The values that senders hold out.
    offers: BTreeSet<u8>,
    /// The values of sends that have made their offer and not returned. The senders of other offers
    /// are gone already: for each a receiver waits that will take one.
    offering: BTreeSet<u8>,
    /// The threads in a receive that waits.
    waiting: BTreeSet<usize>,
    ends: Ends,
}

/// A specification of a rendezvous, with the calls that it is about.
pub(crate) trait Promises: Spec<State = State, Call = Call, Return = Return> {}

impl<S: Spec<State = State, Call = Call, Return = Return>> Promises for S {}

impl State {
    fn new<S: Promises>(scenario: &Scenario<S>) -> State {
        State {
            offers: BTreeSet::new(),
            offering: BTreeSet::new(),
            waiting: BTreeSet::new(),
            ends: Ends::new(scenario),
        }
    }

    fn offer(&self, value: u8) -> State {
        let mut next = self.clone();
        next.offers.insert(value);
        next.offering.insert(value);
        next
    }

    /// A send returns, and so takes back what it holds out unless it is taken.
    fn end_send<S: Promises>(&self, value: u8, returns: Return) -> Steps<S> {
        let mut next = self.clone();
        next.offering.remove(&value);
        if returns != Return::Sent {
            next.offers.remove(&value);
        }
        Steps::gives(next, returns)
    }

    fn end_recv<S: Promises>(&self, me: usize, returns: Return) -> Steps<S> {
        let mut next = self.clone();
        next.waiting.remove(&me);
        Steps::gives(next, returns)
    }

    /// A receive takes a value: any that leaves a receiver for each whose sender is gone.
    fn take<S: Promises>(&self, me: usize) -> Steps<S> {
        let mut steps = Steps::waits();
        for &value in &self.offers {
            let mut next = self.clone();
            next.offers.remove(&value);
            next.waiting.remove(&me);
            if next.offers.difference(&next.offering).count() <= next.waiting.len() {
                steps = steps.or(Steps::gives(next, Return::Got(value)));
            }
        }
        steps
    }

    fn send<S: Promises>(&self, value: u8, wait: Wait) -> Steps<S> {
        let receivers = self.ends.left(RECEIVERS) > 0;
        let offers = self.offering.contains(&value);
        if offers && !self.offers.contains(&value) {
            return self.end_send(value, Return::Sent);
        }
        if !receivers {
            return self.end_send(value, Return::Gone);
        }
        if offers {
            let gives_up = wait != Forever;
            return Steps::waits().or_if(gives_up, || self.end_send(value, Return::Not));
        }
        let expected = self.waiting.len() > self.offers.len();
        let others = !self.offering.is_empty();
        let offer = self.offer(value);
        let refused = || self.end_send(value, Return::Not);
        match (expected, wait) {
            // As good as taken. A send that waits may also wait until it is.
            (true, Never) => {
                let sent = offer.end_send(value, Return::Sent);
                sent.or_if(others, refused)
            }
            (true, _) => {
                let sent = offer.end_send(value, Return::Sent);
                sent.or(Steps::goes_on(offer))
            }
            (false, Never) => refused(),
            (false, _) => Steps::goes_on(offer),
        }
    }

    fn recv<S: Promises>(&self, me: usize, wait: Wait) -> Steps<S> {
        if !self.offers.is_empty() {
            return self.take(me);
        }
        if self.ends.left(SENDERS) == 0 {
            return self.end_recv(me, Return::Gone);
        }
        let comes = wait != Never && !self.waiting.contains(&me);
        let mut waits = self.clone();
        waits.waiting.insert(me);
        let steps = Steps::waits().or_if(comes, || Steps::goes_on(waits));
        steps.or_if(wait != Forever, || self.end_recv(me, Return::Not))
    }

    /// All that a call may do.
    fn step<S: Promises>(&self, at: At, call: Call) -> Steps<S> {
        let me = at.thread;
        let mut next = self.clone();
        match call {
            Send(wait) => return self.send(value(at), wait),
            Recv(wait) => return self.recv(me, wait),
            // Whoever selects is not yet inside a receive: nobody may rely on it.
            Select if self.offers.is_empty() && self.ends.left(SENDERS) > 0 => {
                return Steps::waits();
            }
            Select => return self.recv(me, Never),
            Len => return Steps::gives(next, Return::Holds(0)),
            DropSender => next.ends.drop(me, SENDERS),
            DropReceiver => next.ends.drop(me, RECEIVERS),
            _ if next.ends.drop_any(me) => return Steps::goes_on(next),
            _ => {}
        }
        Steps::gives(next, Return::Done)
    }
}

/// Every kind of call.
pub(crate) struct Contract;

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[Nobody];
    const CALLS: &[Call] = &[
        Send(Forever),
        Recv(Forever),
        Send(Never),
        Recv(Never),
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
        State::new(scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        state.step(at, call)
    }
}

/// Few kinds of calls, and many who wait.
pub(crate) struct Crowd;

impl Spec for Crowd {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[Nobody];
    const CALLS: &[Call] = &[
        Send(Forever),
        Recv(Forever),
        Send(Never),
        DropSender,
        DropReceiver,
    ];
    const PLAIN: usize = 5;
    const END: Option<Call> = Some(End);

    fn sensible(_: Start, _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Crowd>) -> State {
        State::new(scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Crowd> {
        state.step(at, call)
    }
}

/// Your channel.
pub(crate) type Yours<C = Contract> = flavor::Yours<C>;

impl Makes for Start {
    type Flavor = Rendezvous<Value>;

    fn make(self) -> Rendezvous<Value> {
        Rendezvous::new()
    }

    fn watched(self) -> bool {
        true
    }
}
