//! Modelled threads: spawn, join, yield, park.
use super::wait::{Queue, Word};
use super::{Backend, Checker, backend, either, end_execution, inert, settle};
use crate::record::{self, Op, Place, ThreadId, event, switching};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// loom runs four threads besides the one that runs the scenario.
const LOOM_THREADS: usize = loom::MAX_THREADS - 1;
/// In words: 256 KiB of stack for each spawned thread.
const STACK_WORDS: usize = 0x8000;

/// A spawned thread that can be waited for.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) thread: ThreadId,
    handle: Checker<loom::thread::JoinHandle<()>, shuttle::thread::JoinHandle<()>>,
}

/// Starts a modelled thread.
pub(crate) fn spawn(name: Option<String>, place: Place, body: Box<dyn FnOnce() + Send>) -> Join {
    if inert() {
        super::stop(super::Stop::Abandoned);
    }
    let spawned = record::with_trace(|trace| trace.threads.len()) - 1;
    assert!(
        backend() != Backend::Loom || spawned < LOOM_THREADS,
        "a search runs at most {LOOM_THREADS} spawned threads, and {place} spawns one more"
    );
    let thread = record::new_thread(name);
    add_parker();
    event(0, place, Op::Spawn { child: thread });
    let body = move || {
        record::set_current(thread);
        run_thread(body);
        record::set_current(thread);
        event(0, place, Op::End);
    };
    let handle = switching(|| match backend() {
        Backend::Shuttle => Checker::Shuttle(shuttle::thread::spawn(body)),
        _ => {
            let builder = loom::thread::Builder::new().stack_size(STACK_WORDS);
            Checker::Loom(
                builder
                    .spawn(body)
                    .expect("loom starts every thread it is asked for"),
            )
        }
    });
    Join { thread, handle }
}

/// Runs the body of a modelled thread; a panic that leaves it ends the execution.
pub(crate) fn run_thread(body: impl FnOnce()) {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(()) => settle(),
        Err(payload) => {
            end_execution();
            resume_unwind(payload);
        }
    }
}

impl Join {
    /// Blocks until the thread has ended.
    pub(crate) fn join(self, place: Place) {
        if inert() {
            return;
        }
        event(0, place, Op::JoinWants { child: self.thread });
        // A panic of the other thread has ended the execution: the result is always Ok.
        switching(|| either!(self.handle, handle => drop(handle.join())));
        event(0, place, Op::Joined { child: self.thread });
    }
}

/// Lets the others go first, and says so.
pub(crate) fn yield_now(place: Place) {
    if !inert() {
        event(0, place, Op::Yield);
        yield_quietly();
    }
}

/// Lets the others go first.
pub(super) fn yield_quietly() {
    switching(|| match backend() {
        Backend::Shuttle => shuttle::thread::yield_now(),
        _ => loom::thread::yield_now(),
    });
}

/// What `park` and `unpark` of one thread share: the token, and the sleeper.
struct Parker {
    token: Cell<bool>,
    word: Word,
    waiting: Queue,
}

thread_local! {
    /// One for each thread of this execution.
    static PARKERS: RefCell<Vec<Rc<Parker>>> = const { RefCell::new(Vec::new()) };
}

/// A new execution has begun, on its first thread.
pub(crate) fn begin_threads() {
    PARKERS.take();
    add_parker();
}

fn add_parker() {
    let parker = Parker {
        token: Cell::new(false),
        word: Word::synchronizing(),
        waiting: Queue::default(),
    };
    PARKERS.with_borrow_mut(|parkers| parkers.push(Rc::new(parker)));
}

fn parker(thread: ThreadId) -> Rc<Parker> {
    PARKERS.with_borrow(|parkers| Rc::clone(&parkers[thread as usize]))
}

/// Blocks until this thread's token is there, and takes it.
pub(crate) fn park(place: Place) {
    if inert() {
        return;
    }
    let parker = parker(record::current());
    parker.word.step();
    if !parker.token.take() {
        let waiter = parker.waiting.join();
        event(0, place, Op::ParkWaits);
        waiter.sleep();
        parker.word.step();
        parker.token.set(false);
    }
    event(0, place, Op::Unparked);
}

/// Gives `thread` its token. Never blocks.
pub(crate) fn unpark(thread: ThreadId, place: Place) {
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
