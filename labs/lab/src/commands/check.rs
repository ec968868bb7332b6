//! `check`: one exercise in full, or several with a line for each.

use anstream::print;
use anyhow::Result;

use crate::check;
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::Exit;
use crate::process::Stop;
use crate::text::{self, progress::Progress, report::View};
use crate::{commands, place, select};

/// Checks what is named, or the exercise where the student is.
pub(crate) fn check(desk: &mut Desk, word: Option<&str>) -> Result<Exit> {
    let exercises: Vec<Exercise> = match word {
        Some(word) => select::several(&desk.course, word)?
            .into_iter()
            .cloned()
            .collect(),
        None => vec![commands::named(desk, None)?.clone()],
    };
    let stop = Stop::default();
    let progress = Progress::new();
    let some: Vec<&Exercise> = exercises.iter().collect();
    let reports = check::check(desk, &some, &stop, &progress)?;
    drop(progress);
    for (exercise, report) in exercises.iter().zip(&reports) {
        desk.keep(exercise, report.passed())?;
    }
    if let ([exercise], [report]) = (&exercises[..], &reports[..]) {
        print!("{}", view(desk, exercise).text(report));
        if let check::Checked::Tested { .. } = report
            && !report.passed()
        {
            print!("\n{}", footer());
        }
    } else {
        if let Some(check::Checked::Broken(_)) = reports.first() {
            print!("{}", view(desk, &exercises[0]).text(&reports[0]));
        } else {
            for (exercise, report) in exercises.iter().zip(&reports) {
                print!("{}", view(desk, exercise).line(report));
            }
        }
    }
    Ok(if reports.iter().all(check::Checked::passed) {
        Exit::Done
    } else {
        Exit::Fails
    })
}

/// What a report of this exercise is told with.
pub(crate) fn view<'a>(desk: &'a Desk, exercise: &'a Exercise) -> View<'a> {
    View {
        exercise,
        open: place::to_open(desk.root(), exercise),
        read: place::to_read(desk.root(), exercise),
        next: desk
            .next(Some(exercise))
            .map(|next| (next, place::to_open(desk.root(), next))),
        width: text::width(),
    }
}

fn footer() -> String {
    let commands = "  stuck: cargo lab hint    the picture: cargo lab explain --open";
    text::paint(text::DIM, commands) + "\n"
}
