//! The modelled channel: everything about it but the values, which the façade keeps.
//!
//! A send or a receive is one visible step that finds out whether it may go on; the façade moves
//! the value ([`Values`]) before anybody else can run.
mod claim;

pub(crate) use claim::Claim;

use super::wait::{Queue, Waiter, Word};
use super::{advance_clock, clock, has_no_answer, inert, let_time_pass, over};
use crate::record::{CallSite, Handle, Op};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// Which end of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Sender,
    Receiver,
}

/// How long an operation may block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    Forever,
    Until { start: u64, timeout: Duration },
    Never,
}

impl Patience {
    /// A patience that ends `timeout` from now.
    pub(crate) fn lasting(timeout: Duration) -> Patience {
        Patience::Until {
            start: clock(),
            timeout,
        }
    }

    /// Sleeps until woken, or for as long as this lasts; whether the time ran out. `look` takes a
    /// step on what the thread waits for.
    pub(super) fn sleep(self, waiter: &Waiter, look: impl FnOnce()) -> bool {
        if let Patience::Until { start, timeout } = self {
            let_time_pass();
            look();
            if !waiter.is_taken() {
                advance_clock(start, timeout.as_nanos().try_into().unwrap_or(u64::MAX));
                return true;
            }
        }
        waiter.sleep();
        false
    }
}

/// Why an operation did not take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Disconnected,
    Full,
    Empty,
    TimedOut,
}

impl Refused {
    fn in_words(self, disconnected: &'static str) -> &'static str {
        match self {
            Refused::Disconnected => disconnected,
            Refused::Full => "the channel is full",
            Refused::Empty => "the channel is empty",
            Refused::TimedOut => "timed out",
        }
    }
}

/// What the façade does with the values, each under a ticket of its own.
pub(crate) trait Values {
    /// Queues the value that is being sent.
    fn put(&self, ticket: u64);
    /// Takes the value that was put under `ticket` back.
    fn take_back(&self, ticket: u64);
    /// Takes the oldest value out, and says its ticket.
    fn get(&self) -> u64;
}

/// The state of a channel that holds at most `capacity` values.
#[derive(Debug)]
pub(crate) struct Channel {
    object: Handle,
    capacity: Option<usize>,
    /// Values that are in the façade's queue.
    queued: Cell<usize>,
    /// Room that was claimed, for values that are not in the queue yet.
    reserved: Cell<usize>,
    /// Receivers that were woken, or will be, and have not run yet.
    coming: Cell<usize>,
    senders: Cell<usize>,
    receivers: Cell<usize>,
    next_ticket: Cell<u64>,
    word: Word,
    /// Senders; with capacity 0 only those that select.
    full: Queue,
    empty: Queue,
    /// Capacity 0 only: senders whose value nobody has taken yet.
    handing_over: RefCell<Vec<(u64, Rc<Waiter>)>>,
}

impl Channel {
    /// A channel with one sender and one receiver; `None` holds any number of values.
    pub(crate) fn new(capacity: Option<usize>, created: CallSite) -> Channel {
        Channel {
            object: Handle::new("channel", created, None),
            capacity,
            queued: Cell::new(0),
            reserved: Cell::new(0),
            coming: Cell::new(0),
            senders: Cell::new(1),
            receivers: Cell::new(1),
            next_ticket: Cell::new(0),
            word: Word::synchronizing(),
            full: Queue::default(),
            empty: Queue::default(),
            handing_over: RefCell::default(),
        }
    }

    /// This is a channel of the kit's own.
    pub(crate) fn call(&self, name: &str) {
        self.object.call(name);
    }

    /// How many values are buffered. Never blocks.
    pub(crate) fn len(&self) -> usize {
        if !inert() {
            self.word.step();
        }
        if self.capacity == Some(0) {
            0
        } else {
            self.queued.get()
        }
    }

    pub(crate) fn capacity(&self) -> Option<usize> {
        self.capacity
    }

    /// Sends: blocks while there is no room and `patience` lasts.
    pub(crate) fn send(
        &self,
        patience: Patience,
        place: CallSite,
        values: &dyn Values,
    ) -> Result<(), Refused> {
        // Whoever unwraps this in a destructor must not panic there.
        if inert() {
            return Ok(());
        }
        loop {
            self.word.step();
            if over() {
                return Ok(());
            }
            if self.receivers.get() == 0 {
                return self.send_failed(place, Refused::Disconnected);
            }
            if self.has_room() {
                self.put(place, values);
                self.wake_receiver();
                return Ok(());
            }
            if matches!(patience, Patience::Never) {
                return self.send_failed(place, Refused::Full);
            }
            if self.capacity == Some(0) {
                return self.hand_over(patience, place, values);
            }
            let waiter = self.full.join();
            self.object.event(
                place,
                Op::SendWaits {
                    queued: self.queued.get(),
                },
            );
            if patience.sleep(&waiter, || self.word.step()) {
                self.full.leave(&waiter);
                return self.send_failed(place, Refused::TimedOut);
            }
        }
    }

    fn put(&self, place: CallSite, values: &dyn Values) -> u64 {
        let ticket = self.next_ticket.get();
        self.next_ticket.set(ticket + 1);
        values.put(ticket);
        self.queued.set(self.queued.get() + 1);
        self.object.event(
            place,
            Op::Sent {
                queued: self.queued.get(),
            },
        );
        ticket
    }

