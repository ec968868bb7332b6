//! Public tests of `bounded`: `cargo test -p channels bounded`.
//!
//! They use the flavor itself, so that no other exercise has to be done first.

use channels::bounded::Bounded;
use channels::flavor::Patience::{self, Forever, Never};
use channels::flavor::{Flavor, Side};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::spec::{Scope, conforms};
use kit::sync::{Arc, Mutex};
use kit::time::Duration;
use kit::{explore, thread};

use super::spec::bounded::{Crowd, Yours};

rules::test!("src/bounded.rs");

fn soon() -> Patience {
    Patience::lasting(Duration::from_millis(1))
}

#[test]
fn values_come_out_in_the_order_in_which_they_went_in() {
    explore(|| {
        let channel = Bounded::new(2);
        assert_eq!(
            channel.send('a', Forever),
            Ok(()),
            "the channel is made for two and is empty: the send must succeed"
        );
        assert_eq!(
            channel.send('b', Forever),
            Ok(()),
            "the channel is made for two and holds one: the send must succeed"
        );
        assert_eq!(channel.len(), 2, "both wait in the buffer");
        assert_eq!(channel.recv(Forever), Ok('a'), "first in, first out");
        assert_eq!(channel.recv(Forever), Ok('b'), "then the second");
    });
}

#[test]
fn a_full_or_empty_buffer_says_no_to_who_does_not_wait() {
    explore(|| {
        let channel = Bounded::new(1);
        let empty = channel.recv(Never);
        assert_eq!(empty, Err(RecvTimeoutError::Timeout), "nothing is there");
        assert_eq!(channel.send('a', Never), Ok(()), "there is room for one");
        let full = channel.send('b', Never);
        assert_eq!(full, Err(SendTimeoutError::Timeout('b')), "it is full");
        assert_eq!(
            channel.capacity(),
            Some(1),
            "the channel is made for one: `capacity` must say so"
        );
    });
}

#[test]
fn a_send_into_a_full_buffer_waits_for_room() {
    explore(|| {
        let channel = Bounded::new(1);
        thread::scope(|s| {
            s.spawn(|| {
                for value in [1, 2] {
                    channel.send(value, Forever).expect("somebody receives");
                    assert!(channel.len() <= 1, "there is room for one value");
                }
            });
            assert_eq!(
                channel.recv(Forever),
                Ok(1),
                "two values are sent: the first must come out first"
            );
            assert_eq!(
                channel.recv(Forever),
                Ok(2),
                "the second value had to wait for room: it must come, too"
            );
        });
    });
}

#[test]
fn two_receivers_get_one_value_each() {
    explore(|| {
        let channel = Bounded::new(2);
        let received = Mutex::new(Vec::new());
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    received
                        .lock()
                        .push(channel.recv(Forever).expect("two are sent"))
                });
            }
            channel.send(1, Forever).expect("somebody receives");
            channel.send(2, Forever).expect("somebody receives");
        });
        let mut received = received.into_inner();
        received.sort();
        assert_eq!(received, [1, 2], "nothing is lost and nothing comes twice");
    });
}

#[test]
fn a_receive_with_a_time_out_gets_the_value_or_leaves_it_there() {
    explore(|| {
        let channel = Bounded::new(1);
        thread::scope(|s| {
            s.spawn(|| channel.send(7, Forever).expect("somebody receives"));
            let first = channel.recv(soon());
            if first.is_err() {
                assert_eq!(
                    first,
                    Err(RecvTimeoutError::Timeout),
                    "nothing came in time and a sender is left: the receive must time out"
                );
                assert_eq!(channel.recv(Forever), Ok(7), "the value is still to come");
            } else {
                assert_eq!(first, Ok(7), "the value came in time: it must be received");
            }
        });
    });
}

#[test]
fn who_waits_is_woken_when_the_other_side_is_gone() {
    explore(|| {
        let channel = Arc::new(Bounded::<u32>::new(1));
        let receiver = thread::spawn({
            let channel = channel.clone();
            move || channel.recv(Forever)
        });
        channel.disconnect(Side::Senders);
        let received = receiver.join().unwrap();
        assert_eq!(
            received,
            Err(RecvTimeoutError::Disconnected),
            "the last sender is gone: who waits must be told so"
        );
    });
}

#[test]
fn what_is_buffered_is_delivered_after_the_senders_are_gone() {
    explore(|| {
        let channel = Bounded::new(1);
        channel.send('a', Forever).expect("there is room");
        channel.disconnect(Side::Senders);
        assert_eq!(channel.recv(Forever), Ok('a'), "it was sent before");
        let end = channel.recv(Forever);
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "nobody is left");
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
