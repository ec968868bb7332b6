//! What the primitives do not promise, and a search therefore does: it wakes whom it likes, fails a
//! weak exchange for no reason, and sees no more than there is.
mod support;

use kit::explore::{Certainty, Explorer, Failure, FailureKind};
use kit::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use kit::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use kit::sync::{Arc, Condvar, Mutex};
use kit::{explore, thread};
use support::failure_of;

/// Each waits for its number, which comes in the order in which they have begun to wait.
fn in_turn(notify: fn(&Condvar)) {
    let (line, moved) = (Mutex::new((0, 0)), Condvar::new());
    let wait = || {
        let mut state = line.lock();
        state.0 += 1;
        let mine = state.0;
        moved.wait_while(&mut state, |state| state.1 < mine);
    };
    thread::scope(|s| {
        s.spawn(wait);
        s.spawn(wait);
        for _ in 0..2 {
            line.lock().1 += 1;
            notify(&moved);
        }
    });
}

fn one(condvar: &Condvar) {
    condvar.notify_one();
}

#[test]
fn a_notification_may_wake_any_who_sleeps() {
    for search in [Explorer::new(), Explorer::new().preemptions(2)] {
        let failure = failure_of(search, || in_turn(one));
        assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
        assert!(failure.search.as_ref().unwrap().last_first);
        assert!(failure.cause().contains("not which"), "{}", failure.cause());
    }
    let failure = failure_of(Explorer::new().sampled(), || in_turn(one));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
}

#[test]
fn who_wakes_all_needs_no_order() {
    fn all(condvar: &Condvar) {
        condvar.notify_all();
    }
    for search in [Explorer::new(), Explorer::new().sampled()] {
        search.explore(|| in_turn(all));
    }
}

struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

/// Goes through a gate, as `pass` does it, while another thread opens it.
fn through(gate: &Gate, pass: fn(&Gate)) {
    *gate.open.lock() = false;
    thread::scope(|s| {
        s.spawn(|| {
            *gate.open.lock() = true;
            gate.opened.notify_all();
        });
        pass(gate);
    });
}

fn closed() -> Gate {
    Gate {
        open: Mutex::new(false),
        opened: Condvar::new(),
    }
}

#[test]
fn later_waits_end_for_no_reason_too() {
    fn looks_again(gate: &Gate) {
        gate.opened.wait_while(&mut gate.open.lock(), |open| !*open);
    }
    fn looks_once(gate: &Gate) {
        let mut open = gate.open.lock();
        if !*open {
            gate.opened.wait(&mut open);
        }
        assert!(*open, "it went on too early");
    }
    let failure = failure_of(Explorer::new(), || {
        let gate = closed();
        through(&gate, looks_again);
        through(&gate, looks_once);
    });
    assert!(failure.message.contains("too early"), "{}", failure.message);
}

/// As a condvar's wait, and as with a token that is left from something else.
#[test]
fn a_park_may_return_for_no_reason() {
    fn waits_for_another(park: fn(&AtomicBool)) {
        let (open, me) = (AtomicBool::new(false), thread::current());
        thread::scope(|s| {
            s.spawn(|| {
                open.store(true, SeqCst);
                me.unpark();
            });
            park(&open);
            assert!(open.load(SeqCst), "it went on too early");
        });
    }
    explore(|| {
        waits_for_another(|open| {
            while !open.load(SeqCst) {
                thread::park();
            }
        });
    });
    let failure = failure_of(Explorer::new(), || waits_for_another(|_| thread::park()));
    assert!(failure.message.contains("too early"), "{}", failure.message);
    assert!(failure.cause().contains("park"), "{}", failure.cause());
    let shown = failure.to_text(picture::Style::default());
    assert!(shown.contains("park: goes on, for no reason"), "{shown}");
}

/// A loop that is never left after such a wake-up is a failure, and not one of those that are right
/// and may go on for ever under some schedule.
#[test]
fn a_wake_up_for_no_reason_that_leads_nowhere_is_seen() {
    fn looks_once_and_spins(gate: &Gate) {
        let mut open = gate.open.lock();
        if !*open {
            gate.opened.wait(&mut open);
        }
        // Held: nobody can open it.
        if !*open {
            loop {
                thread::yield_now();
            }
        }
    }
    let failure = failure_of(Explorer::new(), || through(&closed(), looks_once_and_spins));
    assert_eq!(
        failure.kind,
        FailureKind::NotExplored,
        "{}",
        failure.message
    );
}

