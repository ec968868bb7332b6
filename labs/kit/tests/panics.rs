//! Panics on purpose do in a model what panics do on real threads; all others fail the search.
mod support;

use kit::explore::{Certainty, Explorer, FailureKind, panic_on_purpose};
use kit::sync::atomic::AtomicUsize;
use kit::sync::atomic::Ordering::SeqCst;
use kit::sync::{Arc, Condvar, Mutex, RwLock};
use kit::{channel, explore, possible, repeat, thread};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use support::{failure_of, finds};

/// Under loom, under shuttle and on real threads.
fn everywhere(scenario: fn()) {
    explore(scenario);
    Explorer::new().sampled().explore(scenario);
    repeat(50, scenario);
}

fn caught<R>(job: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(job)).map_err(|payload| {
        let literal = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        literal.or_else(|| payload.downcast_ref().cloned()).unwrap()
    })
}

/// A permit that is given back when it is dropped, whichever way.
struct Permit<'a>(&'a (Mutex<usize>, Condvar));

fn acquire(permits: &(Mutex<usize>, Condvar)) -> Permit<'_> {
    let mut free = permits.0.lock();
    permits.1.wait_while(&mut free, |free| *free == 0);
    *free -= 1;
    Permit(permits)
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.0.lock() += 1;
        self.0.1.notify_one();
    }
}

#[test]
fn join_returns_the_payload_and_others_go_on() {
    everywhere(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let job = thread::spawn(move || {
            let _guard = other.lock();
            panic_on_purpose("the job fails");
        });
        *lock.lock() += 1;
        let payload = job.join().map(drop).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"the job fails"));
        assert_eq!(*lock.lock(), 1);
    });
}

#[test]
fn who_catches_it_goes_on() {
    everywhere(|| {
        let (jobs, queue) = channel::unbounded::<bool>();
        let worker = thread::spawn(move || {
            let run = |fails| {
                if fails {
                    panic_on_purpose("a job")
                }
            };
            queue
                .iter()
                .filter(|fails| caught(|| run(*fails)).is_ok())
                .count()
        });
        [true, false]
            .into_iter()
            .for_each(|fails| jobs.send(fails).unwrap());
        drop(jobs);
        assert_eq!(worker.join().unwrap(), 1);
    });
}

#[test]
fn a_scope_whose_thread_nobody_joined_panics_when_all_have_ended() {
    everywhere(|| {
        let ended = AtomicUsize::new(0);
        let scope = caught(|| {
            thread::scope(|scope| {
                scope.spawn(|| panic_on_purpose("nobody looks"));
                scope.spawn(|| ended.fetch_add(1, SeqCst));
            });
        });
        assert_eq!(scope, Err("a scoped thread panicked".to_owned()));
        assert_eq!(ended.load(SeqCst), 1);
    });
}

#[test]
fn a_scope_whose_thread_was_joined_does_not_panic() {
    everywhere(|| {
        let failed = thread::scope(|scope| {
            let job = scope.spawn(|| panic_on_purpose("somebody looks"));
            job.join().map(drop).is_err()
        });
        assert!(failed);
    });
}

#[test]
fn a_panic_of_the_body_leaves_the_scope_when_all_have_ended() {
    everywhere(|| {
        let ended = AtomicUsize::new(0);
        let scope = caught(|| {
            thread::scope(|scope| {
                scope.spawn(|| ended.fetch_add(1, SeqCst));
                panic_on_purpose("in the body")
            })
        });
        assert_eq!(scope, Err("in the body".to_owned()));
        assert_eq!(ended.load(SeqCst), 1);
    });
}

#[test]
fn a_panic_may_be_passed_on_by_whoever_was_told() {
    everywhere(|| {
        let unwraps = caught(|| {
            thread::scope(|scope| {
                scope
                    .spawn(|| panic_on_purpose("f fails"))
                    .join()
                    .map(drop)
                    .unwrap()
            });
        });
        assert!(unwraps.unwrap_err().contains("Any"));
        let unwraps_what_it_was_sent = caught(|| {
            let (says, hears) = channel::unbounded();
            thread::scope(|scope| {
                scope.spawn(|| {
                    let job = AssertUnwindSafe(|| panic_on_purpose("f fails"));
                    says.send(catch_unwind(job).map(drop)).unwrap();
                });
            });
            hears.recv().unwrap().unwrap();
        });
        assert!(unwraps_what_it_was_sent.unwrap_err().contains("Any"));
        let resumes = caught(|| {
            thread::scope(|scope| {
                let job = scope.spawn(|| panic_on_purpose("f fails"));
                job.join()
                    .map(drop)
                    .unwrap_or_else(|payload| resume_unwind(payload));
            });
        });
        assert_eq!(resumes, Err("f fails".to_owned()));
        let says = caught(|| {
            thread::scope(|scope| {
                let job = scope.spawn(|| panic_on_purpose("f fails"));
                assert!(job.join().map(drop).is_ok(), "a worker has failed");
            });
        });
        assert_eq!(says, Err("a worker has failed".to_owned()));
    });
}

