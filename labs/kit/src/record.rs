//! The recorder: one list of events for each execution, from which every picture is drawn.
//!
//! loom and shuttle run all modelled threads of an execution on one operating-system thread, so
//! thread-locals are enough, and "which modelled thread is this" is a cell that each operation
//! saves before the checker may switch threads and restores afterwards ([`switching`]).
//!
//! Not here: turning events into words (`picture`), and deciding what to run (`explore`).
use picture::Touched;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where the student's line called into the façade.
pub(crate) type CallSite = &'static Location<'static>;
/// A modelled thread; 0 is the thread that runs the scenario.
pub(crate) type ThreadId = u8;
/// A modelled object: an index into [`Trace::objects`].
pub(crate) type ObjectId = u32;

/// The value of an atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Pointer(usize),
}

/// What happened. Operations that can block are logged twice: when they are asked for (`*Wants`,
/// `*Waits`), and when they took effect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Spawn {
        child: ThreadId,
    },
    End,
    JoinWants {
        child: ThreadId,
    },
    Joined {
        child: ThreadId,
        panicked: bool,
    },
    AsksForEnd {
        child: ThreadId,
        ended: bool,
    },
    Panics {
        text: &'static str,
    },
    LockWants,
    Locked,
    TryLockFailed,
    Unlock {
        touched: Touched,
    },
    ReadWants,
    ReadLocked,
    ReadUnlock,
    CondvarWaits {
        mutex: ObjectId,
        timed: bool,
        /// What was done under the mutex until then.
        touched: Touched,
    },
    Woken,
    WokenForNothing,
    TimedOut,
    NotifyOne {
        woke: Option<ThreadId>,
    },
    NotifyAll {
        woke: usize,
    },
    Load {
        value: Value,
        newest: Option<Value>,
        ordering: Ordering,
    },
    Store {
        value: Value,
        ordering: Ordering,
    },
    Update {
        old: Value,
        new: Value,
        ordering: Ordering,
    },
    CasFailed {
        saw: Value,
        expected: Value,
        ordering: Ordering,
    },
    Fence {
        ordering: Ordering,
    },
    CellRead,
    CellWrite,
    SendWaits {
        queued: usize,
    },
    Sent {
        queued: usize,
    },
    SendFailed {
        why: &'static str,
    },
    ReceiveWaits,
    Received {
        queued: usize,
    },
    ReceiveFailed {
        why: &'static str,
    },
    Disconnected {
        side: &'static str,
    },
    SelectWaits {
        channels: Arc<[ObjectId]>,
        timed: bool,
    },
    SelectFailed {
        timed_out: bool,
    },
    BarrierWaits {
        arrived: usize,
        of: usize,
    },
    BarrierPassed,
    Yield,
    ParkWaits {
        timed: bool,
    },
    Unparked {
        in_time: bool,
    },
    UnparkedForNothing,
    Unpark {
        thread: ThreadId,
    },
    Note {
        text: Arc<str>,
    },
    MessageSent {
        id: u64,
        text: Arc<str>,
    },
    MessageLost {
        id: u64,
        text: Arc<str>,
        /// Who would have received it, if that is known.
        to: Option<ThreadId>,
    },
    MessageDuplicated {
        id: u64,
        text: Arc<str>,
    },
    MessageDelivered {
        id: u64,
        text: Arc<str>,
    },
}

impl Op {
    /// Whether it is on an object, and not on a thread or on nothing.
    pub(crate) fn is_on_an_object(&self) -> bool {
        !matches!(
            self,
            Op::Spawn { .. }
                | Op::End
                | Op::JoinWants { .. }
                | Op::Joined { .. }
                | Op::AsksForEnd { .. }
                | Op::Panics { .. }
                | Op::SelectWaits { .. }
                | Op::SelectFailed { .. }
                | Op::Note { .. }
                | Op::Yield
                | Op::Fence { .. }
                | Op::ParkWaits { .. }
                | Op::Unparked { .. }
                | Op::UnparkedForNothing
                | Op::Unpark { .. }
                | Op::MessageSent { .. }
                | Op::MessageLost { .. }
                | Op::MessageDuplicated { .. }
                | Op::MessageDelivered { .. }
        )
    }
}

/// What is done with what a lock protects, from one step on the lock to the next.
#[derive(Debug, Default)]
pub(crate) struct Touches {
    read: Cell<bool>,
    written: Cell<bool>,
}

impl Touches {
    #[inline]
    pub(crate) fn read(&self) {
        self.read.set(true);
    }

    #[inline]
    pub(crate) fn write(&self) {
        self.written.set(true);
    }

