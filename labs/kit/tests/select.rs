//! A modelled `Select` loses nothing, takes nothing twice, and wakes whoever has to be woken.
#![allow(unsafe_code, reason = "some scenarios are about it")]
mod support;
use kit::channel::{self, Receiver, Select, Sender};
use kit::explore::{Explorer, FailureKind};
use kit::sync::atomic::AtomicBool;
use kit::sync::atomic::Ordering::SeqCst;
use kit::sync::{Arc, Mutex};
use kit::time::Duration;
use kit::{explore, message, possible, thread};
use std::collections::BTreeSet;
use support::{failure_of, finds};

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

/// By either checker.
fn searched(scenario: fn()) {
    Explorer::new().preemptions(2).explore(scenario);
    Explorer::new().sampled().explore(scenario);
}

/// Receives from whichever is ready.
fn receive(one: &Receiver<u32>, two: &Receiver<u32>) -> Result<u32, channel::RecvError> {
    let mut select = Select::new();
    select.recv(one);
    select.recv(two);
    let operation = select.select();
    match operation.index() {
        0 => operation.recv(one),
        _ => operation.recv(two),
    }
}

/// Sends to whichever is ready.
fn send(one: &Sender<u32>, two: &Sender<u32>, value: u32) {
    let mut select = Select::new();
    select.send(one);
    select.send(two);
    let operation = select.select();
    let to = [one, two][operation.index()];
    operation.send(to, value).unwrap();
}

#[test]
fn every_value_of_two_channels_arrives_once() {
    searched(|| {
        let (to_one, one) = channel::bounded(1);
        let (to_two, two) = channel::bounded(1);
        let first = thread::spawn(move || to_one.send(1).unwrap());
        let second = thread::spawn(move || to_two.send(2).unwrap());
        let mut open = (true, true);
        let mut got = Vec::new();
        while open.0 || open.1 {
            let mut select = Select::new();
            let a = open.0.then(|| select.recv(&one));
            let b = open.1.then(|| select.recv(&two));
            let operation = select.select();
            match Some(operation.index()) {
                index if index == a => open.0 = operation.recv(&one).map(|it| got.push(it)).is_ok(),
                index if index == b => open.1 = operation.recv(&two).map(|it| got.push(it)).is_ok(),
                _ => unreachable!(),
            }
        }
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
        first.join().unwrap();
        second.join().unwrap();
    });
}

#[test]
fn of_two_that_are_ready_either_is_taken() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let seen = Seen::default();
        let taken = seen.clone();
        explorer.explore(move || {
            let ends = [1, 2].map(|value| {
                let (sender, receiver) = channel::bounded(1);
                sender.send(value).unwrap();
                receiver
            });
            taken.add(receive(&ends[0], &ends[1]).unwrap());
        });
        assert_eq!(seen.all(), [1, 2]);
    }
}

#[test]
fn a_biased_select_takes_the_first() {
    searched(|| {
        let (sender, receiver) = channel::bounded(1);
        sender.send(1).unwrap();
        let mut select = Select::new_biased();
        select.recv(&receiver);
        select.recv(&receiver);
        let operation = select.select();
        assert_eq!(operation.index(), 0);
        assert_eq!(operation.recv(&receiver), Ok(1));
    });
}

#[test]
fn what_was_selected_nobody_else_gets() {
    searched(|| {
        let (sender, receiver) = channel::bounded(1);
        sender.send(1).unwrap();
        let other = receiver.clone();
        let thread = thread::spawn(move || other.try_recv().is_ok());
        let mut select = Select::new();
        select.recv(&receiver);
        let mine = select.try_select().map(|operation| {
            thread::yield_now();
            operation.recv(&receiver)
        });
        assert_ne!(mine.is_ok(), thread.join().unwrap());
        assert!(mine.is_err() || mine == Ok(Ok(1)));
    });
}

#[test]
fn room_that_was_selected_nobody_else_fills() {
    searched(|| {
        let (sender, receiver) = channel::bounded(1);
        let other = sender.clone();
        let thread = thread::spawn(move || other.try_send(2).is_ok());
        let mut select = Select::new();
        select.send(&sender);
        let mine = select.try_select().map(|operation| {
            thread::yield_now();
            operation.send(&sender, 1)
        });
        assert_ne!(mine.is_ok(), thread.join().unwrap());
        assert_eq!(receiver.len(), 1);
    });
}

#[test]
fn a_wake_up_is_not_lost_on_who_takes_something_else() {
    searched(|| {
        let (to_one, one) = channel::bounded(2);
        let (to_two, two) = channel::bounded(2);
        let selects = {
            let (one, two) = (one.clone(), two.clone());
            thread::spawn(move || receive(&one, &two).unwrap())
        };
        let receives = {
            let one = one.clone();
            thread::spawn(move || one.recv().unwrap())
        };
        to_one.send(1).unwrap();
        to_two.send(2).unwrap();
        if selects.join().unwrap() == 1 {
            to_one.send(1).unwrap();
        }
        assert_eq!(receives.join().unwrap(), 1);
    });
}

#[test]
fn selects_meet_at_a_rendezvous() {
    searched(|| {
        let (to_one, one) = channel::bounded(0);
        let (to_two, two) = channel::bounded(0);
        let sends = thread::spawn(move || {
            send(&to_one, &to_two, 1);
            send(&to_one, &to_two, 2);
        });
        assert_eq!(receive(&one, &two), Ok(1));
        assert_eq!(receive(&one, &two), Ok(2));
        sends.join().unwrap();
    });
}

