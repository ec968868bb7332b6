//! Checks of `disconnect`, around flavors of their own: a channel of the kit where values have to
//! move, and a probe where it matters what the handles ask of their flavor.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use channels::disconnect::{IntoIter, Iter, Receiver, Sender, TryIter, channel};
use channels::flavor::AnyFlavor;
use channels::flavor::{Flavor, Patience, Side, Watchers};
use channels::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
use kit::spec::{Canary, Scope, conforms, steps_of_this_thread};
use kit::sync::{Arc, Barrier, Mutex};
use kit::thread::ThreadId;
use kit::time::{Duration, Instant};
use kit::{explore, possible, thread};

use crate::plain::plain;
use crate::spec::calls::Value;
use crate::spec::disconnect::Yours;

harness::checks![
    conforms_to_the_specification,
    a_failed_send_gives_the_value_back,
    a_failed_receive_says_why,
    each_call_has_the_patience_of_its_name,
    a_cloned_sender_keeps_the_channel,
    a_cloned_receiver_keeps_the_channel,
    the_last_drop_disconnects_once,
    both_sides_are_counted_apart,
    a_handle_goes_in_a_panic_as_well,
    the_last_sender_wakes_who_receives,
    what_is_left_is_received_before_the_end,
    a_loop_ends_with_the_last_sender,
    try_iter_does_not_wait,
    two_handles_work_at_once,
    a_value_may_hold_a_handle,
    both_ends_say_how_full_it_is,
];

fn conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(3, 2, 4).in_turn(3).within(12_000));
}

