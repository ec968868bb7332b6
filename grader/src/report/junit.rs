//! Results as JUnit XML, for whatever collects tests.
//!
//! The one idea: what a student did not do right is a failure, what nobody could judge an error,
//! and what was not written is skipped.

use quick_junit::{
    NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString,
};

use super::{CheckReport, ExerciseReport, Report, escape, text};
use crate::verdict::Verdict;

/// All results in one document.
pub fn render(results: &[Report]) -> String {
    let mut suites = Suites::new("weft");
    for report in results {
        suites.add_test_suites(
            report
                .exercises
                .iter()
                .map(|exercise| suite(report, exercise)),
        );
    }
    suites.to_string().expect("XML of strings")
}

fn suite(report: &Report, exercise: &ExerciseReport) -> TestSuite {
    let name = format!(
        "{}: {}/{}",
        escape::line(&report.subject),
        report.lab,
        exercise.name
    );
    let mut suite = TestSuite::new(name);
    suite.add_test_cases(exercise.checks.iter().map(|check| case(exercise, check)));
    suite
}

fn case(exercise: &ExerciseReport, check: &CheckReport) -> TestCase {
    let judged = &check.judged;
    let status = match judged.verdict {
        Verdict::Pass => return named(exercise, check, passed(check)),
        Verdict::NotWritten => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(text::name(judged.verdict));
            return named(exercise, check, status);
        }
        Verdict::Broken | Verdict::Missing => NonSuccessKind::Error,
        _ => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(status);
    status.set_type(text::name(judged.verdict));
    status.set_message(escape::line(&judged.why));
    status.set_description(match &judged.failure {
        Some(failure) => escape::text(&failure.to_text(picture::Style::default())),
        None => escape::text(&judged.why),
    });
    named(exercise, check, status)
}

/// A success, which was a failure in another run where they disagree.
fn passed(check: &CheckReport) -> TestCaseStatus {
    let mut status = TestCaseStatus::success();
    if let Some(flaky) = &check.flaky {
        let mut rerun = TestRerun::new(NonSuccessKind::Failure);
        rerun.set_message(escape::line(&flaky.why));
        status.add_rerun(rerun);
    }
    status
}

fn named(exercise: &ExerciseReport, check: &CheckReport, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(check.claim.as_str(), status);
    case.set_classname(XmlString::new(&exercise.name));
    case
}
