//! The state of the execution that runs: how it is to be run, whether it is over, and what time it
//! is.
use super::unwinding::{begin_unwinding, failing, lets_go_on, set_failing};
use super::{running, yield_quietly};
use crate::record::{self, CallSite, ThreadId, switching};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;

/// How the explorer wants executions to be run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    /// Each atomic operation is taken as sequentially consistent, whatever ordering is written.
    pub(crate) sequential: bool,
    /// One wait on a condvar or one `park` may end for no reason, and one `compare_exchange_weak`
    /// fail for none.
    pub(crate) spurious: bool,
    /// `notify_one` wakes who came last to sleep, and not who came first.
    pub(crate) last_first: bool,
}

/// What executions have met that another pass would do otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    /// A `compare_exchange_weak` that found what it expected.
    pub(crate) weak_exchange: bool,
    /// A `notify_one` with more than one sleeper.
    pub(crate) several_sleepers: bool,
}

/// What a search has learned about its scenario, and objects have to know when they are made. An
/// execution that learns something new is stopped, and its pass run again.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    /// Some lock is tried, or is given back while a thread unwinds, so locks are the façade's own;
    /// see `gate`.
    own_locks: bool,
    /// Somebody asks whether a thread has ended, so its end is a visible step.
    visible_ends: bool,
    /// The search makes choices; see `choice`.
    chooses: bool,
    /// Where atomics are made that see a read-modify-write; see `atomic`.
    updated: Vec<CallSite>,
}

/// Why an execution was stopped that has not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The goal of a `possible` was reached.
    Reached,
    /// The budget is used up.
    OutOfTime,
    /// It does what objects have to know when they are made: run this pass again.
    Again,
    /// It was replayed to its end.
    Replayed,
    /// The execution before it left an object alive.
    Leaked,
    /// Its failing panic was caught.
    Abandoned,
}

