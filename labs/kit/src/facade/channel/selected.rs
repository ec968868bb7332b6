//! `SelectedOperation`: what a `Select` has begun.
use super::{End, Modelled, Receiver, RecvError, SendError, Sender};
use crate::model::{Claim, Selectable};
use std::panic::Location;
use std::{fmt, thread};

/// An operation that has begun: it has to be ended with the end of the channel that it was added
/// with.
///
/// # Panics
///
/// If it is dropped before that.
#[must_use = "the operation has begun and has to be ended"]
pub struct SelectedOperation<'a>(pub(super) Selected<'a>);

pub(super) enum Selected<'a> {
    Real(crossbeam::channel::SelectedOperation<'a>),
    Model {
        index: usize,
        case: &'a dyn Selectable,
        /// There until the operation was ended.
        claim: Option<Claim>,
    },
    /// What is left of a real one that was ended.
    Ended,
}

impl<'a> SelectedOperation<'a> {
    /// The number of the operation.
    pub fn index(&self) -> usize {
        match &self.0 {
            Selected::Real(operation) => operation.index(),
            Selected::Model { index, .. } => *index,
            Selected::Ended => unreachable!("who ends it has it no more"),
        }
    }

    /// Sends. Never blocks.
    ///
    /// # Errors
    ///
    /// With the value, if no receiver is left.
    ///
    /// # Panics
    ///
    /// If the operation is not a send with this sender.
    #[track_caller]
    pub fn send<T>(mut self, sender: &Sender<T>, value: T) -> Result<(), SendError<T>> {
        match (self.take(), &sender.0) {
            (Selected::Real(operation), End::Real(sender)) => operation.send(sender, value),
            (Selected::Model { case, claim, .. }, End::Model(end)) if is_of(case, end) => {
                let moving = end.moving(Some(value));
                let claim = claim.expect("it has not ended");
                let channel = &end.shared.channel;
                if channel.send_into(claim, Location::caller(), &moving) {
                    return Ok(());
                }
                let value = moving.value.take();
                Err(SendError(
                    value.expect("a value that was not sent is still here"),
                ))
            }
            _ => panic!("passed a sender that wasn't selected"),
        }
    }

    /// Receives. Never blocks.
    ///
    /// # Errors
    ///
    /// If nothing is buffered and no sender is left.
    ///
    /// # Panics
    ///
    /// If the operation is not a receive with this receiver.
    #[track_caller]
    pub fn recv<T>(mut self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        match (self.take(), &receiver.0) {
            (Selected::Real(operation), End::Real(receiver)) => operation.recv(receiver),
            (Selected::Model { case, claim, .. }, End::Model(end)) if is_of(case, end) => {
                let Some(Claim::Value(ticket)) = claim else {
                    return Err(RecvError);
                };
                let mut set_apart = end.shared.set_apart.borrow_mut();
                let at = set_apart.iter().position(|(other, _)| *other == ticket);
                Ok(set_apart
                    .swap_remove(at.expect("a value that was selected is kept"))
                    .1)
            }
            _ => panic!("passed a receiver that wasn't selected"),
        }
    }

    fn take(&mut self) -> Selected<'a> {
        std::mem::replace(&mut self.0, Selected::Ended)
    }
}

/// Whether `end` is one of the channel that was selected, on the same side.
fn is_of<T>(case: &dyn Selectable, end: &Modelled<T>) -> bool {
    std::ptr::eq(case.channel(), &raw const end.shared.channel) && case.side() == end.side
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        let unfinished = matches!(
            &self.0,
            Selected::Model { claim: Some(claim), .. } if !matches!(claim, Claim::Nothing)
        );
        if unfinished && !thread::panicking() {
            panic!("dropped `SelectedOperation` without completing the operation");
        }
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelectedOperation").finish_non_exhaustive()
    }
}
