//! What whom is shown: the one place that decides it.
//!
//! A hidden check shows its claim, its verdict, and the picture of the student's own lines; never
//! its inputs, and never what it printed. Names of checks are hidden too: the claim says what
//! counts.

use super::Report;
use crate::tree::is_hidden;

/// Who reads a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reader {
    /// Sees what helps, and nothing hidden.
    Student,
    /// Sees everything.
    Instructor,
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
            check.judged.detail = None;
            check.id = String::new();
        }
    }
    report
}
