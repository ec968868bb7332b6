//! The modelled barrier.
use super::has_no_answer;
use super::wait::{Queue, Word};
use crate::record::{CallSite, Handle, Op};
use std::cell::Cell;

/// A place where `size` threads meet.
#[derive(Debug)]
pub(crate) struct Barrier {
    object: Handle,
    size: usize,
    arrived: Cell<usize>,
    word: Word,
    waiting: Queue,
}

impl Barrier {
    pub(crate) fn new(size: usize, created: CallSite) -> Box<Barrier> {
        Box::new(Barrier {
            object: Handle::new("Barrier", created, None),
            size,
            arrived: Cell::new(0),
            word: Word::synchronizing(),
            waiting: Queue::default(),
        })
    }

    /// Blocks until all have come; `true` for the last one.
    pub(crate) fn wait(&self, place: CallSite) -> bool {
        if has_no_answer() {
            return false;
        }
        self.word.step();
        let arrived = self.arrived.get() + 1;
        let last = arrived >= self.size;
        if last {
            self.arrived.set(0);
            self.waiting
                .wake_all(|_| self.object.event(place, Op::BarrierPassed));
        } else {
            self.arrived.set(arrived);
            let waiter = self.waiting.join();
            self.object.event(
                place,
                Op::BarrierWaits {
                    arrived,
                    of: self.size,
                },
            );
            waiter.sleep();
            // What the others did before they came happens-before what this thread does next.
            self.word.step();
            self.object.event(place, Op::BarrierPassed);
        }
        last
    }
}
