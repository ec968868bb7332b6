//! One condvar for all who wait, with everybody woken at each change: simple, and slower.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::{self, JoinHandle};

/// A fixed number of threads that run jobs.
pub struct ThreadPool {
    inner: Arc<Inner>,
    threads: Vec<Option<JoinHandle<()>>>,
}

struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: VecDeque<Box<dyn FnOnce() + Send>>,
    /// Queued or running.
    unfinished: usize,
    panicked: usize,
    dropped: bool,
}

fn run(inner: &Inner) {
    loop {
        let mut state = inner.state.lock();
        inner
            .changed
            .wait_while(&mut state, |state| state.queue.is_empty() && !state.dropped);
        let Some(job) = state.queue.pop_front() else {
            return;
        };
        drop(state);
        let result = catch_unwind(AssertUnwindSafe(job));
        let mut state = inner.state.lock();
        state.unfinished -= 1;
        if result.is_err() {
            state.panicked += 1;
        }
        inner.changed.notify_all();
    }
}

impl ThreadPool {
    /// Starts the threads.
    pub fn new(workers: usize) -> Self {
        let inner = Arc::new(Inner {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                unfinished: 0,
                panicked: 0,
                dropped: false,
            }),
            changed: Condvar::new(),
        });
        let start = |_| {
            let inner = Arc::clone(&inner);
            Some(thread::spawn(move || run(&inner)))
        };
        ThreadPool {
            threads: (0..workers.max(1)).map(start).collect(),
            inner,
        }
    }

    /// Queues a job.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.inner.state.lock();
        state.queue.push_back(Box::new(job));
        state.unfinished += 1;
        self.inner.changed.notify_all();
    }

    /// Blocks until no job is left.
    pub fn join(&self) {
        let mut state = self.inner.state.lock();
        self.inner
            .changed
            .wait_while(&mut state, |state| state.unfinished > 0);
    }

    /// How many jobs have panicked so far.
    pub fn panicked(&self) -> usize {
        self.inner.state.lock().panicked
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        let mut state = self.inner.state.lock();
        state.dropped = true;
        drop(state);
        self.inner.changed.notify_all();
        for thread in &mut self.threads {
            let thread = thread.take().expect("joined once");
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}
