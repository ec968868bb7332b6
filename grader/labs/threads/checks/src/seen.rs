//! What callbacks of the checks see: how many are inside at once, and on which threads they run.
//!
//! What is only for the check is in types of the standard library, and takes no step of a search.
//! It is asserted when the answer has returned: a panic in a callback is the answer's to catch.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError, atomic};

use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::thread::{self, ThreadId};

/// How many callbacks are inside.
#[derive(Default)]
pub(crate) struct Inside {
    now: AtomicUsize,
    most: atomic::AtomicUsize,
}

impl Inside {
    /// Goes in and out again; returns how many were inside.
    pub(crate) fn pass(&self) -> usize {
        let count = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(count, SeqCst);
        self.now.fetch_sub(1, SeqCst);
        count
    }

    /// How many were inside at the fullest moment.
    pub(crate) fn most(&self) -> usize {
        self.most.load(SeqCst)
    }
}

/// On which threads callbacks ran.
#[derive(Default)]
pub(crate) struct Threads(Mutex<HashSet<ThreadId>>);

impl Threads {
    /// This callback runs here.
    pub(crate) fn here(&self) {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.insert(thread::current().id());
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
