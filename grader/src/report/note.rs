//! A result in plain HTML: a line for the cell of a platform's own file, and a page.

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

/// A student's report and grade, as a page.
pub fn page(report: &Report, grade: Option<&Grade>) -> String {
    let said = anstream::adapter::strip_str(&text::render(report)).to_string();
    let steps = grade.iter().flat_map(|grade| &grade.steps);
    let steps: String = steps
        .map(|step| format!("{:>8}  {}\n", step.change, step.what))
        .collect();
    let total = grade.map(|grade| format!("{:>8}  of {}\n", grade.earned, grade.of));
    let title = Text(&report.title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<pre>{}</pre>\n<h2>Grade</h2>\n<pre>{}{}</pre>\n</html>\n",
        Text(&said),
        Text(&steps),
        Text(&total.unwrap_or_default())
    )
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
