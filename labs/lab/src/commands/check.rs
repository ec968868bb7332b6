//! `check`: one exercise in full, or several with a line for each.

use std::time::Duration;

use anstream::print;
use anyhow::Result;

use crate::check::{self, Asked, Checked};
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::{Exit, Unknown};
use crate::handed_out;
use crate::process::Stop;
use crate::suite::Ran;
use crate::text::{self, progress::Progress, report::View};
use crate::{place, select};

/// What to check, and how to say it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Check<'w> {
    pub(crate) word: Option<&'w str>,
    /// Everything that was begun.
    pub(crate) all: bool,
    /// A line for each failure, for editors.
    pub(crate) short: bool,
    /// How long a search of scenarios goes on beyond its scope.
    pub(crate) deep: Option<Duration>,
}

/// Checks what is named, or the exercise that was edited last.
pub(crate) fn check(desk: &mut Desk, how: Check<'_>) -> Result<Exit> {
    let (exercises, test) = wanted(desk, how)?;
    let asked = Asked {
        only: test,
        deep: how.deep,
    };
    let mut reports = Vec::new();
    let stop = Stop::default();
    let progress = Progress::new();
    // The exercises of a lab are built together.
    for lab in exercises.chunk_by(|one, next| one.lab == next.lab) {
        let some: Vec<&Exercise> = lab.iter().collect();
        reports.extend(check::check(desk, &some, asked, &stop, &progress)?);
    }
    drop(progress);
    if test.is_none() {
        for (exercise, report) in exercises.iter().zip(&reports) {
            desk.keep(exercise, report.passed())?;
        }
    }
    print!("{}", told(desk, &exercises, &reports, how.short));
    Ok(match reports.iter().all(Checked::passed) {
        true => Exit::Done,
        false => Exit::Fails,
    })
}

/// The exercises to check, and which of their tests.
fn wanted<'w>(desk: &Desk, how: Check<'w>) -> Result<(Vec<Exercise>, Option<&'w str>)> {
    if how.all {
        let all = desk.course.exercises();
        let begun = all.filter(|exercise| handed_out::is_edited(&desk.course, exercise));
        return Ok((begun.cloned().collect(), None));
    }
    if let Some(word) = how.word {
        let (some, test) = select::with_test(&desk.course, word)?;
        return Ok((some.into_iter().cloned().collect(), test));
    }
    let here = desk
        .here()
        .ok_or_else(|| Unknown("all exercises pass; name the one you mean".to_owned()))?;
    Ok((vec![here.clone()], None))
}

fn told(desk: &Desk, exercises: &[Exercise], reports: &[Checked], short: bool) -> String {
    let each = || exercises.iter().zip(reports);
    if short {
        return each()
            .map(|(exercise, report)| view(desk, exercise).places(report))
            .collect();
    }
    if let ([exercise], [report]) = (exercises, reports) {
        let mut text = view(desk, exercise).text(report);
        if let Checked::Tested { tests, .. } = report
            && !report.passed()
        {
            text += &format!("\n{}", footer(tests));
        }
        return text;
    }
    let mut text = String::new();
    let mut broken = None;
    for (exercise, report) in each() {
        match report {
            // Once for the lab: its exercises are compiled together.
            Checked::Broken(_) if broken == Some(&exercise.lab) => {}
            Checked::Broken(_) => {
                text += &view(desk, exercise).text(report);
                broken = Some(&exercise.lab);
            }
            _ => text += &view(desk, exercise).line(report),
        }
    }
    text
}

/// What a report of this exercise is shown with.
pub(crate) fn view<'a>(desk: &'a Desk, exercise: &'a Exercise) -> View<'a> {
    let is_there = |path: &str| desk.root().join(path).exists();
    let spec = format!("labs/{}/tests/spec/{}.rs", exercise.lab, exercise.name);
    let answers = exercise
        .files()
        .all(|file| is_there(&format!("{}/{file}", parcel::SOLUTIONS)));
    View {
        exercise,
        open: place::to_open(desk.root(), exercise),
        read: place::to_read(desk.root(), exercise),
        spec: is_there(&spec).then_some(spec),
        compare: answers,
        next: desk
            .next(Some(exercise))
            .map(|next| (next, place::to_open(desk.root(), next))),
        width: text::width(),
    }
}

fn footer(tests: &[Ran]) -> String {
    let commands = match tests.iter().any(Ran::has_steps) {
        true => "  stuck: cargo lab hint    the picture: cargo lab explain --open",
        false => "  stuck: cargo lab hint",
    };
    text::paint(text::DIM, commands) + "\n"
}
