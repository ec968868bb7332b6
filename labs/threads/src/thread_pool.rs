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

// You will want: use kit::sync::{Arc, Condvar, Mutex}; and use kit::thread;

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
    // Your fields: the threads, and what they share with the pool.
}

impl ThreadPool {
    /// Starts `workers` threads (0 counts as 1).
    pub fn new(workers: usize) -> Self {
        todo!("start {workers} threads that wait for jobs")
    }

    /// Queues a job; jobs are begun in the order in which they come. Never blocks, also when it is
    /// called by a job.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) {
        let _ = job;
        todo!("queue the job, and wake a thread for it")
    }

    /// Blocks until no job is queued or runs. Jobs that are handed in meanwhile count.
    ///
    /// A job that calls it waits for itself, and so for ever.
    pub fn join(&self) {
        todo!("block until no job is queued or runs")
    }

    /// How many jobs have panicked so far.
    pub fn panicked(&self) -> usize {
        todo!("count the jobs that have panicked")
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        // Yours: let the threads end when the queue is empty, and wait for them.
    }
}
