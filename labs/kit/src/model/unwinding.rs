//! Panics in a model: those on purpose, which belong to the scenario, and all others, which fail
//! it.
//!
//! A panic on purpose unwinds its thread as on real threads: what its destructors do takes effect
//! where they do it, they may block, and other threads run meanwhile. All modelled threads share
//! one thread of the operating system, so the standard library says of each that it panics while
//! one of them unwinds. Therefore nobody here asks it alone; what has to be known besides is
//! remembered in this file.
//!
//! A thread that unwinds from any other panic takes no further part: its operations have no effect
//! and cannot block ([`inert`](super::inert)), so that a failing assertion is reported and not
//! buried by a second panic.
use super::checker_words::unwraps_a_payload;
use super::{Refusal, end_execution, inert, running, will_unwind};
use crate::record::{self, CallSite, Op, ThreadId};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::panicking;

/// How many operations without effect a thread may do in an execution that is over, before it is
/// stopped the hard way: by then it is in a loop, and not in a destructor.
const PATIENCE: u32 = 1_000;

thread_local! {
    /// Where the texts of the panics on purpose are, which tells their payloads from others.
    static TEXTS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Threads that unwind from a panic on purpose, and have not been seen to go on.
    static UNWINDING: RefCell<Vec<ThreadId>> = const { RefCell::new(Vec::new()) };
    /// Threads that `join` has told of a panic on purpose: they may pass it on by a panic of their
    /// own.
    static JOINED_A_PANIC: RefCell<Vec<ThreadId>> = const { RefCell::new(Vec::new()) };
    /// A panic that is not on purpose is on its way.
    static FAILING: Cell<bool> = const { Cell::new(false) };
    static PATIENCE_LEFT: Cell<u32> = const { Cell::new(PATIENCE) };
}

/// A new execution begins.
pub(super) fn begin_unwinding() {
    TEXTS.take();
    UNWINDING.take();
    JOINED_A_PANIC.take();
    FAILING.set(false);
    PATIENCE_LEFT.set(PATIENCE);
}

/// Panics, and says so to the recorder alone.
pub(crate) fn panic_on_purpose(text: &'static str, place: CallSite) -> ! {
    if running() && !inert() {
        will_unwind();
        record::event(0, place, Op::Panics { text });
        remember(text);
    }
    resume_unwind(Box::new(text))
}

fn remember(text: &str) {
    TEXTS.with_borrow_mut(|texts| texts.push(text.as_ptr().addr()));
    UNWINDING.with_borrow_mut(|threads| threads.push(record::current()));
}

/// The text of a payload, if it has one.
pub(crate) fn text(payload: &dyn Any) -> Option<&str> {
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .or_else(|| payload.downcast_ref::<Refusal>().map(Refusal::text))
}

/// Whether a payload is that of a panic on purpose, or of one that passes such a panic on.
pub(crate) fn is_on_purpose(payload: &dyn Any) -> bool {
    let known = |text: &str| TEXTS.with_borrow(|texts| texts.contains(&text.as_ptr().addr()));
    text(payload).is_some_and(known)
}

/// `join` has handed this thread the payload of a panic.
pub(super) fn joined_a_panic() {
    JOINED_A_PANIC.with_borrow_mut(|threads| threads.push(record::current()));
}

/// The panic hook has seen a panic of this thread: whether it passes on one that was on purpose.
/// Otherwise the execution fails, unless somebody catches it before the next operation.
pub(crate) fn passes_on(payload: &dyn Any) -> bool {
    let me = record::current();
    let knows_of_one = JOINED_A_PANIC.with_borrow_mut(|threads| {
        let at = threads.iter().position(|thread| *thread == me);
        at.map(|at| threads.swap_remove(at)).is_some()
    });
    match text(payload) {
        Some(text)
            if knows_of_one
                || unwraps_a_payload(text) && TEXTS.with_borrow(|texts| !texts.is_empty()) =>
        {
            remember(text);
            true
        }
        _ => {
            set_failing();
            false
        }
    }
}

/// From here on whatever unwinds is not part of the scenario.
pub(super) fn set_failing() {
    FAILING.set(true);
}

/// Whether a panic that is not on purpose is on its way.
pub(super) fn failing() -> bool {
    if !panicking() {
        FAILING.set(false);
    }
    FAILING.get()
}

/// Whether the current thread unwinds.
pub(crate) fn unwinding() -> bool {
    if !panicking() {
        UNWINDING.take();
    }
    let me = record::current();
    failing() || UNWINDING.with_borrow(|threads| threads.contains(&me))
}

/// A thread has ended, and unwinds no more.
pub(super) fn ended(thread: ThreadId) {
    UNWINDING.with_borrow_mut(|threads| threads.retain(|other| *other != thread));
}

/// Whether a thread that may be unwinding in an execution that is over gets on, without effect.
pub(super) fn lets_go_on() -> bool {
    let left = PATIENCE_LEFT.get();
    PATIENCE_LEFT.set(left.saturating_sub(1));
    panicking() && left > 0
}

/// Runs an operation in which the checker may find that the execution has failed. It says so by a
/// panic; out of a destructor that would end the process, so while a thread unwinds the panic waits
/// until it has.
pub(super) fn contained<R>(operation: impl FnOnce() -> R, otherwise: impl FnOnce() -> R) -> R {
    if !panicking() {
        return operation();
    }
    catch_unwind(AssertUnwindSafe(operation)).unwrap_or_else(|_reported_by_the_hook| {
        end_execution();
        otherwise()
    })
}
