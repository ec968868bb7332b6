//! From a report to a grade, by rules that an instructor writes down (`rubric.toml`). Pure but for
//! reading that file.
//!
//! The one idea: what a check and an exercise are worth, and what an answer keeps that makes the
//! mistake its exercise is about, is the lab's ([`crate::score`]); a rubric only weighs that, and
//! says what else counts. Each of its rules that changed a grade is a step of it, in words.
//!
//! What is not here: what a reader may see ([`crate::report::view`]), and how a grade gets into a
//! platform's file ([`crate::gradebook`]).

mod file;
mod grade;
mod late;
mod moment;
mod points;
#[cfg(test)]
pub(crate) mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use crate::report::view::{Now, Visible};
use crate::results::{Class, ExerciseFacts};
pub use grade::{Circumstances, Grade, Step};
use late::Late;
pub use moment::Moment;
pub use points::Points;

/// How answers to a lab are graded.
#[derive(Debug, Clone)]
pub struct Rubric {
    /// When they are due.
    pub due: Option<Moment>,
    /// When grades are published.
    pub published: Option<Moment>,
    /// Which of several attempts counts.
    pub attempts: Attempts,
    /// What somebody gets who handed in nothing.
    pub missing: Missing,
    /// What full points come to; the lab's total if it is not said.
    out_of: Option<Points>,
    /// Places after the point.
    places: u32,
    late: Option<Late>,
    /// For each exercise of the lab, by its name.
    exercises: BTreeMap<String, Rule>,
    adjust: Vec<Adjust>,
    hold: Vec<Hold>,
}

/// Which of several attempts counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempts {
    /// The last.
    #[default]
    Latest,
    /// The one with the best grade, lateness included.
    Best,
}

/// What somebody gets who handed in nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No grade.
    #[default]
    Leave,
    /// No points.
    Zero,
}

/// How one exercise counts.
#[derive(Debug, Clone)]
struct Rule {
    weight: Points,
    bonus: bool,
    /// As `lab.toml` has it.
    keeps: u32,
    /// Checks by their ids: those of a stage pay only where all of the stages before it pass.
    stages: Vec<Vec<String>>,
    /// Checks that do not count.
    dropped: Vec<String>,
    visible: Visible,
    /// Where it is not the exercise's.
    visible_checks: BTreeMap<String, Visible>,
}

/// Points that somebody gave or took by hand.
#[derive(Debug, Clone)]
struct Adjust {
    student: String,
    points: Points,
    by: String,
    because: String,
}

/// A grade that is not given out yet.
#[derive(Debug, Clone)]
struct Hold {
    student: String,
    because: String,
}

impl Rubric {
    /// The rubric of a lab that nobody wrote one for: what the lab itself says.
    pub fn plain(class: &Class) -> Self {
        let exercises = class.exercises.iter();
        let rules = exercises.map(|exercise| (exercise.name.clone(), Rule::plain(exercise)));
        Rubric {
            due: None,
            published: None,
            attempts: Attempts::default(),
            missing: Missing::default(),
            out_of: None,
            places: 2,
            late: None,
            exercises: rules.collect(),
            adjust: Vec::new(),
            hold: Vec::new(),
        }
    }

    /// Reads a rubric for a lab.
    ///
    /// # Errors
    ///
    /// [`crate::error::BadInput`] with line and column for anything that is wrong in it.
    pub fn read(path: &Path, class: &Class) -> Result<Self> {
        file::read(path, class)
    }

    /// Reads a rubric from its text; `path` is what errors call it.
    ///
    /// # Errors
    ///
    /// As [`Rubric::read`].
    pub fn parse(path: &Path, text: &str, class: &Class) -> Result<Self> {
        Ok(file::parse(path, text, class)?)
    }

    /// When students may see how a check came out.
    pub fn visible(&self, exercise: &str, check: &str) -> Visible {
        self.exercises
            .get(exercise)
            .map_or(Visible::Always, |rule| {
                let own = rule.visible_checks.get(check);
                own.copied().unwrap_or(rule.visible)
            })
    }

    /// How far the course is at that moment, as it decides what students may see.
    pub fn at(&self, now: Moment) -> Now {
        let past = |moment: Option<Moment>| moment.is_some_and(|moment| moment <= now);
        Now {
            due: past(self.due),
            published: past(self.published),
        }
    }

    /// A time stamp; one without an offset is in the course's own time, that of the due date.
    pub fn moment(&self, stamp: &str) -> Option<Moment> {
        Moment::parse(stamp, self.due.map_or(0, Moment::offset))
    }

    /// Why a student's grade is not given out yet, if it is not.
    pub fn held(&self, student: &str) -> Option<&str> {
        let hold = self.hold.iter().find(|hold| hold.student == student);
        hold.map(|hold| hold.because.as_str())
    }

    /// The students that it says something about, each once.
    pub fn students(&self) -> impl Iterator<Item = &str> {
        let adjusted = self.adjust.iter().map(|adjust| adjust.student.as_str());
        let held = self.hold.iter().map(|hold| hold.student.as_str());
        let all: BTreeSet<&str> = adjusted.chain(held).collect();
        all.into_iter()
    }
}

impl Rule {
    fn plain(exercise: &ExerciseFacts) -> Self {
        Rule {
            weight: Points::whole(1),
            bonus: exercise.bonus,
            keeps: exercise.keeps,
            stages: Vec::new(),
            dropped: Vec::new(),
            visible: Visible::Always,
            visible_checks: BTreeMap::new(),
        }
    }
}
