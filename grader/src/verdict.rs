//! What a check's end means.
//!
//! The one idea: judging is a pure function from how a process ended and what came over its private
//! channel. Only a line with the secret token counts as the check's own word; exit codes and prints
//! never make a pass.
//!
//! What is not here: points ([`crate::score`]), and what students are shown
//! ([`crate::report::view`]).

mod judge;

use std::time::Duration;

use picture::{Failure, Outcome};
use serde::{Deserialize, Serialize};

pub use judge::judge;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The claim holds, as far as the check can tell.
    Pass,
    /// The claim does not hold.
    Fail,
    /// The exercise is not written: a stub was reached.
    NotWritten,
    /// Two threads touch the same memory without order between them.
    Race,
    /// Threads wait for each other for ever.
    Deadlock,
    /// It did not come to an end.
    Hung,
    /// It asked for more memory than a check may have.
    OutOfMemory,
    /// It printed more than a check may print.
    OutputFlood,
    /// Its process was ended by a signal, or ended itself.
    Crashed,
    /// The search was cut off before it proved anything.
    NotExplored,
    /// A check that was promised is not in the binary.
    Missing,
    /// The exercise does not compile.
    DoesNotBuild,
    /// The answer tried to look right without being right.
    Forged,
    /// The grader's own fault: costs no point, and asks for the instructor.
    Broken,
}

/// A verdict with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// What happened, in a sentence that gives nothing hidden away.
    pub why: String,
    /// What the check itself said: for instructors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What a passed search proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Outcome>,
    /// The failing interleaving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Box<Failure>>,
    /// What its process used of the processor, where it said so: for the check's author, not in
    /// reports.
    #[serde(skip)]
    pub used: Option<Duration>,
}

impl Judged {
    /// A verdict and its sentence.
    pub fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        let why = why.into();
        Judged {
            verdict,
            why,
            detail: None,
            search: None,
            failure: None,
            used: None,
        }
    }

    /// The same, with what instructors see.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Judged {
            detail: Some(detail.into()),
            ..self
        }
    }
}
