//! What the harness tells the grader about one hidden check: one line of JSON, a [`Line`].
//!
//! The one idea: the line carries the secret token, so only the harness can have written it.
use picture::{Failure, Outcome};
use serde::{Deserialize, Serialize};

/// The descriptor of the folder in which Linux tells of a check's threads, where the check's
/// process is given one because it sees no `/proc`.
pub const THREADS: i32 = 3;

/// The one line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// The secret that the grader handed over before any of the student's code ran.
    pub token: String,
    /// What the check came to.
    pub report: End,
    /// What the check's process used of the processor, in milliseconds: for the check's author, not
    /// for a verdict.
    #[serde(default)]
    pub used_ms: u64,
}

/// What a check came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// Its body returned.
    Returned {
        /// The searches that passed in it.
        searches: Vec<Outcome>,
    },
    /// A search found a failure.
    Found {
        /// The failing interleaving.
        failure: Box<Failure>,
    },
    /// Its body panicked.
    Panicked {
        /// The last panics of the process, in their order; the last one ended the check.
        panics: Vec<Panic>,
    },
    /// The harness itself could not do its work.
    Broken {
        /// Why.
        why: String,
    },
}

/// One panic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// Whether it was that of a `todo!`.
    #[serde(default)]
    pub todo: bool,
    /// Where it was raised.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}
