//! Given to every lab: primitives that run for real or under a model checker, and the explorer that
//! searches interleavings.
//!
//! The one idea: a [`sync::Mutex`] (or thread, atomic, channel, …) asks when it is made whether a
//! model runs on this thread, and is the operating system's or the checker's from then on. So one
//! build serves ordinary tests and models, and a scenario is written once:
//!
//! ```
//! use kit::sync::{Arc, Mutex};
//! use kit::{explore, thread};
//!
//! explore(|| {
//!     let counter = Arc::new(Mutex::new(0));
//!     let other = Arc::clone(&counter);
//!     let thread = thread::spawn(move || *other.lock() += 1);
//!     *counter.lock() += 1;
//!     thread.join().unwrap();
//!     assert_eq!(*counter.lock(), 2);
//! });
//! ```
//!
//! Not here: a way around the checker. What this crate does not offer cannot be modelled, and is
//! not used in labs.
#![allow(
    unsafe_code,
    reason = "locks lend what they guard, and models share what checkers do not"
)]
#[cfg(feature = "bare")]
mod bare;
#[cfg(feature = "bare")]
pub use bare::*;

#[cfg(not(feature = "bare"))]
mod cause;
#[cfg(not(feature = "bare"))]
mod describe;
#[cfg(not(feature = "bare"))]
pub mod explore;
#[cfg(not(feature = "bare"))]
mod facade;
#[cfg(not(feature = "bare"))]
pub mod message;
#[cfg(not(feature = "bare"))]
mod model;
#[cfg(not(feature = "bare"))]
mod record;
#[cfg(not(feature = "bare"))]
pub mod spec;
#[cfg(not(feature = "bare"))]
mod waiting;
#[cfg(not(feature = "bare"))]
pub use explore::{explore, possible, repeat, seeds};
#[cfg(not(feature = "bare"))]
pub use facade::*;
#[cfg(not(feature = "bare"))]
pub use message::note;
#[cfg(not(feature = "bare"))]
pub(crate) use message::{decided, within};

pub mod collections;
#[cfg(not(feature = "bare"))]
pub mod linearizability;
pub mod net;
pub mod web;
