//! Another right answer: counts how often it was called instead of raising a flag, gets on the
//! lists before its first look, and begins behind the channel that had something last.

use kit::sync::{Arc, Condvar, Mutex};
use kit::time::Duration;

use crate::flavor::{AnyFlavor, Flavor, Patience, Watcher};
use crate::{Receiver, RecvError, RecvTimeoutError};

/// Several channels of which one thread waits for whichever has something first.
///
/// A channel is *ready* when it has a value, and also when it is disconnected: then the caller gets
/// its [`RecvError`], at each turn that it has. [`remove`](Select::remove) takes it out.
///
/// **Fairness.** With `n` channels, one that stays ready is chosen at least once in any `n`
/// consecutive calls that choose. How is left open: a start that goes round, or the one that was
/// chosen longest ago. (A start at random, as in Go and crossbeam, is fair on average and promises
/// nothing about any number of calls.)
///
/// # Examples
///
/// ```no_run
/// use channels::select::Select;
/// use kit::thread;
///
/// let (work, jobs) = channels::bounded(2);
/// let (stop, stopped) = channels::bounded::<&str>(1);
/// thread::scope(|s| {
///     s.spawn(move || work.send("/a"));
///     s.spawn(move || stop.send("stop"));
///     let mut select = Select::new();
///     let jobs = select.recv(&jobs);
///     select.recv(&stopped);
///     loop {
///         match select.select() {
///             (index, Ok(page)) if index == jobs => println!("{page}"),
///             (index, Err(_)) if index == jobs => select.remove(index),
///             _ => break,
///         }
///     }
/// });
/// ```
pub struct Select<'a, T> {
    /// The channels by their index; `None` where one was removed.
    channels: Vec<Option<&'a AnyFlavor<T>>>,
    /// The channels below this index have had their turn.
    next: usize,
}

impl<'a, T> Select<'a, T> {
    /// A selection of no channels.
    pub fn new() -> Self {
        Select {
            channels: Vec::new(),
            next: 0,
        }
    }

    /// Adds a channel, and says its index: 0 for the first, then 1, and so on.
    pub fn recv(&mut self, receiver: &'a Receiver<T>) -> usize {
        self.watch(receiver.flavor())
    }

    /// As [`recv`](Select::recv), of a flavor without its handles.
    pub fn watch(&mut self, flavor: &'a AnyFlavor<T>) -> usize {
        self.channels.push(Some(flavor));
        self.channels.len() - 1
    }

    /// Takes a channel out; does nothing if it is not in. The others keep their index.
    pub fn remove(&mut self, index: usize) {
        if let Some(channel) = self.channels.get_mut(index) {
            *channel = None;
        }
    }

    /// Whether no channel is left to wait for.
    pub fn is_empty(&self) -> bool {
        self.channels.iter().all(Option::is_none)
    }

    /// Blocks until a channel is ready, and receives from it. Says which, and what came.
    ///
    /// # Panics
    ///
    /// If no channel is left to wait for: it would be for ever.
    pub fn select(&mut self) -> (usize, Result<T, RecvError>) {
        assert!(!self.is_empty(), "select has no channel to wait for");
        self.within(Patience::Forever)
            .expect("only a time-out ends the wait with nothing")
    }

    /// Receives from a channel that is ready now, if one is. Never blocks.
    pub fn try_select(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        self.look()
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most. With no channel that is how
    /// long it takes.
    pub fn select_timeout(&mut self, timeout: Duration) -> Option<(usize, Result<T, RecvError>)> {
        self.within(Patience::lasting(timeout))
    }

    /// Gets on all lists, waits there as long as `patience` lasts, and leaves them.
    fn within(&mut self, patience: Patience) -> Option<(usize, Result<T, RecvError>)> {
        let calls = Arc::new(Calls::default());
        let watcher: Arc<dyn Watcher> = calls.clone();
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
        }
        let mut heard = Some(0);
        let found = loop {
            match (self.look(), heard) {
                // Called `count` times before the look: one call more is news.
                (None, Some(count)) => heard = calls.more_than(count, patience),
                (found, _) => break found,
            }
        };
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.remove(&watcher));
        }
        found
    }

    /// Receives from a channel that is ready: from `next` to the last, then from the first on.
    fn look(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        let (had_theirs, to_come) = (0..self.next, self.next..self.channels.len());
        for index in to_come.chain(had_theirs) {
            let Some(channel) = self.channels[index] else {
                continue;
            };
            let received = match channel.recv(Patience::Never) {
                Ok(value) => Ok(value),
                Err(RecvTimeoutError::Disconnected) => Err(RecvError),
                Err(RecvTimeoutError::Timeout) => continue,
            };
            self.next = index + 1;
            return Some((index, received));
        }
        None
    }
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

/// How often the channels have called.
#[derive(Default)]
struct Calls {
    count: Mutex<u64>,
    more: Condvar,
}

impl Calls {
    /// Blocks until they have called more than `count` times, and says how often; `None` if
    /// patience ends first.
    fn more_than(&self, count: u64, patience: Patience) -> Option<u64> {
        let mut now = self.count.lock();
        while *now == count {
            if !patience.wait(&self.more, &mut now) {
                return None;
            }
        }
        Some(*now)
    }
}

impl Watcher for Calls {
    fn wake(&self) {
        *self.count.lock() += 1;
        self.more.notify_one();
    }
}
