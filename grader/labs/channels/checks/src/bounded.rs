//! Checks of `bounded`, on the flavor itself.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a
//! deadlock with a picture, and not a check that hangs.

use std::collections::VecDeque;
use std::fmt::Debug;

use channels::bounded::Bounded;
use channels::flavor::Patience::{Forever, Never};
use channels::flavor::{Flavor, Patience, Side, Watcher};
use channels::{RecvTimeoutError, SendTimeoutError};
use harness::Random;
use kit::explore::Explorer;
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kit::sync::{Arc, Weak};
use kit::{explore, possible, thread};

use crate::crowd::{SENDERS, VALUES, everybody_gets_through};
use crate::spec::bounded::{Crowd, Yours};
use crate::spec::calls::Value;
use crate::watcher::{
    LATER, Told, each_of_two_is_told_of, pinned, soon, told_while_others_come,
    whoever_has_left_is_not_told,
};

harness::checks![
    conforms_to_the_specification,
    many_who_wait_are_woken,
    first_in_first_out,
    the_capacity_is_exact,
    an_empty_buffer_refuses,
    a_receiver_that_waits_gets_the_value,
    a_sender_that_waits_gets_room,
    the_buffer_is_never_over_full,
    a_value_has_one_receiver,
    two_senders_and_two_receivers_all_get_through,
    a_sender_that_gives_up_has_its_value_back,
    a_receiver_that_gives_up_leaves_the_value,
    who_gives_up_takes_no_wake_up_along,
    what_is_buffered_is_delivered_first,
    without_receivers_nothing_is_accepted,
    the_end_of_the_senders_wakes_all_receivers,
    the_end_of_the_receivers_wakes_all_senders,
    what_nobody_can_receive_is_dropped,
    values_are_dropped_outside_the_lock,
    a_watcher_misses_nothing,
    a_watcher_is_told_of_the_end,
    a_sender_can_run_ahead,
];

fn conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(3, 2, 4).in_turn(4).within(15_000));
}

fn many_who_wait_are_woken() {
    conforms::<Yours<Crowd>>(Scope::new(4, 1, 1).in_turn(4).within(10_000));
}

pinned!(Bounded of (), i32, u32, usize, &'static str, String, Arc<&'static str>, Curious, Value);

const EMPTY: RecvTimeoutError = RecvTimeoutError::Timeout;
const NO_SENDER: RecvTimeoutError = RecvTimeoutError::Disconnected;

/// A buffer with these values in it, and no room for more.
fn full_of<const N: usize>(values: [u32; N]) -> Bounded<u32> {
    let channel = Bounded::new(N);
    for value in values {
        assert_eq!(channel.send(value, Never), Ok(()), "there is room");
    }
    channel
}

/// Sends a value for which there is room.
#[track_caller]
fn accepts<T: PartialEq + Debug>(channel: &Bounded<T>, value: T, patience: Patience) {
    let sent = channel.send(value, patience);
    let why = "there is room and a receiver is left";
    assert_eq!(sent, Ok(()), "{why}: the value must be accepted");
}

fn first_in_first_out() {
    explore(|| {
        let channel = full_of([1, 2, 3]);
        assert_eq!(channel.recv(Forever), Ok(1), "1 went in first");
        assert_eq!(channel.send(4, Forever), Ok(()), "one has gone");
        for next in [2, 3, 4] {
            assert_eq!(channel.recv(Never), Ok(next), "{next} is there longest");
        }
        assert_eq!(channel.len(), 0, "all have gone");
    });
    // However many are in, and wherever a buffer that grows has its first one by then.
    let (channel, mut random) = (Bounded::new(100), Random::new(1));
    let mut inside = VecDeque::new();
    for value in 0..3_000 {
        if inside.len() < 100 && random.below(300) < 200 - inside.len() {
            assert_eq!(channel.send(value, Never), Ok(()), "there is room");
            inside.push_back(value);
        } else {
            let first = inside.pop_front();
            assert_eq!(channel.recv(Never).ok(), first, "what is there longest");
        }
    }
}

