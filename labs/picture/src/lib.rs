//! What a search of interleavings found, as data, and its views.
//!
//! The one idea: a failing interleaving is a [`Failure`], a list of steps with names, places and
//! what orders them; the kit writes it, and every picture (terminal, HTML, a message in a report)
//! is drawn from it and from nothing else. Its JSON form is the interface to other tools;
//! [`VERSION`] says which.
//!
//! Not here: how an interleaving is found or recorded.
mod bug;
mod data;
mod fold;
mod html;
mod order;
mod orders;
mod outcome;
mod redact;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use bug::{Bug, BugKind};
pub use data::{
    Edge, EdgeKind, Effect, Failure, FailureKind, Hold, MemoryOrdering, Object, Place, Search,
    Step, Thread, Touched, VERSION, Wait,
};
pub use html::{COLOURS, escape};
pub use orders::{Ending, Moment, Orders, Turn};
pub use outcome::{Certainty, Outcome, Scenarios};
pub use text::Style;