#[test]
fn a_select_meets_plain_ends_at_a_rendezvous() {
    searched(|| {
        let (to_one, one) = channel::bounded(0);
        let (_to_two, two) = channel::bounded(0);
        let sends = thread::spawn(move || to_one.send(1).unwrap());
        assert_eq!(receive(&one, &two), Ok(1));
        sends.join().unwrap();
    });
    searched(|| {
        let (to_one, one) = channel::bounded(0);
        let (to_two, _two) = channel::bounded(0);
        let receives = thread::spawn(move || one.recv());
        send(&to_one, &to_two, 1);
        assert_eq!(receives.join().unwrap(), Ok(1));
    });
}

#[test]
fn two_senders_never_give_one_select_two_values_at_a_rendezvous() {
    searched(|| {
        let (to_one, one) = channel::bounded(0);
        let (to_two, two) = channel::bounded(0);
        let sent = [to_one, to_two].map(|to| thread::spawn(move || to.send(1).is_ok()));
        receive(&one, &two).unwrap();
        drop((one, two));
        let sent = sent.map(|thread| thread.join().unwrap());
        assert_eq!(sent.iter().filter(|sent| **sent).count(), 1);
    });
}

#[test]
fn the_end_of_a_channel_wakes_a_select() {
    searched(|| {
        let (sender, one) = channel::bounded(1);
        let two = channel::never();
        let thread = thread::spawn(move || drop::<Sender<u32>>(sender));
        assert!(receive(&one, &two).is_err());
        thread.join().unwrap();
    });
}

#[test]
fn a_timed_select_ends_both_ways() {
    for looks in [false, true] {
        let seen = Seen::default();
        let outcomes = seen.clone();
        explore(move || {
            let (sender, receiver) = channel::bounded(1);
            let thread = thread::spawn(move || sender.send(1).unwrap());
            let mut select = Select::new();
            select.recv(&receiver);
            let moment = Duration::from_millis(1);
            outcomes.add(if looks {
                select.ready_timeout(moment).is_ok()
            } else {
                let selected = select.select_timeout(moment);
                selected.map(|it| it.recv(&receiver)).is_ok()
            });
            thread.join().unwrap();
        });
        assert_eq!(seen.all(), [false, true]);
    }
}

#[test]
fn what_a_value_brings_is_ordered_by_the_select() {
    use kit::cell::UnsafeCell;
    struct Page(UnsafeCell<u32>);
    // SAFETY: the channel orders the two accesses; the search says so if it does not.
    unsafe impl Sync for Page {}
    searched(|| {
        let page = Arc::new(Page(UnsafeCell::new(0)));
        let (to_one, one) = channel::bounded(1);
        let (_to_two, two) = channel::bounded(1);
        let writer = Arc::clone(&page);
        let thread = thread::spawn(move || {
            // SAFETY: nobody reads before the message.
            writer.0.with_mut(|it| unsafe { *it = 7 });
            to_one.send(1).unwrap();
        });
        receive(&one, &two).unwrap();
        // SAFETY: the writer has finished.
        assert_eq!(page.0.with(|it| unsafe { *it }), 7);
        thread.join().unwrap();
    });
}

#[test]
fn a_select_that_nobody_serves() {
    finds(FailureKind::Deadlock, "select_that_nobody_serves", || {
        let (results, done) = channel::bounded::<u32>(1);
        let (stop, stopped) = channel::bounded::<()>(1);
        let worker = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&done);
            select.recv(&stopped);
            select.ready()
        });
        worker.join().unwrap();
        drop((results, stop));
    });
}

#[test]
fn an_operation_that_was_begun_has_to_be_ended() {
    let failure = failure_of(Explorer::new(), || {
        let (sender, receiver) = channel::bounded(1);
        sender.send(1).unwrap();
        let mut select = Select::new();
        select.recv(&receiver);
        drop(select.select());
    });
    assert!(
        failure.message.contains("without completing"),
        "{}",
        failure.message
    );
}

#[test]
fn choices_are_searched_by_either_checker() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let seen = Seen::default();
        let chosen = seen.clone();
        explorer.explore(move || {
            let first = message::choose(3);
            let thread = thread::spawn(|| message::choose(2));
            chosen.add((first, thread.join().unwrap()));
        });
        let all = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)];
        assert_eq!(seen.all(), all);
    }
}

#[test]
fn a_choice_is_made_once_for_each_interleaving_of_the_rest() {
    let count = |scenario: fn()| explore(scenario).interleavings;
    let one = count(|| assert!(message::choose(2) < 2));
    let three = count(|| assert!((0..3).all(|_| message::choose(2) < 2)));
    assert_eq!((one, three), (2, 8));
}

#[test]
fn a_choice_that_breaks_the_claim_is_found_and_repeated() {
    let failure = failure_of(Explorer::new(), || {
        let lost = Arc::new((AtomicBool::new(false), Mutex::new(0)));
        let other = Arc::clone(&lost);
        let thread = thread::spawn(move || {
            other.0.store(message::choose(2) == 1, SeqCst);
            *other.1.lock() += 1;
        });
        thread.join().unwrap();
        assert!(!lost.0.load(SeqCst), "lost");
    });
    assert_eq!(failure.message, "lost");
    assert!(failure.replay.is_some());
}

#[test]
fn choices_take_one_of_the_threads() {
    possible(|goal| {
        let threads = [(); 3].map(|()| thread::spawn(|| message::choose(2)));
        let chosen = threads.map(|thread| thread.join().unwrap());
        if chosen == [1; 3] {
            goal.reached();
        }
    });
}
