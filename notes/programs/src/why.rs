//! The traps of the page on the choice of language, in its order.
use crate::{Trap, traps};

pub(crate) const TRAPS: &[Trap] = traps![];
