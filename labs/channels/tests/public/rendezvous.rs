//! Public tests of `rendezvous`: `cargo test -p channels rendezvous`.
//!
//! They use the flavor itself, so that no other exercise has to be done first.

use channels::flavor::Patience::{self, Forever, Never};
use channels::flavor::{Flavor, Side};
use channels::rendezvous::Rendezvous;
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::spec::{Scope, conforms};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, Ordering::SeqCst};
use kit::time::Duration;
use kit::{explore, possible, thread};

use super::spec::rendezvous::{Crowd, Yours};

rules::test!("src/rendezvous.rs");

#[test]
fn nobody_is_there() {
    explore(|| {
        let channel = Rendezvous::new();
        let refused = channel.send('a', Never);
        assert_eq!(
            refused,
            Err(SendTimeoutError::Timeout('a')),
            "no receiver is there: the value must be given back at once"
        );
        let refused = channel.recv(Never);
        assert_eq!(
            refused,
            Err(RecvTimeoutError::Timeout),
            "the value went back"
        );
    });
}

#[test]
fn a_send_returns_when_a_receiver_has_come() {
    explore(|| {
        let channel = Rendezvous::new();
        let came = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                came.store(true, SeqCst);
                assert_eq!(
                    channel.recv(Forever),
                    Ok('a'),
                    "a sender comes: the receiver must get its value"
                );
            });
            assert_eq!(
                channel.send('a', Forever),
                Ok(()),
                "a receiver comes: the send must succeed"
            );
            assert!(came.load(SeqCst), "send returned, and no receiver had come");
        });
    });
}

#[test]
fn a_sender_that_never_waits_can_meet_a_receiver_that_does() {
    possible(|goal| {
        let channel = Arc::new(Rendezvous::new());
        let receiver = thread::spawn({
            let channel = channel.clone();
            move || channel.recv(Forever)
        });
        let sent = channel.send('a', Never);
        if sent.is_ok() {
            goal.reached();
        }
        channel.disconnect(Side::Senders);
        let received = receiver.join().unwrap();
        assert_eq!(sent.is_ok(), received.is_ok(), "accepted is received");
    });
}

#[test]
fn who_gives_up_takes_the_value_back() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            let receiver = s.spawn(|| channel.recv(Forever));
            let soon = Patience::lasting(Duration::from_millis(1));
            let sent = channel.send('a', soon);
            channel.disconnect(Side::Senders);
            let received = receiver.join().unwrap();
            match sent {
                Ok(()) => assert_eq!(received, Ok('a'), "sent, and not received"),
                Err(refused) => {
                    assert_eq!(
                        refused,
                        SendTimeoutError::Timeout('a'),
                        "the sender gave up: its value must be given back"
                    );
                    assert_eq!(
                        received,
                        Err(RecvTimeoutError::Disconnected),
                        "the value was given back and the sender is gone: nothing may be received"
                    );
                }
            }
        });
    });
}

#[test]
fn two_senders_wait_each_for_its_own_value() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            for value in [1, 2] {
                let channel = &channel;
                s.spawn(move || {
                    let sent = channel.send(value, Forever);
                    assert_eq!(
                        sent,
                        Ok(()),
                        "two values are received: each send must succeed"
                    );
                });
            }
            let both = channel.recv(Forever).and_then(|first| {
                let second = channel.recv(Forever)?;
                Ok(first + second)
            });
            assert_eq!(both, Ok(3), "both values, and each once");
        });
    });
}

#[test]
fn who_waits_is_woken_when_the_receivers_are_gone() {
    explore(|| {
        let channel = Rendezvous::new();
        thread::scope(|s| {
            s.spawn(|| {
                let refused = channel.send('a', Forever);
                assert_eq!(
                    refused,
                    Err(SendTimeoutError::Disconnected('a')),
                    "the last receiver goes: the send must fail and give the value back"
                );
            });
            channel.disconnect(Side::Receivers);
        });
    });
}

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(2, 1, 2).in_turn(2));
}

#[test]
fn whoever_waits_is_woken_however_many_they_are() {
    conforms::<Yours<Crowd>>(Scope::new(3, 1, 1).in_turn(3));
}
