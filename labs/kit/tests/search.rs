//! What a search promises: right programs pass and are called what they are, and every way to end a
//! search early is said.
#![allow(unsafe_code, reason = "some scenarios are about it")]
mod support;
use kit::channel::{self, RecvTimeoutError, TryRecvError, TrySendError};
use kit::explore::{Certainty, Explorer, FailureKind, take_outcomes};
use kit::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use kit::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, fence};
use kit::sync::{Arc, Barrier, Condvar, Mutex, RwLock};
use kit::time::{Duration, Instant};
use kit::{explore, hint, possible, thread};
use std::collections::BTreeSet;
use support::failure_of;

/// Values that the executions of one search have seen; outside of what is modelled.
#[derive(Clone, Default)]
struct Seen<T>(std::sync::Arc<std::sync::Mutex<BTreeSet<T>>>);

impl<T: Ord + Clone> Seen<T> {
    fn add(&self, value: T) {
        self.0.lock().unwrap().insert(value);
    }

    fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

#[test]
fn a_right_program_is_searched_exhaustively_and_counted() {
    let outcome = explore(|| {
        let counter = Arc::new(Mutex::new(0));
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || *other.lock() += 1);
        *counter.lock() += 1;
        thread.join().unwrap();
        assert_eq!(*counter.lock(), 2);
    });
    assert_eq!(outcome.certainty, Certainty::Exhaustive);
    assert!(outcome.interleavings >= 2, "{outcome}");
    assert_eq!(take_outcomes(), [outcome]);
}

#[test]
fn a_bounded_search_is_called_bounded() {
    let outcome = Explorer::new().preemptions(2).explore(|| {
        let counter = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || *counter.lock() += 1)
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!(*counter.lock(), 3);
    });
    assert_eq!(outcome.certainty, Certainty::Bounded { preemptions: 2 });
}

#[test]
fn a_search_that_is_cut_off_is_no_pass() {
    let failure = failure_of(Explorer::new().budget(Duration::ZERO), || {
        let counter = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || other.fetch_add(1, SeqCst));
        counter.fetch_add(1, SeqCst);
        thread.join().unwrap();
    });
    assert_eq!(failure.kind, FailureKind::NotExplored);
}

#[test]
fn a_loop_that_spins_without_yielding_is_not_explored_and_told_kindly() {
    let failure = failure_of(Explorer::new(), || {
        let ready = Arc::new(AtomicBool::new(false));
        let other = Arc::clone(&ready);
        let thread = thread::spawn(move || other.store(true, Release));
        while !ready.load(Acquire) {}
        thread.join().unwrap();
    });
    assert_eq!(failure.kind, FailureKind::NotExplored);
    assert!(
        failure.message.contains("thread::yield_now"),
        "{}",
        failure.message
    );
}

