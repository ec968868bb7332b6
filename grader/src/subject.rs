//! Whatever can be graded: one type, so that there is one way to grade.

use std::path::{Path, PathBuf};

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
    /// What somebody handed in.
    Submission(Submission),
}

/// A folder or an archive that somebody handed in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether a file whose name is nearly right is taken for the one that is meant.
    pub accept_near_names: bool,
}

impl Submission {
    /// What lies there, of which every name has to be right.
    pub fn at(path: &Path) -> Self {
        Submission {
            path: path.to_owned(),
            accept_near_names: false,
        }
    }
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
            Subject::Submission(submission) => submission.path.display().to_string(),
        }
    }
}