fn the_capacity_is_exact() {
    explore(|| {
        let channel = full_of([1, 2]);
        assert_eq!(
            (channel.len(), channel.capacity()),
            (2, Some(2)),
            "two values were sent to a channel for two: both must be counted"
        );
        assert!(!channel.is_empty(), "two are in");
        for patience in [Never, soon()] {
            let refused = channel.send(3, patience);
            assert_eq!(refused, Err(SendTimeoutError::Timeout(3)), "two are in");
        }
        assert_eq!(
            channel.recv(Never),
            Ok(1),
            "two values are in: the one that was sent first must come out"
        );
        assert_eq!(channel.send(4, Never), Ok(()), "one went, so one fits");
        assert_eq!(channel.len(), 2, "a refused value is not in the buffer");
        let rest = [channel.recv(Never), channel.recv(Never)];
        assert_eq!(
            rest,
            [Ok(2), Ok(4)],
            "the values 2 and 4 were accepted: both must come out, in this order"
        );
        assert!(channel.is_empty(), "all have gone");
    });
    let powers = (5..=13).map(|power| 1 << power);
    let close = powers.flat_map(|power: usize| [power - 1, power, power + 1]);
    for capacity in (1..31).chain(close).chain([100, 1_000]) {
        fill_and_empty(capacity, |number| number);
        fill_and_empty(capacity, |_| ());
    }
    for capacity in [1, 3, 1_000] {
        fill_and_empty(capacity, |number| number.to_string());
    }
    let channel = Bounded::new(70_000);
    let sent = (0..70_001_u32).take_while(|value| channel.send(*value, Never).is_ok());
    assert_eq!(sent.count(), 70_000, "as many as the capacity says");
}

/// Fills a buffer, and takes out all but some, several times.
fn fill_and_empty<T: PartialEq + Debug>(capacity: usize, value: impl Fn(usize) -> T) {
    let channel = Bounded::new(capacity);
    assert_eq!(
        channel.capacity(),
        Some(capacity),
        "`capacity` must be what the channel was made with"
    );
    let (mut sent, mut received) = (0, 0);
    for rest in [0, 1, capacity / 2, capacity - 1, 0] {
        while sent < received + capacity {
            let accepted = channel.send(value(sent), Never);
            assert_eq!(accepted, Ok(()), "value {sent} of {capacity} at once");
            sent += 1;
        }
        assert_eq!(channel.len(), capacity, "it is full");
        let refused = Err(SendTimeoutError::Timeout(value(sent)));
        assert_eq!(
            channel.send(value(sent), Never),
            refused,
            "{capacity} are in"
        );
        while received + rest < sent {
            let next = channel.recv(Never);
            assert_eq!(next, Ok(value(received)), "it is there longest");
            received += 1;
        }
        assert_eq!(
            (channel.len(), channel.is_empty()),
            (rest, rest == 0),
            "some were taken out: what is left must be counted, and nothing else"
        );
    }
}

fn an_empty_buffer_refuses() {
    explore(|| {
        let channel = Bounded::new(1);
        for patience in [Never, soon()] {
            assert_eq!(channel.recv(patience), Err(EMPTY), "nothing was sent");
        }
        accepts(&channel, 1, Never);
        assert_eq!(channel.recv(soon()), Ok(1), "what is there is taken");
    });
}

fn a_receiver_that_waits_gets_the_value() {
    explore(|| {
        let channel = Bounded::new(1);
        thread::scope(|s| {
            s.spawn(|| channel.send(7, Forever).expect("a receiver is left"));
            assert_eq!(
                channel.recv(Forever),
                Ok(7),
                "a value is sent while the receiver waits: it must be received"
            );
        });
    });
    // It is for one of two values: the other is there for whoever looks.
    Explorer::new().preemptions(2).explore(|| {
        let channel = Bounded::new(2);
        thread::scope(|s| {
            s.spawn(|| channel.recv(Forever).expect("one of the two"));
            for value in [1, 2] {
                assert_eq!(channel.send(value, Never), Ok(()), "there is room");
            }
            let other = channel.recv(Never);
            assert!(
                other.is_ok(),
                "two values, and one other receiver: {other:?}"
            );
        });
    });
}

