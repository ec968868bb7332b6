//! Checks of `rendezvous`, on the flavor itself.

use channels::flavor::Patience::{Forever, Never};
use channels::flavor::{Flavor, Side};
use channels::rendezvous::Rendezvous;
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::explore::Explorer;
use kit::spec::{Scope, conforms};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};

use crate::crowd::everybody_gets_through;
use crate::spec::calls::Value;
use crate::spec::rendezvous::{Crowd, Yours};
use crate::watcher::{
    Told, each_of_two_is_told_of, pinned, soon, told_while_others_come,
    whoever_has_left_is_not_told,
};

harness::checks![
    conforms_to_the_specification,
    many_who_wait_are_woken,
    nobody_is_there_to_meet,
    a_send_returns_when_the_value_is_taken,
    two_senders_are_both_told,
    each_sender_waits_for_its_own_value,
    a_sender_that_gives_up_takes_its_own_value_back,
    what_a_hasty_sender_hands_over_is_received,
    two_hasty_senders_need_two_receivers,
    a_hasty_receiver_takes_what_is_offered,
    a_hasty_sender_can_meet_a_receiver_that_waits,
    a_hasty_receiver_can_meet_a_sender_that_waits,
    the_end_of_the_senders_wakes_all_receivers,
    the_end_of_the_receivers_wakes_all_senders,
    after_the_end_nobody_waits,
    a_watcher_misses_no_sender,
    a_watcher_is_told_of_the_end,
];

fn conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(3, 2, 4).in_turn(4).within(15_000));
}

fn many_who_wait_are_woken() {
    conforms::<Yours<Crowd>>(Scope::new(4, 1, 1).in_turn(4).within(12_000));
}

pinned!(Rendezvous of i32, u32, usize, Value);

const EMPTY: RecvTimeoutError = RecvTimeoutError::Timeout;
const NO_SENDER: RecvTimeoutError = RecvTimeoutError::Disconnected;

fn nobody_is_there_to_meet() {
    explore(|| {
        let channel = Rendezvous::new();
        assert_eq!(
            (channel.capacity(), channel.len()),
            (Some(0), 0),
            "nothing ever waits"
        );
        assert!(channel.is_empty(), "nothing ever waits");
        for patience in [Never, soon()] {
            let refused = channel.send(1, patience);
            assert_eq!(refused, Err(SendTimeoutError::Timeout(1)), "no receiver");
            assert_eq!(channel.recv(patience), Err(EMPTY), "the value went back");
        }
    });
}

fn a_send_returns_when_the_value_is_taken() {
    explore(|| {
        let channel = Rendezvous::new();
        let came = AtomicUsize::new(0);
        thread::scope(|s| {
            s.spawn(|| {
                for value in [1, 2] {
                    came.fetch_add(1, SeqCst);
                    assert_eq!(
                        channel.recv(Forever),
                        Ok(value),
                        "both meet: the receiver must get the value that is sent"
                    );
                }
            });
            for value in [1, 2] {
                assert_eq!(
                    channel.send(value, Forever),
                    Ok(()),
                    "a receiver comes: the send must return when it has taken the value"
                );
                let came = came.load(SeqCst);
                assert!(came >= value, "send returned, and nobody had come");
            }
        });
    });
}

fn two_senders_are_both_told() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let mut senders = [0, 1].map(|value| {
                let channel = &channel;
                Some(s.spawn(move || channel.send(value, Forever)))
            });
            for _ in 0..2 {
                let value: usize = channel.recv(Forever).expect("two send");
                let its_sender = senders[value].take().expect("each value comes once");
                let sent = its_sender.join().unwrap(); // Wherever the other one is.
                assert_eq!(sent, Ok(()), "its value was received");
            }
        });
    });
    // However many there are.
    everybody_gets_through(&Rendezvous::new());
}

fn each_sender_waits_for_its_own_value() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let senders = [1, 2].map(|value| {
                let channel = &channel;
                s.spawn(move || (value, channel.send(value, Forever)))
            });
            let received = channel.recv(Forever).expect("two send");
            channel.disconnect(Side::Receivers);
            for sender in senders {
                let (value, sent) = sender.join().unwrap();
                match sent {
                    Ok(()) => assert_eq!(value, received, "sent, and not received"),
                    Err(refused) => {
                        assert_ne!(value, received, "received, and given back");
                        assert_eq!(
                            refused,
                            SendTimeoutError::Disconnected(value),
                            "no receiver is left: the value must be given back with that reason"
                        );
                    }
                }
            }
        });
    });
}

