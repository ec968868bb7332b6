//! A result as Gradescope's `results.json`.
//!
//! The one idea: Gradescope adds up the points of the tests, and takes a number at the top for the
//! whole, whatever the tests say. So points that do not count are taken from the tests that would
//! have paid them, and the number at the top stands only where a rubric has changed the sum.

use serde::Serialize;

use super::view::{self, Reader, Visible};
use super::{CheckReport, ExerciseReport, Report, escape, text};
use crate::rubric::Grade;
use crate::score::Role;
use crate::verdict::Verdict;

#[derive(Serialize)]
struct Results<'a> {
    /// Only where a rubric changes the sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// Only where a grade is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<&'static str>,
    output: String,
    output_format: &'static str,
    /// What the grader prints is for instructors.
    stdout_visibility: &'static str,
    tests: Vec<Test<'a>>,
    extra_data: Extra<'a>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: String,
    number: String,
    score: f64,
    max_score: f64,
    status: &'static str,
    output: String,
    output_format: &'static str,
    visibility: &'static str,
    tags: [&'a str; 2],
}

#[derive(Serialize)]
struct Extra<'a> {
    weft: Weft<'a>,
}

#[derive(Serialize)]
struct Weft<'a> {
    version: &'static str,
    lab: &'a str,
    sandbox: &'a str,
}

/// The whole file. The report is an instructor's; `visible` says when each check is shown, and
/// `grade` what a rubric makes of all, where there is one.
pub fn render(
    report: &Report,
    visible: impl Fn(&ExerciseReport, &CheckReport) -> Visible,
    grade: Option<&Grade>,
) -> String {
    let seen = view::for_reader(report.clone(), Reader::Student);
    let exercises = report.exercises.iter().zip(&seen.exercises).enumerate();
    let tests = exercises.flat_map(|(at, (whole, seen))| {
        let visible = whole.checks.iter().map(|check| visible(whole, check));
        tests(at + 1, seen, visible)
    });
    let held = grade.is_some_and(|grade| grade.held.is_some());
    file(&Results {
        score: grade.and_then(|grade| grade.earned.to_string().parse().ok()),
        visibility: held.then_some("after_published"),
        output: output(&seen, grade),
        output_format: "text",
        stdout_visibility: "hidden",
        tests: tests.collect(),
        extra_data: Extra::of(&report.lab, &report.sandbox),
    })
}

/// The whole file for what could not be taken in.
pub fn refused(lab: &str, problem: &str) -> String {
    file(&Results {
        score: Some(0.0),
        visibility: None,
        output: escape::text(problem),
        output_format: "text",
        stdout_visibility: "hidden",
        tests: Vec::new(),
        extra_data: Extra::of(lab, "none"),
    })
}

fn file(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results).expect("results are JSON");
    text.push('\n');
    text
}

impl<'a> Extra<'a> {
    fn of(lab: &'a str, sandbox: &'a str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Extra {
            weft: Weft {
                version,
                lab,
                sandbox,
            },
        }
    }
}

/// What stands above the tests.
fn output(report: &Report, grade: Option<&Grade>) -> String {
    let mut lines = vec![format!(
        "Weft {}, sandbox: {}",
        env!("CARGO_PKG_VERSION"),
        report.sandbox
    )];
    lines.extend(report.remarks.iter().map(|remark| escape::text(remark)));
    for exercise in &report.exercises {
        if let Some(remark) = &exercise.remark {
            lines.push(format!("{}: {}", exercise.name, escape::text(remark)));
        }
    }
    if let Some(grade) = grade {
        let steps = grade.steps.iter();
        lines.extend(steps.map(|step| escape::line(&format!("{}: {}", step.change, step.what))));
    }
    lines.join("\n")
}

