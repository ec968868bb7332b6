//! You write this file: waiting for several channels at once.
//!
//! A thread that waits in `recv` hears of one channel. [`Select`] hears of several: it gets on the
//! list of [`Watchers`] of each, looks whether one has something, and sleeps until it is told that
//! there may be more.
//!
//! Watch for:
//! - what comes between the look and the sleep has to be noticed;
//! - a value that is taken is handed to the caller: look for one, take one;
//! - on every way out the thread leaves all lists;
//! - a thread that has to wait sleeps until it is notified or its time is up: it does not spin, and
//!   does not look again from time to time;
//! - a channel that always has something must not keep the others from their turn.
//!
//! Not here: selecting sends, and channels of several types in one `Select`; crossbeam has both.
//!
//! Read: notes/channels.md, "Several at once".
//!
//! [`Watchers`]: crate::flavor::Watchers

// LAB: // You will want: use kit::sync::{Arc, Condvar, Mutex}; and more of crate::flavor: Flavor, Patience,
// LAB: end
// LAB: // Watcher.
use kit::sync::{Arc, Condvar, Mutex};
// LAB: end
use kit::time::Duration;

// LAB: use crate::flavor::AnyFlavor;
use crate::RecvTimeoutError;
use crate::flavor::{AnyFlavor, Flavor, Patience, Watcher};
// LAB: end
use crate::{Receiver, RecvError};

/// Several channels of which one thread waits for whichever has something first.
///
/// A channel is *ready* when it has a value, and also when it is disconnected: then the caller gets
/// its [`RecvError`], at each turn that it has. [`remove`](Select::remove) takes it out. What the
/// thread sleeps on is left open: a condvar, a channel of its own, or nothing but `park`.
///
/// **Fairness.** Of `n` channels (those that were removed count), one that is ready when the first
/// of `n` consecutive calls that choose begins, and stays so, is chosen by one of them. How is left
/// open: a start that goes round, or the one that was chosen longest ago. (A start at random, as in
/// Go and crossbeam, is fair on average and promises nothing about any number of calls.)
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
    // LAB: // Your fields: whatever tells whose turn it is.
    /// Where the next look begins: behind the channel that was chosen last.
    start: usize,
    // LAB: end
}

impl<'a, T> Select<'a, T> {
    /// A selection of no channels.
    pub fn new() -> Self {
        // LAB: Select { channels: Vec::new() }
        Select {
            channels: Vec::new(),
            start: 0,
        }
        // LAB: end
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
        // LAB: todo!("wait until one of the {} channels is ready, and receive from it", self.channels.len())
        self.wait(Patience::Forever)
            .expect("who waits for ever finds something")
        // LAB: end
    }

    /// Receives from a channel that is ready now, if one is. Never blocks.
    pub fn try_select(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        // LAB: todo!("receive from one of the {} channels that is ready now", self.channels.len())
        self.wait(Patience::Never)
        // LAB: end
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most. With no channel that is how
    /// long it takes.
    pub fn select_timeout(&mut self, timeout: Duration) -> Option<(usize, Result<T, RecvError>)> {
        // LAB: todo!("wait for {timeout:?} at most until one of the {} channels is ready", self.channels.len())
        self.wait(Patience::lasting(timeout))
        // LAB: end
    }

    // LAB:
    /// Blocks until a channel is ready, as long as `patience` lasts.
    fn wait(&mut self, patience: Patience) -> Option<(usize, Result<T, RecvError>)> {
        let found = self.look();
        if found.is_some() || patience == Patience::Never {
            return found; // Without getting on any list.
        }
        let bell = Arc::new(Bell::default());
        let watcher: Arc<dyn Watcher> = bell.clone();
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
        }
        let mut patient = true;
        let found = loop {
            // From here on nothing is missed, so the look comes after the lists and before the
            // sleep.
            let found = self.look();
            if found.is_some() || !patient {
                break found;
            }
            patient = bell.wait(patience);
        };
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.remove(&watcher));
        }
        found
    }

    /// Receives from the first channel that is ready, in the order of whose turn it is.
    fn look(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        let n = self.channels.len();
        for index in (0..n).map(|step| (self.start + step) % n) {
            let Some(channel) = self.channels[index] else {
                continue;
            };
            let received = match channel.recv(Patience::Never) {
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Err(RecvError),
                Ok(value) => Ok(value),
            };
            self.start = index + 1;
            return Some((index, received));
        }
        None
    }
    // LAB: end
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

// LAB:
/// What a thread in `select` sleeps on.
///
/// LOCKS: it is rung with a channel's lock held, so its own lock comes after that one, and is never
/// held while a channel is looked at.
#[derive(Default)]
struct Bell {
    /// Whether it was rung since the last wait. It stays so when nobody sleeps yet.
    rung: Mutex<bool>,
    ringing: Condvar,
}

impl Bell {
    /// Blocks until rung, as long as `patience` lasts. Says whether patience is left.
    fn wait(&self, patience: Patience) -> bool {
        let mut rung = self.rung.lock();
        let mut patient = true;
        while patient && !*rung {
            patient = patience.wait(&self.ringing, &mut rung);
        }
        *rung = false;
        patient
    }
}

impl Watcher for Bell {
    fn wake(&self) {
        *self.rung.lock() = true;
        self.ringing.notify_one();
    }
}
// LAB: end
