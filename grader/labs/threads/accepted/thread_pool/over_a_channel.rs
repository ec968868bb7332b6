//! Jobs wait in a channel, which ends when the pool is dropped; beside it is a count of jobs that
//! are not done.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel::{self, Sender};
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::{self, JoinHandle};

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads that run jobs.
pub struct ThreadPool {
    jobs: Option<Sender<Job>>,
    open: Arc<Open>,
    threads: Vec<JoinHandle<()>>,
}

/// Jobs that were handed in and are not done, and jobs that panicked.
#[derive(Default)]
struct Open {
    counts: Mutex<(usize, usize)>,
    none: Condvar,
}

impl ThreadPool {
    /// Starts the threads.
    pub fn new(workers: usize) -> Self {
        let (jobs, queue) = channel::unbounded::<Job>();
        let open = Arc::<Open>::default();
        let mut threads = Vec::new();
        for _ in 0..workers.max(1) {
            let (queue, open) = (queue.clone(), Arc::clone(&open));
            threads.push(thread::spawn(move || {
                for job in queue {
                    let panicked = catch_unwind(AssertUnwindSafe(job)).is_err();
                    let mut counts = open.counts.lock();
                    counts.0 -= 1;
                    counts.1 += usize::from(panicked);
                    if counts.0 == 0 {
                        open.none.notify_all();
                    }
                }
            }));
        }
        ThreadPool {
            jobs: Some(jobs),
            open,
            threads,
        }
    }

    /// Queues a job.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.open.counts.lock().0 += 1;
        let jobs = self.jobs.as_ref().expect("there until the pool is dropped");
        jobs.send(Box::new(job))
            .expect("the threads receive until then");
    }

    /// Blocks until no job is left.
    pub fn join(&self) {
        let mut counts = self.open.counts.lock();
        while counts.0 > 0 {
            self.open.none.wait(&mut counts);
        }
    }

    /// How many jobs have panicked so far.
    pub fn panicked(&self) -> usize {
        self.open.counts.lock().1
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            if thread.thread().id() == thread::current().id() {
                continue;
            }
            thread.join().expect("panics of jobs were caught");
        }
    }
}
