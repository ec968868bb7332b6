//! The modelled primitives: loom's and shuttle's behind one type each, none of them generic over
//! the student's types, so that a student's crate compiles no checker code.
//!
//! The one idea: an object asks once, when it is made, which checker runs ([`backend`]); from then
//! on it is an enum, and each operation logs itself to the recorder.
//!
//! What panics do in a model is in [`unwinding`].
mod atomic;
mod barrier;
mod cell;
mod channel;
mod checker_words;
mod choice;
mod condvar;
mod execution;
mod gate;
mod lock;
mod on_model_thread;
mod select;
mod thread;
mod unwinding;
mod wait;

pub(crate) use atomic::*;
pub(crate) use barrier::Barrier;
pub(crate) use cell::Cell;
pub(crate) use channel::{Channel, Claim, Patience, Refused, Side, Values};
#[cfg(test)]
pub(crate) use checker_words::phrases;
pub(crate) use checker_words::{aborts, cause_of};
pub(crate) use choice::choose;
pub(crate) use condvar::Condvar;
pub(crate) use execution::*;
pub(crate) use lock::{Mutex, RwLock};
pub(crate) use on_model_thread::OnModelThread;
pub(crate) use select::{Manner, Selectable, select};
pub(crate) use thread::{
    Join, begin_threads, ended_by, ends_quietly, is_finished, park, park_timeout, run_thread,
    sleep, spawn, tell_shuttle, unpark, yield_now, yield_quietly,
};
pub(crate) use unwinding::{is_on_purpose, panic_on_purpose, passes_on, text, unwinding};
pub(crate) use wait::Word;

use std::cell::Cell as StdCell;

/// Who runs the threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The operating system.
    Real,
    /// loom: every interleaving and every value that weak memory allows.
    Loom,
    /// shuttle: many schedules of a bigger program, sequentially consistent.
    Shuttle,
}

/// One of the two checkers' versions of a thing.
#[derive(Debug)]
pub(crate) enum Checker<L, S> {
    Loom(L),
    Shuttle(S),
}

impl<L, S> Checker<L, S> {
    /// Makes the thing for the checker that runs now.
    pub(crate) fn new(loom: impl FnOnce() -> L, shuttle: impl FnOnce() -> S) -> Self {
        match backend() {
            Backend::Shuttle => Checker::Shuttle(shuttle()),
            Backend::Loom => Checker::Loom(loom()),
            Backend::Real => unreachable!("a modelled object is made inside a model only"),
        }
    }
}

/// Does the same to either checker's version.
macro_rules! either {
    ($checker:expr, $it:ident => $body:expr) => {
        match $checker {
            $crate::model::Checker::Loom($it) => $body,
            $crate::model::Checker::Shuttle($it) => $body,
        }
    };
}
pub(crate) use either;

thread_local! {
    static BACKEND: StdCell<Backend> = const { StdCell::new(Backend::Real) };
}

/// Who runs the threads of what is created now on this operating-system thread.
#[inline]
pub(crate) fn backend() -> Backend {
    BACKEND.get()
}

/// Whether a model runs on this operating-system thread.
#[inline]
pub(crate) fn running() -> bool {
    backend() != Backend::Real
}

/// Enters or leaves a model; only the explorer calls this.
pub(crate) fn set_backend(backend: Backend) {
    BACKEND.set(backend);
}
