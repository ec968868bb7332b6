//! What whom is shown: the one place that decides it.
//!
//! A hidden check shows its claim, its verdict, and the picture of the student's own lines; never its
//! inputs, and never what it printed. Names of checks are hidden too: the claim says what counts.

use super::Report;

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
    if reader == Reader::Instructor {
        return report;
    }
    for check in report.exercises.iter_mut().flat_map(|exercise| &mut exercise.checks) {
        check.judged.detail = None;
        if let Some(picture) = &mut check.judged.picture {
            *picture = picture.replace(&check.id, "the claim");
        }
        // The explorer's own data names the check's lines: the picture is what a student gets of it.
        check.judged.failure = None;
        check.id = String::new();
    }
    report
}
