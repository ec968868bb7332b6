//! Walks one subject through all stages.
//!
//! The one idea: exercises are independent. Whatever keeps one from being built, or from being
//! trusted, takes it out: the skeleton stands in its place, and the others are graded as if nothing
//! had been.

mod attempt;
mod blame;
mod out;
mod recall;
mod together;
mod walk;

use std::time::Duration;

use anyhow::Result;

use crate::cache::{Cache, Form};
use crate::intake::{self, Answer};
use crate::lab::{Check, Exercise, Lab};
use crate::report::Report;
use crate::stage::{Built, Stage};
use crate::subject::Subject;
use crate::tree::Tree;
pub use together::{Outcome, Together};
use walk::Walk;

/// What is graded against.
#[derive(Debug)]
pub struct Grader<'g> {
    /// The course.
    pub tree: &'g Tree,
    /// The lab.
    pub lab: &'g Lab,
    /// Only checks that this accepts are run and reported; nothing else changes.
    pub only: Only,
    /// How long its checks are waited for.
    pub effort: Effort<'g>,
    /// Where verdicts are looked up and kept, if they are.
    pub cache: Option<&'g Cache>,
    /// What they are found for.
    pub form: Form,
}

/// How long checks are waited for. A check is given up after a moment where nothing hangs on it.
#[derive(Debug, Clone, Copy, Default)]
pub enum Effort<'g> {
    /// Each has all its time.
    #[default]
    Full,
    /// Each has all its time, and a search of scenarios as much processor time more, to go on
    /// beyond its scope.
    Deep(Duration),
    /// These have all their time, by their ids; others are given up after a moment.
    For(&'g [String]),
    /// Each is given up after a moment, and none is run after one that did not pass.
    UntilOneFails,
}

/// Which part of a lab is graded.
#[derive(Debug, Clone, Default)]
pub enum Only {
    /// All of it.
    #[default]
    All,
    /// One exercise.
    Exercise(String),
    /// These checks, by their ids.
    Checks(Vec<String>),
}

impl<'g> Effort<'g> {
    /// As this says; deep, if that is asked for in seconds.
    pub fn deepened(self, seconds: Option<u64>) -> Effort<'g> {
        seconds.map_or(self, |seconds| Effort::Deep(Duration::from_secs(seconds)))
    }
}

impl Only {
    /// Whether any check of an exercise is accepted.
    fn asks_about(&self, exercise: &Exercise) -> bool {
        let mut checks = exercise.checks.iter();
        checks.any(|check| self.accepts(exercise, check))
    }

    fn accepts(&self, exercise: &Exercise, check: &Check) -> bool {
        match self {
            Only::All => true,
            Only::Exercise(name) => exercise.name == *name,
            Only::Checks(ids) => ids.iter().any(|id| id == check.id()),
        }
    }
}

/// A graded subject.
#[derive(Debug)]
pub struct Graded {
    /// The result.
    pub report: Report,
    /// What the compiler warned about in the lab's crate, as it says it.
    pub warnings: Vec<String>,
    /// What the source checks refused, so that nothing of it was run.
    pub refused: Vec<String>,
}

impl Grader<'_> {
    /// Grades a subject on a stage. Blocks while it is compiled and its checks run.
    ///
    /// # Errors
    ///
    /// [`crate::error::BadInput`] where the subject cannot be taken in; anything else is the
    /// grader's own failure, and says nothing about the subject.
    pub fn grade(&self, stage: &mut Stage, subject: &Subject) -> Result<Graded> {
        self.grade_and_tell(stage, subject, None)
    }

    /// Grades a subject, and tells what is known of it after each check: what was not run yet is
    /// `Broken`. Blocks as [`Grader::grade`] does.
    ///
    /// # Errors
    ///
    /// As for [`Grader::grade`].
    pub fn grade_and_tell(
        &self,
        stage: &mut Stage,
        subject: &Subject,
        told: Option<&dyn Fn(&Report)>,
    ) -> Result<Graded> {
        let answer = intake::take(self.tree, self.lab, subject)?;
        self.grade_answer(stage, &subject.name(), &answer, told)
    }

    /// Grades an answer that was taken in before; reports call it `name`. Otherwise as
    /// [`Grader::grade_and_tell`].
    ///
    /// # Errors
    ///
    /// As for [`Grader::grade`].
    pub fn grade_answer(
        &self,
        stage: &mut Stage,
        name: &str,
        answer: &Answer,
        told: Option<&dyn Fn(&Report)>,
    ) -> Result<Graded> {
        let mut walk = Walk::new(self, answer, stage.jail(), self.form.serving());
        walk.told = told;
        walk.recall(Form::Mark.serving());
        if !walk.left().is_empty() {
            walk.read_tokens();
            walk.build_and_run(stage)?;
            walk.keep_those_out();
        }
        Ok(walk.graded(name))
    }

    /// Gives what is known about a subject, if that is all there is to know.
    ///
    /// # Errors
    ///
    /// Where the subject cannot be taken in.
    pub fn recall(&self, subject: &Subject) -> Result<Option<Graded>> {
        let Some(cache) = self.cache else {
            return Ok(None);
        };
        let answer = intake::take(self.tree, self.lab, subject)?;
        let mut walk = Walk::new(self, &answer, cache.jail(), self.form.serving());
        walk.recall(self.form.serving());
        Ok(walk.left().is_empty().then(|| walk.graded(&subject.name())))
    }

    /// Grades a mutant that was chosen from those that a build holds, by the files that it was
    /// built from. Blocks while its checks run.
    fn grade_within(&self, built: &Built, subject: &Subject, answer: &Answer) -> Result<Graded> {
        let mut walk = Walk::new(self, answer, built.jail(), &[Form::Mutant]);
        walk.read_tokens();
        walk.run_within(built)?;
        Ok(walk.graded(&subject.name()))
    }
}
