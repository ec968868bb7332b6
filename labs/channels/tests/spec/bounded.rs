//! How [`channel`](super::channel)'s calls are made to a `Bounded`: by itself, without handles.

use channels::bounded::Bounded;
use channels::flavor::{Flavor, Patience, Side, Watcher, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use kit::sync::{Arc, Condvar, Mutex};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::channel::{self, Call, Canaries, RECEIVERS, Return, SENDERS, State, Wait};
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
    const END: Option<Call> = Some(End);

    fn sensible(_: Start, _: usize, calls: &[Call]) -> bool {
        channel::sensible(calls)
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        State::new(scenario.start.capacity, scenario)
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        channel::step(state, at, call)
    }
}

/// Your channel.
pub(crate) struct Yours {
    channel: Bounded<u8>,
    canaries: Canaries,
    /// How many are left on each side: who takes the last one off says so to the channel.
    /// These are the standard library's, so the search need not see them.
    left: [AtomicUsize; 2],
    /// The sides that no thread uses.
    idle: Vec<usize>,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = [usize; 2];

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let channel = Bounded::new(scenario.start.capacity);
        if scenario.start.watched {
            let elsewhere: Arc<dyn Watcher> = Arc::new(Elsewhere);
            channel.watchers(&mut |watchers| watchers.add(elsewhere.clone()));
        }
        let hands = channel::hands(scenario);
        let left = |side: usize| AtomicUsize::new(hands.iter().map(|hand| hand[side]).sum());
        Yours {
            channel,
            canaries: Canaries::new(scenario.threads.len()),
            left: [left(SENDERS), left(RECEIVERS)],
            idle: channel::idle(&hands),
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<[usize; 2]> {
        channel::hands(scenario)
    }

    fn call(&self, hand: &mut [usize; 2], at: At, call: Call) -> Return {
        match call {
            Send(wait) => self.send(channel::value(at), wait),
            Recv(wait) => self.received(self.channel.recv(patience(wait))),
            Select => self.select(),
            Len => Return::Holds(self.channel.len()),
            DropSender => self.drop(hand, SENDERS),
            DropReceiver => self.drop(hand, RECEIVERS),
            _ => {
                self.drop(hand, SENDERS);
                self.drop(hand, RECEIVERS)
            }
        }
    }

    fn release(&self) {
        self.idle.iter().for_each(|&side| self.disconnect(side));
    }
}

impl Yours {
    fn send(&self, value: u8, wait: Wait) -> Return {
        self.canaries.sends(value);
        let (back, returns) = match self.channel.send(value, patience(wait)) {
            Ok(()) => return Return::Sent,
            Err(SendTimeoutError::Timeout(back)) => (back, Return::Not),
            Err(SendTimeoutError::Disconnected(back)) => (back, Return::Gone),
        };
        assert_eq!(back, value, "a send that fails gives its own value back");
        returns
    }

    fn received(&self, received: Result<u8, RecvTimeoutError>) -> Return {
        match received {
            Ok(value) => self.canaries.received(value),
            Err(RecvTimeoutError::Timeout) => Return::Not,
            Err(RecvTimeoutError::Disconnected) => Return::Gone,
        }
    }

    /// What `select` does with one channel.
    fn select(&self) -> Return {
        let bell = Arc::new(Bell::default());
        let watcher: Arc<dyn Watcher> = bell.clone();
        self.watch(|watchers| watchers.add(watcher.clone()));
        let received = loop {
            match self.channel.recv(Patience::Never) {
                Err(RecvTimeoutError::Timeout) => bell.wait(),
                received => break received,
            }
        };
        self.watch(|watchers| watchers.remove(&watcher));
        self.received(received)
    }

    fn watch(&self, mut change: impl FnMut(&mut Watchers)) {
        self.channel.watchers(&mut change);
    }

    /// A thread is through with a side. The last one says so to the channel.
    fn drop(&self, hand: &mut [usize; 2], side: usize) -> Return {
        if std::mem::take(&mut hand[side]) == 1 && self.left[side].fetch_sub(1, Relaxed) == 1 {
            self.disconnect(side);
        }
        Return::Done
    }

    fn disconnect(&self, side: usize) {
        self.channel
            .disconnect([Side::Senders, Side::Receivers][side]);
    }
}

fn patience(wait: Wait) -> Patience {
    match wait {
        Forever => Patience::Forever,
        Never => Patience::Never,
        Zero | Soon => Patience::lasting(wait.timeout()),
    }
}

/// A thread that waits for several channels, and has found something in another one.
struct Elsewhere;

impl Watcher for Elsewhere {
    fn wake(&self) {}
}

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    rings: Condvar,
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.rung.lock();
        while !std::mem::take(&mut *rung) {
            self.rings.wait(&mut rung);
        }
    }
}

impl Watcher for Bell {
    fn wake(&self) {
        *self.rung.lock() = true;
        self.rings.notify_one();
    }
}
