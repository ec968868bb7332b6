//! Modelled threads: spawn, join, yield, park.
use super::choice::begin_choices;
use super::unwinding::{self, contained, is_on_purpose};
use super::wait::{Queue, Word};
use super::{
    Backend, Checker, advance_clock, backend, cannot_go_on, chooses, clock, either, end_execution,
    has_no_answer, inert, let_time_pass, may_wake_for_nothing, over, settle, visible_ends,
    will_ask_for_ends,
};
use crate::record::{self, CallSite, Op, ThreadId, event, switching};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// loom runs four threads besides the one that runs the scenario.
const LOOM_THREADS: usize = loom::MAX_THREADS - 1;
/// In words: 256 KiB of stack for each spawned thread.
const STACK_WORDS: usize = 0x8000;

/// What the panic carried that has ended a thread, if one has.
type Payload = Arc<Mutex<Option<Box<dyn Any + Send>>>>;

/// A spawned thread that can be waited for.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) thread: ThreadId,
    payload: Payload,
    handle: Checker<loom::thread::JoinHandle<()>, shuttle::thread::JoinHandle<()>>,
}

/// Starts a modelled thread.
pub(crate) fn spawn(name: Option<String>, place: CallSite, body: Box<dyn FnOnce() + Send>) -> Join {
    if inert() {
        cannot_go_on();
    }
    let spawned = record::with_trace(|trace| trace.threads.len()) - 1;
    let most = LOOM_THREADS - usize::from(chooses());
    if backend() == Backend::Loom && spawned >= most {
        super::refuse(format!(
            "{place} starts a thread when {most} have been started. If the contract bounds how many an \
             answer may start, it is broken here; if not, the scenario is too big: a search runs at most \
             {most} spawned threads"
        ));
    }
    let thread = record::new_thread(name);
    add_parker();
    event(0, place, Op::Spawn { child: thread });
    let payload = Payload::default();
    let left = Arc::clone(&payload);
    let body = move || {
        record::set_current(thread);
        let ended_by = run_thread(body).err();
        record::set_current(thread);
        let panicked = ended_by.is_some();
        *left.lock().unwrap_or_else(PoisonError::into_inner) = ended_by;
        if let Some(ends) = &parker(thread).ends {
            ends.step();
        }
        record::end_thread(thread, panicked);
        event(0, place, Op::End);
    };
    let handle = switching(|| match backend() {
        Backend::Shuttle => Checker::Shuttle(shuttle::thread::spawn(move || ends_quietly(body))),
        _ => {
            let builder = loom::thread::Builder::new().stack_size(STACK_WORDS);
            Checker::Loom(
                builder
                    .spawn(body)
                    .expect("loom starts every thread it is asked for"),
            )
        }
    });
    Join {
        thread,
        payload,
        handle,
    }
}

/// Runs the body of a modelled thread. A panic on purpose is its result, any other ends the
/// execution.
pub(crate) fn run_thread<T>(body: impl FnOnce() -> T) -> std::thread::Result<T> {
    let result = catch_unwind(AssertUnwindSafe(body));
    match &result {
        Err(payload) if over() || !is_on_purpose(&**payload) => {
            end_execution();
            resume_unwind(result.err().expect("it has just been looked at"));
        }
        _ => {
            unwinding::ended(record::current());
            settle();
            result
        }
    }
}

thread_local! {
    /// The panic that has ended an execution under shuttle.
    static ENDED_BY: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// Runs the body of one of shuttle's threads. A panic ends it as a return does: shuttle is told of
/// it by its scheduler.
pub(crate) fn ends_quietly(body: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(body)) {
        end_execution();
        ENDED_BY.set(Some(payload));
    }
}

/// What the panic carried that has ended the execution under shuttle.
pub(crate) fn ended_by() -> Box<dyn Any + Send> {
    ENDED_BY.take().unwrap_or_else(|| Box::new(()))
}

/// Fails shuttle's execution, from within its scheduler.
pub(crate) fn tell_shuttle() -> ! {
    resume_unwind(ended_by())
}

impl Join {
    /// Blocks until the thread has ended. Gives the payload of the panic that has ended it, if one
    /// has.
    pub(crate) fn join(self, place: CallSite) -> std::thread::Result<()> {
        let child = self.thread;
        if !has_no_answer() {
            event(0, place, Op::JoinWants { child });
            // The checkers' threads never panic: a panic is caught before, or ends the execution.
            contained(
                || switching(|| either!(self.handle, handle => drop(handle.join()))),
                || (),
            );
            let panicked = record::with_trace(|trace| trace.threads[child as usize].panicked);
            event(0, place, Op::Joined { child, panicked });
            if panicked {
                unwinding::joined_a_panic();
            }
        }
        let payload = self
            .payload
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        payload.map_or(Ok(()), Err)
    }
}