// What the file has to offer, to the letter, for each type of value that is used below: a result of
// another type could agree with anything.
macro_rules! pinned {
    ($($value:ty),*) => {$(
        const _: () = {
            const _: fn(AnyFlavor<$value>) -> (Sender<$value>, Receiver<$value>) = channel;
            type End = Sender<$value>;
            const _: fn(&End, $value) -> Result<(), SendError<$value>> = End::send;
            const _: fn(&End, $value) -> Result<(), TrySendError<$value>> = End::try_send;
            const _: fn(&End, $value, Duration) -> Result<(), SendTimeoutError<$value>> =
                End::send_timeout;
            const _: fn(&End) -> End = End::clone;
        };
        const _: () = {
            type End = Receiver<$value>;
            const _: fn(&End) -> Result<$value, RecvError> = End::recv;
            const _: fn(&End) -> Result<$value, TryRecvError> = End::try_recv;
            const _: fn(&End, Duration) -> Result<$value, RecvTimeoutError> = End::recv_timeout;
            const _: fn(&End) -> Iter<'_, $value> = End::iter;
            const _: fn(&End) -> TryIter<'_, $value> = End::try_iter;
            const _: fn(End) -> IntoIter<$value> = End::into_iter;
            const _: fn(&mut Iter<'static, $value>) -> Option<$value> = Iter::next;
            const _: fn(&mut TryIter<'static, $value>) -> Option<$value> = TryIter::next;
            const _: fn(&mut IntoIter<$value>) -> Option<$value> = IntoIter::next;
            const _: fn(&End) -> &AnyFlavor<$value> = End::flavor;
            const _: fn(&End) -> End = End::clone;
        };
        pinned!(of $value: Sender Receiver);
    )*};
    (of $value:ty: $($end:ident)*) => {$(
        const _: fn(&$end<$value>) -> usize = $end::len;
        const _: fn(&$end<$value>) -> bool = $end::is_empty;
        const _: fn(&$end<$value>) -> bool = $end::is_full;
        const _: fn(&$end<$value>) -> Option<usize> = $end::capacity;
    )*};
}
pinned!(char, i32, u32, usize, Value);

/// More handles than a number of sixteen bits can count.
const MANY: usize = 70_000;

/// Long enough for any test, and short enough for any clock.
const LONG: Duration = Duration::from_secs(3600);

fn a_failed_send_gives_the_value_back() {
    explore(|| {
        let (sender, receiver) = channel(plain(1));
        assert_eq!(sender.try_send('a'), Ok(()), "there is room");
        assert_eq!(
            sender.try_send('b'),
            Err(TrySendError::Full('b')),
            "there is no room: `try_send` must fail at once and give the value back"
        );
        let late = sender.send_timeout('c', Duration::ZERO);
        assert_eq!(
            late,
            Err(SendTimeoutError::Timeout('c')),
            "there is no room and no time: `send_timeout` must give the value back"
        );
        drop(receiver);
        assert_eq!(
            sender.send('d'),
            Err(SendError('d')),
            "no receiver is left: `send` must fail and give the value back"
        );
        assert_eq!(
            sender.try_send('e'),
            Err(TrySendError::Disconnected('e')),
            "no receiver is left: `try_send` must say so and give the value back"
        );
        let refused = sender.send_timeout('f', LONG);
        assert_eq!(
            refused,
            Err(SendTimeoutError::Disconnected('f')),
            "no receiver is left: `send_timeout` must say so at once and give the value back"
        );
    });
}

fn a_failed_receive_says_why() {
    explore(|| {
        let (sender, receiver) = channel::<char>(plain(1));
        assert_eq!(
            receiver.try_recv(),
            Err(TryRecvError::Empty),
            "nothing was sent and a sender is left: the channel is empty, not at its end"
        );
        let late = receiver.recv_timeout(Duration::ZERO);
        assert_eq!(
            late,
            Err(RecvTimeoutError::Timeout),
            "nothing came and a sender is left: the receive must time out"
        );
        drop(sender);
        assert_eq!(
            receiver.recv(),
            Err(RecvError),
            "nothing is left and no sender either: `recv` must fail"
        );
        assert_eq!(
            receiver.try_recv(),
            Err(TryRecvError::Disconnected),
            "nothing is left and no sender either: `try_recv` must say so"
        );
        let end = receiver.recv_timeout(LONG);
        assert_eq!(
            end,
            Err(RecvTimeoutError::Disconnected),
            "nothing is left and no sender either: `recv_timeout` must say so at once"
        );
    });
}

/// A flavor that accepts everything, and writes down what it was asked.
#[derive(Clone, Default)]
struct Probe {
    asked: Arc<Mutex<Vec<&'static str>>>,
    /// Until when it was last to wait.
    deadline: Arc<Mutex<Option<Instant>>>,
}

impl Probe {
    /// A channel around a probe, and the probe.
    fn channel() -> (Probe, Sender<u32>, Receiver<u32>) {
        let probe = Probe::default();
        let (sender, receiver) = channel(AnyFlavor::Other(Box::new(probe.clone())));
        (probe, sender, receiver)
    }

    fn note(&self, what: &'static str) {
        self.asked.lock().push(what);
    }

    /// Writes down what it was asked with this patience: `now`, `in time`, or `for ever`.
    fn note_patience(&self, [now, in_time, for_ever]: [&'static str; 3], patience: Patience) {
        self.note(match patience {
            Patience::Never => now,
            Patience::Until(deadline) => {
                *self.deadline.lock() = Some(deadline);
                in_time
            }
            Patience::Forever => for_ever,
        });
    }

    /// Whether it was asked nothing since the last time.
    fn is_quiet(&self) -> bool {
        self.asked.lock().is_empty()
    }

    /// What it was asked since the last time.
    fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.asked.lock())
    }
}

impl Flavor<u32> for Probe {
    fn send(&self, _: u32, patience: Patience) -> Result<(), SendTimeoutError<u32>> {
        self.note_patience(["send now", "send in time", "send"], patience);
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<u32, RecvTimeoutError> {
        self.note_patience(["receive now", "receive in time", "receive"], patience);
        Ok(7)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, side: Side) {
        self.note(match side {
            Side::Senders => "no sender is left",
            Side::Receivers => "no receiver is left",
        });
    }

    fn watchers(&self, _: &mut dyn FnMut(&mut Watchers)) {}
}

fn each_call_has_the_patience_of_its_name() {
    explore(|| {
        let (probe, sender, receiver) = Probe::channel();
        assert_eq!(
            (sender.send(1), receiver.recv()),
            (Ok(()), Ok(7)),
            "the flavor takes and gives a value: both calls must return what it says"
        );
        assert_eq!(
            probe.asked(),
            ["send", "receive"],
            "`send` and `recv` must let the flavor wait as long as it takes"
        );
        assert_eq!(
            (sender.try_send(1), receiver.try_recv()),
            (Ok(()), Ok(7)),
            "the flavor takes and gives a value: both calls must return what it says"
        );
        assert_eq!(
            probe.asked(),
            ["send now", "receive now"],
            "`try_send` and `try_recv` must not let the flavor wait"
        );
        let end = Some(Instant::now() + LONG); // A model's clock stands still.
        assert_eq!(
            sender.send_timeout(1, LONG),
            Ok(()),
            "the flavor takes the value: `send_timeout` must return what it says"
        );
        assert_eq!(probe.deadline.lock().take(), end, "the end of its time");
        assert_eq!(
            receiver.recv_timeout(LONG),
            Ok(7),
            "the flavor gives 7: `recv_timeout` must return it"
        );
        assert_eq!(probe.deadline.lock().take(), end, "the end of its time");
        assert_eq!(
            probe.asked(),
            ["send in time", "receive in time"],
            "`send_timeout` and `recv_timeout` must let the flavor wait until their time is up"
        );
        assert_eq!(
            receiver.iter().next(),
            Some(7),
            "the flavor gives 7: `iter` must return it"
        );
        assert_eq!(
            receiver.try_iter().next(),
            Some(7),
            "the flavor gives 7: `try_iter` must return it"
        );
        assert_eq!(
            probe.asked(),
            ["receive", "receive now"],
            "`iter` must let the flavor wait as long as it takes, and `try_iter` not at all"
        );
    });
    no_time_is_too_long();
}

/// Longer than any clock goes; a model's never comes to an end.
fn no_time_is_too_long() {
    let (probe, sender, receiver) = Probe::channel();
    assert_eq!(
        sender.send_timeout(1, Duration::MAX),
        Ok(()),
        "the flavor takes the value: a time that no clock reaches must do no harm"
    );
    assert_eq!(
        receiver.recv_timeout(Duration::MAX),
        Ok(7),
        "the flavor gives 7: a time that no clock reaches must do no harm"
    );
    assert!(!probe.asked().contains(&"send now"), "there is time");
}

fn a_cloned_sender_keeps_the_channel() {
    explore(|| {
        let (probe, first, _receiver) = Probe::channel();
        let second = first.clone();
        let third = second.clone();
        drop(second);
        drop(first);
        assert!(probe.asked().is_empty(), "one of three senders is left");
        drop(third);
        assert_eq!(
            probe.asked(),
            ["no sender is left"],
            "the last of three senders is gone: the flavor must be told, once"
        );
    });
    // A handle that becomes one of this channel leaves its own.
    explore(|| {
        let (probe, first, _receiver) = Probe::channel();
        let (other, mut second, _others) = Probe::channel();
        second.clone_from(&first);
        assert_eq!(
            other.asked(),
            ["no sender is left"],
            "the other channel's only sender has become one of this channel"
        );
        drop(first);
        assert!(probe.asked().is_empty(), "one of two senders is left");
        drop(second);
        assert_eq!(
            probe.asked(),
            ["no sender is left"],
            "the last sender is gone: the flavor must be told, once"
        );
    });
    // However many there are.
    let (probe, sender, _receiver) = Probe::channel();
    let mut senders = vec![sender.clone(); MANY];
    drop(sender);
    while senders.len() > 1 {
        senders.pop();
        assert!(probe.is_quiet(), "{} senders are left", senders.len());
    }
    drop(senders);
    assert_eq!(
        probe.asked(),
        ["no sender is left"],
        "the last of many senders is gone: the flavor must be told, once"
    );
}

fn a_cloned_receiver_keeps_the_channel() {
    explore(|| {
        let (probe, _sender, first) = Probe::channel();
        let second = first.clone();
        let third = second.clone();
        drop(second);
        drop(first);
        assert!(probe.asked().is_empty(), "one of three receivers is left");
        drop(third);
        assert_eq!(
            probe.asked(),
            ["no receiver is left"],
            "the last of three receivers is gone: the flavor must be told, once"
        );
    });
    // A handle that becomes one of this channel leaves its own.
    explore(|| {
        let (probe, _sender, first) = Probe::channel();
        let (other, _others, mut second) = Probe::channel();
        second.clone_from(&first);
        assert_eq!(
            other.asked(),
            ["no receiver is left"],
            "the other channel's only receiver has become one of this channel"
        );
        drop(first);
        assert!(probe.asked().is_empty(), "one of two receivers is left");
        drop(second);
        assert_eq!(
            probe.asked(),
            ["no receiver is left"],
            "the last receiver is gone: the flavor must be told, once"
        );
    });
    // However many there are.
    let (probe, _sender, receiver) = Probe::channel();
    let mut receivers = vec![receiver.clone(); MANY];
    drop(receiver);
    while receivers.len() > 1 {
        receivers.pop();
        assert!(probe.is_quiet(), "{} receivers are left", receivers.len());
    }
    drop(receivers);
    assert_eq!(
        probe.asked(),
        ["no receiver is left"],
        "the last of many receivers is gone: the flavor must be told, once"
    );
}

fn the_last_drop_disconnects_once() {
    explore(|| {
        let (probe, first, receiver) = Probe::channel();
        let (second, other) = (first.clone(), receiver.clone());
        let thread = thread::spawn(move || {
            drop(second);
            drop(other);
        });
        drop(first);
        drop(receiver);
        thread.join().unwrap();
        let mut asked = probe.asked();
        asked.sort();
        assert_eq!(
            asked,
            ["no receiver is left", "no sender is left"],
            "two threads drop the handles of both sides: the flavor must be told once of each"
        );
    });
    // Behind all that was done with the others.
    explore(|| {
        let (first, _receiver) = channel(AnyFlavor::Other(Box::new(LooksBack::default())));
        let second = first.clone();
        let other = thread::spawn(move || second.send(0));
        assert_eq!(
            first.send(1),
            Ok(()),
            "the flavor takes every value: `send` must return what it says"
        );
        drop(first);
        assert_eq!(
            other.join().unwrap(),
            Ok(()),
            "the flavor takes every value: `send` must return what it says"
        );
    });
    explore(|| {
        let (_sender, first) = channel(AnyFlavor::Other(Box::new(LooksBack::default())));
        let second = first.clone();
        let other = thread::spawn(move || second.recv().is_ok());
        assert!(
            first.recv().is_ok(),
            "the flavor gives a value: `recv` must return it"
        );
        drop(first);
        assert!(
            other.join().unwrap(),
            "the flavor gives a value: `recv` must return it"
        );
    });
}

/// A flavor that looks, when a side is gone, at what each of two calls of that side has written.
#[derive(Default)]
struct LooksBack {
    written: [[Canary; 2]; 2],
    /// How many values have been received. It is the standard library's, as what follows: a search
    /// sees no step in it.
    received: AtomicUsize,
    /// How many steps each thread had taken in its call.
    steps: std::sync::Mutex<HashMap<ThreadId, usize>>,
}

impl LooksBack {
    fn call(&self, side: usize, number: usize) {
        self.written[side][number].write();
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.insert(thread::current().id(), steps_of_this_thread());
    }
}

impl Flavor<usize> for LooksBack {
    fn send(&self, value: usize, _: Patience) -> Result<(), SendTimeoutError<usize>> {
        self.call(0, value);
        Ok(())
    }

    fn recv(&self, _: Patience) -> Result<usize, RecvTimeoutError> {
        let value = self.received.fetch_add(1, Relaxed);
        self.call(1, value);
        Ok(value)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, side: Side) {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        // Who knows it without a step knows it from an `Arc`, whose order no search sees.
        if steps.get(&thread::current().id()) != Some(&steps_of_this_thread()) {
            let side = usize::from(side == Side::Receivers);
            self.written[side].iter().for_each(Canary::read);
        }
    }

    fn watchers(&self, _: &mut dyn FnMut(&mut Watchers)) {}
}

fn both_sides_are_counted_apart() {
    explore(|| {
        let (probe, sender, receiver) = Probe::channel();
        let others = [sender.clone(), sender.clone()];
        drop(receiver);
        assert_eq!(
            probe.asked(),
            ["no receiver is left"],
            "the receiver is gone and senders are left: the flavor must be told of just that"
        );
        drop(others);
        assert!(probe.asked().is_empty(), "one of three senders is left");
        drop(sender);
        assert_eq!(
            probe.asked(),
            ["no sender is left"],
            "the last sender is gone: the flavor must be told, once"
        );
    });
}

fn a_handle_goes_in_a_panic_as_well() {
    let (probe, sender, receiver) = Probe::channel();
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _sender = sender;
        resume_unwind(Box::new("whoever sends panics"));
    }));
    assert!(
        panicked.is_err(),
        "the panic must go on to whoever catches it"
    );
    let asked = probe.asked();
    assert_eq!(
        asked,
        ["no sender is left"],
        "receivers would wait for ever"
    );
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _receiver = receiver;
        resume_unwind(Box::new("whoever receives panics"));
    }));
    assert!(
        panicked.is_err(),
        "the panic must go on to whoever catches it"
    );
    let asked = probe.asked();
    assert_eq!(
        asked,
        ["no receiver is left"],
        "senders would wait for ever"
    );
}

