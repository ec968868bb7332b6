//! Submissions that show how a lab is graded, as data: what is handed in, and what must come out.
//!
//! The one idea: a sample is a difference. It names a base and, where an exercise is answered in
//! another way, a mutant or an accepted design that is known already; only what neither of them can
//! be (a text that does not compile, a file beside) stands in it as text.
//!
//! What is not here: how a sample is taken in, which is any submission's way ([`crate::intake`]).

mod at;
mod compose;
mod expect;
mod file;
mod judge;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::data;
use crate::files::put;
use crate::lab::Lab;
use crate::tree::Tree;
use crate::verdict::Verdict;
use at::At;
use compose::Answers;
use file::SamplesFile;

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
    /// Reads the samples of a lab; there may be none.
    ///
    /// # Errors
    ///
    /// [`crate::error::BadInput`] where one names what is not there, or leaves open what must come
    /// out of it.
    pub fn all(tree: &Tree, lab: &Lab) -> Result<Vec<Sample>> {
        let path = tree.samples(&lab.name);
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let (text, file): (_, SamplesFile) = data::read(&path)?;
        let answers = Answers::read(tree, lab)?;
        let mut all: Vec<Sample> = Vec::new();
        for entry in &file.sample {
            let entry = At::new(&path, &text, entry);
            if all.iter().any(|other| other.name == entry.name()) {
                return Err(entry.bad("is named twice", "rename one").into());
            }
            all.push(answers.compose(&entry)?);
        }
        Ok(all)
    }

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