    fn has_room(&self) -> bool {
        let taken = self.queued.get() + self.reserved.get();
        match self.capacity {
            None => true,
            Some(0) => taken < self.coming.get() || self.empty.has_sleeper(),
            Some(capacity) => taken < capacity,
        }
    }

    fn wake_receiver(&self) {
        if self.empty.wake_one(|_| ()) {
            self.coming.set(self.coming.get() + 1);
        }
    }

    /// A rendezvous: shows the value, and sleeps until a receiver has taken it.
    fn hand_over(
        &self,
        patience: Patience,
        place: CallSite,
        values: &dyn Values,
    ) -> Result<(), Refused> {
        let ticket = self.put(place, values);
        let sleeper = Queue::default();
        let waiter = sleeper.join();
        self.handing_over
            .borrow_mut()
            .push((ticket, Rc::clone(&waiter)));
        self.object.event(place, Op::SendWaits { queued: 0 });
        self.wake_receiver();
        let timed_out = patience.sleep(&waiter, || self.word.step());
        self.word.step();
        if over() {
            return Ok(());
        }
        let mut handing_over = self.handing_over.borrow_mut();
        let Some(at) = handing_over.iter().position(|(other, _)| *other == ticket) else {
            return Ok(());
        };
        handing_over.remove(at);
        values.take_back(ticket);
        self.queued.set(self.queued.get() - 1);
        let why = if timed_out {
            Refused::TimedOut
        } else {
            Refused::Disconnected
        };
        self.send_failed(place, why)
    }

    /// Receives: blocks while nothing is there and `patience` lasts.
    pub(crate) fn receive(
        &self,
        patience: Patience,
        place: CallSite,
        values: &dyn Values,
    ) -> Result<(), Refused> {
        match patience {
            Patience::Never if inert() => return Err(Refused::Empty),
            _ if has_no_answer() => return Err(Refused::Disconnected),
            _ => {}
        }
        loop {
            self.word.step();
            if over() {
                return Err(Refused::Disconnected);
            }
            if self.queued.get() > 0 {
                self.get(place, values);
                return Ok(());
            }
            if self.senders.get() == 0 {
                return self.receive_failed(place, Refused::Disconnected);
            }
            if matches!(patience, Patience::Never) {
                return self.receive_failed(place, Refused::Empty);
            }
            let waiter = self.empty.join();
            self.object.event(place, Op::ReceiveWaits);
            self.announce_waiting(Side::Receiver);
            if patience.sleep(&waiter, || self.word.step()) {
                self.empty.leave(&waiter);
                return self.receive_failed(place, Refused::TimedOut);
            }
            self.woke(Side::Receiver);
        }
    }

    fn get(&self, place: CallSite, values: &dyn Values) {
        self.got(values.get(), place);
    }

    /// The value under `ticket` was taken out.
    fn got(&self, ticket: u64, place: CallSite) {
        self.queued.set(self.queued.get() - 1);
        self.object.event(
            place,
            Op::Received {
                queued: self.queued.get(),
            },
        );
        let mut handing_over = self.handing_over.borrow_mut();
        match handing_over.iter().position(|(other, _)| *other == ticket) {
            Some(at) => handing_over.remove(at).1.wake(),
            None => drop(self.full.wake_one(|_| ())),
        }
    }

    fn send_failed(&self, place: CallSite, why: Refused) -> Result<(), Refused> {
        self.object.event(
            place,
            Op::SendFailed {
                why: why.in_words("no receiver is left"),
            },
        );
        Err(why)
    }

    fn receive_failed(&self, place: CallSite, why: Refused) -> Result<(), Refused> {
        self.object.event(
            place,
            Op::ReceiveFailed {
                why: why.in_words("no sender is left"),
            },
        );
        Err(why)
    }

    /// One more sender or receiver. Never blocks.
    pub(crate) fn cloned(&self, side: Side) {
        let count = self.count(side);
        count.set(count.get() + 1);
    }

    /// One sender or receiver less. Never blocks. Whether nobody will ever receive what is queued:
    /// the façade has to drop it.
    pub(crate) fn dropped(&self, side: Side, place: CallSite) -> bool {
        let count = self.count(side);
        if count.get() > 1 || inert() {
            count.set(count.get() - 1);
            return false;
        }
        self.word.step();
        count.set(count.get() - 1);
        let (side, sleeping) = match side {
            Side::Sender => ("sender", &self.empty),
            Side::Receiver => ("receiver", &self.full),
        };
        self.object.event(place, Op::Disconnected { side });
        let woken = sleeping.wake_all(|_| ());
        if self.senders.get() == 0 {
            self.coming.set(self.coming.get() + woken);
        }
        if self.receivers.get() == 0 {
            self.handing_over
                .borrow()
                .iter()
                .for_each(|(_, waiter)| waiter.wake());
        }
        // As crossbeam has it: a channel without a limit drops what is queued, one with a limit
        // keeps it until it goes itself.
        let unread = self.receivers.get() == 0 && self.capacity.is_none();
        if unread {
            self.queued.set(0);
        }
        unread
    }

    fn count(&self, side: Side) -> &Cell<usize> {
        match side {
            Side::Sender => &self.senders,
            Side::Receiver => &self.receivers,
        }
    }
}
