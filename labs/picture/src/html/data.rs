//! What the script needs to know: positions, rows, what changed, what is ordered. All words are in
//! the page.
use super::escape::json;
use crate::Failure;
use crate::rows::Row;
use serde_json::{Value, json};

/// The data of the page, as JSON that may stand in a `<script>`.
pub(super) fn data(failure: &Failure) -> String {
    let files = super::source::files(&failure.sources);
    let steps: Vec<Value> = failure
        .steps
        .iter()
        .map(|step| {
            let at = step.at.as_ref();
            let file = at.and_then(|at| files.iter().position(|file| **file == at.file));
            json!({
                "thread": step.thread,
                "says": step.caption(),
                "at": at.map(ToString::to_string),
                "file": file,
                "line": at.map(|at| at.line),
            })
        })
        .collect();
    let threads: Vec<&str> = failure.lanes().map(|thread| failure.name(thread)).collect();
    json(&json!({
        "threads": threads,
        "start": failure.steps.iter().position(|step| step.switched),
        "steps": steps,
        "folded": stops(&failure.rows(false)),
        "whole": stops(&failure.rows(true)),
        "changes": failure.changes(),
        "clocks": failure.clocks(),
    }))
}

/// The rows that can be current, each as its first and its last step.
fn stops(rows: &[Row]) -> Vec<[usize; 2]> {
    let steps = rows.iter().filter(|row| matches!(row, Row::Step(..)));
    steps
        .map(|row| [row.steps().start, row.steps().end - 1])
        .collect()
}
