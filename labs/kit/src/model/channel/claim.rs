//! What `Select` needs of a channel: an operation that is begun by one step and ended by another.
use super::super::inert;
use super::super::wait::{Queue, Waiter};
use super::{Channel, Refused, Side, Values};
use crate::record::{CallSite, ObjectId};
use std::rc::Rc;

/// What a thread has got that has selected an operation and not done it yet.
#[derive(Debug)]
pub(crate) enum Claim {
    /// It only wanted to know.
    Nothing,
    /// The value under this ticket.
    Value(u64),
    /// Room for one value; with capacity 0 that is a receiver that waits for it, if it has to be
    /// woken.
    Room(Option<Rc<Waiter>>),
    /// Nothing: the other side is gone.
    Disconnected,
}

impl Channel {
    pub(crate) fn id(&self) -> ObjectId {
        self.object.0
    }

    /// Takes a visible step.
    pub(crate) fn step(&self) {
        self.word.step();
    }

    /// Whether a send would not block.
    pub(crate) fn can_send(&self) -> bool {
        self.receivers.get() == 0 || self.has_room()
    }

    /// Whether a receive would not block.
    pub(crate) fn can_receive(&self) -> bool {
        self.senders.get() == 0 || self.queued.get() > 0
    }

    fn sleepers(&self, side: Side) -> &Queue {
        match side {
            Side::Sender => &self.full,
            Side::Receiver => &self.empty,
        }
    }

    pub(crate) fn enqueue(&self, side: Side, waiter: &Rc<Waiter>, case: usize) {
        self.sleepers(side).add(waiter, case);
    }

    pub(crate) fn dequeue(&self, side: Side, waiter: &Rc<Waiter>) {
        self.sleepers(side).leave(waiter);
    }

    /// A receiver of a rendezvous has begun to wait: a sender that selects can give it something
    /// now.
    pub(crate) fn announce_waiting(&self, side: Side) {
        if side == Side::Receiver && self.capacity == Some(0) {
            self.full.wake_one(|_| ());
        }
    }

    /// A thread that slept on this side was woken by it, and runs.
    pub(crate) fn woke(&self, side: Side) {
        if side == Side::Receiver {
            self.coming.set(self.coming.get().saturating_sub(1));
        }
    }

    /// Takes a value, of which `set_apart` tells the ticket.
    pub(crate) fn claim_value(&self, place: CallSite, set_apart: impl FnOnce() -> u64) -> Claim {
        if self.queued.get() == 0 {
            let _ = self.receive_failed(place, Refused::Disconnected);
            return Claim::Disconnected;
        }
        let ticket = set_apart();
        self.got(ticket, place);
        Claim::Value(ticket)
    }

    /// Takes room for one value.
    pub(crate) fn claim_room(&self) -> Claim {
        if self.receivers.get() == 0 {
            return Claim::Disconnected;
        }
        let receiver = match self.capacity {
            Some(0) => self.empty.take_one(),
            _ => None,
        };
        if receiver.is_some() {
            self.coming.set(self.coming.get() + 1);
        }
        self.reserved.set(self.reserved.get() + 1);
        Claim::Room(receiver)
    }

    /// Sends into the room that was claimed. Never blocks.
    pub(crate) fn send_into(&self, claim: Claim, place: CallSite, values: &dyn Values) -> bool {
        let Claim::Room(receiver) = claim else {
            if !inert() {
                let _ = self.send_failed(place, Refused::Disconnected);
            }
            return false;
        };
        if inert() {
            return true;
        }
        self.word.step();
        self.reserved.set(self.reserved.get() - 1);
        self.put(place, values);
        match receiver {
            Some(receiver) => receiver.wake(),
            None => self.wake_receiver(),
        }
        true
    }
}
