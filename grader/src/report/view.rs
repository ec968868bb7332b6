//! What whom is shown: the one place that decides it.
//!
//! A hidden check shows its claim, its verdict, and the picture of the student's own lines; never
//! its inputs, and never what it printed. Names of checks are hidden too: the claim says what
//! counts.

use serde::{Deserialize, Serialize};

use super::{CheckReport, ExerciseReport, Report};
use crate::score::{Score, Total};
use crate::tree::is_hidden;

/// Who reads a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reader {
    /// Sees what helps, and nothing hidden.
    Student,
    /// Sees everything.
    Instructor,
}

/// When students may see how a check came out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visible {
    /// At once.
    #[default]
    Always,
    /// When nobody can hand in any more.
    AfterDueDate,
    /// When grades are given out.
    AfterPublished,
    /// Only instructors see it.
    Never,
}

/// What time it is, as far as it decides what students may see.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    /// Whether it is after the due date.
    pub due: bool,
    /// Whether grades are given out.
    pub published: bool,
}

impl Visible {
    /// Whether students may see it now.
    pub fn at(self, now: Now) -> bool {
        match self {
            Visible::Always => true,
            Visible::AfterDueDate => now.due || now.published,
            Visible::AfterPublished => now.published,
            Visible::Never => false,
        }
    }
}

/// The report with those checks only that may be shown, and the points of those. What is left out
/// is said, with the points that it is worth.
pub fn shown(mut report: Report, may: impl Fn(&ExerciseReport, &CheckReport) -> bool) -> Report {
    let (mut left_out, mut worth) = (0, 0);
    for exercise in &mut report.exercises {
        let (shown, hidden): (Vec<_>, Vec<_>) = exercise
            .checks
            .clone()
            .into_iter()
            .partition(|check| may(exercise, check));
        if hidden.is_empty() {
            continue;
        }
        left_out += hidden.len();
        worth += hidden.iter().map(|check| check.score.of).sum::<u32>();
        // As much as the whole exercise was left, at most: the core may fail among these.
        let scores = shown.iter().map(|check| (check.role, check.score));
        let Total { score, withheld } = Total::of(scores, exercise.score.earned);
        (exercise.score, exercise.withheld, exercise.checks) = (score, withheld, shown);
    }
    if left_out == 0 {
        return report;
    }
    report
        .exercises
        .retain(|exercise| !exercise.checks.is_empty());
    report.score = report.exercises.iter().map(score_in_lab).sum();
    report.remarks.push(format!(
        "{left_out} checks, worth {worth} points, are not shown yet"
    ));
    report
}

fn score_in_lab(exercise: &ExerciseReport) -> Score {
    match exercise.bonus {
        true => exercise.score.as_bonus(),
        false => exercise.score,
    }
}

/// The report as a reader may see it.
pub fn for_reader(mut report: Report, reader: Reader) -> Report {
    for check in report
        .exercises
        .iter_mut()
        .flat_map(|exercise| &mut exercise.checks)
    {
        if let Some(mut failure) = check.judged.failure.take() {
            failure.claim = check.claim.trim_end_matches('.').to_owned();
            if reader == Reader::Student {
                *failure = failure.without_files(is_hidden);
            }
            check.judged.failure = Some(failure);
        }
        if reader == Reader::Student {
            check.judged.why = without_hidden(&check.judged.why);
            check.judged.detail = None;
            check.flaky = None;
            check.id = String::new();
        }
    }
    report
}

/// A text without the lines that name something of the grader's own: the compiler names the checks
/// where it makes an answer's generic code for them.
fn without_hidden(text: &str) -> String {
    let words = |line: &str| {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || "_/-.".contains(c)));
        words.any(|word| {
            let file = word.contains("grader/") || word.starts_with("checks/");
            file || word.ends_with("_checks")
        })
    };
    let lines = text.split('\n').map(|line| match words(line) {
        true => "(about the grader's own files)",
        false => line,
    });
    lines.collect::<Vec<&str>>().join("\n")
}

#[cfg(test)]
mod cut {
    use super::without_hidden;

    #[test]
    fn a_line_about_the_checks_is_not_for_students() {
        let said = "error: it overflows\n  --> labs/tiny/src/one.rs:3:5\nnote: while instantiating \
                    `tiny_checks::one::is_one`\n  --> grader/labs/tiny/checks/src/one.rs:9:1";
        let hidden = "(about the grader's own files)";
        let told =
            format!("error: it overflows\n  --> labs/tiny/src/one.rs:3:5\n{hidden}\n{hidden}");
        assert_eq!(without_hidden(said), told);
        assert_eq!(without_hidden("two checks"), "two checks");
    }
}

#[cfg(test)]
mod dates {
    use super::{Now, Visible, shown};
    use crate::rubric::samples::report;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn what_is_shown_later_is_left_out_and_said_and_gives_nothing_away() {
        let report = report([Fail, Pass, Pass, Pass]);
        let later = |id: &str| match id {
            "bank::no_deadlock" | "gate::opens" => Visible::AfterDueDate,
            _ => Visible::Always,
        };
        let at = |due: bool| {
            let published = false;
            let now = Now { due, published };
            shown(report.clone(), |_, check| later(&check.id).at(now))
        };
        assert_eq!(at(true), report);
        let early = at(false);
        let left: Vec<&str> = early.checks().map(|check| &*check.id).collect();
        assert_eq!(left, ["bank::both_pay", "bank::total"]);
        assert_eq!((early.score.earned, early.score.of), (6, 6));
        assert_eq!(
            early.remarks,
            ["2 checks, worth 6 points, are not shown yet"]
        );
    }

    #[test]
    fn grades_that_are_out_show_all_but_what_is_never_shown() {
        let now = Now {
            due: true,
            published: true,
        };
        let all = [
            Visible::Always,
            Visible::AfterDueDate,
            Visible::AfterPublished,
            Visible::Never,
        ];
        assert_eq!(
            all.map(|visible| visible.at(now)),
            [true, true, true, false]
        );
        assert_eq!(
            all.map(|visible| visible.at(Now::default())),
            [true, false, false, false]
        );
    }
}