fn the_last_sender_wakes_who_receives() {
    explore(|| {
        let (first, receiver) = channel::<u32>(plain(1));
        let second = first.clone();
        let waiting = thread::spawn(move || receiver.recv());
        let other = thread::spawn(move || drop(second));
        drop(first);
        assert_eq!(waiting.join().unwrap(), Err(RecvError), "nobody is left");
        other.join().unwrap();
    });
}

fn what_is_left_is_received_before_the_end() {
    explore(|| {
        let (first, receiver) = channel(plain(2));
        let second = first.clone();
        let other = thread::spawn(move || second.send(2).expect("a receiver is left"));
        first.send(1).expect("a receiver is left");
        drop(first);
        let received = receiver.recv().and_then(|one| Ok(one + receiver.recv()?));
        assert_eq!(received, Ok(3), "both were sent before the last one went");
        assert_eq!(receiver.recv(), Err(RecvError), "now nothing is left");
        other.join().unwrap();
    });
}

fn a_loop_ends_with_the_last_sender() {
    explore(|| {
        let (sender, receiver) = channel(plain(1));
        let other = thread::spawn(move || {
            for value in [1, 2] {
                sender.send(value).expect("a receiver is left");
            }
        });
        assert_eq!(receiver.iter().next(), Some(1), "it waits for a value");
        let mut received = Vec::new();
        for value in receiver {
            received.push(value);
        }
        assert_eq!(received, [2], "the rest, and then the loop ends");
        other.join().unwrap();
        let (sender, receiver) = channel(plain(1));
        sender.send(1).expect("a receiver is left");
        let mut values = receiver.into_iter();
        assert_eq!(
            values.next(),
            Some(1),
            "a value was sent: the loop must get it"
        );
        drop(values);
        assert_eq!(
            sender.send(2),
            Err(SendError(2)),
            "the loop had the last one"
        );
    });
    // However many values there are.
    let (sender, receiver) = channel(plain(7));
    let all = || 0..3_000_u32;
    let other = thread::spawn(move || {
        let sent = all().map(|value| sender.send(value));
        assert!(sent.into_iter().all(|sent| sent.is_ok()), "it is received");
    });
    let first: Vec<u32> = receiver.iter().take(1_500).collect();
    let rest: Vec<u32> = receiver.into_iter().collect();
    other.join().unwrap();
    assert!(
        first.into_iter().chain(rest).eq(all()),
        "each value in order"
    );
}

