//! The traps of the page on the crawler, in its order.
use crate::{Trap, traps};

pub(crate) const TRAPS: &[Trap] = traps![];
