//! What a check reports over its private channel: one line of JSON, a [`Line`].
//!
//! The one idea: the line carries the secret token, so only the harness can have written it. This file
//! is compiled into the harness and into the grader.

use serde::{Deserialize, Serialize};

/// The one line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// The secret that the grader handed over before any of the student's code ran.
    pub token: String,
    /// What the check came to.
    pub report: Report,
}

/// What a check came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum Report {
    /// Its body returned.
    Returned {
        /// The searches that passed in it.
        searches: Vec<Search>,
    },
    /// A search found a failure: the explorer's own description of it, with at least `kind`,
    /// `message` and `picture`.
    Found {
        /// The description.
        failure: serde_json::Value,
    },
    /// Its body panicked.
    Panicked {
        /// The panics of the process, in their order; the last is the one that ended the check.
        panics: Vec<Panic>,
    },
    /// The harness itself could not do its work.
    Broken {
        /// Why.
        why: String,
    },
}

/// A search of interleavings that found no failure.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Search {
    /// What the search proves.
    pub certainty: Certainty,
    /// How many interleavings it looked at.
    pub interleavings: u64,
}

/// What a search proves.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// That many schedules were drawn at random.
    Sampled {
        /// How many.
        schedules: u64,
    },
    /// An interleaving that reaches the stated point was found.
    Witnessed,
    /// Every interleaving with at most that many preemptions was seen.
    Bounded {
        /// How many.
        preemptions: usize,
    },
    /// Every interleaving was seen.
    Exhaustive,
}

/// One panic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// Where it was raised.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}