fn try_iter_does_not_wait() {
    explore(|| {
        let (sender, receiver) = channel(plain(2));
        sender.send(1).expect("there is room");
        sender.send(2).expect("there is room");
        let received: Vec<_> = receiver.try_iter().collect();
        assert_eq!(received, [1, 2], "what was there");
        assert_eq!(receiver.try_iter().next(), None, "a sender is left");
    });
}

/// A flavor in which a send waits until two threads send.
struct Meeting(Barrier);

impl Flavor<u32> for Meeting {
    fn send(&self, _: u32, _: Patience) -> Result<(), SendTimeoutError<u32>> {
        self.0.wait();
        Ok(())
    }

    fn recv(&self, _: Patience) -> Result<u32, RecvTimeoutError> {
        Err(RecvTimeoutError::Disconnected)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, _: Side) {}

    fn watchers(&self, _: &mut dyn FnMut(&mut Watchers)) {}
}

fn two_handles_work_at_once() {
    possible(|goal| {
        let meeting = Meeting(Barrier::new(2));
        let (first, _receiver) = channel(AnyFlavor::Other(Box::new(meeting)));
        let second = first.clone();
        let other = thread::spawn(move || second.send(1));
        assert_eq!(
            first.send(2),
            Ok(()),
            "the flavor takes every value: `send` must return what it says"
        );
        goal.reached(); // Both are in the flavor's send.
        assert_eq!(
            other.join().unwrap(),
            Ok(()),
            "the flavor takes every value: `send` must return what it says"
        );
    });
}