fn needs_a_weak_exchange_to_succeed(exchange: fn(&AtomicBool) -> bool) -> Failure {
    failure_of(Explorer::new(), move || {
        let taken = AtomicBool::new(false);
        assert!(exchange(&taken), "it was free");
    })
}

#[test]
fn a_weak_exchange_may_fail_for_no_reason() {
    let failure = needs_a_weak_exchange_to_succeed(|taken| {
        taken
            .compare_exchange_weak(false, true, Acquire, Relaxed)
            .is_ok()
    });
    assert_eq!(failure.kind, FailureKind::Assertion);
    assert!(
        failure.cause().contains("compare_exchange_weak"),
        "{}",
        failure.cause()
    );
    let shown = failure.to_text(picture::Style::default());
    assert!(shown.contains("failed for no reason"), "{shown}");
}

#[test]
fn a_weak_exchange_of_a_pointer_may_too() {
    let failure = failure_of(Explorer::new(), || {
        let place = AtomicPtr::new(std::ptr::null_mut::<u8>());
        let (null, some) = (std::ptr::null_mut(), std::ptr::dangling_mut());
        place
            .compare_exchange_weak(null, some, Acquire, Relaxed)
            .unwrap();
    });
    assert!(
        failure.cause().contains("compare_exchange_weak"),
        "{}",
        failure.cause()
    );
}

#[test]
fn a_weak_exchange_in_a_loop_is_right() {
    let outcome = explore(|| {
        let count = AtomicUsize::new(0);
        let add = || {
            let mut seen = count.load(Relaxed);
            while let Err(found) = count.compare_exchange_weak(seen, seen + 1, Relaxed, Relaxed) {
                seen = found;
            }
            count
                .fetch_update(Relaxed, Relaxed, |seen| Some(seen + 1))
                .unwrap();
        };
        thread::scope(|s| {
            s.spawn(add);
            add();
        });
        assert_eq!(count.load(SeqCst), 4);
    });
    assert_eq!(outcome.certainty, Certainty::Exhaustive);
    explore(|| {
        let taken = AtomicBool::new(false);
        assert!(
            taken
                .compare_exchange(false, true, Acquire, Relaxed)
                .is_ok()
        );
    });
}

#[test]
fn threads_of_which_nothing_is_seen_are_not_searched() {
    for search in [Explorer::new(), Explorer::new().sampled()] {
        let outcome = search.explore(|| {
            let hidden = std::sync::Mutex::new(0);
            thread::scope(|s| {
                s.spawn(|| *hidden.lock().unwrap() += 1);
                *hidden.lock().unwrap() += 1;
            });
        });
        assert_eq!(outcome.certainty, Certainty::Blind);
    }
    let alone = explore(|| assert_eq!(1 + 1, 2));
    assert_eq!(alone.certainty, Certainty::Exhaustive);
}

#[test]
fn who_was_last_to_drop_an_arc_owns_what_was_in_it() {
    let outcome = explore(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&count);
        let add = |count: Arc<AtomicUsize>| {
            count.fetch_add(1, Relaxed);
            Arc::into_inner(count).map(AtomicUsize::into_inner)
        };
        let thread = thread::spawn(move || add(other));
        let mine = add(count);
        let last = mine.or(thread.join().unwrap());
        assert_eq!(last, Some(2), "the last finds what both have added");
    });
    assert_eq!(outcome.certainty, Certainty::Exhaustive);
}

/// Set where this program runs itself to read what it prints.
const PRINTS: &str = "KIT_TEST_PRINTS";

#[test]
fn a_sample_that_fails_says_what_the_kit_says_and_no_more() {
    let sampled = |scenario: fn()| drop(failure_of(Explorer::new().sampled(), scenario));
    if std::env::var_os(PRINTS).is_some() {
        sampled(|| panic!("what fails"));
        sampled(|| drop(thread::spawn(|| panic!("what fails in a thread")).join()));
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    let test = "a_sample_that_fails_says_what_the_kit_says_and_no_more";
    let printed = again
        .args(["--exact", test, "--nocapture"])
        .env(PRINTS, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&printed.stderr);
    assert_eq!(printed.matches("does not hold").count(), 2, "{printed}");
    for word in ["task", "schedule:", "SHUTTLE", "serializing"] {
        assert!(!printed.contains(word), "{word} in {printed}");
    }
}