#[test]
fn five_spawned_threads_are_too_many_and_it_is_said_where() {
    let failure = failure_of(Explorer::new(), || {
        let threads: Vec<_> = (0..5).map(|_| thread::spawn(|| ())).collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(failure.kind, FailureKind::NotExplored);
    assert!(
        failure.message.contains("tests/search.rs"),
        "{}",
        failure.message
    );
}

#[test]
fn what_some_interleaving_reaches_is_possible() {
    let outcome = possible(|goal| {
        let lock = Arc::new(RwLock::new(()));
        let inside = Arc::new(AtomicUsize::new(0));
        let (other_lock, other_inside) = (Arc::clone(&lock), Arc::clone(&inside));
        let thread = thread::spawn(move || {
            let _guard = other_lock.read();
            other_inside.fetch_add(1, SeqCst);
            other_inside.fetch_sub(1, SeqCst);
        });
        let guard = lock.read();
        if inside.load(SeqCst) == 1 {
            goal.reached();
        }
        drop(guard);
        thread.join().unwrap();
    });
    assert_eq!(outcome.certainty, Certainty::Witnessed);
}

#[test]
fn what_no_interleaving_reaches_is_not_possible() {
    let searched = std::panic::catch_unwind(|| {
        possible(|goal| {
            let lock = Arc::new(Mutex::new(()));
            let inside = Arc::new(AtomicUsize::new(0));
            let (other_lock, other_inside) = (Arc::clone(&lock), Arc::clone(&inside));
            let thread = thread::spawn(move || {
                let _guard = other_lock.lock();
                other_inside.fetch_add(1, SeqCst);
                other_inside.fetch_sub(1, SeqCst);
            });
            let guard = lock.lock();
            if inside.load(SeqCst) == 1 {
                goal.reached();
            }
            drop(guard);
            thread.join().unwrap();
        });
    });
    let payload = searched.expect_err("a mutex lets one thread in");
    let failure = payload.downcast::<kit::explore::Failure>().unwrap();
    assert_eq!(failure.kind, FailureKind::Unreached);
}

#[test]
fn a_timed_wait_ends_both_ways() {
    let seen = Seen::default();
    let outcomes = seen.clone();
    explore(move || {
        let flag = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&flag);
        let thread = thread::spawn(move || {
            *other.0.lock() = true;
            other.1.notify_one();
        });
        let mut set = flag.0.lock();
        while !*set {
            outcomes.add(
                flag.1
                    .wait_for(&mut set, Duration::from_millis(5))
                    .timed_out(),
            );
        }
        drop(set);
        thread.join().unwrap();
    });
    assert_eq!(seen.all(), [false, true]);
}

#[test]
fn a_wait_until_a_deadline_ends() {
    explore(|| {
        let flag = (Mutex::new(()), Condvar::new());
        let deadline = Instant::now() + Duration::from_secs(3);
        let mut guard = flag.0.lock();
        while Instant::now() < deadline {
            flag.1.wait_until(&mut guard, deadline);
        }
        assert!(Instant::now() >= deadline);
    });
}

#[test]
fn who_has_slept_finds_the_clock_that_much_later() {
    for sampled in [false, true] {
        let explorer = if sampled {
            Explorer::new().sampled()
        } else {
            Explorer::new()
        };
        explorer.explore(|| {
            let start = Instant::now();
            thread::scope(|s| {
                s.spawn(|| thread::sleep(Duration::from_secs(2)));
                thread::sleep(Duration::from_secs(3));
                assert_eq!(start.elapsed(), Duration::from_secs(3));
            });
        });
    }
}

#[test]
fn scoped_threads_borrow() {
    explore(|| {
        let counter = Mutex::new(0);
        let doubled = thread::scope(|scope| {
            scope.spawn(|| *counter.lock() += 1);
            let two = scope.spawn(|| {
                *counter.lock() += 1;
                2
            });
            two.join().unwrap()
        });
        assert_eq!((*counter.lock(), doubled), (2, 2));
    });
}

#[test]
fn a_channel_delivers_in_order_and_then_says_that_it_is_closed() {
    explore(|| {
        let (sender, receiver) = channel::bounded(1);
        let thread = thread::spawn(move || {
            for value in 1..=3 {
                sender.send(value).unwrap();
            }
        });
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        thread.join().unwrap();
    });
}

#[test]
fn a_value_that_nobody_can_receive_comes_back() {
    explore(|| {
        let (sender, receiver) = channel::bounded(1);
        assert_eq!(sender.try_send(1), Ok(()));
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
        let thread = thread::spawn(move || drop(receiver));
        assert_eq!(sender.send(3).unwrap_err().0, 3);
        thread.join().unwrap();
    });
}

#[test]
fn a_rendezvous_returns_when_the_value_was_taken() {
    explore(|| {
        let (sender, receiver) = channel::bounded(0);
        let taken = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&taken);
        let thread = thread::spawn(move || {
            let value: u32 = receiver.recv().unwrap();
            mark.store(true, SeqCst);
            assert_eq!(receiver.recv().unwrap_or(value), 1);
        });
        sender.send(1).unwrap();
        assert_eq!(sender.len(), 0);
        drop(sender);
        thread.join().unwrap();
        assert!(taken.load(SeqCst));
    });
}

#[test]
fn a_rendezvous_nobody_keeps_gives_the_value_back() {
    let seen = Seen::default();
    let outcomes = seen.clone();
    explore(move || {
        let (sender, receiver) = channel::bounded::<u32>(0);
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
        let thread = thread::spawn(move || receiver.recv_timeout(Duration::from_millis(1)));
        let sent = sender.send(2);
        let received = thread.join().unwrap();
        assert_eq!(sent.is_ok(), received.is_ok());
        assert!(matches!(received, Ok(2) | Err(RecvTimeoutError::Timeout)));
        outcomes.add(sent.is_ok());
    });
    assert_eq!(seen.all(), [false, true]);
}