fn a_sender_that_gives_up_takes_its_own_value_back() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let hasty = s.spawn(|| channel.send(1, soon()));
            let patient = s.spawn(|| channel.send(2, Forever));
            let received = channel.recv(Forever).expect("two send");
            channel.disconnect(Side::Receivers);
            let (hasty, patient) = (hasty.join().unwrap(), patient.join().unwrap());
            match hasty {
                Ok(()) => assert_eq!(received, 1, "sent, and not received"),
                Err(refused) => assert_eq!(
                    (refused.into_inner(), received),
                    (1, 2),
                    "the sender gave up: it must have its own value, and the other must be received"
                ),
            }
            assert_eq!(patient.is_ok(), received == 2, "its value is the other one");
        });
    });
}

fn what_a_hasty_sender_hands_over_is_received() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let receiver = s.spawn(|| channel.recv(soon()));
            let sent = channel.send(7, Never);
            let received = receiver.join().unwrap();
            match sent {
                Ok(()) => assert_eq!(received, Ok(7), "handed over to nobody"),
                Err(_) => assert_eq!(received, Err(EMPTY), "and yet received"),
            }
        });
    });
}

fn two_hasty_senders_need_two_receivers() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let receiver = s.spawn(|| channel.recv(Forever));
            let sent = [1, 2].map(|value| channel.send(value, Never).is_ok());
            channel.disconnect(Side::Senders);
            match receiver.join().unwrap() {
                Ok(value) => assert_eq!(sent, [value == 1, value == 2], "one is lost"),
                Err(_) => assert_eq!(sent, [false, false], "handed over to nobody"),
            }
        });
    });
}

fn a_hasty_receiver_takes_what_is_offered() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let sender = s.spawn(|| channel.send(7, Forever));
            let received = channel.recv(Never);
            channel.disconnect(Side::Receivers);
            match sender.join().unwrap() {
                Ok(()) => assert_eq!(received, Ok(7), "sent, and not received"),
                Err(_) => assert_eq!(received, Err(EMPTY), "received, and given back"),
            }
        });
    });
}

fn a_hasty_sender_can_meet_a_receiver_that_waits() {
    // Also one that may give up.
    for patience in [Forever, soon()] {
        possible(move |goal| {
            let channel = Arc::new(Rendezvous::new());
            let receiver = {
                let channel = channel.clone();
                thread::spawn(move || channel.recv(patience))
            };
            if channel.send(7, Never).is_ok() {
                goal.reached();
            }
            channel.disconnect(Side::Senders);
            receiver.join().unwrap().ok();
        });
    }
}

fn a_hasty_receiver_can_meet_a_sender_that_waits() {
    for patience in [Forever, soon()] {
        possible(move |goal| {
            let channel = Arc::new(Rendezvous::new());
            let sender = {
                let channel = channel.clone();
                thread::spawn(move || channel.send(7, patience))
            };
            if channel.recv(Never).is_ok() {
                goal.reached();
            }
            channel.disconnect(Side::Receivers);
            sender.join().unwrap().ok();
        });
    }
}

fn the_end_of_the_senders_wakes_all_receivers() {
    explore(|| {
        let channel = Rendezvous::<u32>::new();
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
        let channel = Rendezvous::new();
        thread::scope(|s| {
            for value in [1, 2] {
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

fn after_the_end_nobody_waits() {
    explore(|| {
        for patience in [Never, soon(), Forever] {
            let channel = Rendezvous::new();
            channel.disconnect(Side::Receivers);
            let refused = channel.send(1, patience);
            assert_eq!(
                refused,
                Err(SendTimeoutError::Disconnected(1)),
                "no receiver is left: the send must fail at once and give the value back"
            );
            let channel = Rendezvous::<u32>::new();
            channel.disconnect(Side::Senders);
            assert_eq!(
                channel.recv(patience),
                Err(NO_SENDER),
                "no sender is left: the receive must fail at once"
            );
        }
    });
}

fn a_watcher_misses_no_sender() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            s.spawn(|| channel.send(7, Forever).expect("a receiver is left"));
            let told = Told::of(&channel);
            let received = channel.recv(Never).or_else(|_| {
                told.wait();
                channel.recv(Never)
            });
            assert_eq!(received, Ok(7), "told of a sender that is not there");
        });
    });
    Explorer::new().preemptions(2).explore(|| {
        let channel = Rendezvous::new();
        let send = || channel.send(7, Forever).expect("a receiver is left");
        told_while_others_come(&channel, send);
    });
    // Also of one that is behind another.
    Explorer::new().preemptions(2).explore(|| {
        let channel = Rendezvous::new();
        each_of_two_is_told_of(&channel);
    });
}

fn a_watcher_is_told_of_the_end() {
    explore(|| {
        let channel = Rendezvous::<u32>::new();
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
        let channel = Rendezvous::<u32>::new();
        whoever_has_left_is_not_told(&channel, || channel.disconnect(Side::Senders));
    });
}
