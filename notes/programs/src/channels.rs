//! The traps of the page on channels, in its order.
use crate::{Trap, traps};
use kit::channel::bounded;
use kit::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use kit::sync::{Arc, Condvar, Mutex};
use kit::{explore, thread};
use std::collections::VecDeque;

/// A buffer for one value, with one condvar for both sides.
struct OneBell {
    value: Mutex<Option<u32>>,
    changed: Condvar,
}

impl OneBell {
    fn send(&self, new: u32) {
        let mut value = self.value.lock();
        while value.is_some() {
            self.changed.wait(&mut value);
        }
        *value = Some(new);
        self.changed.notify_one();
    }

    fn recv(&self) -> u32 {
        let mut value = self.value.lock();
        loop {
            if let Some(value) = value.take() {
                self.changed.notify_one();
                return value;
            }
            self.changed.wait(&mut value);
        }
    }
}

fn one_bell_for_both_sides() {
    explore(|| {
        let channel = OneBell {
            value: Mutex::new(None),
            changed: Condvar::new(),
        };
        thread::scope(|s| {
            s.spawn(|| channel.recv());
            s.spawn(|| channel.recv());
            channel.send(1);
            channel.send(2);
        });
    });
}

/// A buffer without a limit that rings when it stops being empty.
struct RingsWhenEmpty {
    values: Mutex<VecDeque<u32>>,
    filled: Condvar,
}

impl RingsWhenEmpty {
    fn push(&self, value: u32) {
        let mut values = self.values.lock();
        values.push_back(value);
        if values.len() == 1 {
            self.filled.notify_one();
        }
    }

    fn pop(&self) -> u32 {
        let mut values = self.values.lock();
        loop {
            match values.pop_front() {
                Some(value) => return value,
                None => self.filled.wait(&mut values),
            }
        }
    }
}

fn the_second_value_wakes_nobody() {
    explore(|| {
        let channel = RingsWhenEmpty {
            values: Mutex::default(),
            filled: Condvar::new(),
        };
        thread::scope(|s| {
            s.spawn(|| channel.pop());
            s.spawn(|| channel.pop());
            channel.push(1);
            channel.push(2);
        });
    });
}

/// Counts handles, and closes when none is left.
struct Handles {
    count: AtomicUsize,
    closed: AtomicBool,
}

impl Handles {
    fn drop_one(&self) {
        let last = self.count.load(SeqCst) == 1;
        self.count.fetch_sub(1, SeqCst);
        if last {
            self.closed.store(true, SeqCst);
        }
    }
}

fn nobody_is_the_last_one() {
    explore(|| {
        let senders = Handles {
            count: AtomicUsize::new(2),
            closed: AtomicBool::new(false),
        };
        thread::scope(|s| {
            s.spawn(|| senders.drop_one());
            senders.drop_one();
        });
        let closed = senders.closed.load(SeqCst);
        assert!(closed, "no sender is left, and receivers wait for ever");
    });
}

/// A slot through which values go from hand to hand.
struct Slot {
    value: Mutex<Option<u32>>,
    changed: Condvar,
}

impl Slot {
    fn hand_over(&self, new: u32) {
        let mut value = self.value.lock();
        while value.is_some() {
            self.changed.wait(&mut value);
        }
        *value = Some(new);
        self.changed.notify_all();
        while value.is_some() {
            self.changed.wait(&mut value);
        }
    }

    fn receive(&self) -> u32 {
        let mut value = self.value.lock();
        loop {
            if let Some(value) = value.take() {
                self.changed.notify_all();
                return value;
            }
            self.changed.wait(&mut value);
        }
    }
}

fn whose_value_was_taken() {
    explore(|| {
        let slot = Arc::new(Slot {
            value: Mutex::new(None),
            changed: Condvar::new(),
        });
        let mut senders = [0, 1].map(|value| {
            let slot = slot.clone();
            Some(thread::spawn(move || slot.hand_over(value)))
        });
        for _ in 0..2 {
            let value = slot.receive();
            let its_sender = senders[value as usize].take().unwrap();
            its_sender.join().unwrap();
        }
    });
}

fn a_worker_that_answers_itself() {
    explore(|| {
        let (ask, asked) = bounded(1);
        let (answer, answers) = bounded(1);
        let worker = thread::spawn(move || {
            for page in asked {
                answer.send(page).unwrap();
            }
        });
        for page in [1, 2, 3, 4] {
            ask.send(page).unwrap();
        }
        drop(ask);
        assert_eq!(answers.iter().count(), 4);
        worker.join().unwrap();
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    one_bell_for_both_sides,
    the_second_value_wakes_nobody,
    nobody_is_the_last_one,
    whose_value_was_taken,
    a_worker_that_answers_itself,
];
