//! Hidden checks of `thread_pool`.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use kit::channel::{self, Sender};
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kit::sync::{Arc, Barrier, Mutex};
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
    a_panic_keeps_nobody_waiting,
    every_short_row_of_jobs_is_done,
    two_who_hand_in_lose_no_job,
    two_jobs_at_once,
    as_many_jobs_at_once_as_threads,
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
    assert_eq!(
        *order.lock(),
        expected,
        "one thread and fifty jobs: they must be begun in the order they were handed in"
    );

    // Those of a job come behind those that are queued, and nobody waits for room.
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |number| {
        let order = Arc::clone(&order);
        move || order.lock().push(number)
    };
    let pool = Arc::new(ThreadPool::new(1));
    let (begin, begun) = channel::bounded(1);
    let (inner, later) = (Arc::clone(&pool), [3_000, 3_001].map(note));
    pool.execute(move || {
        begun.recv().expect("the sender lives");
        later.into_iter().for_each(|job| inner.execute(job));
    });
    (0..3_000).for_each(|number| pool.execute(note(number)));
    begin.send(()).expect("the first job waits");
    pool.join();
    assert_eq!(
        *order.lock(),
        (0..3_002).collect::<Vec<i32>>(),
        "the jobs of a job must come behind all that were handed in before"
    );
    for workers in 2..=4 {
        for before in [0, 1, 2, 5] {
            in_order_by_the_last_thread(workers, before);
        }
    }
}

/// All threads but one are kept by jobs, which come behind that many others: what follows is left
/// to the last thread, whichever it is.
fn in_order_by_the_last_thread(workers: usize, before: usize) {
    let (order, pool) = (Arc::new(Mutex::new(Vec::new())), ThreadPool::new(workers));
    let (all_here, over) = (
        Arc::new(Barrier::new(workers)),
        Arc::new(Barrier::new(workers)),
    );
    (0..before).for_each(|_| pool.execute(|| ()));
    for _ in 1..workers {
        let (all_here, over) = (Arc::clone(&all_here), Arc::clone(&over));
        pool.execute(move || {
            all_here.wait();
            over.wait();
        });
    }
    all_here.wait();
    for number in 0..200 {
        let order = Arc::clone(&order);
        pool.execute(move || order.lock().push(number));
    }
    pool.execute(move || {
        over.wait();
    });
    pool.join();
    drop(pool);
    let order = order.lock();
    assert_eq!(
        *order,
        (0..200).collect::<Vec<i32>>(),
        "of {workers} threads"
    );
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
    for workers in 0..=5 {
        let before = thread::started();
        let pool = ThreadPool::new(workers);
        let started = || thread::started() - before;
        assert_eq!(started(), workers.max(1), "threads that a new pool starts");
        (0..20).for_each(|_| pool.execute(|| ()));
        drop(pool);
        assert_eq!(started(), workers.max(1), "threads that a pool starts");
    }
}

fn panics_are_counted() {
    for threads in [1, 2] {
        let (pool, count) = (ThreadPool::new(threads), Count::new());
        for _ in 0..300 {
            pool.execute(|| panic_on_purpose("the job fails"));
            pool.execute(count.job());
        }
        // As soon as each thread runs one of these, all jobs before them are done; join is not
        // asked, which may have faults of its own.
        let (begin, begun) = channel::bounded(0);
        let (end, over) = channel::bounded(0);
        for _ in 0..threads {
            let (begin, over) = (begin.clone(), over.clone());
            pool.execute(move || {
                begin.send(()).expect("somebody listens");
                over.recv().expect("somebody tells");
            });
        }
        for _ in 0..threads {
            begun.recv().expect("each thread takes the next job");
        }
        let counted = (pool.panicked(), count.done());
        for _ in 0..threads {
            end.send(()).expect("a job waits on each thread");
        }
        drop(pool);
        assert_eq!(counted, (300, 300), "jobs that panicked, and that did not");
    }
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
    // However many there are.
    let (pool, count) = (ThreadPool::new(3), Count::new());
    for _ in 0..3 {
        let (begin, begun) = channel::bounded(1);
        pool.execute(move || begun.recv().expect("the sender lives"));
        (0..5).for_each(|_| pool.execute(count.job()));
        thread::scope(|s| {
            (0..12).for_each(|_| drop(s.spawn(|| pool.join())));
            // Time for all of them to fall asleep; who has not needs no wake-up.
            thread::sleep(Duration::from_millis(20));
            begin.send(()).expect("the job waits");
        });
    }
    drop(pool);
    assert_eq!(count.done(), 15, "jobs that were done");
}

