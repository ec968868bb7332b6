//! The one result of a grading; every output is a view of it. Pure: no disk, no clock.
//!
//! What is not here: which parts a student may see ([`view`]), how text is made
//! harmless ([`escape`]), and the forms: [`text`], [`json`], and those that others read.

pub mod csv;
pub mod escape;
pub mod flaky;
pub mod gradescope;
#[cfg(test)]
mod hidden;
#[cfg(test)]
pub(crate) mod hostile;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod note;
pub mod text;
pub mod view;

use serde::{Deserialize, Serialize};

use crate::lab::{Check, Exercise, Kind, Lab};
use crate::score::{Role, Score, Total};
use crate::verdict::{Judged, Verdict};
use flaky::Flaky;

/// One subject's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What was graded.
    pub subject: String,
    /// The lab's name.
    pub lab: String,
    /// The lab's title.
    pub title: String,
    /// What was earned, bonus included, of the lab's total.
    pub score: Score,
    /// What compilers and checks were kept in ([`crate::jail::Jail::stamp`]); at first nothing.
    pub sandbox: String,
    /// What a reader should know about the whole.
    pub remarks: Vec<String>,
    /// Each exercise, in the lab's order.
    pub exercises: Vec<ExerciseReport>,
}

/// One exercise's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExerciseReport {
    /// The exercise's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its heading.
    pub group: String,
    /// Whether its points come on top.
    pub bonus: bool,
    /// Whether it may use `unsafe`.
    pub unsafe_code: bool,
    /// What was earned.
    pub score: Score,
    /// Points of checks that passed, and that do not count because the core of the exercise fails.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withheld: u32,
    /// What a reader should know about the exercise as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Each check, in its order.
    pub checks: Vec<CheckReport>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn is_zero(points: &u32) -> bool {
    *points == 0
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// `exercise::check`; empty where the reader may not see it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// How it checks.
    pub kind: Kind,
    /// What it means for the rest of its exercise.
    #[serde(default, skip_serializing_if = "Role::is_plain")]
    pub role: Role,
    /// What it claims.
    pub claim: String,
    /// What was earned.
    pub score: Score,
    /// How it came out.
    #[serde(flatten)]
    pub judged: Judged,
    /// How it came out otherwise, where it was run several times: for instructors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<Flaky>,
}

impl CheckReport {
    /// The result of a check.
    pub fn new(check: &Check, judged: Judged) -> Self {
        CheckReport {
            id: check.id().to_owned(),
            kind: check.kind,
            role: check.role,
            claim: check.claim.clone(),
            score: Score::of(check.points, judged.verdict),
            judged,
            flaky: None,
        }
    }
}

impl ExerciseReport {
    /// The result of an exercise.
    pub fn new(exercise: &Exercise, remark: Option<String>, checks: Vec<CheckReport>) -> Self {
        let scores = checks.iter().map(|check| (check.role, check.score));
        let Total { score, withheld } = Total::of(scores, exercise.keeps);
        ExerciseReport {
            name: exercise.name.clone(),
            title: exercise.title.clone(),
            group: exercise.group.clone(),
            bonus: exercise.bonus,
            unsafe_code: exercise.unsafe_code,
            score,
            withheld,
            remark,
            checks,
        }
    }
}

impl ExerciseReport {
    /// Whether all that there is to say is that nothing was written.
    pub fn unwritten(&self) -> bool {
        let mut verdicts = self.checks.iter().map(|check| check.judged.verdict);
        self.remark.is_none() && verdicts.all(|verdict| verdict == Verdict::NotWritten)
    }
}

impl Report {
    /// The result of a subject.
    pub fn new(
        subject: String,
        lab: &Lab,
        remarks: Vec<String>,
        exercises: Vec<ExerciseReport>,
    ) -> Self {
        let score = exercises
            .iter()
            .map(|exercise| {
                if exercise.bonus {
                    exercise.score.as_bonus()
                } else {
                    exercise.score
                }
            })
            .sum();
        let (lab, title) = (lab.name.clone(), lab.title.clone());
        Report {
            subject,
            lab,
            title,
            score,
            sandbox: "none".to_owned(),
            remarks,
            exercises,
        }
    }

    /// All checks.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        self.exercises.iter().flat_map(|exercise| &exercise.checks)
    }

    /// Whether a check needs the instructor.
    pub fn broken(&self) -> bool {
        self.checks()
            .any(|check| check.judged.verdict == Verdict::Broken)
    }

    /// Whether somebody has to look before marks are given: a check is broken, or came out
    /// differently from run to run.
    pub fn needs_instructor(&self) -> bool {
        self.broken() || self.checks().any(|check| check.flaky.is_some())
    }
}