    /// What was done so far, which is forgotten.
    pub(crate) fn take(&self) -> Touched {
        match (self.read.take(), self.written.take()) {
            (false, false) => Touched::Nothing,
            (true, false) => Touched::Read,
            (false, true) => Touched::Written,
            (true, true) => Touched::Both,
        }
    }
}

/// A call of the kit's own that a thread is in: its steps are the caller's, and only what it notes
/// is shown.
#[derive(Debug)]
pub(crate) struct Within {
    /// Where it was called; taken only when a failing execution is run once more for its picture.
    called_at: Option<Backtrace>,
}

impl Within {
    /// The call stack at its begin, if this execution is run for its picture.
    pub(crate) fn called_at(&self) -> Option<&Backtrace> {
        self.called_at.as_ref()
    }
}

/// Runs a call of the kit's own, on behalf of whoever has called it.
pub(crate) fn within<R>(call: impl FnOnce() -> R) -> R {
    struct Leaves(ThreadId);
    impl Drop for Leaves {
        fn drop(&mut self) {
            set_within(self.0, None);
        }
    }
    let me = current();
    let outermost =
        with_trace(|trace| (trace.threads.get(me as usize)).is_some_and(|me| me.within.is_none()));
    if !outermost {
        return call();
    }
    let called_at = is_detailed().then(Backtrace::force_capture);
    set_within(me, Some(Arc::new(Within { called_at })));
    let _leaves = Leaves(me);
    call()
}

fn set_within(thread: ThreadId, within: Option<Arc<Within>>) {
    TRACE.with_borrow_mut(|trace| {
        if let Some(thread) = trace.threads.get_mut(thread as usize) {
            thread.within = within;
        }
    });
}

/// One step of one thread.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) thread: ThreadId,
    pub(crate) object: ObjectId,
    pub(crate) place: CallSite,
    pub(crate) op: Op,
    /// Where a guard was dropped: a destructor has no caller, so this is taken only when a failing
    /// execution is run once more for its picture.
    pub(crate) dropped_at: Option<Arc<Backtrace>>,
    /// The call of the kit's own that it is part of.
    pub(crate) within: Option<Arc<Within>>,
    /// What its thread was answered in the critical section that it ends.
    pub(crate) saw: Vec<(&'static str, bool)>,
}

/// A primitive that the scenario created.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: &'static str,
    pub(crate) created: CallSite,
    /// The newest value of an atomic, to tell a stale load.
    pub(crate) newest: Option<Value>,
    pub(crate) alive: bool,
    /// The name of a thing of the kit's own, if it is one: what goes through it is told by
    /// messages.
    pub(crate) own: Option<Arc<str>>,
}

/// A thread of the scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) ended: bool,
    /// Whether it ended by a panic on purpose.
    pub(crate) panicked: bool,
    /// The call of the kit's own that it is in.
    pub(crate) within: Option<Arc<Within>>,
    /// What it was answered since it has given back a lock.
    pub(crate) saw: Vec<(&'static str, bool)>,
}

/// Everything that one execution did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub(crate) events: Vec<Event>,
    pub(crate) objects: Vec<Object>,
    pub(crate) threads: Vec<Thread>,
}

thread_local! {
    static THREAD: Cell<ThreadId> = const { Cell::new(0) };
    static TRACE: RefCell<Trace> = RefCell::new(Trace::default());
    /// Whether places of unlocks are wanted in this execution.
    static DETAILED: Cell<bool> = const { Cell::new(false) };
    /// The event at which a debugger wants to stop.
    static STOP_AT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The modelled thread that runs now.
pub(crate) fn current() -> ThreadId {
    THREAD.get()
}

/// Declares that from here on `thread` runs.
pub(crate) fn set_current(thread: ThreadId) {
    THREAD.set(thread);
}

/// Runs an operation during which the checker may switch to other threads and back.
#[inline]
pub(crate) fn switching<R>(operation: impl FnOnce() -> R) -> R {
    let me = THREAD.get();
    let result = operation();
    THREAD.set(me);
    result
}

/// Where a debugger stops: a replay calls this just before the event that was asked for.
#[inline(never)]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn weft_stop_here() {
    std::hint::black_box(());
}

/// Forgets the previous execution and starts to record the next.
pub(crate) fn begin_execution(detailed: bool, stop_at: Option<usize>) {
    THREAD.set(0);
    DETAILED.set(detailed);
    STOP_AT.set(stop_at);
    TRACE.with_borrow_mut(|trace| {
        trace.events.clear();
        trace.objects.clear();
        trace.threads.clear();
        trace.threads.push(Thread {
            name: Some("main".into()),
            ..Thread::default()
        });
    });
}

/// Whether this execution is run for its picture.
pub(crate) fn is_detailed() -> bool {
    DETAILED.get()
}

/// What the current, or the last, execution did.
pub(crate) fn snapshot() -> Trace {
    TRACE.with_borrow(Clone::clone)
}

