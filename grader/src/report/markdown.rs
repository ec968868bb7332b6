//! Results as GitHub shows them: Markdown for the summary of a step, and annotations at lines.
//!
//! The one idea: whatever a student wrote is code in the one, and escaped in the other, because the
//! log of a step is read for commands.

use std::fmt::Write;

use super::{CheckReport, ExerciseReport, Report, escape, text};
use crate::verdict::Verdict;

/// A summary may have this many bytes; GitHub shows none that has more than 1 MiB.
const MOST: usize = 900 * 1024;

const CUT: &str = "\nCut here: the whole is longer than GitHub shows.\n";

/// All results, cut where they are too long.
pub fn render(results: &[Report]) -> String {
    let mut pages = String::new();
    // Only whole parts are left out: a fence that stays open would swallow what follows.
    for part in results.iter().flat_map(parts) {
        if pages.len() + part.len() + CUT.len() > MOST {
            return pages + CUT;
        }
        pages += &part;
    }
    pages
}

/// A result, in parts that each stand by themselves.
fn parts(report: &Report) -> Vec<String> {
    let score = &report.score;
    let mut head = format!(
        "## {}: {}, {} of {} points\n\n",
        escape::markdown(&report.subject),
        report.title,
        score.earned,
        score.of
    );
    for remark in &report.remarks {
        writeln!(head, "- {}", escape::markdown(remark)).expect("writing to a string");
    }
    head += "\n| exercise | points | checks that pass |\n|---|---|---|\n";
    head.extend(report.exercises.iter().map(row));
    head.push('\n');
    let mut parts = vec![head];
    for exercise in &report.exercises {
        let told = exercise.checks.iter().filter(|check| tells(check));
        parts.extend(told.map(|check| block(exercise, check)));
    }
    parts
}

fn row(exercise: &ExerciseReport) -> String {
    let passes = |check: &&CheckReport| check.judged.verdict == Verdict::Pass;
    let passed = exercise.checks.iter().filter(passes).count();
    let bonus = if exercise.bonus { " (bonus)" } else { "" };
    format!(
        "| `{}`{bonus} | {} of {} | {passed} of {} |\n",
        exercise.name,
        exercise.score.earned,
        exercise.score.of,
        exercise.checks.len()
    )
}

/// What is not written has nothing to tell.
fn tells(check: &CheckReport) -> bool {
    !matches!(check.judged.verdict, Verdict::Pass | Verdict::NotWritten)
}

fn block(exercise: &ExerciseReport, check: &CheckReport) -> String {
    let judged = &check.judged;
    let told = match &judged.failure {
        Some(failure) => failure.to_text(picture::Style::default()),
        None => judged.why.clone(),
    };
    format!(
        "<details><summary><code>{}</code>, {}: {}</summary>\n\n{}\n</details>\n\n",
        exercise.name,
        text::name(judged.verdict),
        picture::escape::Text(&check.claim),
        escape::markdown_block(&told)
    )
}

/// Annotations as workflow commands, one a line: where the failing line is known, at it.
pub fn annotations(results: &[Report]) -> String {
    let mut commands = String::new();
    for report in results {
        for exercise in &report.exercises {
            for check in exercise.checks.iter().filter(|check| tells(check)) {
                commands += &annotation(report, exercise, check);
            }
        }
    }
    commands
}

fn annotation(report: &Report, exercise: &ExerciseReport, check: &CheckReport) -> String {
    let judged = &check.judged;
    let level = match judged.verdict {
        Verdict::Broken | Verdict::Missing => "warning",
        _ => "error",
    };
    let mut properties = Vec::new();
    let failure = judged.failure.as_deref();
    if let Some(place) = failure.and_then(|failure| failure.at.as_ref()) {
        let file = escape::workflow_property(&place.file);
        properties.push(format!(
            "file={file},line={},col={}",
            place.line, place.column
        ));
    }
    let title = format!("{}: {}", exercise.name, text::name(judged.verdict));
    properties.push(format!("title={}", escape::workflow_property(&title)));
    let what = failure.map_or(judged.why.as_str(), |failure| &failure.message);
    let subject = escape::line(&report.subject);
    let message = format!("{subject}: {}\n{what}", check.claim);
    format!(
        "::{level} {}::{}\n",
        properties.join(","),
        escape::workflow(&message)
    )
}

/// Text between two commands that keep GitHub from reading any in it. The token must be random.
pub fn fenced(text: &str, token: &str) -> String {
    format!(
        "::stop-commands::{token}\n{}\n::{token}::\n",
        escape::text(text).trim_end_matches('\n')
    )
}
