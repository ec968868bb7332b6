//! What a failed search says: the kind, the words, and the interleaving step by step.
use serde::{Deserialize, Serialize};

/// A search that failed, as data. It is also the payload of the panic that fails the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// What went wrong, in words: the assertion's message, or who waits for whom.
    pub message: String,
    /// Where the failing line is, as `file:line:column`, if a line failed.
    pub at: Option<String>,
    /// What the search knows: which pass found it, after how many interleavings.
    pub found: String,
    /// The names of the threads; the first runs the scenario.
    pub threads: Vec<String>,
    /// The failing interleaving.
    pub steps: Vec<Step>,
    /// All of this, drawn for a terminal.
    pub picture: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The scenario panicked.
    Assertion,
    /// Every thread that is left waits.
    Deadlock,
    /// Two accesses to one `UnsafeCell`, one of them a write, are not ordered by happens-before.
    Race,
    /// Something was never dropped: a cycle of `Arc`s.
    Leak,
    /// The search could not be finished, so it says nothing.
    NotExplored,
    /// No interleaving reached the goal of a `possible`.
    Unreached,
}

/// One step of a failing interleaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which of [`Failure::threads`] took it.
    pub thread: usize,
    /// What it did, and with what result: `lock visited: acquired`.
    pub action: String,
    /// The student's line, as `file:line:column`.
    pub at: Option<String>,
    /// The text of that line.
    pub code: Option<String>,
    /// Whether another thread took the step before.
    pub switched: bool,
    /// Whether the thread is still blocked here when the execution ends.
    pub stuck: bool,
}