fn a_dropped_pool_does_its_jobs() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        pool.execute(count.job());
        pool.execute(count.job());
        drop(pool);
        assert_eq!(count.done(), 2, "jobs were lost, or still run");
    });
    // Also if its owner panics.
    explore(|| {
        let count = Count::new();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let pool = ThreadPool::new(1);
            pool.execute(count.job());
            panic_on_purpose("the pool's owner fails");
        }));
        assert!(
            panicked.is_err(),
            "the owner's panic must go on to whoever catches it"
        );
        assert_eq!(count.done(), 1, "jobs were lost, or still run");
    });
    // Also if that is a job of another pool.
    Explorer::new().preemptions(2).explore(|| {
        let done = Count::new();
        let outer = ThreadPool::new(1);
        let count = done.clone();
        outer.execute(move || {
            let (inner, inside) = (ThreadPool::new(1), Count::new());
            inner.execute(inside.job());
            drop(inner);
            assert_eq!(
                inside.done(),
                1,
                "the inner pool's job was lost, or still runs"
            );
            count.job()();
        });
        drop(outer);
        assert_eq!(
            done.done(),
            1,
            "a job of another pool uses a pool of its own"
        );
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
        assert_eq!(
            told.iter().collect::<Vec<_>>(),
            [1, 2],
            "the pool was dropped: the job and then the job it handed in must be done"
        );
    });
    // However many follow one another. Only jobs hold the pool, so join is not asked.
    for workers in [1, 3] {
        let (tell, told) = channel::bounded(500);
        hand_on(Arc::new(ThreadPool::new(workers)), 500, tell);
        assert_eq!(told.iter().count(), 500, "jobs of a row that were done");
    }
}

/// Hands in a job that hands in the next one of that many, and lets the pool go.
fn hand_on(pool: Arc<ThreadPool>, jobs: usize, tell: Sender<()>) {
    let next = Arc::clone(&pool);
    pool.execute(move || {
        tell.send(()).expect("somebody listens");
        if jobs > 1 {
            hand_on(next, jobs - 1, tell);
        }
    });
}

