//! What checks of several exercises use: a watcher, and patience that ends.

use channels::flavor::{Flavor, Patience, Watcher};
use kit::channel::{Receiver, Sender, bounded};
use kit::sync::Arc;
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
