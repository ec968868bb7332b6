//! Scenarios of `disconnect`: the calls of a [`channel`](super::channel) made by handles, around a
//! channel of the tests' own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use channels::disconnect::{Receiver, Sender, channel};
use channels::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};

use super::super::plain::plain;
use super::calls::{self, Call, Canaries, RECEIVERS, Return, SENDERS, Wait};
use super::channel::{self, State};
use Call::*;
use Wait::*;

pub(crate) struct Contract;

impl Spec for Contract {
    /// How many values there is room for.
    type Start = usize;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[usize] = &[1, 2];
    const CALLS: &[Call] = &[
        Send(Forever),
        Recv(Forever),
        DropSender,
        DropReceiver,
        CloneSender,
        CloneReceiver,
        Send(Never),
        Recv(Never),
        Next,
        Panic,
        Send(Soon),
        Recv(Soon),
    ];
    const END: Option<Call> = Some(End);

    fn sensible(_: usize, _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State::new(scenario.start, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        channel::step(state, at, call)
    }
}

/// The handles of a thread.
#[derive(Default)]
pub(crate) struct Hand {
    senders: Vec<Sender<u8>>,
    receivers: Vec<Receiver<u8>>,
}

type Idle = (Option<Sender<u8>>, Option<Receiver<u8>>);

/// Your handles.
pub(crate) struct Yours {
    canaries: Canaries,
    /// One of a side that no thread uses, until all have ended.
    idle: Mutex<Idle>,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = Hand;

    fn new(scenario: &Scenario<Contract>) -> Yours {
        Yours {
            canaries: Canaries::new(scenario.threads.len()),
            idle: Mutex::default(),
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<Hand> {
        let (sender, receiver) = channel(plain(scenario.start));
        let uses = calls::hands(scenario);
        let hand = |&[sends, receives]: &[usize; 2]| Hand {
            senders: vec![sender.clone(); sends],
            receivers: vec![receiver.clone(); receives],
        };
        let hands = uses.iter().map(hand).collect();
        let idle = calls::idle(&uses);
        *self.idle() = (
            Some(sender).filter(|_| idle.contains(&SENDERS)),
            Some(receiver).filter(|_| idle.contains(&RECEIVERS)),
        );
        hands
    }

    fn call(&self, hand: &mut Hand, at: At, call: Call) -> Return {
        let canaries = &self.canaries;
        match call {
            Send(wait) => {
                canaries.sends(calls::value(at));
                return send(&hand.senders[0], calls::value(at), wait);
            }
            Recv(wait) => return received(recv(&hand.receivers[0], wait), canaries),
            Next => {
                let next = hand.receivers[0].iter().next();
                return next.map_or(Return::Gone, |value| canaries.received(value));
            }
            CloneSender => hand.senders.push(hand.senders[0].clone()),
            CloneReceiver => hand.receivers.push(hand.receivers[0].clone()),
            DropSender => drop(hand.senders.pop()),
            DropReceiver => drop(hand.receivers.pop()),
            Panic => panic_with(hand),
            _ => {
                hand.senders.clear();
                hand.receivers.clear();
            }
        }
        Return::Done
    }

    fn release(&self) {
        let idle = std::mem::take(&mut *self.idle());
        drop(idle);
    }
}

impl Yours {
    /// The lock is the standard library's: it is never held while anything happens.
    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops all handles of a thread as a panic does.
fn panic_with(hand: &mut Hand) {
    let ends = (
        std::mem::take(&mut hand.senders),
        std::mem::take(&mut hand.receivers),
    );
    let panics = AssertUnwindSafe(|| {
        let _ends = ends;
        panic_on_purpose("a thread with handles panics")
    });
    let _: Result<(), _> = catch_unwind(panics);
}

fn send(sender: &Sender<u8>, value: u8, wait: Wait) -> Return {
    let (back, returns) = match wait {
        Forever => match sender.send(value) {
            Ok(()) => return Return::Sent,
            Err(back) => (back.0, Return::Gone),
        },
        Never => match sender.try_send(value) {
            Ok(()) => return Return::Sent,
            Err(TrySendError::Full(back)) => (back, Return::Not),
            Err(TrySendError::Disconnected(back)) => (back, Return::Gone),
        },
        Zero | Soon => match sender.send_timeout(value, wait.timeout()) {
            Ok(()) => return Return::Sent,
            Err(SendTimeoutError::Timeout(back)) => (back, Return::Not),
            Err(SendTimeoutError::Disconnected(back)) => (back, Return::Gone),
        },
    };
    assert_eq!(back, value, "a send that fails gives its own value back");
    returns
}

fn recv(receiver: &Receiver<u8>, wait: Wait) -> Result<u8, RecvTimeoutError> {
    match wait {
        Forever => Ok(receiver.recv()?),
        Never => receiver.try_recv().map_err(|refused| match refused {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        }),
        Zero | Soon => receiver.recv_timeout(wait.timeout()),
    }
}

fn received(received: Result<u8, RecvTimeoutError>, canaries: &Canaries) -> Return {
    match received {
        Ok(value) => canaries.received(value),
        Err(RecvTimeoutError::Timeout) => Return::Not,
        Err(RecvTimeoutError::Disconnected) => Return::Gone,
    }
}
