//! Whatever can be graded: one type, so that there is one way to grade.

use std::path::PathBuf;

use crate::accepted::Accepted;
use crate::mutant::Mutant;
use crate::sample::Sample;

/// Something that answers a lab's exercises, rightly or wrongly.
#[derive(Debug, Clone)]
pub enum Subject {
    /// What students get, untouched.
    Skeleton,
    /// The reference.
    Solution,
    /// The solution with one mistake.
    Mutant(Mutant),
    /// The solution with one exercise answered by another design, still right.
    Accepted(Accepted),
    /// A submission whose outcome is known.
    Sample(Sample),
    /// A folder that somebody handed in.
    Submission(PathBuf),
}

impl Subject {
    /// What reports call it.
    pub fn name(&self) -> String {
        match self {
            Subject::Skeleton => "the skeleton".to_owned(),
            Subject::Solution => "the solution".to_owned(),
            Subject::Mutant(mutant) => format!("mutant {}::{}", mutant.exercise, mutant.name),
            Subject::Accepted(other) => format!("accepted {}::{}", other.exercise, other.design),
            Subject::Sample(sample) => format!("sample {}", sample.name),
            Subject::Submission(path) => path.display().to_string(),
        }
    }
}
