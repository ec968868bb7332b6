//! A result and its grade in a few words: a line of plain HTML for the cell of a platform's own
//! file, and remarks for a student's page.

use std::fmt::Write;

use picture::escape::Text;

use super::{ExerciseReport, Report, text};
use crate::rubric::Grade;
use crate::verdict::Verdict;

/// A student's report and grade, as one line of plain HTML.
pub fn html(report: &Report, grade: &Grade) -> String {
    let title = Text(&report.title);
    let mut note = format!(
        "<p>{title}: {} of {} points</p><ul>",
        grade.earned, grade.of
    );
    for exercise in &report.exercises {
        let (name, score) = (Text(&exercise.name), exercise.score);
        write!(
            note,
            "<li>{name}: {} of {}{}</li>",
            score.earned,
            score.of,
            failing(exercise)
        )
        .expect("writing to a string");
    }
    let other = grade.steps.iter().skip(report.exercises.len());
    for step in other {
        write!(note, "<li>{}: {}</li>", step.change, Text(&step.what))
            .expect("writing to a string");
    }
    (note + "</ul>").replace('\n', " ")
}

/// What of a grade is no exercise's: the rules that changed it, and the whole.
pub fn rules(report: &Report, grade: &Grade) -> Vec<String> {
    let rules = grade.steps.iter().skip(report.exercises.len());
    let rules = rules.map(|step| format!("{}: {}", step.what, step.change));
    let whole = format!("grade: {} of {}", grade.earned, grade.of);
    rules.chain([whole]).collect()
}

/// The claims that do not hold.
fn failing(exercise: &ExerciseReport) -> String {
    let checks = exercise.checks.iter();
    let failing = checks.filter(|check| check.judged.verdict != Verdict::Pass);
    let told: Vec<String> = failing
        .map(|check| {
            let verdict = text::name(check.judged.verdict);
            format!("{verdict}: {}", Text(check.claim.trim_end_matches('.')))
        })
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(" ({})", told.join("; ")),
    }
}