#[test]
fn what_a_destructor_does_takes_effect_where_it_does_it() {
    everywhere(|| {
        let permits = (Mutex::new(1), Condvar::new());
        thread::scope(|scope| {
            let fetch = scope.spawn(|| {
                let _permit = acquire(&permits);
                panic_on_purpose("the fetch fails");
            });
            drop(acquire(&permits));
            assert!(fetch.join().map(drop).is_err());
        });
        assert_eq!(*permits.0.lock(), 1);
    });
}

#[test]
fn another_thread_may_run_between_two_destructors() {
    let scenario = |goal: &kit::explore::Goal| {
        let dropped = Arc::new(AtomicUsize::new(0));
        struct Counts(Arc<AtomicUsize>);
        impl Drop for Counts {
            fn drop(&mut self) {
                self.0.fetch_add(1, SeqCst);
            }
        }
        let two = (Counts(Arc::clone(&dropped)), Counts(Arc::clone(&dropped)));
        let job = thread::spawn(move || {
            let _two = two;
            panic_on_purpose("the job fails");
        });
        if dropped.load(SeqCst) == 1 {
            assert!(!thread::panicking(), "it is the other one that panics");
            goal.reached();
        }
        assert!(job.join().map(drop).is_err());
    };
    possible(scenario);
    Explorer::new().sampled().possible(scenario);
}

#[test]
fn two_threads_may_unwind_at_once() {
    everywhere(|| {
        let permits = (Mutex::new(1), Condvar::new());
        let readers = RwLock::new(());
        thread::scope(|scope| {
            let jobs = [(); 2].map(|()| {
                scope.spawn(|| {
                    let _reading = readers.read();
                    let _permit = acquire(&permits);
                    panic_on_purpose("the job fails");
                })
            });
            for job in jobs {
                assert!(job.join().map(drop).is_err());
            }
        });
        assert!(readers.try_write().is_some());
        assert_eq!(permits.0.into_inner(), 1);
    });
}

#[test]
fn a_thread_knows_whether_it_panics() {
    struct Asks(channel::Sender<bool>);
    impl Drop for Asks {
        fn drop(&mut self) {
            self.0.send(thread::panicking()).unwrap();
        }
    }
    everywhere(|| {
        let (says, hears) = channel::unbounded();
        let job = thread::spawn(move || {
            drop(Asks(says.clone()));
            let _asks = Asks(says);
            panic_on_purpose("the job fails");
        });
        assert!(job.join().map(drop).is_err());
        assert_eq!(hears.iter().collect::<Vec<_>>(), [false, true]);
    });
}

#[test]
fn a_permit_that_a_panic_leaks_is_found() {
    finds(FailureKind::Deadlock, "permit_leaked_by_a_panic", || {
        let permits = Arc::new((Mutex::new(1), Condvar::new()));
        let mine = Arc::clone(&permits);
        let fetch = thread::spawn(move || {
            std::mem::forget(acquire(&mine));
            panic_on_purpose("the fetch fails");
        });
        drop(acquire(&permits));
        assert!(fetch.join().map(drop).is_err());
    });
}

#[test]
fn a_worker_that_dies_with_its_job_is_found() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || {
            let (jobs, queue) = channel::bounded::<bool>(1);
            let queue = Arc::new(queue);
            let own = Arc::clone(&queue);
            let worker = thread::spawn(move || {
                own.iter()
                    .filter(|fails| !fails || panic_on_purpose("a job"))
                    .count()
            });
            [true, false, false]
                .into_iter()
                .for_each(|fails| jobs.send(fails).unwrap());
            drop(jobs);
            let _ = worker.join();
        });
        assert_eq!(failure.kind, FailureKind::Deadlock);
    }
}

#[test]
fn another_panic_fails_at_once_even_while_a_thread_unwinds() {
    struct Meets(Arc<AtomicUsize>);
    impl Drop for Meets {
        fn drop(&mut self) {
            self.0.store(1, SeqCst);
            self.0.store(2, SeqCst);
        }
    }
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || {
            let meeting = Arc::new(AtomicUsize::new(0));
            let meets = Meets(Arc::clone(&meeting));
            let job = thread::spawn(move || {
                let _meets = meets;
                panic_on_purpose("the job fails");
            });
            assert_ne!(meeting.load(SeqCst), 1, "the bug");
            assert!(job.join().map(drop).is_err());
        });
        assert!(failure.message.contains("the bug"), "{}", failure.message);
        assert!(failure.at.is_some() && failure.replay.is_some());
    }
}