/// Looks at the current trace.
pub(crate) fn with_trace<R>(look: impl FnOnce(&Trace) -> R) -> R {
    TRACE.with_borrow(look)
}

/// Announces a new thread.
pub(crate) fn new_thread(name: Option<String>) -> ThreadId {
    TRACE.with_borrow_mut(|trace| {
        trace.threads.push(Thread {
            name: name.map(Into::into),
            ..Thread::default()
        });
        (trace.threads.len() - 1) as ThreadId
    })
}

/// A thread has ended.
pub(crate) fn end_thread(thread: ThreadId, panicked: bool) {
    TRACE.with_borrow_mut(|trace| {
        if let Some(thread) = trace.threads.get_mut(thread as usize) {
            (thread.ended, thread.panicked) = (true, panicked);
        }
    });
}

/// Appends an event of the current thread.
#[inline]
pub(crate) fn event(object: ObjectId, place: CallSite, op: Op) {
    let wants_backtrace = DETAILED.get()
        && matches!(
            op,
            Op::Unlock { .. } | Op::ReadUnlock | Op::Disconnected { .. }
        );
    let dropped_at = wants_backtrace.then(|| Arc::new(Backtrace::force_capture()));
    let thread = THREAD.get();
    if STOP_AT
        .get()
        .is_some_and(|at| with_trace(|trace| trace.events.len()) == at)
    {
        weft_stop_here();
    }
    TRACE.with_borrow_mut(|trace| {
        let me = trace.threads.get_mut(thread as usize);
        let (within, saw) = me.map_or((None, Vec::new()), |me| {
            let ends_a_section = matches!(op, Op::Unlock { .. } | Op::CondvarWaits { .. });
            let saw = ends_a_section.then(|| std::mem::take(&mut me.saw));
            (me.within.clone(), saw.unwrap_or_default())
        });
        trace.events.push(Event {
            thread,
            object,
            place,
            op,
            dropped_at,
            within,
            saw,
        });
    });
}

/// Of more answers in one critical section, the first are kept.
const ANSWERS: usize = 3;

/// The current thread was answered by a collection.
pub(crate) fn saw(what: &'static str, answer: bool) {
    let thread = current();
    TRACE.with_borrow_mut(|trace| {
        if let Some(me) = trace.threads.get_mut(thread as usize)
            && me.saw.len() < ANSWERS
        {
            me.saw.push((what, answer));
        }
    });
}

/// How many notes this execution has.
pub(crate) fn notes() -> usize {
    let note = |event: &&Event| matches!(event.op, Op::Note { .. });
    with_trace(|trace| trace.events.iter().filter(note).count())
}

/// The number of a new message of this execution.
pub(crate) fn next_message() -> u64 {
    let sent = |event: &&Event| matches!(event.op, Op::MessageSent { .. });
    with_trace(|trace| trace.events.iter().filter(sent).count() as u64 + 1)
}

/// A registered object; dropping it is noticed, so that a leak can be reported.
#[derive(Debug)]
pub(crate) struct Handle(pub(crate) ObjectId);

impl Handle {
    pub(crate) fn new(kind: &'static str, created: CallSite, newest: Option<Value>) -> Handle {
        TRACE.with_borrow_mut(|trace| {
            trace.objects.push(Object {
                kind,
                created,
                newest,
                alive: true,
                own: None,
            });
            Handle((trace.objects.len() - 1) as ObjectId)
        })
    }

    /// This is a thing of the kit's own.
    pub(crate) fn call(&self, name: &str) {
        TRACE.with_borrow_mut(|trace| {
            if let Some(object) = trace.objects.get_mut(self.0 as usize) {
                object.own = Some(name.into());
            }
        });
    }

    pub(crate) fn event(&self, place: CallSite, op: Op) {
        event(self.0, place, op);
    }

    /// Logs a load; it is stale if another value was stored since.
    pub(crate) fn loaded(&self, place: CallSite, value: Value, ordering: Ordering) {
        let newest = with_trace(|trace| trace.objects.get(self.0 as usize)?.newest);
        self.event(
            place,
            Op::Load {
                value,
                newest: newest.filter(|n| *n != value),
                ordering,
            },
        );
    }

    /// Logs an operation that left `value` as the newest of this atomic.
    pub(crate) fn stored(&self, place: CallSite, value: Value, op: Op) {
        TRACE.with_borrow_mut(|trace| {
            if let Some(object) = trace.objects.get_mut(self.0 as usize) {
                object.newest = Some(value);
            }
        });
        self.event(place, op);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        TRACE.with_borrow_mut(|trace| {
            if let Some(object) = trace.objects.get_mut(self.0 as usize) {
                object.alive = false;
            }
        });
    }
}