/// A flavor that holds a handle of its own channel, as a value in its buffer may: it goes when the
/// receivers do.
struct Holder(Arc<Mutex<Option<Sender<u32>>>>);

impl Flavor<u32> for Holder {
    fn send(&self, _: u32, _: Patience) -> Result<(), SendTimeoutError<u32>> {
        Ok(())
    }

    fn recv(&self, _: Patience) -> Result<u32, RecvTimeoutError> {
        Err(RecvTimeoutError::Disconnected)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, side: Side) {
        if side == Side::Receivers {
            let held = self.0.lock().take();
            drop(held);
        }
    }

    fn watchers(&self, _: &mut dyn FnMut(&mut Watchers)) {}
}

fn a_value_may_hold_a_handle() {
    explore(|| {
        let held = Arc::new(Mutex::new(None));
        let holder = Holder(held.clone());
        let (sender, receiver) = channel(AnyFlavor::Other(Box::new(holder)));
        *held.lock() = Some(sender);
        drop(receiver);
        assert!(held.lock().is_none(), "no receiver is left");
    });
}

fn both_ends_say_how_full_it_is() {
    explore(|| {
        let (sender, receiver) = channel(plain(2));
        for there in 0..=2 {
            let (empty, full) = (there == 0, there == 2);
            assert_eq!(
                (sender.len(), receiver.len()),
                (there, there),
                "{there} values are in the channel: both ends must count them"
            );
            assert_eq!(
                (sender.is_empty(), receiver.is_empty()),
                (empty, empty),
                "{there} values are in the channel: both ends must say whether it is empty"
            );
            assert_eq!(
                (sender.is_full(), receiver.is_full()),
                (full, full),
                "{there} of 2 values are in the channel: both ends must say whether it is full"
            );
            assert_eq!(
                (sender.capacity(), receiver.capacity()),
                (Some(2), Some(2)),
                "the channel is made for two: both ends must say so"
            );
            assert_eq!(receiver.flavor().len(), there, "it is the channel's own");
            sender.try_send('a').ok();
        }
        let (sender, receiver) = channel::<char>(plain(0));
        assert!(sender.is_full() && receiver.is_full(), "none can wait");
        assert!(sender.is_empty() && receiver.is_empty(), "none waits");
        let (_, sender, receiver) = Probe::channel();
        assert_eq!(
            (sender.capacity(), receiver.capacity()),
            (None, None),
            "the flavor has no limit: both ends must say so"
        );
        assert!(
            !sender.is_full() && !receiver.is_full(),
            "any number can wait"
        );
    });
}
