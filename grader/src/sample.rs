//! A submission that shows how a lab is graded: what is handed in, and what must come out.
//!
//! What is not here: how it is written down ([`crate::samples`]), and how it is taken in, which is
//! any submission's way ([`crate::intake`]).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::files::put;
use crate::verdict::Verdict;

/// One sample submission.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The folder that it is laid out in.
    pub name: String,
    /// What it shows, as a sentence.
    pub about: String,
    /// What is handed in, by the path from the submission's root.
    pub files: BTreeMap<String, String>,
    /// What must come out, in the lab's order of exercises.
    pub expected: Vec<Expected>,
}

/// What an exercise of a sample must come out as.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The exercise.
    pub exercise: String,
    /// Whether the sample says anything about it, or has it from its base.
    pub own: bool,
    /// What it earns.
    pub points: u32,
    /// How some of its checks come out, by their ids.
    pub verdicts: BTreeMap<String, Verdict>,
}

impl Sample {
    /// Writes its files below `dir`.
    ///
    /// # Errors
    ///
    /// Where a file cannot be written.
    pub fn lay(&self, dir: &Path) -> Result<()> {
        for (file, text) in &self.files {
            put(&dir.join(file), text.as_bytes())?;
        }
        Ok(())
    }

    /// Whether the sample says anything about an exercise.
    pub fn is_about(&self, exercise: &str) -> bool {
        let mut own = self.expected.iter().filter(|expected| expected.own);
        own.any(|expected| expected.exercise == exercise)
    }
}
