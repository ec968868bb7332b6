//! Public tests of `disconnect`: `cargo test -p channels disconnect`.
//!
//! The handles are around a flavor of the tests' own, so that no other exercise has to be done
//! first.

use channels::disconnect::channel;
use channels::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use kit::spec::{Scope, conforms};
use kit::time::Duration;
use kit::{explore, thread};

use super::plain::plain;
use super::spec::disconnect::Yours;

rules::test!("src/disconnect.rs");

#[test]
fn what_was_sent_is_received() {
    explore(|| {
        let (sender, receiver) = channel(plain(2));
        assert_eq!(
            sender.send(1),
            Ok(()),
            "there is room for two: the send must succeed"
        );
        assert_eq!(sender.try_send(2), Ok(()), "there is room for two");
        assert_eq!(
            sender.try_send(3),
            Err(TrySendError::Full(3)),
            "two values fill the channel: the third must be given back"
        );
        assert_eq!(
            (receiver.len(), receiver.is_full()),
            (2, true),
            "two values fill the channel: the receiver must say so"
        );
        assert_eq!(
            receiver.recv(),
            Ok(1),
            "two values were sent: the first must come first"
        );
        assert_eq!(
            receiver.try_recv(),
            Ok(2),
            "the second value is there: it must be received without waiting"
        );
        assert_eq!(
            receiver.try_recv(),
            Err(TryRecvError::Empty),
            "nothing is left and a sender is: the channel is empty, not at its end"
        );
        let late = receiver.recv_timeout(Duration::ZERO);
        assert_eq!(
            late,
            Err(RecvTimeoutError::Timeout),
            "nothing comes and a sender is left: the receive must time out"
        );
    });
}

#[test]
fn the_last_sender_disconnects_and_no_other() {
    explore(|| {
        let (first, receiver) = channel(plain(1));
        let second = first.clone();
        drop(first);
        assert_eq!(second.send('a'), Ok(()), "one sender is left");
        drop(second);
        assert_eq!(receiver.recv(), Ok('a'), "sent before the last one went");
        assert_eq!(receiver.recv(), Err(RecvError), "no sender is left");
    });
}

#[test]
fn the_last_receiver_disconnects_and_no_other() {
    explore(|| {
        let (sender, first) = channel(plain(1));
        let second = first.clone();
        drop(first);
        assert_eq!(sender.send('a'), Ok(()), "one receiver is left");
        drop(second);
        assert_eq!(sender.send('b'), Err(SendError('b')), "none is left");
    });
}

#[test]
fn two_senders_that_go_at_once_disconnect() {
    explore(|| {
        let (first, receiver) = channel::<u32>(plain(1));
        let second = first.clone();
        let other = thread::spawn(move || drop(second));
        drop(first);
        assert_eq!(receiver.recv(), Err(RecvError), "no sender is left");
        other.join().unwrap();
    });
}

#[test]
fn a_loop_over_a_receiver_ends_with_the_last_sender() {
    explore(|| {
        let (sender, receiver) = channel(plain(1));
        let other = thread::spawn(move || {
            for value in [1, 2] {
                sender.send(value).expect("somebody receives");
            }
        });
        let received: Vec<_> = receiver.iter().collect();
        assert_eq!(
            received,
            [1, 2],
            "both values were sent before the sender went: the loop must get them"
        );
        other.join().unwrap();
    });
}

#[test]
fn try_iter_takes_what_is_there_and_does_not_wait() {
    explore(|| {
        let (sender, receiver) = channel(plain(2));
        sender.send(1).expect("there is room");
        sender.send(2).expect("there is room");
        let received: Vec<_> = receiver.try_iter().collect();
        assert_eq!(
            received,
            [1, 2],
            "a sender is left, and it has sent no more"
        );
    });
}

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(2, 1, 2).in_turn(2));
}
