//! How the calls of a channel are made to a flavor by itself, without handles.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use channels::flavor::{Flavor, Patience, Side, Watcher, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::spec::{At, Scenario, Spec, Subject};
use kit::sync::{Arc, Condvar, Mutex};

use super::calls::{self, Call, Canaries, RECEIVERS, Return, SENDERS, Wait};
use Call::*;
use Wait::*;

/// A specification of a flavor, which can be made.
pub(crate) trait Makes: Spec<Call = Call, Return = Return> {
    type Flavor: Flavor<u8> + std::marker::Send + Sync + 'static;

    fn make(start: Self::Start) -> Self::Flavor;
}

/// A channel by itself, without handles.
pub(crate) struct Yours<C: Makes> {
    channel: C::Flavor,
    canaries: Canaries,
    /// How many are left on each side: who takes the last one off says so to the channel.
    /// These are the standard library's, so the search need not see them.
    left: [AtomicUsize; 2],
    /// The sides that no thread uses.
    idle: Vec<usize>,
}

impl<C: Makes> Subject for Yours<C> {
    type Spec = C;
    type Hand<'a> = [usize; 2];

    fn new(scenario: &Scenario<C>) -> Yours<C> {
        let hands = calls::hands(scenario);
        let left = |side: usize| AtomicUsize::new(hands.iter().map(|hand| hand[side]).sum());
        Yours {
            channel: C::make(scenario.start),
            canaries: Canaries::new(scenario.threads.len()),
            left: [left(SENDERS), left(RECEIVERS)],
            idle: calls::idle(&hands),
        }
    }

    fn hands(&self, scenario: &Scenario<C>) -> Vec<[usize; 2]> {
        calls::hands(scenario)
    }

    fn call(&self, hand: &mut [usize; 2], at: At, call: Call) -> Return {
        match call {
            Send(wait) => self.send(calls::value(at), wait),
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

impl<C: Makes> Yours<C> {
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