fn a_sender_that_waits_gets_room() {
    explore(|| {
        let channel = full_of([1]);
        thread::scope(|s| {
            s.spawn(|| channel.send(2, Forever).expect("a receiver is left"));
            assert_eq!(channel.recv(Forever), Ok(1), "it was there first");
            assert_eq!(channel.recv(Forever), Ok(2), "and this one comes");
        });
    });
    // It needs one of two places: the other is there for whoever comes.
    Explorer::new().preemptions(2).explore(|| {
        let channel = full_of([1, 2]);
        thread::scope(|s| {
            s.spawn(|| channel.send(3, Forever).expect("a receiver is left"));
            for value in [1, 2] {
                assert_eq!(channel.recv(Never), Ok(value), "what is there longest");
            }
            let sent = channel.send(4, Never);
            assert_eq!(sent, Ok(()), "two places, and one other sender");
        });
    });
}

fn the_buffer_is_never_over_full() {
    explore(|| {
        let channel = full_of([1]);
        thread::scope(|s| {
            s.spawn(|| channel.send(2, Forever).expect("a receiver is left"));
            assert_eq!(
                channel.recv(Forever),
                Ok(1),
                "two values are sent, one after the other: the first must come out first"
            );
            let third = channel.send(3, Never);
            assert!(channel.len() <= 1, "there is room for one value");
            if third.is_ok() {
                channel.recv(Forever).expect("one of the two");
            }
        });
        assert_eq!(channel.len(), 1, "one of the two is left");
    });
}

fn a_value_has_one_receiver() {
    explore(|| {
        let channel = Bounded::new(1);
        let over = AtomicBool::new(false);
        thread::scope(|s| {
            let other = s.spawn(|| {
                let received = channel.recv(Forever);
                let over = over.load(SeqCst);
                assert!(received.is_ok() || over, "it ended with a sender left");
                received
            });
            accepts(&channel, 7, Forever);
            let mine = channel.recv(Never);
            over.store(true, SeqCst);
            channel.disconnect(Side::Senders);
            let theirs = other.join().unwrap();
            match mine {
                Ok(_) => assert_eq!(
                    (mine, theirs),
                    (Ok(7), Err(NO_SENDER)),
                    "one value was sent and received here: the other receiver must get the end"
                ),
                Err(_) => assert_eq!(
                    (mine, theirs),
                    (Err(EMPTY), Ok(7)),
                    "nothing was received here: the other receiver must get the one value"
                ),
            }
        });
    });
}

fn two_senders_and_two_receivers_all_get_through() {
    Explorer::new().preemptions(2).explore(|| {
        let channel = Arc::new(Bounded::new(1));
        let sum = Arc::new(AtomicUsize::new(0));
        let receive = |channel: &Bounded<usize>, sum: &AtomicUsize| {
            sum.fetch_add(channel.recv(Forever).expect("two are sent"), SeqCst);
        };
        let senders = [1, 2].map(|value| {
            let channel = channel.clone();
            thread::spawn(move || channel.send(value, Forever).expect("they receive"))
        });
        let receiver = {
            let (channel, sum) = (channel.clone(), sum.clone());
            thread::spawn(move || receive(&channel, &sum))
        };
        receive(&channel, &sum);
        for other in senders.into_iter().chain([receiver]) {
            other.join().unwrap();
        }
        assert_eq!(sum.load(SeqCst), 3, "each value is received once");
    });
    for capacity in [1, 2, 9] {
        let channel = Bounded::new(capacity);
        for values in everybody_gets_through(&channel) {
            // What one thread sends comes in order.
            let mut last = [None; SENDERS];
            for value in values {
                let last = &mut last[value / VALUES];
                assert!(*last < Some(value), "{value} comes behind {last:?}");
                *last = Some(value);
            }
        }
    }
}

fn a_sender_that_gives_up_has_its_value_back() {
    explore(|| {
        let channel = full_of([1]);
        thread::scope(|s| {
            let sender = s.spawn(|| channel.send(2, soon()));
            assert_eq!(
                channel.recv(Forever),
                Ok(1),
                "this value was in the channel first: it must come out first"
            );
            let (sent, next) = (sender.join().unwrap(), channel.recv(Never));
            match sent {
                Ok(()) => assert_eq!(next, Ok(2), "accepted, so it is there"),
                Err(why) => {
                    assert_eq!(why, SendTimeoutError::Timeout(2), "the value is back");
                    assert_eq!(next, Err(EMPTY), "given back, so it is not there");
                }
            }
        });
    });
}

