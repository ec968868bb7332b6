//! What was graded, and with what: facts that hold for every row.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::lab::{Check, Exercise, Kind, Lab};
use crate::score::Role;

/// Grows when a reader of the old form could no longer read the new one.
pub const FORMAT: u32 = 1;

/// One lab as it was graded for a class. Who weighs exercises otherwise finds here what they are
/// weighed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The form of these files.
    pub format: u32,
    /// The lab's name.
    pub lab: String,
    /// Its title.
    pub title: String,
    /// A hash of all that verdicts rest on but the answers: checks, kit, toolchain, grader.
    pub basis: String,
    /// How many times each answer was graded.
    pub repeat: u32,
    /// Its exercises, in the order of `lab.toml`.
    pub exercises: Vec<ExerciseFacts>,
    /// The ids of all who have to have a row.
    pub people: BTreeSet<String>,
}

/// What is to be known about an exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExerciseFacts {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its heading.
    pub group: String,
    /// Whether its points come on top.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bonus: bool,
    /// What it is worth.
    pub points: u32,
    /// What of that an answer keeps, at most, if its core fails.
    pub keeps: u32,
    /// The files that students edit, from the lab's folder.
    pub edit: Vec<String>,
    /// What to read: a path from the course's folder, with an anchor.
    pub read: String,
    /// One after the other.
    pub hints: Vec<String>,
    /// A hash of all that its verdicts rest on but the answer: a regrade runs it only where this
    /// has changed.
    pub basis: String,
    /// Its checks, in the order of `checks.toml`.
    pub checks: Vec<CheckFacts>,
}

/// What is to be known about a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckFacts {
    /// `exercise::check`: for instructors only.
    pub id: String,
    /// How it checks.
    pub kind: Kind,
    /// What it means for the rest of its exercise.
    #[serde(default, skip_serializing_if = "Role::is_plain")]
    pub role: Role,
    /// What it is worth.
    pub points: u32,
    /// What it claims.
    pub claim: String,
}

impl Class {
    /// The facts of a lab, without people. `basis` gives the hash of an exercise.
    pub fn of(
        lab: &Lab,
        basis: String,
        repeat: u32,
        exercise: impl Fn(&Exercise) -> String,
    ) -> Self {
        let facts = |one: &Exercise| ExerciseFacts::of(one, exercise(one));
        Class {
            format: FORMAT,
            lab: lab.name.clone(),
            title: lab.title.clone(),
            basis,
            repeat,
            exercises: lab.exercises.iter().map(facts).collect(),
            people: BTreeSet::new(),
        }
    }

    /// Whether results of the two may stand in one folder: the problem and the remedy if not.
    ///
    /// # Errors
    ///
    /// What keeps them apart.
    pub fn same_as(&self, other: &Class) -> Result<(), (String, &'static str)> {
        if self.lab != other.lab {
            let problem = format!("holds results of lab `{}`", self.lab);
            return Err((problem, "name another folder"));
        }
        if self.repeat != other.repeat {
            let problem = format!("was graded with --repeat {}", self.repeat);
            return Err((problem, "say the same, or name another folder"));
        }
        let nobody = |class: &Class| Class {
            people: BTreeSet::new(),
            ..class.clone()
        };
        if nobody(self) != nobody(other) {
            let problem = "was graded with other checks, another kit or another grader";
            let remedy = "see what changes with `grader regrade`, or name another folder";
            return Err((problem.to_owned(), remedy));
        }
        Ok(())
    }

    /// The exercise of that name.
    pub fn exercise(&self, name: &str) -> Option<&ExerciseFacts> {
        self.exercises.iter().find(|exercise| exercise.name == name)
    }

    /// What can be earned, bonus left out.
    pub fn points(&self) -> u32 {
        let counted = self.exercises.iter().filter(|exercise| !exercise.bonus);
        counted.map(|exercise| exercise.points).sum()
    }
}

impl ExerciseFacts {
    fn of(exercise: &Exercise, basis: String) -> Self {
        ExerciseFacts {
            name: exercise.name.clone(),
            title: exercise.title.clone(),
            group: exercise.group.clone(),
            bonus: exercise.bonus,
            points: exercise.points,
            keeps: exercise.keeps,
            edit: exercise.edit.clone(),
            read: exercise.read.clone(),
            hints: exercise.hints.clone(),
            basis,
            checks: exercise.checks.iter().map(CheckFacts::of).collect(),
        }
    }
}

impl CheckFacts {
    fn of(check: &Check) -> Self {
        CheckFacts {
            id: check.id().to_owned(),
            kind: check.kind,
            role: check.role,
            points: check.points,
            claim: check.claim.clone(),
        }
    }
}
