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

// You will want: use kit::sync::{Arc, Condvar, Mutex}; and more of crate::flavor: Flavor, Patience,
// Watcher.
use kit::time::Duration;

use crate::flavor::AnyFlavor;
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
    // Your fields: whatever tells whose turn it is.
}

impl<'a, T> Select<'a, T> {
    /// A selection of no channels.
    pub fn new() -> Self {
        Select {
            channels: Vec::new(),
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
        todo!(
            "wait until one of the {} channels is ready, and receive from it",
            self.channels.len()
        )
    }

    /// Receives from a channel that is ready now, if one is. Never blocks.
    pub fn try_select(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        todo!(
            "receive from one of the {} channels that is ready now",
            self.channels.len()
        )
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most. With no channel that is how
    /// long it takes.
    pub fn select_timeout(&mut self, timeout: Duration) -> Option<(usize, Result<T, RecvError>)> {
        todo!(
            "wait for {timeout:?} at most until one of the {} channels is ready",
            self.channels.len()
        )
    }
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}