#[test]
fn a_barrier_lets_all_go_and_names_one() {
    explore(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = Arc::clone(&barrier);
        let thread = thread::spawn(move || other.wait().is_leader());
        let leader = barrier.wait().is_leader();
        assert_ne!(leader, thread.join().unwrap());
    });
}

#[test]
fn a_token_given_before_the_park_is_not_lost() {
    explore(|| {
        let sleeper = thread::spawn(|| {
            thread::park();
            thread::current().id()
        });
        let id = sleeper.thread().id();
        sleeper.thread().unpark();
        assert_eq!(sleeper.join().unwrap(), id);
    });
}

#[test]
fn a_test_and_test_and_set_lock_is_right() {
    explore(|| {
        let lock = Arc::new((AtomicBool::new(false), kit::sync::atomic::AtomicU32::new(0)));
        let other = Arc::clone(&lock);
        let add = |lock: &(AtomicBool, kit::sync::atomic::AtomicU32)| {
            while lock.0.swap(true, Acquire) {
                while lock.0.load(Relaxed) {
                    hint::spin_loop();
                }
            }
            lock.1.store(lock.1.load(Relaxed) + 1, Relaxed);
            lock.0.store(false, Release);
        };
        let thread = thread::spawn(move || add(&other));
        add(&lock);
        thread.join().unwrap();
        assert_eq!(lock.1.load(Relaxed), 2);
    });
}

#[test]
fn dekkers_flags_are_right_with_seqcst_and_wrong_without() {
    fn both_may_enter(
        ordering: (kit::sync::atomic::Ordering, kit::sync::atomic::Ordering),
    ) -> bool {
        let seen = Seen::default();
        let outcomes = seen.clone();
        explore(move || {
            let flags = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
            let other = Arc::clone(&flags);
            let thread = thread::spawn(move || {
                other.0.store(true, ordering.0);
                !other.1.load(ordering.1)
            });
            flags.1.store(true, ordering.0);
            let mine = !flags.0.load(ordering.1);
            outcomes.add(mine && thread.join().unwrap());
        });
        seen.all().contains(&true)
    }
    assert!(!both_may_enter((SeqCst, SeqCst)));
    assert!(both_may_enter((Release, Acquire)));
}

#[test]
fn fences_and_pointers_are_modelled() {
    explore(|| {
        let mut value = 5;
        let shared = Arc::new((AtomicPtr::new(&raw mut value), AtomicUsize::new(0)));
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            other.1.store(7, Relaxed);
            fence(Release);
            other.0.store(std::ptr::null_mut(), Relaxed);
        });
        if shared.0.load(Relaxed).is_null() {
            fence(Acquire);
            assert_eq!(shared.1.load(Relaxed), 7);
        }
        thread.join().unwrap();
    });
}

#[test]
fn a_lock_held_by_a_panic_that_is_caught_is_free_again() {
    explore(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let job = std::panic::AssertUnwindSafe(|| {
                let _guard = other.lock();
                panic!("the job fails");
            });
            let failed = std::panic::catch_unwind(job);
            assert!(failed.is_err());
        });
        *lock.lock() += 1;
        thread.join().unwrap();
        assert_eq!(*lock.lock(), 1);
    });
}

#[test]
fn a_destructor_that_locks_while_the_model_fails_does_not_abort() {
    struct Permit(Arc<Mutex<u32>>);
    impl Drop for Permit {
        fn drop(&mut self) {
            *self.0.lock() += 1;
        }
    }
    let failure = failure_of(Explorer::new(), || {
        let free = Arc::new(Mutex::new(0));
        let permit = Permit(Arc::clone(&free));
        let thread = thread::spawn(move || {
            let _permit = permit;
            panic!("holding a permit");
        });
        drop(free.lock());
        let _ = thread.join();
    });
    assert_eq!(failure.message, "holding a permit");
}

