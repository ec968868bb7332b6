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
            check.judged.why = without_hidden(&check.judged.why);
            check.judged.detail = None;
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
        words.any(|word| word.contains("grader/") || word.ends_with("_checks"))
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
