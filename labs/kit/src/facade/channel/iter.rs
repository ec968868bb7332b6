//! Values one after another.
use super::Receiver;
use std::panic::Location;

/// Values of a [`Receiver`] until all senders are gone; blocks between them.
#[derive(Debug)]
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
    place: &'static Location<'static>,
}

impl<'a, T> Iter<'a, T> {
    pub(super) fn new(receiver: &'a Receiver<T>, place: &'static Location<'static>) -> Self {
        Iter { receiver, place }
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv_at(self.place).ok()
    }
}

/// Values of a [`Receiver`] that are there now; never blocks.
#[derive(Debug)]
pub struct TryIter<'a, T>(&'a Receiver<T>);

impl<'a, T> TryIter<'a, T> {
    pub(super) fn new(receiver: &'a Receiver<T>) -> Self {
        TryIter(receiver)
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

/// As [`Iter`], of a receiver that is consumed.
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
    place: &'static Location<'static>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv_at(self.place).ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        IntoIter {
            receiver: self,
            place: Location::caller(),
        }
    }
}