fn tests<'a>(
    number: usize,
    exercise: &'a ExerciseReport,
    visible: impl Iterator<Item = Visible>,
) -> Vec<Test<'a>> {
    let paid = paid(exercise);
    let checks = exercise.checks.iter().zip(paid).zip(visible).enumerate();
    let test = |(at, ((check, paid), visible)): (usize, ((&'a CheckReport, u32), Visible))| Test {
        name: format!("{}: {}", exercise.name, check.claim.trim_end_matches('.')),
        number: format!("{number}.{}", at + 1),
        score: paid.into(),
        max_score: if exercise.bonus {
            0.0
        } else {
            check.score.of.into()
        },
        status: match check.judged.verdict {
            Verdict::Pass => "passed",
            _ => "failed",
        },
        output: said(check, paid),
        output_format: "text",
        visibility: visibility(visible),
        tags: [check.kind.name(), &exercise.name],
    };
    checks.map(test).collect()
}

/// What each check pays, so that they sum to what the exercise has earned: claims of progress lose
/// theirs first, then the last of the others.
fn paid(exercise: &ExerciseReport) -> Vec<u32> {
    let mut paid: Vec<u32> = exercise
        .checks
        .iter()
        .map(|check| check.score.earned)
        .collect();
    let mut withheld = exercise.withheld;
    let progress = |at: &usize| exercise.checks[*at].role == Role::Progress;
    let order = (0..paid.len()).filter(progress);
    let order = order.chain((0..paid.len()).rev().filter(|at| !progress(at)));
    for at in order {
        let off = withheld.min(paid[at]);
        paid[at] -= off;
        withheld -= off;
    }
    paid
}

fn said(check: &CheckReport, paid: u32) -> String {
    let judged = &check.judged;
    let mut lines = Vec::new();
    if judged.verdict != Verdict::Pass {
        lines.push(format!("{}:", text::name(judged.verdict)));
        lines.push(match &judged.failure {
            Some(failure) => escape::text(&failure.to_text(picture::Style::default())),
            None => escape::text(&judged.why),
        });
    } else if let Some(search) = &judged.search {
        lines.push(search.to_string());
    }
    if paid < check.score.earned {
        let lost = check.score.earned - paid;
        lines.push(format!(
            "{lost} points do not count: what the exercise is about does not hold"
        ));
    }
    lines.join("\n")
}

fn visibility(visible: Visible) -> &'static str {
    match visible {
        Visible::Always => "visible",
        Visible::AfterDueDate => "after_due_date",
        Visible::AfterPublished => "after_published",
        Visible::Never => "hidden",
    }
}

#[cfg(test)]
mod summing {
    use super::*;
    use crate::rubric::samples::report;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn the_tests_sum_to_what_was_earned_also_where_points_do_not_count() {
        for verdicts in [
            [Pass; 4],
            [Fail, Pass, Pass, Pass],
            [Fail, Fail, Pass, Fail],
        ] {
            let report = report(verdicts);
            let file = render(&report, |_, _| Visible::Always, None);
            let file: serde_json::Value = serde_json::from_str(&file).expect("JSON");
            let tests = file["tests"].as_array().expect("tests");
            let sum: f64 = tests.iter().filter_map(|test| test["score"].as_f64()).sum();
            assert_eq!(sum, f64::from(report.score.earned), "{verdicts:?}");
            let most: f64 = tests
                .iter()
                .filter_map(|test| test["max_score"].as_f64())
                .sum();
            assert_eq!(most, f64::from(report.score.of));
            assert_eq!(file.get("score"), None);
        }
    }

    #[test]
    fn a_check_that_is_shown_later_says_when() {
        let later = |_: &ExerciseReport, check: &CheckReport| match check.id.as_str() {
            "bank::total" => Visible::AfterDueDate,
            _ => Visible::Always,
        };
        let file = render(&report([Pass; 4]), later, None);
        assert_eq!(
            file.matches("\"visibility\": \"after_due_date\"").count(),
            1
        );
        assert_eq!(file.matches("\"visibility\": \"visible\"").count(), 3);
    }
}
