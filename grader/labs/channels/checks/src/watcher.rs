//! What checks of several exercises use: a watcher, and patience that ends.

use channels::flavor::{Flavor, Patience, Watcher};
use kit::channel::{Receiver, Sender, bounded};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, Ordering::SeqCst};
use kit::thread;
use kit::time::Duration;

/// Patience that may end at any moment: a search tries both.
pub(crate) fn soon() -> Patience {
    Patience::lasting(Duration::from_millis(1))
}

/// Longer than that.
pub(crate) const LATER: Duration = Duration::from_millis(2);

/// Watches a channel, and can wait until it is told something.
///
/// Made of the kit's channel and not of a condvar: a search lets one wait on a condvar end for no
/// reason, and that one is for the code under test.
pub(crate) struct Told {
    bell: Sender<()>,
    heard: Receiver<()>,
}

impl Watcher for Told {
    fn wake(&self) {
        self.bell.try_send(()).ok(); // Full: it has been told already.
    }
}

impl Told {
    /// Gets on the list of a channel's watchers.
    pub(crate) fn of<T>(channel: &impl Flavor<T>) -> Arc<Told> {
        let (bell, heard) = bounded(1);
        let told = Arc::new(Told { bell, heard });
        let watcher: Arc<dyn Watcher> = told.clone();
        channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
        told
    }

    /// Blocks until told.
    pub(crate) fn wait(&self) {
        self.heard.recv().expect("its other end is here");
    }
}

/// Says that who watches is told of the value of each of two senders: receives both without
/// waiting in the channel.
pub(crate) fn each_of_two_is_told_of(channel: &(impl Flavor<u32> + Sync)) {
    thread::scope(|s| {
        let told = Told::of(channel);
        for value in [7, 8] {
            s.spawn(move || {
                let sent = channel.send(value, Patience::Forever);
                sent.expect("a receiver is left");
            });
        }
        for _ in 0..2 {
            while channel.recv(Patience::Never).is_err() {
                told.wait();
            }
        }
    });
}

/// Says that who watches is told when `change` makes a `recv` possible, also if somebody else gets
/// on the list at that moment; and receives.
pub(crate) fn told_while_others_come<T>(
    channel: &(impl Flavor<T> + Sync),
    change: impl FnOnce() + Send,
) {
    let told = Told::of(channel);
    thread::scope(|s| {
        s.spawn(change);
        Told::of(channel);
        told.wait();
        let value = channel.recv(Patience::Forever);
        assert!(value.is_ok(), "told of a value that is not there");
    });
}

/// Somebody who has left the list of watchers, or not.
struct Leaver(AtomicBool);

impl Watcher for Leaver {
    fn wake(&self) {
        assert!(!self.0.load(SeqCst), "told after it had left the list");
    }
}

/// Says that nobody is told who has left the list of watchers, while `change` makes a `recv`
/// possible: whatever tells them does so before it gives the lock back.
pub(crate) fn whoever_has_left_is_not_told<T>(
    channel: &(impl Flavor<T> + Sync),
    change: impl FnOnce() + Send,
) {
    let leaver = Arc::new(Leaver(AtomicBool::new(false)));
    let watcher: Arc<dyn Watcher> = leaver.clone();
    channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
    thread::scope(|s| {
        s.spawn(change);
        channel.watchers(&mut |watchers| watchers.remove(&watcher));
        leaver.0.store(true, SeqCst);
    });
}

/// The methods of a flavor, to the letter, for each type of value that checks use: one of the same
/// name that returns another type could agree with anything.
macro_rules! pinned {
    ($($flavor:ident of $($value:ty),*);* $(;)?) => {$($(
        const _: () = {
            use channels::flavor::{Flavor, Patience, Side, Watchers};
            use channels::{RecvTimeoutError, SendTimeoutError};
            type Pinned = $flavor<$value>;
            const _: fn(&Pinned, $value, Patience) -> Result<(), SendTimeoutError<$value>> =
                Pinned::send;
            const _: fn(&Pinned, Patience) -> Result<$value, RecvTimeoutError> = Pinned::recv;
            const _: fn(&Pinned) -> usize = Pinned::len;
            const _: fn(&Pinned) -> bool = Pinned::is_empty;
            const _: fn(&Pinned) -> Option<usize> = Pinned::capacity;
            const _: fn(&Pinned, Side) = Pinned::disconnect;
            const _: fn(&Pinned, &mut dyn FnMut(&mut Watchers)) = Pinned::watchers;
        };
    )*)*};
}
pub(crate) use pinned;
