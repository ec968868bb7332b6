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

thread_local! {
    static PANIC: RefCell<Option<Box<Panic>>> = const { RefCell::new(None) };
}

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
            message: model::text(payload)
                .unwrap_or("a panic whose payload is no text")
                .to_owned(),
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
    PANIC.take()
}

/// Keeps a panic in the place of the last one.
pub(super) fn keep(panic: Panic) {
    PANIC.set(Some(Box::new(panic)));
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

/// The hook is set before the first search, and once more when shuttle has put its own on top.
pub(super) static BEFORE: Once = Once::new();
pub(super) static WITHIN_SHUTTLE: Once = Once::new();

/// Keeps the last panic of an execution, with its trace; panics outside models go the usual way.
pub(super) fn install_hook(once: &Once) {
    once.call_once(|| {
        let usual = std::panic::take_hook();
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
    let at = info.location().map(|at| Place {
        file: at.file().to_owned(),
        line: at.line(),
        column: at.column(),
    });
    let panic = Panic {
        cause: model::cause_of(info, model::backend()),
        ..Panic::of(info.payload(), at)
    };
    if model::aborts(&panic.message) {
        // The process is about to abort: say at least what went wrong first.
        if let Some(first) = take() {
            eprintln!("{}\n(and then a destructor panicked)", first.message);
        }
    }
    // A panic that the scenario catches is none; the last one before the end is the failure.
    if !model::over() {
        // But a checker's verdict stands, whoever catches the panic that brings it: the execution
        // is over.
        let is_final = panic.cause.is_final();
        keep(panic);
        model::passes_on(info.payload());
        if is_final {
            model::end_execution();
        }
    }
}
