//! A result as text, for a terminal or a file.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::{CheckReport, ExerciseReport, Report, escape};
use crate::score::Score;
use crate::verdict::{Judged, Verdict};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// The whole report. Colours are in it; whoever prints it strips them where they are not wanted.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    let total = points(&report.score);
    line(
        &mut text,
        0,
        &format!(
            "{STRONG}{}: {}, {total}{STRONG:#}",
            escape::line(&report.subject),
            report.title
        ),
    );
    for remark in &report.remarks {
        line(
            &mut text,
            2,
            &format!("{FAINT}{}{FAINT:#}", escape::text(remark)),
        );
    }
    let jail = format!("{FAINT}jail: {}{FAINT:#}", report.sandbox);
    line(&mut text, 2, &jail);
    let wide = report
        .exercises
        .iter()
        .map(|exercise| exercise.name.len())
        .max()
        .unwrap_or(0);
    let mut group = "";
    let unwritten: Vec<&ExerciseReport> =
        report.exercises.iter().filter(|e| e.unwritten()).collect();
    for exercise in report
        .exercises
        .iter()
        .filter(|exercise| !exercise.unwritten())
    {
        if exercise.group != group {
            group = &exercise.group;
            line(&mut text, 2, &format!("{FAINT}{group}{FAINT:#}"));
        }
        render_exercise(&mut text, exercise, wide);
    }
    if !unwritten.is_empty() {
        let names: Vec<&str> = unwritten
            .iter()
            .map(|exercise| exercise.name.as_str())
            .collect();
        let names = names.join(", ");
        line(
            &mut text,
            2,
            &format!("{FAINT}not written yet: {names}{FAINT:#}"),
        );
    }
    text
}

fn render_exercise(text: &mut String, exercise: &ExerciseReport, wide: usize) {
    let colour = style(&exercise.score);
    let bonus = if exercise.bonus { " (bonus)" } else { "" };
    let score = format!("{:>2} of {:>2}", exercise.score.earned, exercise.score.of);
    let head = format!("{colour}{:wide$}  {score}{colour:#}{bonus}", exercise.name);
    line(text, 4, &format!("{head}  {}", exercise.title));
    if exercise.withheld > 0 {
        line(text, 8, &withheld(exercise));
    }
    if let Some(remark) = &exercise.remark {
        line(text, 8, &escape::text(remark));
    }
    if let Some(cause) = one_cause(exercise) {
        line(
            text,
            6,
            &format!("{colour}{}{colour:#}", name(cause.verdict)),
        );
        return line(text, 10, &escape::text(&cause.why));
    }
    for check in &exercise.checks {
        render_check(text, check);
    }
}

/// Why an exercise has fewer points than its checks. Which of them fails stands below it.
fn withheld(exercise: &ExerciseReport) -> String {
    let points = exercise.withheld;
    format!("what the exercise is about does not hold: {points} points for the rest do not count")
}

/// What fails an exercise as a whole, where no check says more than any other.
fn one_cause(exercise: &ExerciseReport) -> Option<&Judged> {
    let mut told = exercise.checks.iter().map(|check| &check.judged);
    let first = told.next()?;
    let same = |judged: &Judged| (judged.verdict, &judged.why) == (first.verdict, &first.why);
    let silent = |judged: &Judged| judged.failure.is_none() && judged.detail.is_none();
    let failed = first.verdict != Verdict::Pass && silent(first);
    (failed && exercise.checks.len() > 1 && told.all(|judged| same(judged) && silent(judged)))
        .then_some(first)
}

fn render_check(text: &mut String, check: &CheckReport) {
    let judged = &check.judged;
    let search = judged
        .search
        .as_ref()
        .map(|search| format!(" {FAINT}({search}){FAINT:#}"));
    let search = search.unwrap_or_default();
    if judged.verdict == Verdict::Pass {
        return line(
            text,
            6,
            &format!("{GOOD}pass{GOOD:#}  {}{search}", check.claim),
        );
    }
    let style = style(&check.score);
    let verdict = name(judged.verdict);
    line(
        text,
        6,
        &format!("{style}{verdict}{style:#}  {}", check.claim),
    );
    match &judged.failure {
        Some(failure) => {
            let picture = failure.to_text_without_headline(picture::Style::default());
            line(text, 10, &escape::text(&picture));
        }
        None => line(text, 10, &escape::text(&judged.why)),
    }
    if let Some(detail) = &judged.detail {
        line(
            text,
            10,
            &format!("{FAINT}[{}] {}{FAINT:#}", check.id, escape::text(detail)),
        );
    }
}

/// Writes a text with every line of it indented.
fn line(text: &mut String, indent: usize, lines: &str) {
    for part in lines.trim_matches('\n').lines() {
        let indented = format!("{:indent$}{part}", "");
        writeln!(text, "{}", indented.trim_end()).expect("writing to a string");
    }
}

fn points(score: &Score) -> String {
    let mut text = format!("{} of {} points", score.earned, score.of);
    if score.open > 0 {
        write!(text, ", {} to be judged by the instructor", score.open)
            .expect("writing to a string");
    }
    text
}

fn style(score: &Score) -> Style {
    match score {
        Score { open: 1.., .. } => OPEN,
        score if score.full() => GOOD,
        _ => BAD,
    }
}

/// A verdict in words.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::NotWritten => "not written yet",
        Verdict::Race => "data race",
        Verdict::Deadlock => "deadlock",
        Verdict::Hung => "hung",
        Verdict::OutOfMemory => "out of memory",
        Verdict::OutputFlood => "output flood",
        Verdict::Crashed => "crashed",
        Verdict::NotExplored => "not explored",
        Verdict::Missing => "missing",
        Verdict::DoesNotBuild => "does not build",
        Verdict::Forged => "forged",
        Verdict::Broken => "grader broken",
    }
}
