//! What a channel without a buffer promises, as a program: the grader runs every small scenario of
//! `rendezvous` against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::{BTreeSet, VecDeque};

use channels::rendezvous::Rendezvous;
use kit::spec::{At, Scenario, Spec, Steps};

use super::calls::{self, Call, Ends, RECEIVERS, Return, SENDERS, Wait, value};
use super::flavor::{self, Makes};
use Call::*;
use Wait::*;

pub(crate) struct Contract;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The values that senders hold out, first come, first served. Some of those senders are gone
    /// already: a receiver waits that will take the value.
    offers: VecDeque<u8>,
    /// The threads in a send that has made its offer.
    offering: BTreeSet<usize>,
    /// The threads in a receive that waits.
    waiting: BTreeSet<usize>,
    ends: Ends,
}

impl State {
    fn offer(&self, me: usize, value: u8) -> State {
        let mut next = self.clone();
        next.offers.push_back(value);
        next.offering.insert(me);
        next
    }

    /// A send returns, and so takes back what it holds out unless it is taken.
    fn end_send(&self, me: usize, value: u8, returns: Return) -> Steps<Contract> {
        let mut next = self.clone();
        next.offering.remove(&me);
        if returns != Return::Sent {
            next.offers.retain(|other| *other != value);
        }
        Steps::gives(next, returns)
    }

    fn end_recv(&self, me: usize, returns: impl FnOnce(&mut State) -> Return) -> Steps<Contract> {
        let mut next = self.clone();
        next.waiting.remove(&me);
        let returns = returns(&mut next);
        Steps::gives(next, returns)
    }

    fn send(&self, me: usize, value: u8, wait: Wait) -> Steps<Contract> {
        let receivers = self.ends.left(RECEIVERS) > 0;
        let offers = self.offering.contains(&me);
        if offers && !self.offers.contains(&value) {
            return self.end_send(me, value, Return::Sent);
        }
        if !receivers {
            return self.end_send(me, value, Return::Gone);
        }
        if offers {
            let gives_up = wait != Forever;
            return Steps::waits().or_if(gives_up, || self.end_send(me, value, Return::Not));
        }
        let expected = self.waiting.len() > self.offers.len();
        let offer = self.offer(me, value);
        if expected {
            // As good as taken. A send that waits may also wait until it is.
            let sent = offer.end_send(me, value, Return::Sent);
            return sent.or_if(wait != Never, || Steps::goes_on(offer));
        }
        match wait {
            Never => self.end_send(me, value, Return::Not),
            _ => Steps::goes_on(offer),
        }
    }

    fn recv(&self, me: usize, wait: Wait) -> Steps<Contract> {
        if !self.offers.is_empty() {
            return self.end_recv(me, |next| {
                Return::Got(next.offers.pop_front().expect("it is not empty"))
            });
        }
        if self.ends.left(SENDERS) == 0 {
            return self.end_recv(me, |_| Return::Gone);
        }
        let comes = wait != Never && !self.waiting.contains(&me);
        let mut waits = self.clone();
        waits.waiting.insert(me);
        let steps = Steps::waits().or_if(comes, || Steps::goes_on(waits));
        steps.or_if(wait != Forever, || self.end_recv(me, |_| Return::Not))
    }
}

impl Spec for Contract {
    type Start = ();
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[()] = &[()];
    const CALLS: &[Call] = &[
        Send(Forever),
        Recv(Forever),
        Send(Never),
        Recv(Never),
        Send(Soon),
        Recv(Soon),
        DropSender,
        DropReceiver,
        Select,
        Len,
    ];
    const PLAIN: usize = 2;
    const END: Option<Call> = Some(End);

    fn sensible((): (), _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State {
            offers: VecDeque::new(),
            offering: BTreeSet::new(),
            waiting: BTreeSet::new(),
            ends: Ends::new(scenario),
        }
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        let me = at.thread;
        let mut next = state.clone();
        match call {
            Send(wait) => return state.send(me, value(at), wait),
            Recv(wait) => return state.recv(me, wait),
            // Whoever selects is not yet inside a receive: nobody may rely on it.
            Select if state.offers.is_empty() && state.ends.left(SENDERS) > 0 => {
                return Steps::waits();
            }
            Select => return state.recv(me, Never),
            Len => return Steps::gives(next, Return::Holds(0)),
            DropSender => next.ends.drop(me, SENDERS),
            DropReceiver => next.ends.drop(me, RECEIVERS),
            _ if next.ends.drop_any(me) => return Steps::goes_on(next),
            _ => {}
        }
        Steps::gives(next, Return::Done)
    }
}

/// Your channel.
pub(crate) type Yours = flavor::Yours<Contract>;

impl Makes for Contract {
    type Flavor = Rendezvous<u8>;

    fn make((): ()) -> Rendezvous<u8> {
        Rendezvous::new()
    }
}
