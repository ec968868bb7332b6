//! Given: primitives that run for real or under a model checker. (First cut: the bare backend only.)
#![allow(missing_docs)]
mod bare;
pub use bare::*;
pub mod collections;
pub mod explore;
pub use explore::{explore, possible, repeat, note};