thread_local! {
    static SETTINGS: Cell<Settings> = const {
        Cell::new(Settings { sequential: false, spurious: false, last_first: false })
    };
    static MET: Cell<Met> = const {
        Cell::new(Met { weak_exchange: false, several_sleepers: false })
    };
    static LEARNED: RefCell<Learned> = RefCell::default();
    static OVER: Cell<bool> = const { Cell::new(false) };
    static STOPPED: Cell<Option<Stop>> = const { Cell::new(None) };
    static CLOCK: Cell<u64> = const { Cell::new(0) };
    static TIMED_OUT: RefCell<Vec<ThreadId>> = const { RefCell::new(Vec::new()) };
    /// How many waits on condvars and parks there were.
    static WAITS: Cell<u32> = const { Cell::new(0) };
    static FAILED_FOR_NOTHING: Cell<bool> = const { Cell::new(false) };
    static DEFERRED: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
    static LEAKS: Cell<bool> = const { Cell::new(false) };
    static GIVEN_UP: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

pub(crate) fn set_settings(settings: Settings) {
    SETTINGS.set(settings);
}

/// From here on, whether an exhaustive search tries other orders than the one that comes first. It
/// does at the beginning of an execution.
pub(crate) fn explore(on: bool) {
    if super::backend() == super::Backend::Loom && !inert() {
        if on {
            loom::explore();
        } else {
            loom::stop_exploring();
        }
    }
}

/// Whether each atomic operation is taken as sequentially consistent.
pub(crate) fn sequential() -> bool {
    SETTINGS.get().sequential
}

/// Says what the search has learned so far, and takes what this thread had learned before.
pub(crate) fn set_learned(learned: Learned) -> Learned {
    LEARNED.replace(learned)
}

pub(super) fn own_locks() -> bool {
    LEARNED.with_borrow(|learned| learned.own_locks)
}

/// A lock of the checker's own is about to be tried: see `gate` for why loom's cannot.
pub(super) fn will_try() {
    learn(|learned| learned.own_locks = true);
}

/// A thread is about to unwind: loom's locks would take it for poison.
pub(super) fn will_unwind() {
    if !own_locks() {
        learn(|learned| learned.own_locks = true);
    }
}

pub(super) fn visible_ends() -> bool {
    LEARNED.with_borrow(|learned| learned.visible_ends)
}

/// Somebody asks whether a thread has ended.
pub(super) fn will_ask_for_ends() {
    if !visible_ends() {
        learn(|learned| learned.visible_ends = true);
    }
}

pub(super) fn chooses() -> bool {
    LEARNED.with_borrow(|learned| learned.chooses)
}

/// The search is about to make a choice.
pub(super) fn will_choose() {
    if !chooses() {
        learn(|learned| learned.chooses = true);
    }
}

/// The execution does what objects had to know when they were made: it begins again. shuttle has to
/// know nothing.
fn learn(what: impl FnOnce(&mut Learned)) {
    if super::backend() != super::Backend::Loom {
        return;
    }
    LEARNED.with_borrow_mut(what);
    if !std::thread::panicking() {
        stop(Stop::Again);
    }
    // A panic out of a destructor would end the process: nothing has an effect until it is through.
    STOPPED.set(STOPPED.get().or(Some(Stop::Again)));
    end_execution();
}

/// Whether atomics made at `place` see read-modify-writes.
pub(super) fn is_updated(place: CallSite) -> bool {
    LEARNED.with_borrow(|learned| learned.updated.contains(&place))
}

/// An atomic made at `place` sees a read-modify-write.
pub(super) fn will_update(place: CallSite) {
    learn(|learned| learned.updated.push(place));
}

/// A new execution starts.
pub(crate) fn begin_execution() {
    OVER.set(false);
    STOPPED.set(None);
    CLOCK.set(0);
    TIMED_OUT.take();
    WAITS.set(0);
    FAILED_FOR_NOTHING.set(false);
    LEAKS.set(false);
    begin_unwinding();
    DEFERRED.take().into_iter().for_each(std::mem::forget);
}

/// This execution has failed or was stopped: nothing that unwinds may touch the checker again.
pub(crate) fn end_execution() {
    OVER.set(true);
    set_failing();
    DEFERRED.take().into_iter().for_each(std::mem::forget);
}

/// Whether this execution has failed or was stopped.
pub(crate) fn over() -> bool {
    OVER.get()
}

/// What is still alive when this execution ends was forgotten on purpose.
pub(crate) fn will_leak() {
    LEAKS.set(true);
}

/// Whether this execution, or the last, may leave objects alive.
pub(crate) fn leaks() -> bool {
    LEAKS.get()
}

/// Ends this execution, by a panic that nobody is told of.
pub(crate) fn stop(why: Stop) -> ! {
    if STOPPED.get().is_none() {
        STOPPED.set(Some(why));
    }
    end_execution();
    resume_unwind(Box::new(why))
}

/// The payload of the panic by which the kit refuses what a search cannot take in.
pub(crate) struct Refusal(String);

impl Refusal {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Fails the execution, because it does more than a search can take in.
pub(super) fn refuse(why: String) -> ! {
    std::panic::panic_any(Refusal(why))
}

/// Why the last execution was stopped, if it was.
pub(crate) fn stopped() -> Option<Stop> {
    STOPPED.get()
}

/// What is done when a thread can neither go on nor unwind.
pub(crate) fn when_given_up(tell: Box<dyn FnOnce()>) {
    GIVEN_UP.set(Some(tell));
}

/// The execution is over, and the current thread wants what will not come any more. It unwinds; or,
/// if it does so already and a destructor wants it, stays where it is, because a panic would end
/// the process.
pub(crate) fn cannot_go_on() -> ! {
    if !std::thread::panicking() {
        stop(Stop::Abandoned);
    }
    give_up()
}

/// The current thread can neither go on nor unwind: the search is reported from here, and its
/// thread of the operating system sleeps for ever.
pub(crate) fn give_up() -> ! {
    end_execution();
    if let Some(report) = GIVEN_UP.take() {
        report();
    }
    loop {
        std::thread::park();
    }
}

/// Whether operations have no effect: no model runs, the execution is over, or this thread unwinds
/// from a panic that is not on purpose.
///
/// Then each answers what is true, so that no destructor finds what cannot be, or goes no further.
///
/// A student's `catch_unwind` can end an unwinding during which operations had no effect; the
/// execution then means nothing any more, so it is stopped.
pub(crate) fn inert() -> bool {
    if !running() {
        return true;
    }
    if failing() {
        OVER.set(true);
    }
    if OVER.get() {
        if lets_go_on() {
            return true;
        }
        cannot_go_on();
    }
    settle();
    false
}

/// As [`inert`], for an operation that has no answer then: its thread goes no further.
pub(super) fn has_no_answer() -> bool {
    let inert = inert();
    if inert && running() {
        cannot_go_on();
    }
    inert
}

/// Drops a checker's guard. While a thread unwinds from a panic that is not on purpose the guard
/// waits for the panic to be caught: no other thread runs until then.
pub(super) fn release(guard: impl Any) {
    if OVER.get() || !running() {
        std::mem::forget(guard);
    } else if failing() {
        DEFERRED.with_borrow_mut(|deferred| deferred.push(Box::new(guard)));
    } else {
        switching(|| drop(guard));
    }
}

/// Makes the releases take effect that waited for a panic to be caught.
pub(super) fn settle() {
    for guard in DEFERRED.take() {
        switching(|| drop(guard));
    }
}

/// The modelled clock, in nanoseconds since the execution began. It moves only when a time-out
/// fires or a sleep ends, so an execution depends on nothing but its schedule.
pub(crate) fn clock() -> u64 {
    CLOCK.get()
}

/// A time-out or a sleep of this many nanoseconds, begun at `start`, is over.
pub(super) fn advance_clock(start: u64, nanos: u64) {
    CLOCK.set(CLOCK.get().max(start.saturating_add(nanos)));
}

/// Between the start of a timed wait and the look whether somebody has woken the waiter.
///
/// Once in an execution the time of a thread may be up before any other thread moves; after that
/// the others go first, so that a loop of timed waits ends.
pub(super) fn let_time_pass() {
    let me = record::current();
    let first = TIMED_OUT.with_borrow_mut(|threads| {
        let first = !threads.contains(&me);
        threads.push(me);
        first
    });
    if !first {
        yield_quietly();
    }
}

/// Whether this wait may end for no reason: the first one of an execution, the third and the fifth,
/// if the pass wants that. A thread that looks again and waits again makes the one in between.
pub(super) fn may_wake_for_nothing() -> bool {
    let before = WAITS.get();
    WAITS.set(before.saturating_add(1));
    SETTINGS.get().spurious && matches!(before, 0 | 2 | 4)
}

/// Whether the `compare_exchange_weak` that comes fails if it finds what it expects: the first one
/// of an execution that does, if the pass wants that.
pub(super) fn may_fail_for_nothing() -> bool {
    SETTINGS.get().spurious && !FAILED_FOR_NOTHING.get()
}

/// It has.
pub(super) fn fails_for_nothing() {
    FAILED_FOR_NOTHING.set(true);
}

/// A `compare_exchange_weak` has found what it expected.
pub(super) fn meets_weak_exchange() {
    MET.set(Met {
        weak_exchange: true,
        ..MET.get()
    });
}

/// Which of `sleepers` threads `notify_one` wakes, 0 for the first that came. Nobody promises
/// which.
pub(super) fn whom_to_wake(sleepers: usize) -> usize {
    if sleepers < 2 {
        return 0;
    }
    MET.set(Met {
        several_sleepers: true,
        ..MET.get()
    });
    match super::backend() {
        super::Backend::Shuttle => super::choose(sleepers as u64) as usize,
        _ if SETTINGS.get().last_first => sleepers - 1,
        _ => 0,
    }
}

/// What the executions on this thread have met.
pub(crate) fn met() -> Met {
    MET.get()
}