#[test]
fn a_sample_runs_more_threads_than_a_search_can() {
    let outcome = Explorer::new().sampled().explore(|| {
        let (sender, receiver) = channel::bounded(2);
        let threads: Vec<_> = (0..8)
            .map(|value| {
                let sender = sender.clone();
                thread::spawn(move || sender.send(value).unwrap())
            })
            .collect();
        drop(sender);
        assert_eq!(receiver.iter().sum::<i32>(), 28);
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    assert!(
        matches!(outcome.certainty, Certainty::Sampled { .. }),
        "{outcome}"
    );
}

#[test]
fn the_same_search_fails_in_the_same_interleaving() {
    let search = || {
        failure_of(Explorer::new(), || {
            let a = Arc::new((Mutex::new(0), Mutex::new(0)));
            let b = Arc::clone(&a);
            let thread = thread::spawn(move || {
                let _first = b.1.lock();
                let _second = b.0.lock();
            });
            let first = a.0.lock();
            let second = a.1.lock();
            drop((first, second));
            thread.join().unwrap();
        })
    };
    assert_eq!(search().steps, search().steps);
}

#[test]
fn a_thread_that_only_tries_to_lock_is_not_deadlocked() {
    let outcome = explore(|| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                loop {
                    let _b = b.lock();
                    if a.try_lock().is_some() {
                        break;
                    }
                    drop(_b);
                    thread::yield_now();
                }
            });
            let _a = a.lock();
            let _b = b.lock();
        });
    });
    assert_eq!(outcome.certainty, Certainty::Bounded { preemptions: 3 });
}

#[test]
fn a_lock_that_is_tried_excludes_and_orders() {
    let seen = Seen::default();
    let outcomes = seen.clone();
    explore(move || {
        let lock = Arc::new((RwLock::new(()), UnsafeCounter::default()));
        let other = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let _guard = other.0.write();
            other.1.add();
        });
        let tried = lock.0.try_write().map(|_guard| lock.1.add());
        outcomes.add(tried.is_some());
        thread.join().unwrap();
    });
    assert_eq!(seen.all(), [false, true]);
}

/// A counter that only a lock makes safe: the search reports a race if none does.
#[derive(Default)]
struct UnsafeCounter(kit::cell::UnsafeCell<u32>);

// SAFETY: the tests reach it under a lock; where they do not, the search says so.
unsafe impl Sync for UnsafeCounter {}

impl UnsafeCounter {
    fn add(&self) {
        // SAFETY: see the impl of `Sync`.
        self.0.with_mut(|count| unsafe { *count += 1 });
    }
}

#[test]
fn a_wait_may_end_for_no_reason_and_an_if_does_not_survive_it() {
    let failure = failure_of(Explorer::new(), || {
        let flag = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&flag);
        let thread = thread::spawn(move || {
            *other.0.lock() = true;
            other.1.notify_all();
        });
        let mut set = flag.0.lock();
        if !*set {
            flag.1.wait(&mut set);
        }
        assert!(*set, "went on although nothing has happened");
        drop(set);
        thread.join().unwrap();
    });
    assert!(
        failure
            .search
            .as_ref()
            .is_some_and(|search| search.spurious),
        "{failure:?}"
    );
    assert!(
        failure.cause().contains("look again"),
        "{}",
        failure.cause()
    );
}

#[test]
fn a_stub_that_is_reached_says_what_is_to_do_and_no_more() {
    let failure = failure_of(Explorer::new(), || todo!("open the accounts"));
    assert_eq!(failure.kind, FailureKind::Todo);
    assert_eq!(failure.message, "still to do: open the accounts");
    assert!(failure.steps.is_empty() && failure.replay.is_none());
}

#[test]
fn a_relaxed_store_ends_the_release_sequence_before_it() {
    let failure = failure_of(Explorer::new(), || {
        let shared = Arc::new((UnsafeCounter::default(), AtomicUsize::new(0)));
        let (first, second) = (Arc::clone(&shared), Arc::clone(&shared));
        let publisher = thread::spawn(move || {
            first.0.add();
            first.1.store(1, Release);
        });
        let relay = thread::spawn(move || {
            if second.1.load(Relaxed) == 1 {
                second.1.store(2, Relaxed);
            }
        });
        if shared.1.load(Acquire) == 2 {
            shared.0.add();
        }
        publisher.join().unwrap();
        relay.join().unwrap();
    });
    assert_eq!(failure.kind, FailureKind::Race);
}

