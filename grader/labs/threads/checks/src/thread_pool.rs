//! Hidden checks of `thread_pool`.

use std::cell::OnceCell;

use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kit::sync::{Arc, Mutex};
use kit::{explore, possible, thread};
use threads::thread_pool::ThreadPool;

use crate::seen::{Inside, Threads};

// A pool is dropped before anything is asserted: its drop would have to wait while the assertion
// unwinds.
harness::checks![
    jobs_are_begun_in_order,
    no_workers_count_as_one,
    few_threads_for_many_jobs,
    panics_are_counted,
    join_without_jobs_returns,
    join_waits_for_jobs_that_run,
    join_waits_for_jobs_of_jobs,
    all_who_join_are_woken,
    a_dropped_pool_does_its_jobs,
    a_dropped_pool_does_jobs_of_jobs,
    a_dropped_pool_keeps_nothing,
    a_dropped_pool_has_no_threads_left,
    a_job_may_drop_the_pool,
    a_panic_takes_no_thread,
    a_panic_keeps_nobody_waiting,
    a_job_may_wait_for_another,
    two_who_hand_in_lose_no_job,
    two_jobs_at_once,
];

// What the file has to offer, to the letter.
const _: fn(&ThreadPool, fn()) = |pool, job| pool.execute(job);
const _: fn(&ThreadPool) -> usize = |pool| pool.panicked();

/// Counts jobs. Relaxed on purpose: what a job did must be visible because of the pool.
#[derive(Clone)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn new() -> Self {
        Count(Arc::new(AtomicUsize::new(0)))
    }

    fn job(&self) -> impl FnOnce() + Send + 'static {
        let count = self.clone();
        move || {
            count.0.fetch_add(1, Relaxed);
        }
    }

    fn done(&self) -> usize {
        self.0.load(Relaxed)
    }
}

fn jobs_are_begun_in_order() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let pool = ThreadPool::new(1);
    for number in 0..50 {
        let order = Arc::clone(&order);
        pool.execute(move || order.lock().push(number));
    }
    pool.join();
    let expected: Vec<i32> = (0..50).collect();
    assert_eq!(*order.lock(), expected);

    // Those of a job come behind those that are queued, and nobody waits for room.
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |number| {
        let order = Arc::clone(&order);
        move || order.lock().push(number)
    };
    let pool = Arc::new(ThreadPool::new(1));
    let (begin, begun) = channel::bounded(1);
    let (inner, later) = (Arc::clone(&pool), [100, 101].map(note));
    pool.execute(move || {
        begun.recv().expect("the sender lives");
        later.into_iter().for_each(|job| inner.execute(job));
    });
    (0..100).for_each(|number| pool.execute(note(number)));
    begin.send(()).expect("the first job waits");
    pool.join();
    assert_eq!(*order.lock(), (0..102).collect::<Vec<i32>>());
}

fn no_workers_count_as_one() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(0), Count::new());
        pool.execute(count.job());
        pool.join();
        let done = count.done();
        drop(pool);
        assert_eq!(done, 1, "jobs that were done");
    });
}

fn few_threads_for_many_jobs() {
    explore(|| {
        let (pool, threads) = (ThreadPool::new(1), Arc::new(Threads::default()));
        for _ in 0..2 {
            let threads = Arc::clone(&threads);
            pool.execute(move || threads.here());
        }
        drop(pool);
        let count = threads.count();
        assert_eq!(count, 1, "{count} threads ran jobs, and the pool has one");
    });
}

fn panics_are_counted() {
    let (pool, count) = (ThreadPool::new(2), Count::new());
    for _ in 0..3 {
        pool.execute(|| panic_on_purpose("the job fails"));
        pool.execute(count.job());
    }
    pool.join();
    assert_eq!(
        (pool.panicked(), count.done()),
        (3, 3),
        "jobs that panicked, and that did not"
    );
}

fn join_without_jobs_returns() {
    explore(|| {
        let pool = ThreadPool::new(1);
        pool.join();
        pool.join();
    });
}

fn join_waits_for_jobs_that_run() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        pool.execute(count.job());
        pool.execute(count.job());
        pool.join();
        let done = count.done();
        drop(pool);
        assert_eq!(done, 2, "join returned before all jobs were done");
    });
}

fn join_waits_for_jobs_of_jobs() {
    explore(|| {
        let (pool, count) = (Arc::new(ThreadPool::new(1)), Count::new());
        let (inner, job) = (Arc::clone(&pool), count.job());
        pool.execute(move || inner.execute(job));
        pool.join();
        let done = count.done();
        drop(pool);
        assert_eq!(done, 1, "join returned before the job's job was done");
    });
}

