//! The modelled condition variable: a word, a queue, and the mutex that the wait gives back.
//!
//! Built here and not taken from the checkers, so that the recorder knows who was woken, that a
//! time-out can fire, and that a notification may wake any sleeper; its state space is that of
//! loom's own.
use super::wait::{Queue, Word};
use super::{
    Mutex, advance_clock, clock, has_no_answer, inert, let_time_pass, may_wake_for_nothing,
    whom_to_wake,
};
use crate::record::{CallSite, Handle, Op};
use std::time::Duration;

/// A modelled condition variable. Waiters are woken first come, first served, and none wakes for no
/// reason, but in the passes that ask for it.
#[derive(Debug)]
pub(crate) struct Condvar {
    object: Handle,
    word: Word,
    waiting: Queue,
}

impl Condvar {
    pub(crate) fn new(created: CallSite) -> Box<Condvar> {
        Box::new(Condvar {
            object: Handle::new("Condvar", created, None),
            word: Word::relaxed(),
            waiting: Queue::default(),
        })
    }

    /// Gives `mutex` back, blocks until notified, and takes `mutex` again.
    pub(crate) fn wait(&self, mutex: &Mutex, place: CallSite) {
        if has_no_answer() {
            return;
        }
        self.word.step();
        let waiter = self.waiting.join();
        self.object.event(
            place,
            Op::CondvarWaits {
                mutex: mutex.object.0,
                timed: false,
                touched: mutex.touches.take(),
            },
        );
        mutex.release_quietly();
        if may_wake_for_nothing() {
            self.word.step();
            if !waiter.woken() {
                self.waiting.leave(&waiter);
                self.object.event(place, Op::WokenForNothing);
                return mutex.lock(place);
            }
        }
        waiter.sleep();
        self.object.event(place, Op::Woken);
        mutex.lock(place);
    }

    /// As [`Condvar::wait`], but may also return at any moment, as if the time were up: `true`.
    pub(crate) fn wait_for(&self, mutex: &Mutex, timeout: Duration, place: CallSite) -> bool {
        if inert() {
            return true;
        }
        let start = clock();
        self.word.step();
        let waiter = self.waiting.join();
        self.object.event(
            place,
            Op::CondvarWaits {
                mutex: mutex.object.0,
                timed: true,
                touched: mutex.touches.take(),
            },
        );
        mutex.release_quietly();
        let_time_pass();
        self.word.step();
        let timed_out = !waiter.woken();
        if timed_out {
            self.waiting.leave(&waiter);
            advance_clock(start, timeout.as_nanos().try_into().unwrap_or(u64::MAX));
        }
        self.object
            .event(place, if timed_out { Op::TimedOut } else { Op::Woken });
        mutex.lock(place);
        timed_out
    }

    /// Wakes a waiter, if there is one. Never blocks.
    pub(crate) fn notify_one(&self, place: CallSite) -> bool {
        if inert() {
            return false;
        }
        self.word.step();
        let before = whom_to_wake(self.waiting.sleepers());
        self.waiting.wake_one_after(before, |woke| {
            self.object.event(place, Op::NotifyOne { woke });
        })
    }

    /// Wakes all who wait, and says how many. Never blocks.
    pub(crate) fn notify_all(&self, place: CallSite) -> usize {
        if inert() {
            return 0;
        }
        self.word.step();
        self.waiting
            .wake_all(|woke| self.object.event(place, Op::NotifyAll { woke }))
    }
}