fn a_dropped_pool_keeps_nothing() {
    Explorer::new().preemptions(3).explore(|| {
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
    let (pool, held) = (ThreadPool::new(2), Arc::new(()));
    for _ in 0..5 {
        let holds = Arc::clone(&held);
        pool.execute(move || resume_unwind(Box::new(holds)));
    }
    drop(pool);
    let holders = Arc::strong_count(&held);
    assert_eq!(holders, 1, "somebody still holds what a job panicked with");
}

/// A value of a thread's own: dropped when the thread ends, and then it takes long.
struct AtTheEnd {
    _held: Arc<()>,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        // Whoever waits for the thread waits for this, however long it takes.
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn a_dropped_pool_has_no_threads_left() {
    // Real threads: those of a model share one thread of the system, and so its values.
    thread_local!(static AT_THE_END: OnceCell<AtTheEnd> = const { OnceCell::new() });
    for after_a_panic in [false, true].repeat(5) {
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
    for workers in [1, 2] {
        Explorer::new().preemptions(2).explore(move || {
            let (tell, told) = channel::bounded(2);
            let (go, gone) = channel::bounded(1);
            let pool = Arc::new(ThreadPool::new(workers));
            let (held, count, tell_last) = (Arc::clone(&pool), Count::new(), tell.clone());
            let others = count.clone();
            pool.execute(move || {
                gone.recv().expect("somebody lets it drop the pool");
                drop(held);
                tell.send(others.done()).expect("somebody listens");
            });
            let job = count.job();
            pool.execute(move || {
                job();
                tell_last.send(0).expect("somebody listens");
            });
            drop(pool);
            go.send(()).expect("the job waits");
            let told: Vec<usize> = told.iter().collect();
            assert_eq!(told.len(), 2, "jobs that were done");
            if workers == 2 {
                let why = "a job dropped the pool, and did not wait for those of other threads";
                assert!(told.contains(&1), "{why}");
            }
        });
    }
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

/// What a job does.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Tells,
    Panics,
    /// Waits until another one tells.
    Waits,
    /// Hands in a job that tells.
    HandsIn,
    /// Hands in a job that tells, and waits until one does.
    Asks,
}

/// Whether that many threads come to an end with these jobs, whoever is faster.
fn has_an_end(jobs: &[Does], workers: usize) -> bool {
    let (mut waiting, mut told_later) = (0, 0);
    for job in jobs {
        match job {
            Does::Waits => waiting += 1,
            Does::Tells => waiting -= 1,
            Does::HandsIn => told_later += 1,
            Does::Asks => {
                waiting += 1;
                told_later += 1;
            }
            Does::Panics => {}
        }
        if waiting >= workers as i32 {
            return false;
        }
    }
    waiting <= told_later
}

/// All rows of up to that many jobs that have an end.
fn rows(most: usize, workers: usize) -> Vec<Vec<Does>> {
    let all = [
        Does::Tells,
        Does::Panics,
        Does::Waits,
        Does::HandsIn,
        Does::Asks,
    ];
    let mut rows: Vec<Vec<Does>> = vec![Vec::new()];
    let mut longer = 0..1;
    for _ in 0..most {
        for at in longer.clone() {
            let row = |job| [&rows[at][..], &[job]].concat();
            rows.extend(all.map(row));
        }
        longer = longer.end..rows.len();
    }
    rows.retain(|row| has_an_end(row, workers));
    rows
}

/// Hands in a row of jobs, and then joins the pool and hands in one more, or drops it.
fn hand_in(jobs: &[Does], workers: usize, joins: bool) {
    let (tell, told) = channel::unbounded();
    let (pool, count) = (Arc::new(ThreadPool::new(workers)), Count::new());
    let tells = || {
        let (tell, count) = (tell.clone(), count.job());
        move || {
            count();
            tell.send(()).expect("somebody listens");
        }
    };
    for job_does in jobs {
        match job_does {
            Does::Tells => pool.execute(tells()),
            Does::Panics => pool.execute(|| panic_on_purpose("the job fails")),
            Does::Waits => {
                let (told, count) = (told.clone(), count.job());
                pool.execute(move || {
                    told.recv().expect("another job tells");
                    count();
                });
            }
            Does::HandsIn | Does::Asks => {
                let (inner, job, count) = (Arc::clone(&pool), tells(), count.job());
                let told = (*job_does == Does::Asks).then(|| told.clone());
                pool.execute(move || {
                    inner.execute(job);
                    if let Some(told) = told {
                        told.recv().expect("another job tells");
                    }
                    count();
                });
            }
        }
    }
    let number = |does| jobs.iter().filter(|job| **job == does).count();
    let panics = number(Does::Panics);
    let handed_in = number(Does::HandsIn) + number(Does::Asks);
    let expected = jobs.len() - panics + handed_in;
    if joins {
        pool.join();
        let (done, panicked) = (count.done(), pool.panicked());
        pool.execute(count.job());
        drop(pool);
        let right = (expected, panics);
        assert_eq!((done, panicked), right, "done, and panicked, behind join");
        let all = count.done();
        assert_eq!(all, expected + 1, "nobody did a job that came behind join");
    } else {
        drop(pool);
        assert_eq!(
            count.done(),
            expected,
            "jobs that were done when the pool was dropped"
        );
    }
}

fn every_short_row_of_jobs_is_done() {
    // Two threads make a difference where jobs wait.
    let waits = |jobs: &Vec<Does>| jobs.contains(&Does::Waits) || jobs.contains(&Does::Asks);
    let of_two = rows(2, 2).into_iter().filter(waits).map(|jobs| (jobs, 2));
    let all = rows(2, 1).into_iter().map(|jobs| (jobs, 1)).chain(of_two);
    for (jobs, workers) in all {
        // Two jobs that come to two threads of which both sleep.
        let meet = jobs == [Does::Waits, Does::Tells];
        let search = Explorer::new().preemptions(1 + usize::from(meet));
        // A job that holds the pool may be the one that drops it.
        if !jobs
            .iter()
            .any(|job| matches!(job, Does::HandsIn | Does::Asks))
        {
            let (search, jobs) = (search.clone(), jobs.clone());
            search.explore(move || hand_in(&jobs, workers, false));
        }
        search.explore(move || hand_in(&jobs, workers, true));
    }
    for workers in [1, 2] {
        let rows = rows(3, workers);
        rows.iter().for_each(|jobs| hand_in(jobs, workers, true));
    }
}

fn two_who_hand_in_lose_no_job() {
    explore(|| {
        let (pool, count) = (ThreadPool::new(1), Count::new());
        thread::scope(|s| {
            s.spawn(|| pool.execute(count.job()));
            pool.execute(count.job());
        });
        drop(pool);
        assert_eq!(
            count.done(),
            2,
            "two threads hand in a job each: both jobs must be done"
        );
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

fn as_many_jobs_at_once_as_threads() {
    for (workers, rounds) in (1..=6).map(|workers| (workers, 10)).chain([(1_040, 1)]) {
        let (pool, all_here) = (ThreadPool::new(workers), Arc::new(Barrier::new(workers)));
        for round in 0..rounds {
            for _ in 0..workers {
                let all_here = Arc::clone(&all_here);
                pool.execute(move || {
                    all_here.wait();
                    // In every other round all threads have had one that panics.
                    if round % 2 == 0 {
                        panic_on_purpose("the job fails");
                    }
                });
            }
        }
        pool.join();
    }
}