fn all_who_join_are_woken() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        pool.execute(count.job());
        thread::scope(|s| {
            s.spawn(|| pool.join());
            pool.join();
        });
        let done = count.done();
        drop(pool);
        assert_eq!(done, 1, "join returned before the job was done");
    });
}

fn a_dropped_pool_does_its_jobs() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        pool.execute(count.job());
        pool.execute(count.job());
        drop(pool);
        assert_eq!(count.done(), 2, "jobs were lost, or still run");
    });
}

fn a_dropped_pool_does_jobs_of_jobs() {
    explore(|| {
        let (tell, told) = channel::bounded(2);
        let pool = Arc::new(ThreadPool::new(1));
        let inner = Arc::clone(&pool);
        pool.execute(move || {
            let tell_later = tell.clone();
            inner.execute(move || tell_later.send(2).expect("somebody listens"));
            tell.send(1).expect("somebody listens");
        });
        drop(pool);
        // Ends when both jobs are gone, done or not.
        assert_eq!(told.iter().collect::<Vec<_>>(), [1, 2]);
    });
}

fn a_dropped_pool_keeps_nothing() {
    explore(|| {
        let (pool, held) = (ThreadPool::new(2), Arc::new(()));
        let holds = Arc::clone(&held);
        pool.execute(move || drop(holds));
        drop(pool);
        assert_eq!(
            Arc::strong_count(&held),
            1,
            "a job still holds what it was given"
        );
    });
}

/// A value of a thread's own: dropped when the thread ends, and then it takes long.
struct AtTheEnd {
    _held: Arc<()>,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        for _ in 0..50_000 {
            std::hint::spin_loop();
        }
    }
}

fn a_dropped_pool_has_no_threads_left() {
    // Real threads: those of a model share one thread of the system, and so its values.
    thread_local!(static AT_THE_END: OnceCell<AtTheEnd> = const { OnceCell::new() });
    for after_a_panic in [false, true].repeat(10) {
        let (pool, held) = (ThreadPool::new(1), Arc::new(()));
        if after_a_panic {
            pool.execute(|| panic_on_purpose("the job fails"));
        }
        let end = AtTheEnd {
            _held: Arc::clone(&held),
        };
        pool.execute(move || AT_THE_END.with(|at_the_end| drop(at_the_end.set(end))));
        drop(pool);
        assert_eq!(
            Arc::strong_count(&held),
            1,
            "a thread of the pool still runs"
        );
    }
}

fn a_job_may_drop_the_pool() {
    explore(|| {
        let (tell, told) = channel::bounded(1);
        let pool = Arc::new(ThreadPool::new(1));
        let held = Arc::clone(&pool);
        pool.execute(move || {
            drop(held);
            tell.send(()).expect("somebody listens");
        });
        drop(pool);
        told.recv().expect("the job goes on behind the pool's end");
    });
}

fn a_panic_takes_no_thread() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        pool.execute(|| panic_on_purpose("the job fails"));
        pool.execute(count.job());
        drop(pool);
        assert_eq!(count.done(), 1, "nobody was left to do the second job");
    });
}

fn a_panic_keeps_nobody_waiting() {
    explore(|| {
        let pool = ThreadPool::new(1);
        pool.execute(|| panic_on_purpose("the job fails"));
        pool.join();
        let panicked = pool.panicked();
        drop(pool);
        assert_eq!(panicked, 1, "a job that panicked has ended, too");
    });
}

fn a_job_may_wait_for_another() {
    // Whoever cannot wait is seen at once; all interleavings of three threads with this much to do
    // are too many.
    Explorer::new().preemptions(2).explore(|| {
        let (tell, told) = channel::bounded(1);
        let pool = ThreadPool::new(2);
        pool.execute(move || told.recv().expect("the other job tells"));
        pool.execute(move || tell.send(()).expect("the other job listens"));
        drop(pool);
    });
}

fn two_who_hand_in_lose_no_job() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        thread::scope(|s| {
            s.spawn(|| pool.execute(count.job()));
            pool.execute(count.job());
        });
        drop(pool);
        assert_eq!(count.done(), 2);
    });
}

fn two_jobs_at_once() {
    possible(|goal| {
        let inside = Arc::new(Inside::default());
        let pool = ThreadPool::new(2);
        for _ in 0..2 {
            let (inside, goal) = (Arc::clone(&inside), *goal);
            pool.execute(move || {
                if inside.pass() == 2 {
                    goal.reached();
                }
            });
        }
    });
}
