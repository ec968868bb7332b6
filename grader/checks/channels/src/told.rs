//! What checks of several exercises use: a watcher, and patience that ends.

use channels::flavor::{Flavor, Patience, Watcher};
use kit::sync::{Arc, Condvar, Mutex};
use kit::time::Duration;

/// Patience that may end at any moment: a search tries both.
pub(crate) fn soon() -> Patience {
    Patience::lasting(Duration::from_millis(1))
}

/// Watches a channel, and can wait until it is told something.
pub(crate) struct Told {
    told: Mutex<bool>,
    changed: Condvar,
}

impl Watcher for Told {
    fn wake(&self) {
        *self.told.lock() = true;
        self.changed.notify_one();
    }
}

impl Told {
    /// Gets on the list of a channel's watchers.
    pub(crate) fn of<T>(channel: &impl Flavor<T>) -> Arc<Told> {
        let told = Arc::new(Told {
            told: Mutex::new(false),
            changed: Condvar::new(),
        });
        let watcher: Arc<dyn Watcher> = told.clone();
        channel.watchers(&mut |watchers| watchers.add(watcher.clone()));
        told
    }

    /// Blocks until told.
    pub(crate) fn wait(&self) {
        let mut told = self.told.lock();
        while !*told {
            self.changed.wait(&mut told);
        }
    }
}
