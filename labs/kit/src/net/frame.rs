//! A frame on its way from one node to another.
use crate::message::Message;
use crate::time::Instant;

/// A frame on its way.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    pub(super) message: Message,
    pub(super) number: u64,
    /// Whether it has arrived before.
    pub(super) again: bool,
    /// When it arrives, if that takes time.
    pub(super) due: Option<Instant>,
}