/// Whether `thread` has ended. Never blocks, and orders nothing.
pub(crate) fn is_finished(child: ThreadId, place: CallSite) -> bool {
    if inert() {
        return false;
    }
    will_ask_for_ends();
    if let Some(ends) = &parker(child).ends {
        ends.step();
    }
    let ended = record::with_trace(|trace| trace.threads[child as usize].ended);
    event(0, place, Op::AsksForEnd { child, ended });
    ended
}

/// Lets the others go first, and says so.
pub(crate) fn yield_now(place: CallSite) {
    if !inert() {
        event(0, place, Op::Yield);
        yield_quietly();
    }
}

/// As [`yield_now`], and then it is `duration` later.
pub(crate) fn sleep(duration: Duration, place: CallSite) {
    let start = clock();
    yield_now(place);
    if !inert() {
        advance_clock(start, duration.as_nanos().try_into().unwrap_or(u64::MAX));
    }
}

/// Lets the others go first.
pub(crate) fn yield_quietly() {
    let switch = || match backend() {
        Backend::Shuttle => shuttle::thread::yield_now(),
        _ => loom::thread::yield_now(),
    };
    contained(|| switching(switch), || ());
}

/// What the operations on one thread share: the token of `park`, the sleeper, and the end.
struct Parker {
    token: Cell<bool>,
    word: Word,
    waiting: Queue,
    /// The thread's end is a step on this, where somebody asks for it.
    ends: Option<Word>,
}

thread_local! {
    /// One for each thread of this execution.
    static PARKERS: RefCell<Vec<Rc<Parker>>> = const { RefCell::new(Vec::new()) };
}

/// A new execution has begun, on its first thread.
pub(crate) fn begin_threads() {
    PARKERS.take();
    add_parker();
    begin_choices();
}

fn add_parker() {
    let parker = Parker {
        token: Cell::new(false),
        word: Word::synchronizing(),
        waiting: Queue::default(),
        ends: (visible_ends() || backend() == Backend::Shuttle).then(Word::relaxed),
    };
    PARKERS.with_borrow_mut(|parkers| parkers.push(Rc::new(parker)));
}

fn parker(thread: ThreadId) -> Rc<Parker> {
    PARKERS.with_borrow(|parkers| Rc::clone(&parkers[thread as usize]))
}

/// Blocks until this thread's token is there, and takes it; or returns for no reason, in the passes
/// that ask for it.
pub(crate) fn park(place: CallSite) {
    if inert() {
        return;
    }
    let parker = parker(record::current());
    parker.word.step();
    if !parker.token.take() {
        let waiter = parker.waiting.join();
        event(0, place, Op::ParkWaits { timed: false });
        if may_wake_for_nothing() {
            parker.word.step();
            if !waiter.woken() {
                parker.waiting.leave(&waiter);
                return event(0, place, Op::UnparkedForNothing);
            }
        }
        waiter.sleep();
        parker.word.step();
        parker.token.set(false);
    }
    event(0, place, Op::Unparked { in_time: true });
}

/// As [`park`], but may also return at any moment, as if the time were up.
pub(crate) fn park_timeout(timeout: Duration, place: CallSite) {
    if inert() {
        return;
    }
    let start = clock();
    let parker = parker(record::current());
    parker.word.step();
    let mut in_time = true;
    if !parker.token.take() {
        let waiter = parker.waiting.join();
        event(0, place, Op::ParkWaits { timed: true });
        let_time_pass();
        parker.word.step();
        in_time = waiter.woken();
        if !in_time {
            parker.waiting.leave(&waiter);
            advance_clock(start, timeout.as_nanos().try_into().unwrap_or(u64::MAX));
        }
    }
    event(0, place, Op::Unparked { in_time });
}

/// Gives `thread` its token. Never blocks.
pub(crate) fn unpark(thread: ThreadId, place: CallSite) {
    if inert() {
        return;
    }
    let parker = parker(thread);
    parker.word.step();
    event(0, place, Op::Unpark { thread });
    if !parker.waiting.wake_one(|_| ()) {
        parker.token.set(true);
    }
}
