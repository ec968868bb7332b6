//! Why an execution failed.
//!
//! Decided once, where the failure is caught; from there on nobody reads its text again.
use picture::FailureKind;

/// What ended an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The scenario panicked.
    Panicked,
    /// It reached a `todo!`.
    Todo,
    /// No thread can go on.
    Deadlock,
    /// Two accesses to a cell are not ordered.
    Race,
    /// All threads have ended, and an object is alive.
    Leak,
    /// It did not come to its end within the checker's limits.
    Endless,
    /// It did something else than before, under the same schedule.
    Differs,
    /// It does more than a search can take in, and the kit refused it.
    Refused,
}

impl Cause {
    pub(crate) fn kind(self) -> FailureKind {
        match self {
            Cause::Panicked => FailureKind::Assertion,
            Cause::Todo => FailureKind::Todo,
            Cause::Deadlock => FailureKind::Deadlock,
            Cause::Race => FailureKind::Race,
            Cause::Leak => FailureKind::Leak,
            Cause::Endless | Cause::Differs | Cause::Refused => FailureKind::NotExplored,
        }
    }

    /// Whether the execution is over whoever catches the panic that brings it.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Cause::Panicked | Cause::Todo)
    }
}
