//! How the calls of a channel are made to a flavor by itself, without handles.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use channels::flavor::{Flavor, Patience, Side, Watcher, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::spec::{At, Scenario, Spec, Subject};
use kit::sync::{Arc, Condvar, Mutex};

use super::calls::{self, Call, RECEIVERS, Return, SENDERS, Value, Values, Wait};
use Call::*;
use Wait::*;

/// How a flavor is when the threads come to it: of that it is made.
pub(crate) trait Makes: Copy {
    type Flavor: Flavor<Value> + std::marker::Send + Sync + 'static;

    fn make(self) -> Self::Flavor;

    /// How many values are there.
    fn filled(self) -> usize {
        0
    }

    /// Whether somebody watches who finds what it waits for elsewhere.
    fn watched(self) -> bool;
}

/// A specification of a flavor.
pub(crate) trait Promises: Spec<Start: Makes, Call = Call, Return = Return> {}

impl<S: Spec<Start: Makes, Call = Call, Return = Return>> Promises for S {}

/// A channel by itself, without handles.
pub(crate) struct Yours<C: Promises> {
    channel: <C::Start as Makes>::Flavor,
    values: Values,
    /// Whoever watches from the beginning.
    elsewhere: Option<Arc<Elsewhere>>,
    /// How many are left on each side: whoever takes the last one off says so to the channel.
    /// These are the standard library's, so the search need not see them.
    left: [AtomicUsize; 2],
    /// The sides that no thread uses.
    idle: Vec<usize>,
    receivers_gone: AtomicBool,
}

impl<C: Promises> Subject for Yours<C> {
    type Spec = C;
    type Hand<'a> = [usize; 2];

    fn new(scenario: &Scenario<C>) -> Yours<C> {
        let hands = calls::hands(scenario);
        let left = |side: usize| AtomicUsize::new(hands.iter().map(|hand| hand[side]).sum());
        let (threads, filled) = (scenario.threads.len(), scenario.start.filled());
        let yours = Yours {
            channel: scenario.start.make(),
            values: Values::new(threads, filled),
            elsewhere: scenario.start.watched().then(Arc::default),
            left: [left(SENDERS), left(RECEIVERS)],
            idle: calls::idle(&hands),
            receivers_gone: AtomicBool::new(false),
        };
        if let Some(elsewhere) = &yours.elsewhere {
            elsewhere.told.store(filled > 0, Relaxed);
            let watcher: Arc<dyn Watcher> = elsewhere.clone();
            yours.watch(|watchers| watchers.add(watcher.clone()));
        }
        for number in 8 * threads..8 * threads + filled {
            assert_eq!(
                yours.send(number as u8, Never),
                Return::Sent,
                "there is room"
            );
        }
        yours
    }

    fn hands(&self, scenario: &Scenario<C>) -> Vec<[usize; 2]> {
        calls::hands(scenario)
    }

    fn call(&self, hand: &mut [usize; 2], at: At, call: Call) -> Return {
        match call {
            Send(wait) => self.send(calls::value(at), wait),
            Recv(wait) => self.recv(wait),
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

impl<C: Promises> Yours<C> {
    fn send(&self, number: u8, wait: Wait) -> Return {
        let value = self.values.make(number);
        let (back, returns) = match self.channel.send(value, patience(wait)) {
            Ok(()) => return Return::Sent,
            Err(SendTimeoutError::Timeout(back)) => (back, Return::Not),
            Err(SendTimeoutError::Disconnected(back)) => (back, Return::Gone),
        };
        assert_eq!(
            back.number, number,
            "a send that fails gives its own value back"
        );
        returns
    }

    fn recv(&self, wait: Wait) -> Return {
        let received = self.channel.recv(patience(wait));
        if let (Never, Ok(_), Some(elsewhere)) = (wait, &received, &self.elsewhere) {
            let told = elsewhere.told.load(Relaxed);
            assert!(
                told,
                "a value is there to be received, and who watches was not told"
            );
        }
        self.received(received)
    }

    fn received(&self, received: Result<Value, RecvTimeoutError>) -> Return {
        match received {
            Ok(value) => self.values.received(value),
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
        let gone = [Side::Senders, Side::Receivers][side];
        self.channel.disconnect(gone);
        if gone == Side::Receivers {
            self.receivers_gone.store(true, Relaxed);
        }
    }
}

impl<C: Promises> Drop for Yours<C> {
    /// All threads have ended. With the last receiver every value goes: the channel is still here.
    fn drop(&mut self) {
        if !std::thread::panicking() && self.receivers_gone.load(Relaxed) {
            assert_eq!(
                self.values.alive(),
                0,
                "values are kept that nobody can receive"
            );
        }
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

/// A thread that waits for several channels, and has found something in another one.
#[derive(Default)]
struct Elsewhere {
    told: AtomicBool,
}

impl Watcher for Elsewhere {
    fn wake(&self) {
        self.told.store(true, Relaxed);
    }
}
