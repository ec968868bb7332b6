//! Another right answer: the channels in a queue by how long ago each was chosen, and a parked
//! thread.

use std::collections::VecDeque;

use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, Ordering};
use kit::thread::{self, Thread};
use kit::time::{Duration, Instant};

use crate::flavor::{AnyFlavor, Flavor, Patience, Watcher};
use crate::{Receiver, RecvError, RecvTimeoutError};

/// Several channels of which one thread waits for whichever has something first.
pub struct Select<'a, T> {
    channels: Vec<Option<&'a AnyFlavor<T>>>,
    /// All indices; the one that was chosen last is the last.
    turns: VecDeque<usize>,
}

struct Sleeper {
    thread: Thread,
    woken: AtomicBool,
}

impl Watcher for Sleeper {
    fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl<'a, T> Select<'a, T> {
    /// A selection of no channels.
    pub fn new() -> Self {
        Select {
            channels: Vec::new(),
            turns: VecDeque::new(),
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
    pub fn select(&mut self) -> (usize, Result<T, RecvError>) {
        assert!(!self.is_empty(), "select has no channel to wait for");
        self.wait(Patience::Forever).expect("only time can end it")
    }

    /// Receives from a channel that is ready now, if one is. Never blocks.
    pub fn try_select(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        self.look()
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most.
    pub fn select_timeout(&mut self, timeout: Duration) -> Option<(usize, Result<T, RecvError>)> {
        self.wait(Patience::lasting(timeout))
    }

    fn look(&mut self) -> Option<(usize, Result<T, RecvError>)> {
        while self.turns.len() < self.channels.len() {
            self.turns.push_front(self.turns.len()); // Never chosen yet.
        }
        for place in 0..self.turns.len() {
            let index = self.turns[place];
            let Some(channel) = self.channels[index] else {
                continue;
            };
            let received = match channel.recv(Patience::Never) {
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Err(RecvError),
                Ok(value) => Ok(value),
            };
            self.turns.remove(place);
            self.turns.push_back(index);
            return Some((index, received));
        }
        None
    }

    fn wait(&mut self, patience: Patience) -> Option<(usize, Result<T, RecvError>)> {
        let sleeper = Arc::new(Sleeper {
            thread: thread::current(),
            woken: AtomicBool::new(false),
        });
        let lists = Lists {
            channels: self.channels.clone(),
            watcher: sleeper.clone(),
        };
        lists.join();
        loop {
            let found = self.look();
            if found.is_some() {
                return found;
            }
            while !sleeper.woken.swap(false, Ordering::SeqCst) {
                match patience {
                    Patience::Never => return None,
                    Patience::Forever => thread::park(),
                    Patience::Until(deadline) => {
                        let left = deadline.saturating_duration_since(Instant::now());
                        if left.is_zero() {
                            return self.look();
                        }
                        thread::park_timeout(left);
                    }
                }
            }
        }
    }
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Leaves all lists when it goes, on whatever way.
struct Lists<'a, T> {
    channels: Vec<Option<&'a AnyFlavor<T>>>,
    watcher: Arc<dyn Watcher>,
}

impl<T> Lists<'_, T> {
    fn join(&self) {
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.add(self.watcher.clone()));
        }
    }
}

impl<T> Drop for Lists<'_, T> {
    fn drop(&mut self) {
        for channel in self.channels.iter().flatten() {
            channel.watchers(&mut |watchers| watchers.remove(&self.watcher));
        }
    }
}
