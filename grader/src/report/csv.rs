//! Results as a table for spreadsheets: a line for each check.

use super::{Report, escape, text};

/// What stands in the first line.
pub const HEADER: &str = "subject,lab,exercise,check,verdict,earned,points,why\n";

/// The lines of one result. No cell is a formula.
pub fn lines(report: &Report) -> String {
    let mut lines = String::new();
    for exercise in &report.exercises {
        for check in &exercise.checks {
            let name = if check.id.is_empty() {
                &check.claim
            } else {
                &check.id
            };
            let cells = [
                report.subject.as_str(),
                &report.lab,
                &exercise.name,
                name,
                text::name(check.judged.verdict),
                &check.score.earned.to_string(),
                &check.score.of.to_string(),
                &escape::line(&check.judged.why),
            ];
            lines += &cells.map(|cell| escape::cell(cell, ',')).join(",");
            lines.push('\n');
        }
    }
    lines
}

/// All results in one table.
pub fn render(results: &[Report]) -> String {
    let lines: String = results.iter().map(lines).collect();
    format!("{HEADER}{lines}")
}