fn a_receiver_that_gives_up_leaves_the_value() {
    explore(|| {
        let channel = Bounded::new(1);
        thread::scope(|s| {
            let receiver = s.spawn(|| channel.recv(soon()));
            accepts(&channel, 1, Forever);
            let (received, left) = (receiver.join().unwrap(), channel.recv(Never));
            match received {
                Ok(_) => assert_eq!(
                    (received, left),
                    (Ok(1), Err(EMPTY)),
                    "the receiver got the one value in time: nothing may be left"
                ),
                Err(_) => assert_eq!(
                    (received, left),
                    (Err(EMPTY), Ok(1)),
                    "the receiver gave up: the one value must still be in the channel"
                ),
            }
        });
    });
}

fn who_gives_up_takes_no_wake_up_along() {
    explore(|| {
        let channel = Bounded::new(2);
        thread::scope(|s| {
            let hasty = s.spawn(|| channel.recv(soon()).is_ok());
            s.spawn(|| channel.recv(Forever).expect("one is left for it"));
            accepts(&channel, 1, Forever);
            if channel.recv(Never).is_ok() {
                accepts(&channel, 2, Forever);
            }
            if hasty.join().unwrap() {
                accepts(&channel, 3, Forever);
            }
        });
    });
    Explorer::new().preemptions(2).explore(|| {
        let channel = full_of([1]);
        thread::scope(|s| {
            let hasty = s.spawn(|| channel.send(2, soon()).is_ok());
            s.spawn(|| channel.send(3, Forever).expect("there will be room"));
            assert_eq!(
                channel.recv(Forever),
                Ok(1),
                "this value was in the channel first: it must come out first"
            );
            if hasty.join().unwrap() {
                channel.recv(Forever).expect("two have been sent");
            }
        });
        assert_eq!(channel.recv(Never), Ok(3), "the last one to be sent");
    });
    // Nor does who is woken in time, and has the lock when its time is up.
    Explorer::new().preemptions(1).explore(|| {
        let channel = Bounded::new(1);
        let late: Arc<dyn Watcher> = Arc::new(TakesLong);
        channel.watchers(&mut |watchers| watchers.add(late.clone()));
        thread::scope(|s| {
            let hasty = s.spawn(|| channel.recv(soon()).is_ok());
            s.spawn(|| channel.recv(Forever).expect("one is left for it"));
            thread::yield_now();
            accepts(&channel, 1, Forever);
            if hasty.join().unwrap() {
                accepts(&channel, 2, Forever);
            }
        });
    });
}

/// A watcher that is told for longer than [`soon`].
struct TakesLong;

impl Watcher for TakesLong {
    fn wake(&self) {
        thread::sleep(LATER);
    }
}

fn what_is_buffered_is_delivered_first() {
    explore(|| {
        let channel = full_of([1, 2]);
        channel.disconnect(Side::Senders);
        assert_eq!(channel.recv(Forever), Ok(1), "it was sent before");
        assert_eq!(channel.recv(Never), Ok(2), "it was sent before");
        for patience in [Never, soon(), Forever] {
            let end = channel.recv(patience);
            assert_eq!(end, Err(NO_SENDER), "nothing is left, and nobody");
        }
    });
}

fn without_receivers_nothing_is_accepted() {
    explore(|| {
        let channel = Bounded::new(2);
        accepts(&channel, 1, Never);
        channel.disconnect(Side::Receivers);
        for patience in [Never, soon(), Forever] {
            let refused = channel.send(2, patience);
            assert_eq!(
                refused,
                Err(SendTimeoutError::Disconnected(2)),
                "no receiver is left: the send must fail and give the value back"
            );
        }
    });
}

fn the_end_of_the_senders_wakes_all_receivers() {
    explore(|| {
        let channel = Bounded::<u32>::new(1);
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    assert_eq!(
                        channel.recv(Forever),
                        Err(NO_SENDER),
                        "the last sender goes while two receive: each must be told so"
                    )
                });
            }
            channel.disconnect(Side::Senders);
        });
    });
}