#[test]
fn readers_who_wait_for_each_other_are_all_named() {
    let failure = failure_of(Explorer::new(), || {
        let page = Arc::new(RwLock::new(0));
        let other = Arc::clone(&page);
        let upgrade = |page: &RwLock<u32>| {
            let _reading = page.read();
            *page.write() += 1;
        };
        let thread = thread::spawn(move || upgrade(&other));
        upgrade(&page);
        thread.join().unwrap();
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let told = failure.to_text(picture::Style::default());
    assert!(told.contains("which it has held itself since"), "{told}");
}

#[test]
fn what_was_made_outside_the_scenario_is_not_silently_trusted() {
    let shared = Arc::new(Mutex::new(0));
    let failure = failure_of(Explorer::new(), move || {
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || *other.lock() += 1);
        thread.join().unwrap();
    });
    assert!(
        failure.message.contains("made outside the scenario"),
        "{}",
        failure.message
    );
    assert!(
        failure
            .at
            .is_some_and(|at| at.file.ends_with("tests/search.rs"))
    );
}

#[test]
fn a_timed_park_ends_both_ways_and_says_nothing() {
    let seen = Seen::default();
    let outcomes = seen.clone();
    explore(move || {
        let given = Arc::new(AtomicBool::new(false));
        let gives = Arc::clone(&given);
        let sleeper = thread::current();
        let thread = thread::spawn(move || {
            gives.store(true, SeqCst);
            sleeper.unpark();
        });
        thread::park_timeout(Duration::from_millis(1));
        outcomes.add(given.load(SeqCst));
        thread.join().unwrap();
    });
    assert_eq!(seen.all(), [false, true]);
}

#[test]
fn whether_a_thread_has_ended_can_be_asked_and_comes_out_both_ways() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let seen = Seen::default();
        let outcomes = seen.clone();
        explorer.explore(move || {
            thread::scope(|scope| {
                let one = scope.spawn(|| ());
                outcomes.add(one.is_finished());
                while !one.is_finished() {
                    thread::yield_now();
                }
            });
        });
        assert_eq!(seen.all(), [false, true]);
    }
}

#[test]
fn threads_of_a_model_have_names() {
    explore(|| {
        let named = thread::Builder::new().name("worker".to_owned());
        let worker = named.spawn(|| thread::current().name().map(str::to_owned));
        let worker = worker.unwrap();
        assert_eq!(worker.thread().name(), Some("worker"));
        assert_eq!(worker.join().unwrap().as_deref(), Some("worker"));
        assert_eq!(thread::current().name(), Some("main"));
        thread::scope(|scope| {
            let named = thread::Builder::new().name("scoped".to_owned());
            let scoped = named
                .spawn_scoped(scope, || thread::current().id())
                .unwrap();
            assert_eq!(scoped.thread().name(), Some("scoped"));
            let id = scoped.thread().id();
            assert_eq!(scoped.join().unwrap(), id);
        });
    });
}

#[test]
fn a_sample_shows_what_is_possible_with_many_threads() {
    let all_inside = |workers: usize| {
        move |goal: &kit::explore::Goal| {
            let inside = AtomicUsize::new(0);
            thread::scope(|scope| {
                for _ in 0..workers {
                    scope.spawn(|| {
                        if inside.fetch_add(1, SeqCst) + 1 == 8 {
                            goal.reached();
                        }
                        thread::yield_now();
                        inside.fetch_sub(1, SeqCst);
                    });
                }
            });
        }
    };
    let outcome = Explorer::new().sampled().possible(all_inside(8));
    assert_eq!(outcome.certainty, Certainty::Witnessed);
    // A sample shows nothing by what is not in it, and neither does a search with a bound.
    let sampled = std::panic::catch_unwind(|| {
        Explorer::new().sampled().possible(all_inside(7));
    });
    let bounded = std::panic::catch_unwind(|| {
        Explorer::new().preemptions(1).possible(all_inside(4));
    });
    for impossible in [sampled, bounded] {
        let failure = impossible.unwrap_err().downcast::<kit::explore::Failure>();
        assert_eq!(failure.unwrap().kind, FailureKind::NotExplored);
    }
}

#[test]
fn a_sample_of_a_scenario_with_nothing_to_choose_is_a_sample() {
    Explorer::new().sampled().explore(|| {
        let thread = thread::spawn(|| ());
        thread.join().unwrap();
    });
}

#[test]
fn who_owns_an_atomic_has_its_value() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        explorer.explore(|| {
            let count = AtomicUsize::new(0);
            thread::scope(|scope| {
                scope.spawn(|| count.fetch_add(1, Relaxed));
                count.fetch_add(1, Relaxed);
            });
            assert_eq!(count.into_inner(), 2);
        });
    }
}
