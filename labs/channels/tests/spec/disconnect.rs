//! Scenarios of `disconnect`: the calls of a `channel` made by handles, around a
//! channel of the tests' own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use channels::disconnect::{Receiver, Sender, channel};
use channels::flavor::{AnyFlavor, Flavor, Patience, Side, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};

use super::super::plain::plain;
use super::calls::{self, Call, RECEIVERS, Return, SENDERS, Value, Values, Wait};
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
    const PLAIN: usize = 4;
    const END: Option<Call> = Some(End);

    fn sensible(_: usize, _: usize, calls: &[Call]) -> bool {
        calls::sensible(calls)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State::new(scenario.start, 0, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        channel::step(state, at, call)
    }
}

/// What all handles are about: how many of each side are left, and whether the flavor was told. It
/// is the standard library's, so the search need not see it.
#[derive(Default)]
struct Sides {
    left: [AtomicUsize; 2],
    told: [AtomicBool; 2],
}

/// A handle that is counted as long as it lives.
struct Counted<H> {
    handle: H,
    side: usize,
    sides: Arc<Sides>,
}

impl<H> Counted<H> {
    fn new(handle: H, side: usize, sides: &Arc<Sides>) -> Self {
        sides.left[side].fetch_add(1, Relaxed);
        let sides = Arc::clone(sides);
        Counted {
            handle,
            side,
            sides,
        }
    }
}

impl<H: Clone> Clone for Counted<H> {
    fn clone(&self) -> Self {
        Counted::new(self.handle.clone(), self.side, &self.sides)
    }
}

impl<H> Drop for Counted<H> {
    /// The handle itself goes after this.
    fn drop(&mut self) {
        self.sides.left[self.side].fetch_sub(1, Relaxed);
    }
}

/// A flavor that is told once of each side, when nobody of it is left.
struct ToldOnce {
    flavor: AnyFlavor<Value>,
    sides: Arc<Sides>,
}

impl Flavor<Value> for ToldOnce {
    fn send(&self, value: Value, patience: Patience) -> Result<(), SendTimeoutError<Value>> {
        self.flavor.send(value, patience)
    }

    fn recv(&self, patience: Patience) -> Result<Value, RecvTimeoutError> {
        self.flavor.recv(patience)
    }

    fn len(&self) -> usize {
        self.flavor.len()
    }

    fn capacity(&self) -> Option<usize> {
        self.flavor.capacity()
    }

    fn disconnect(&self, side: Side) {
        let number = match side {
            Side::Senders => SENDERS,
            Side::Receivers => RECEIVERS,
        };
        let left = self.sides.left[number].load(Relaxed);
        assert_eq!(
            left, 0,
            "the {side:?} are disconnected, and that many are left"
        );
        let told = self.sides.told[number].swap(true, Relaxed);
        assert!(!told, "the {side:?} are disconnected twice");
        self.flavor.disconnect(side);
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        self.flavor.watchers(change);
    }
}

/// The handles of a thread.
#[derive(Default)]
pub(crate) struct Hand {
    senders: Vec<Counted<Sender<Value>>>,
    receivers: Vec<Counted<Receiver<Value>>>,
}

/// Your handles.
pub(crate) struct Yours {
    values: Values,
    sides: Arc<Sides>,
    /// One of a side that no thread uses, until all have ended. The lock is the standard library's:
    /// it is never held while anything happens.
    idle: Mutex<Hand>,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = Hand;

    fn new(scenario: &Scenario<Contract>) -> Yours {
        Yours {
            values: Values::new(scenario.threads.len(), 0),
            sides: Arc::default(),
            idle: Mutex::default(),
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<Hand> {
        let (sender, receiver) = channel(AnyFlavor::Other(Box::new(ToldOnce {
            flavor: plain(scenario.start),
            sides: Arc::clone(&self.sides),
        })));
        let sender = Counted::new(sender, SENDERS, &self.sides);
        let receiver = Counted::new(receiver, RECEIVERS, &self.sides);
        let hand = |&[sends, receives]: &[usize; 2]| Hand {
            senders: (0..sends).map(|_| sender.clone()).collect(),
            receivers: (0..receives).map(|_| receiver.clone()).collect(),
        };
        let uses = calls::hands(scenario);
        let idle = calls::idle(&uses);
        let one = |side| usize::from(idle.contains(&side));
        let kept = hand(&[one(SENDERS), one(RECEIVERS)]);
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        uses.iter().map(hand).collect()
    }

    fn call(&self, hand: &mut Hand, at: At, call: Call) -> Return {
        match call {
            Send(wait) => {
                let number = calls::value(at);
                let sender = &hand.senders[0].handle;
                return send(sender, self.values.make(number), wait);
            }
            Recv(wait) => return self.received(recv(&hand.receivers[0].handle, wait)),
            Next => {
                let next = hand.receivers[0].handle.iter().next();
                return self.received(next.ok_or(RecvTimeoutError::Disconnected));
            }
            CloneSender => hand.senders.push(hand.senders[0].clone()),
            CloneReceiver => hand.receivers.push(hand.receivers[0].clone()),
            DropSender => drop(hand.senders.pop()),
            DropReceiver => drop(hand.receivers.pop()),
            Panic => panic_with(hand),
            _ => *hand = Hand::default(),
        }
        Return::Done
    }

    fn release(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        drop(idle);
    }
}

impl Yours {
    fn received(&self, received: Result<Value, RecvTimeoutError>) -> Return {
        match received {
            Ok(value) => self.values.received(value),
            Err(RecvTimeoutError::Timeout) => Return::Not,
            Err(RecvTimeoutError::Disconnected) => Return::Gone,
        }
    }
}

impl Drop for Yours {
    /// All threads have ended, and dropped their handles.
    fn drop(&mut self) {
        self.release();
        if !std::thread::panicking() {
            let told = self.sides.told.each_ref().map(|told| told.load(Relaxed));
            assert_eq!(
                told,
                [true, true],
                "whether senders and receivers were disconnected"
            );
        }
    }
}

/// Drops all handles of a thread as a panic does.
fn panic_with(hand: &mut Hand) {
    let hand = std::mem::take(hand);
    let panics = AssertUnwindSafe(|| {
        let _hand = hand;
        panic_on_purpose("a thread with handles panics")
    });
    let _: Result<(), _> = catch_unwind(panics);
}

fn send(sender: &Sender<Value>, value: Value, wait: Wait) -> Return {
    let number = value.number;
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
    assert_eq!(
        back.number, number,
        "a send that fails gives its own value back"
    );
    returns
}

fn recv(receiver: &Receiver<Value>, wait: Wait) -> Result<Value, RecvTimeoutError> {
    match wait {
        Forever => Ok(receiver.recv()?),
        Never => receiver.try_recv().map_err(|refused| match refused {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        }),
        Zero | Soon => receiver.recv_timeout(wait.timeout()),
    }
}
