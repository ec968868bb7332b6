//! Scenarios that nobody wrote: an object is called in every way there is, up to a size, and asked
//! whether it did what its specification allows.
//!
//! The one idea: what an object promises is a program ([`Spec`]): a state, calls, and what each
//! call may do when the calls come one after the other. From that a machine finds every scenario of
//! a few threads and calls, and a judge for each: [`conforms`] runs it over its interleavings, and
//! looks for an order of the calls, one after the other, that explains what they returned (the
//! history is *linearizable*), and in which nobody sleeps who may go (a *lost wake-up*). The first
//! failure is the smallest there is.
//!
//! | file | |
//! |---|---|
//! | `contract`, `subject`, `canary` | what an author writes |
//! | `scope`, `scenario`, `enumerate` | which scenarios there are |
//! | `automaton`, `progress` | the specification in numbers; which scenarios can be judged |
//! | `perform`, `in_turn` | one scenario, run: all at once, or one call after the other |
//! | `log`, `order` | what its calls returned, and whether an order explains that |
//! | `search`, `describe` | all of them, and the one that fails |
//!
//! After Burckhardt, Dern, Musuvathi and Tan, *Line-Up: a complete and automatic linearizability
//! checker* (PLDI 2010), which counts calls that never return; Wing and Gong, *Testing and
//! verifying concurrent objects* (1993), whose search for an order this is; and Koval and others,
//! *Lincheck* (CAV 2023), which makes scenarios at random.
//!
//! Not here: what no result can show. That somebody else is served first, that two threads run at
//! the same time, that a time-out is long enough.
mod automaton;
mod canary;
mod contract;
mod describe;
mod enumerate;
mod in_turn;
mod log;
mod order;
mod perform;
mod progress;
mod scenario;
mod scope;
mod search;
mod subject;
#[cfg(test)]
mod tests;

pub use canary::{Canary, steps_of_this_thread};
pub use contract::{At, Spec, Steps};
pub use scenario::{Manner, Scenario};
pub use scope::{SHORT, Scope};
pub use search::conforms;
pub use subject::Subject;
