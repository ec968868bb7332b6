use kit::explore::panic_on_purpose;
use kit::sync::Arc;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible};
use threads::thread_pool::ThreadPool;

rules::test!("src/thread_pool.rs");

/// A counter, and a job that counts.
fn counter() -> (Arc<AtomicUsize>, impl Fn() + Clone + Send + 'static) {
    let count = Arc::new(AtomicUsize::new(0));
    let job = {
        let count = Arc::clone(&count);
        move || {
            count.fetch_add(1, SeqCst);
        }
    };
    (count, job)
}

#[test]
fn join_returns_when_all_jobs_are_done() {
    explore(|| {
        let pool = ThreadPool::new(1);
        let (done, job) = counter();
        pool.execute(job);
        pool.join();
        let done = done.load(SeqCst);
        drop(pool);
        assert_eq!(done, 1, "join returned before the job was done");
    });
}

#[test]
fn a_dropped_pool_does_its_jobs_first() {
    explore(|| {
        let (done, job) = counter();
        let pool = ThreadPool::new(1);
        pool.execute(job.clone());
        pool.execute(job);
        drop(pool);
        assert_eq!(
            done.load(SeqCst),
            2,
            "two jobs were handed in before the pool was dropped: both must be done"
        );
    });
}

#[test]
fn a_panic_takes_no_thread_with_it() {
    explore(|| {
        let pool = ThreadPool::new(1);
        let (done, job) = counter();
        pool.execute(|| panic_on_purpose("the job fails"));
        pool.execute(job);
        drop(pool);
        assert_eq!(done.load(SeqCst), 1, "nobody is left to do the second job");
    });
}

#[test]
fn two_jobs_run_at_once() {
    possible(|goal| {
        let pool = ThreadPool::new(2);
        let inside = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let (inside, goal) = (Arc::clone(&inside), *goal);
            pool.execute(move || {
                if inside.fetch_add(1, SeqCst) == 1 {
                    goal.reached();
                }
                inside.fetch_sub(1, SeqCst);
            });
        }
    });
}
