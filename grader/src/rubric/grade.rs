//! One grade, and how it came about. Pure.

use serde::{Deserialize, Serialize};

use super::late::Lateness;
use super::{Missing, Moment, Points, Rubric, Rule};
use crate::report::{CheckReport, ExerciseReport, Report};
use crate::score::{Score, Total};

/// What of a submission counts beside its report.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Who handed it in, as results call them.
    pub student: &'a str,
    /// When, if it is known.
    pub submitted: Option<Moment>,
    /// Whether the platform says that it is late.
    pub late: bool,
}

/// One student's grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    /// What was earned, bonus included.
    pub earned: Points,
    /// What full points are.
    pub of: Points,
    /// Points that nobody can judge before an instructor has looked.
    pub open: Points,
    /// Why it is not given out yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// How it came about, in order.
    pub steps: Vec<Step>,
}

/// One rule that made the grade what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// In words.
    pub what: String,
    /// By how much it changed what was earned.
    pub change: Points,
}

impl Rubric {
    /// The grade of a report, which must be whole: as an instructor may see it.
    pub fn grade(&self, report: &Report, about: &Circumstances) -> Grade {
        let mut grade = self.begin(about.student);
        for exercise in &report.exercises {
            self.add(&mut grade, exercise);
        }
        self.scale(&mut grade);
        self.reduce(&mut grade, about);
        self.finish(grade, about.student)
    }

    /// The grade of somebody who handed in nothing, if that is one.
    pub fn nothing(&self, student: &str, full: Points) -> Option<Grade> {
        let grade = Grade {
            of: self.out_of.unwrap_or(full),
            ..self.begin(student)
        };
        let grade = grade.and("nothing was handed in".to_owned(), Points::ZERO);
        (self.missing == Missing::Zero).then(|| self.finish(grade, student))
    }

    fn begin(&self, student: &str) -> Grade {
        Grade {
            earned: Points::ZERO,
            of: Points::ZERO,
            open: Points::ZERO,
            held: self.held(student).map(str::to_owned),
            steps: Vec::new(),
        }
    }

    fn add(&self, grade: &mut Grade, exercise: &ExerciseReport) {
        let rule = self.exercises.get(&exercise.name);
        let (score, locked) = match rule {
            Some(rule) => rule.total(exercise),
            None => (exercise.score, 0),
        };
        let weight = rule.map_or(Points::whole(1), |rule| rule.weight);
        let bonus = rule.map_or(exercise.bonus, |rule| rule.bonus);
        let mut what = format!("{}: {} of {} points", exercise.name, score.earned, score.of);
        if locked > 0 {
            what += &format!(", without {locked} for a stage after one that fails");
        }
        if weight != Points::whole(1) {
            what += &format!(", times {weight}");
        }
        if bonus {
            what += ", on top";
        } else {
            grade.of = grade.of + Points::whole(score.of).times(weight);
        }
        grade.open = grade.open + Points::whole(score.open).times(weight);
        grade.change(what, Points::whole(score.earned).times(weight));
    }

    fn scale(&self, grade: &mut Grade) {
        let Some(out_of) = self.out_of.filter(|out_of| *out_of != grade.of) else {
            return;
        };
        let (earned, of) = (grade.earned, grade.of);
        let scaled = earned.share(out_of, of);
        grade.open = grade.open.share(out_of, of);
        grade.of = out_of;
        grade.change(
            format!("{earned} of {of} as points out of {out_of}"),
            scaled - earned,
        );
    }

    fn reduce(&self, grade: &mut Grade, about: &Circumstances) {
        let (Some(due), Some(late)) = (self.due, &self.late) else {
            return;
        };
        let Some(submitted) = about.submitted else {
            if about.late {
                let what = "late, as the platform says, but not by how much: nothing is taken";
                grade.change(what.to_owned(), Points::ZERO);
            }
            return;
        };
        let earned = grade.earned;
        match late.of(due, submitted) {
            Lateness::InTime => (),
            Lateness::Reduced(days, left) => {
                let kept = earned.share(left, Points::whole(100));
                let what = format!("{}: {left} percent count", days_late(days));
                grade.change(what, kept - earned);
            }
            Lateness::TooLate(days) => {
                let what = format!("{}: too late to count", days_late(days));
                grade.change(what, Points::ZERO - earned);
                grade.open = Points::ZERO;
            }
        }
    }

    fn finish(&self, mut grade: Grade, student: &str) -> Grade {
        for adjust in self
            .adjust
            .iter()
            .filter(|adjust| adjust.student == student)
        {
            grade.change(
                format!("by {}: {}", adjust.by, adjust.because),
                adjust.points,
            );
        }
        if grade.earned < Points::ZERO {
            grade.change(
                "no less than nothing".to_owned(),
                Points::ZERO - grade.earned,
            );
        }
        let rounded = grade.earned.rounded(self.places);
        if rounded != grade.earned {
            grade.change("rounded".to_owned(), rounded - grade.earned);
        }
        grade
    }
}

fn days_late(days: i64) -> String {
    match days {
        1 => "late, within a day".to_owned(),
        days => format!("late, within {days} days"),
    }
}

impl Grade {
    fn change(&mut self, what: String, change: Points) {
        self.earned = self.earned + change;
        self.steps.push(Step { what, change });
    }

    fn and(mut self, what: String, change: Points) -> Self {
        self.change(what, change);
        self
    }

    /// Whether it may be given out.
    pub fn is_final(&self) -> bool {
        self.held.is_none() && self.open == Points::ZERO
    }
}

impl Rule {
    /// What an exercise comes to, and how many points of it are locked behind an earlier stage.
    fn total(&self, exercise: &ExerciseReport) -> (Score, u32) {
        let counts = |check: &&CheckReport| !self.dropped.contains(&check.id);
        let mut locked = 0;
        let mut scores = Vec::new();
        for check in exercise.checks.iter().filter(counts) {
            let mut score = check.score;
            if self.is_locked(exercise, check) {
                locked += score.earned;
                score = Score {
                    of: score.of,
                    ..Score::default()
                };
            }
            scores.push((check.role, score));
        }
        let Total { score, .. } = Total::of(scores.into_iter(), self.keeps);
        (score, locked)
    }

    /// Whether a check of an earlier stage fails. One that nobody could judge has not failed.
    fn is_locked(&self, exercise: &ExerciseReport, check: &CheckReport) -> bool {
        let stage = |id: &String| self.stages.iter().position(|stage| stage.contains(id));
        let Some(own) = stage(&check.id) else {
            return false;
        };
        let mut earlier = exercise.checks.iter().filter(|other| {
            stage(&other.id).is_some_and(|stage| stage < own) && !self.dropped.contains(&other.id)
        });
        earlier.any(|other| other.score.earned + other.score.open < other.score.of)
    }
}

#[cfg(test)]
mod tests;
