//! What checks of both flavors use: more threads than a search can take, on real ones.

use channels::flavor::{Flavor, Patience, Side};
use channels::{RecvTimeoutError, SendTimeoutError};
use kit::thread;

use crate::watcher::soon;

/// How many threads send, and how many receive.
pub(crate) const SENDERS: usize = 6;
/// How many values each of them sends: the first those from 0, and so on.
pub(crate) const VALUES: usize = 60;

/// Many threads send and receive, with all kinds of patience: each value is received once, and
/// everybody gets through. What each has received.
pub(crate) fn everybody_gets_through(channel: &(impl Flavor<usize> + Sync)) -> Vec<Vec<usize>> {
    thread::scope(|s| {
        let receivers = [(); SENDERS].map(|()| s.spawn(|| receive_all(channel)));
        let senders = (0..SENDERS).map(|sender| {
            let values = sender * VALUES..(sender + 1) * VALUES;
            s.spawn(move || values.for_each(|value| send(channel, value, value + sender)))
        });
        let senders: Vec<_> = senders.collect();
        for sender in senders {
            sender.join().unwrap();
        }
        channel.disconnect(Side::Senders);
        let received = receivers.map(|receiver| receiver.join().unwrap());
        let mut all = received.concat();
        all.sort_unstable();
        let expected: Vec<usize> = (0..SENDERS * VALUES).collect();
        assert_eq!(all, expected, "each value is received once");
        received.into()
    })
}

/// Patience of one kind after the other.
fn patience(turn: usize) -> Patience {
    match turn % 3 {
        0 => Patience::Never,
        1 => soon(),
        _ => Patience::Forever,
    }
}

fn send(channel: &impl Flavor<usize>, value: usize, first: usize) {
    for turn in first.. {
        match channel.send(value, patience(turn)) {
            Ok(()) => return,
            Err(SendTimeoutError::Timeout(back)) => {
                assert_eq!(back, value, "the value that comes back");
                assert_ne!(turn % 3, 2, "it was to wait for ever");
            }
            Err(SendTimeoutError::Disconnected(_)) => panic!("receivers are left"),
        }
    }
}

fn receive_all(channel: &impl Flavor<usize>) -> Vec<usize> {
    let mut received = Vec::new();
    for turn in 0.. {
        match channel.recv(patience(turn)) {
            Ok(value) => received.push(value),
            Err(RecvTimeoutError::Timeout) => {
                assert_ne!(turn % 3, 2, "it was to wait for ever");
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    received
}