fn the_end_of_the_receivers_wakes_all_senders() {
    explore(|| {
        let channel = full_of([1]);
        thread::scope(|s| {
            for value in [2, 3] {
                let channel = &channel;
                s.spawn(move || {
                    let refused = channel.send(value, Forever);
                    assert_eq!(
                        refused,
                        Err(SendTimeoutError::Disconnected(value)),
                        "the last receiver goes while two send: each must have its value back"
                    );
                });
            }
            channel.disconnect(Side::Receivers);
        });
    });
}

fn what_nobody_can_receive_is_dropped() {
    explore(|| {
        let channel = Bounded::new(2);
        let values = [Arc::new("a page"), Arc::new("another")];
        for value in &values {
            assert!(
                channel.send(value.clone(), Never).is_ok(),
                "there is room and a receiver is left: the value must be accepted"
            );
        }
        channel.disconnect(Side::Receivers);
        for value in values {
            assert!(Arc::into_inner(value).is_some(), "the channel still has it");
        }
    });
}

/// A value that uses its channel when it is dropped, and was the last to send.
struct Curious(Weak<Bounded<Curious>>);

impl Drop for Curious {
    fn drop(&mut self) {
        if let Some(channel) = self.0.upgrade() {
            assert_eq!(channel.len(), 0, "nobody can receive");
            let refused = channel.send(Curious(Weak::new()), Never);
            assert!(refused.is_err(), "nobody can receive");
            channel.watchers(&mut |_| ());
            channel.disconnect(Side::Senders);
        }
    }
}

fn values_are_dropped_outside_the_lock() {
    explore(|| {
        let channel = Arc::new(Bounded::new(1));
        let value = Curious(Arc::downgrade(&channel));
        assert!(
            channel.send(value, Never).is_ok(),
            "there is room and a receiver is left: the value must be accepted"
        );
        channel.disconnect(Side::Receivers);
    });
}

fn a_watcher_misses_nothing() {
    explore(|| {
        let channel = Bounded::new(1);
        thread::scope(|s| {
            s.spawn(|| channel.send(7, Forever).expect("a receiver is left"));
            let told = Told::of(&channel);
            let received = channel.recv(Never).or_else(|_| {
                told.wait();
                channel.recv(Never)
            });
            assert_eq!(received, Ok(7), "told of a value that is not there");
        });
    });
    explore(|| {
        let channel = Bounded::new(1);
        let send = || channel.send(7, Forever).expect("a receiver is left");
        whoever_has_left_is_not_told(&channel, send);
    });
    Explorer::new().preemptions(2).explore(|| {
        let channel = Bounded::new(1);
        let send = || channel.send(7, Forever).expect("a receiver is left");
        told_while_others_come(&channel, send);
    });
    // Also of a value that has to wait for room.
    Explorer::new().preemptions(2).explore(|| {
        let channel = Bounded::new(1);
        each_of_two_is_told_of(&channel);
    });
}

fn a_watcher_is_told_of_the_end() {
    explore(|| {
        let channel = Bounded::<u32>::new(1);
        thread::scope(|s| {
            s.spawn(|| channel.disconnect(Side::Senders));
            let told = Told::of(&channel);
            if channel.recv(Never) == Err(EMPTY) {
                told.wait();
            }
            assert_eq!(channel.recv(Never), Err(NO_SENDER), "told of nothing");
        });
    });
    explore(|| {
        let channel = Bounded::<u32>::new(1);
        whoever_has_left_is_not_told(&channel, || channel.disconnect(Side::Senders));
    });
}

fn a_sender_can_run_ahead() {
    possible(|goal| {
        let channel = Arc::new(Bounded::new(2));
        let ahead = Arc::new(AtomicBool::new(false));
        let sender = {
            let (channel, ahead) = (channel.clone(), ahead.clone());
            thread::spawn(move || {
                channel.send(1, Forever).expect("a receiver is left");
                channel.send(2, Forever).expect("a receiver is left");
                ahead.store(true, SeqCst);
            })
        };
        if ahead.load(SeqCst) {
            goal.reached(); // Both are sent, and none is received.
        }
        assert_eq!(
            (channel.recv(Forever), channel.recv(Forever)),
            (Ok(1), Ok(2)),
            "the values must be received in the order in which they were sent"
        );
        sender.join().unwrap();
    });
}
