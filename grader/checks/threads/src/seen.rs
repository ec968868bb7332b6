//! What callbacks of the checks see: how many are inside at once, and on which threads they run.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::thread;

/// How many callbacks are inside.
#[derive(Default)]
pub(crate) struct Inside(AtomicUsize);

impl Inside {
    /// Runs `work` with one more inside; hands it how many that are.
    pub(crate) fn with<R>(&self, work: impl FnOnce(usize) -> R) -> R {
        let result = work(self.0.fetch_add(1, SeqCst) + 1);
        self.0.fetch_sub(1, SeqCst);
        result
    }
}

/// On which threads callbacks ran. A lock of the standard library: it is the check's, and takes no step of a search.
#[derive(Default)]
pub(crate) struct Threads(Mutex<HashSet<String>>);

impl Threads {
    /// This callback runs here.
    pub(crate) fn here(&self) {
        let id = format!("{:?}", thread::current().id());
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
