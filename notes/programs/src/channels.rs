//! The traps of the page on channels, in its order.
use crate::{Trap, traps};

pub(crate) const TRAPS: &[Trap] = traps![];
