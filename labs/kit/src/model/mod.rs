//! The modelled primitives: loom's and shuttle's behind one type each, none of them generic over the
//! student's types, so that a student's crate compiles no checker code.
//!
//! The one idea: an object asks once, when it is made, which checker runs ([`backend`]); from then on
//! it is an enum, and each operation logs itself to the recorder.
//!
//! A thread that unwinds takes no further part in the search: its operations have no effect and cannot
//! block ([`inert`]), so that a failing assertion is reported and not buried by a second panic.
mod atomic;
mod barrier;
mod cell;
mod channel;
mod condvar;
mod lock;
mod thread;
mod wait;

pub(crate) use atomic::*;
pub(crate) use barrier::Barrier;
pub(crate) use cell::Cell;
pub(crate) use channel::{Channel, Patience, Refused, Side, Values};
pub(crate) use condvar::Condvar;
pub(crate) use lock::{Mutex, RwLock};
use thread::yield_quietly;
pub(crate) use thread::{Join, begin_threads, park, run_thread, spawn, unpark, yield_now};

use crate::record::ThreadId;
use std::any::Any;
use std::cell::{Cell as StdCell, RefCell};

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
    static SEQUENTIAL: StdCell<bool> = const { StdCell::new(false) };
    static OVER: StdCell<bool> = const { StdCell::new(false) };
    static CLOCK: StdCell<u64> = const { StdCell::new(0) };
    static TIMED_OUT: RefCell<Vec<ThreadId>> = const { RefCell::new(Vec::new()) };
    static DEFERRED: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
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

/// Whether each atomic operation is taken as sequentially consistent, whatever ordering is written.
pub(crate) fn sequential() -> bool {
    SEQUENTIAL.get()
}

pub(crate) fn set_sequential(sequential: bool) {
    SEQUENTIAL.set(sequential);
}

/// A new execution starts.
pub(crate) fn begin_execution() {
    OVER.set(false);
    CLOCK.set(0);
    TIMED_OUT.take();
    DEFERRED.take().into_iter().for_each(std::mem::forget);
}

/// This execution has failed or was stopped: nothing that unwinds may touch the checker again.
pub(crate) fn end_execution() {
    OVER.set(true);
    DEFERRED.take().into_iter().for_each(std::mem::forget);
}

/// Whether this execution has failed or was stopped.
pub(crate) fn over() -> bool {
    OVER.get()
}

/// Whether operations have no effect: the execution is over, or this thread unwinds.
///
/// A student's `catch_unwind` can stop an unwinding during which operations had no effect; the
/// execution then means nothing any more, so it ends here, as the failure it was.
pub(crate) fn inert() -> bool {
    if !running() {
        return true;
    }
    if std::thread::panicking() {
        OVER.set(true);
        return true;
    }
    if OVER.get() {
        std::panic::resume_unwind(Box::new(Abandoned));
    }
    settle();
    false
}

/// Drops a checker's guard. While a thread unwinds the guard waits for the panic to be caught: the
/// checkers' locks would take a release during a panic for poison. No other thread runs until then.
pub(crate) fn release(guard: impl Any) {
    if OVER.get() || !running() {
        std::mem::forget(guard);
    } else if std::thread::panicking() {
        DEFERRED.with_borrow_mut(|deferred| deferred.push(Box::new(guard)));
    } else {
        crate::record::switching(|| drop(guard));
    }
}

/// Makes the releases take effect that waited for a panic to be caught.
pub(crate) fn settle() {
    for guard in DEFERRED.take() {
        crate::record::switching(|| drop(guard));
    }
}

/// The payload that ends an execution whose failing panic was caught.
pub(crate) struct Abandoned;

/// The modelled clock, in nanoseconds since the execution began. It moves only when a time-out fires,
/// so an execution depends on nothing but its schedule.
pub(crate) fn clock() -> u64 {
    CLOCK.get()
}

/// Between the start of a timed wait and the look whether somebody has woken the waiter.
///
/// Once in an execution the time of a thread may be up before any other thread moves; after that the others
/// go first, so that a loop of timed waits ends.
pub(crate) fn let_time_pass() {
    let me = crate::record::current();
    let first = TIMED_OUT.with_borrow_mut(|threads| {
        let first = !threads.contains(&me);
        threads.push(me);
        first
    });
    if !first {
        yield_quietly();
    }
}

/// A time-out of this many nanoseconds, begun at `start`, has fired.
pub(crate) fn advance_clock(start: u64, nanos: u64) {
    CLOCK.set(CLOCK.get().max(start.saturating_add(nanos)));
}
