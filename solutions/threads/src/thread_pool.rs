//! You write this file: threads that stay.
//!
//! To start a thread takes longer than many a job. A pool starts a fixed number of them once, and
//! hands them jobs as they come: whoever is free takes the next.
//!
//! Watch for:
//! - a job that panics must not take its thread with it: soon there would be none;
//! - an empty queue does not mean that all work is done: a job may still run, and it may bring more
//!   jobs;
//! - a job can hand in a job, so nothing that `execute` needs may be held while a job runs;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - whoever drops the pool wants its jobs done; and it may be a job that drops it.
//!
//! Not here: results (a job can send its result over a channel), and jobs that panic with something
//! that panics again when it is dropped.
//!
//! Read: notes/threads.md, "Threads that stay".

// LAB: // You will want: use kit::sync::{Arc, Condvar, Mutex}; and use kit::thread;
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::{self, JoinHandle};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
// LAB: end

/// A fixed number of threads that run jobs. As long as a job is queued, no thread is without one.
///
/// Dropped, it blocks until all jobs are done, those included that they hand in, and all threads
/// have ended. After that, nothing holds what a job was given. Dropped by one of its own jobs, it
/// does not wait for that job's thread, which ends by itself.
///
/// # Examples
///
/// ```no_run
/// use threads::thread_pool::ThreadPool;
///
/// let pool = ThreadPool::new(4);
/// for number in 0..100 {
///     pool.execute(move || println!("{number}"));
/// }
/// pool.join(); // all hundred are printed
/// ```
pub struct ThreadPool {
    // LAB: // Your fields: the threads, and what they share with the pool.
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    // LAB: end
}

// LAB:
/// What the pool and its threads share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified when a job is queued, and when the pool is dropped. Threads without a job sleep
    /// here.
    work: Condvar,
    /// Notified when no job is queued or runs. Whoever joins sleeps here.
    idle: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    /// Jobs that have left the queue and not ended.
    running: usize,
    /// Jobs that ended in a panic.
    panicked: usize,
    /// The pool is dropped: a thread that finds the queue empty ends.
    closed: bool,
}

type Job = Box<dyn FnOnce() + Send>;
// LAB: end

impl ThreadPool {
    /// Starts `workers` threads (0 counts as 1).
    pub fn new(workers: usize) -> Self {
        // LAB: todo!("start {workers} threads that wait for jobs")
        let shared = Arc::<Shared>::default();
        let threads = (0..workers.max(1)).map(|_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.work())
        });
        ThreadPool {
            threads: threads.collect(),
            shared,
        }
        // LAB: end
    }

    /// Queues a job; jobs are begun in the order in which they come. Never blocks, also when it is
    /// called by a job.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) {
        // LAB: let _ = job;
        // LAB: end
        // LAB: todo!("queue the job, and wake a thread for it")
        self.shared.state.lock().queue.push_back(Box::new(job));
        self.shared.work.notify_one();
        // LAB: end
    }

    /// Blocks until no job is queued or runs. Jobs that are handed in meanwhile count.
    ///
    /// A job that calls it waits for itself, and so for ever.
    pub fn join(&self) {
        // LAB: todo!("block until no job is queued or runs")
        let mut state = self.shared.state.lock();
        while !state.is_idle() {
            self.shared.idle.wait(&mut state);
        }
        // LAB: end
    }

    /// How many jobs have panicked so far.
    pub fn panicked(&self) -> usize {
        // LAB: todo!("count the jobs that have panicked")
        self.shared.state.lock().panicked
        // LAB: end
    }
}

// LAB:
impl State {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.running == 0
    }
}

impl Shared {
    /// What a thread of the pool does: job after job, until the pool is dropped and none is left.
    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            let Some(job) = state.queue.pop_front() else {
                if state.closed {
                    return;
                }
                self.work.wait(&mut state);
                continue;
            };
            // In one step with taking it out: between the two the pool would look idle.
            state.running += 1;
            drop(state);
            let panicked = catch_unwind(AssertUnwindSafe(job)).is_err();
            state = self.state.lock();
            state.running -= 1;
            state.panicked += usize::from(panicked);
            if state.is_idle() {
                self.idle.notify_all();
            }
        }
    }
}
// LAB: end

impl Drop for ThreadPool {
    fn drop(&mut self) {
        // LAB: // Yours: let the threads end when the queue is empty, and wait for them.
        self.shared.state.lock().closed = true;
        self.shared.work.notify_all();
        let me = thread::current().id();
        for thread in self.threads.drain(..) {
            // A job may hold the pool and be the last to do so. It cannot wait for its own end.
            if thread.thread().id() != me {
                // Jobs panic inside `catch_unwind`, so the thread did not.
                let _ = thread.join();
            }
        }
        // LAB: end
    }
}