#[test]
fn a_panic_that_nobody_catches_is_a_failure() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || panic_on_purpose("too far"));
        assert_eq!(
            failure.message,
            "a panic on purpose was not caught: too far"
        );
    }
}

#[test]
fn a_destructor_that_blocks_for_ever_is_a_deadlock_and_no_abort() {
    struct Locks(Arc<Mutex<u32>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            *self.0.lock() += 1;
        }
    }
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || {
            let lock = Arc::new(Mutex::new(0));
            let locks = Locks(Arc::clone(&lock));
            let guard = lock.lock();
            let job = thread::spawn(move || {
                let _locks = locks;
                panic_on_purpose("the job fails");
            });
            assert!(job.join().map(drop).is_err());
            drop(guard);
        });
        assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    }
}

#[test]
fn a_pool_whose_jobs_panic_keeps_its_workers() {
    fn pool(workers: usize, jobs: usize) {
        let (to_do, queue) = channel::bounded::<usize>(1);
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    let fails = |job: usize| {
                        if job == 0 {
                            panic_on_purpose("the first job");
                        }
                    };
                    for job in &queue {
                        let _ = caught(|| fails(job));
                        done.fetch_add(1, SeqCst);
                    }
                });
            }
            (0..jobs).for_each(|job| to_do.send(job).unwrap());
            drop(to_do);
        });
        assert_eq!(done.load(SeqCst), jobs);
    }
    Explorer::new().preemptions(2).explore(|| pool(2, 2));
    Explorer::new().sampled().explore(|| pool(3, 4));
    repeat(50, || pool(4, 8));
}

#[test]
fn threads_that_nobody_joins_may_panic() {
    everywhere(|| {
        let lock = Arc::new(Mutex::new(0));
        for _ in 0..2 {
            let lock = Arc::clone(&lock);
            drop(thread::spawn(move || {
                let _guard = lock.lock();
                panic_on_purpose("nobody looks");
            }));
        }
        *lock.lock() += 1;
    });
}

#[test]
fn a_goal_is_reached_although_a_destructor_then_waits_for_ever() {
    struct WaitsUntilOpen<'a>(&'a Mutex<bool>, &'a Condvar);

    impl Drop for WaitsUntilOpen<'_> {
        fn drop(&mut self) {
            let mut open = self.0.lock();
            while !*open {
                self.1.wait(&mut open);
            }
        }
    }

    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let outcome = explorer.possible(|goal| {
            let (open, opened) = (Mutex::new(false), Condvar::new());
            thread::scope(|s| {
                s.spawn(|| {
                    let _waits = WaitsUntilOpen(&open, &opened);
                    goal.reached();
                });
                *open.lock() = true;
                opened.notify_all();
            });
        });
        assert_eq!(outcome.certainty, Certainty::Witnessed);
    }
}

#[test]
fn an_assertion_fails_although_a_destructor_then_joins_a_thread() {
    struct Joins(Option<thread::JoinHandle<()>>);

    impl Drop for Joins {
        fn drop(&mut self) {
            self.0.take().unwrap().join().unwrap();
        }
    }

    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || {
            let lock = Arc::new(Mutex::new(0));
            let other = Arc::clone(&lock);
            let _joins = Joins(Some(thread::spawn(move || *other.lock() += 1)));
            assert_eq!(*lock.lock(), 1, "the other thread was first");
        });
        assert!(failure.message.contains("the other thread was first"));
    }
}

/// Whoever catches all panics, as a server does around a handler, catches the checker's, too.
#[test]
fn a_deadlock_is_found_though_its_panic_is_caught() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let failure = failure_of(explorer, || {
            let (_never, reply) = channel::unbounded::<()>();
            let handled = caught(|| reply.recv().is_ok());
            assert_eq!(handled, Ok(true), "the handler panicked");
        });
        assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
        assert_eq!(failure.waits.len(), 1, "{failure:?}");
    }
}

#[test]
fn an_endless_loop_is_found_though_its_panic_is_caught() {
    let failure = failure_of(Explorer::new(), || {
        let never = AtomicUsize::new(0);
        let handled = caught(|| while never.load(SeqCst) == 0 {});
        assert_eq!(handled, Ok(()), "the handler panicked");
    });
    assert_eq!(
        failure.kind,
        FailureKind::NotExplored,
        "{}",
        failure.message
    );
}
