//! Panics inside a model: the last one of each execution is kept, with what had happened until
//! then.
//!
//! Not here: what it means for the pass (`run`), and how it is shown (`found`).
use crate::cause::Cause;
use crate::model;
use crate::record::{self, ThreadId, Trace};
use picture::Place;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{PanicHookInfo, resume_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static PANIC: RefCell<Option<Box<Panic>>> = const { RefCell::new(None) };
    /// What `PANIC` was before it: if the last panic leaves a destructor, this is what failed.
    static ONE_BEFORE: RefCell<Option<Box<Panic>>> = const { RefCell::new(None) };
}

/// A message of a panic may be so long, in bytes.
const LONGEST: usize = 4000;

/// A panic inside a model, and what the execution had done until then.
pub(super) struct Panic {
    pub(super) cause: Cause,
    /// Empty for a leak, which is not a panic.
    pub(super) message: String,
    pub(super) at: Option<Place>,
    pub(super) thread: ThreadId,
    pub(super) trace: Trace,
}

impl Panic {
    pub(super) fn of(payload: &dyn Any, at: Option<Place>) -> Panic {
        Panic {
            cause: Cause::Panicked,
            message: protocol::capped(
                model::text(payload).unwrap_or("a panic whose payload is not text"),
                LONGEST,
            ),
            at,
            thread: record::current(),
            trace: record::snapshot(),
        }
    }

    /// The execution that has ended left an object alive.
    pub(super) fn leak() -> Panic {
        Panic {
            cause: Cause::Leak,
            message: String::new(),
            at: None,
            thread: 0,
            trace: record::snapshot(),
        }
    }
}

/// The panic that was kept last; it is kept no longer.
pub(super) fn take() -> Option<Box<Panic>> {
    ONE_BEFORE.take();
    PANIC.take()
}

/// Keeps a panic in the place of the last one.
pub(super) fn keep(panic: Panic) {
    ONE_BEFORE.set(PANIC.replace(Some(Box::new(panic))));
}

/// Whether a search ends where it stands, rather than the process; see [`outlive_destructors`].
static OUTLIVES: AtomicBool = AtomicBool::new(false);

/// From here on, a panic that leaves a destructor while a modelled thread unwinds does not end the
/// process: the search ends with what has failed first. On real threads it does.
///
/// For a program that says what a search has found, and then ends: nobody can set a panic hook any
/// more when this has happened.
pub fn outlive_destructors() {
    // ORDERING: read by the hook. Set before the first search, which is started by this thread.
    OUTLIVES.store(true, Ordering::Relaxed);
}

/// A panic has left a destructor while a thread unwinds, which ends the process.
fn at_the_end_of_the_process() {
    if let Some(first) = ONE_BEFORE.take() {
        PANIC.set(Some(first));
    }
    // ORDERING: see `outlive_destructors`.
    if OUTLIVES.load(Ordering::Relaxed) {
        model::give_up();
    }
    // Say at least what went wrong first.
    if let Some(first) = take() {
        eprintln!("{}\n(and then a destructor panicked)", first.message);
    }
}

/// A panic on purpose, or one that passes it on, has left the scenario.
pub(super) fn nobody_caught(payload: Box<dyn Any + Send>) -> ! {
    let text = model::text(&*payload).unwrap_or_default();
    let reported =
        PANIC.with_borrow(|panic| panic.as_ref().is_some_and(|panic| panic.message == text));
    if !reported {
        let message = format!("a panic on purpose was not caught: {text}");
        keep(Panic {
            message,
            ..Panic::of(&*payload, None)
        });
    }
    model::end_execution();
    resume_unwind(payload)
}

/// Keeps the last panic of an execution, with its trace; panics outside models go the usual way.
///
/// It is set once, before the first search, and on top of shuttle's.
pub(super) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let usual = std::panic::take_hook();
        super::run::let_shuttle_set_its_hook();
        drop(std::panic::take_hook());
        std::panic::set_hook(Box::new(move |info| {
            if model::running() {
                inside_model(info)
            } else {
                usual(info)
            }
        }));
    });
}

fn inside_model(info: &PanicHookInfo<'_>) {
    if model::aborts(info) {
        return at_the_end_of_the_process();
    }
    let at = info.location().map(|at| Place {
        file: at.file().to_owned(),
        line: at.line(),
        column: at.column(),
    });
    let panic = Panic {
        cause: model::cause_of(info, model::backend()),
        ..Panic::of(info.payload(), at)
    };
    // A panic that the scenario catches is none; the last one before the end is the failure.
    if model::over() {
        ONE_BEFORE.take();
        return;
    }
    // But a checker's verdict stands, whoever catches the panic that brings it: the execution is
    // over.
    let is_final = panic.cause.is_final();
    keep(panic);
    model::passes_on(info.payload());
    if is_final {
        model::end_execution();
    }
}
