//! The commands, one module each; a short one is here.

mod check;
mod compare;
mod explain;
mod pack;
mod play;
mod replay;
mod reset;
mod stress;
mod update;

pub(crate) use check::{Check, check, view};
pub(crate) use compare::compare;
pub(crate) use explain::{Explain, explain, explained, open, open_in_browser};
pub(crate) use pack::pack;
pub(crate) use play::play;
pub(crate) use replay::{Replay, replay};
pub(crate) use reset::reset;
pub(crate) use stress::stress;
pub(crate) use update::update;

use std::path::PathBuf;

use anstream::{print, println};
use anyhow::Result;

use crate::build::{self, Build, Debug};
use crate::check::Checked;
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::{Exit, Unknown};
use crate::process::Stop;
use crate::state::Standing;
use crate::text::progress::Progress;
use crate::text::{self, PATH, list, paint};
use crate::{place, select};

/// The exercise that is named, or the one where the student is.
pub(crate) fn named<'a>(desk: &'a Desk, word: Option<&str>) -> Result<&'a Exercise> {
    match word {
        Some(word) => Ok(select::one(&desk.course, word)?),
        None => desk
            .open_exercise()
            .ok_or_else(|| Unknown("all exercises pass; name the one you mean".to_owned()).into()),
    }
}

/// Builds an exercise's tests, and gives their programs. What the compiler has against them is
/// printed.
fn built(
    desk: &Desk,
    exercise: &Exercise,
    progress: &Progress,
    stop: &Stop,
) -> Result<Option<Vec<PathBuf>>> {
    let lab = &exercise.lab;
    progress.say(&format!("building {lab}"));
    let build = build::build(desk.root(), lab, Debug::Lines, stop, |line| {
        progress.cargo(lab, line)
    })?;
    match build {
        Build::Ready { programs, .. } => Ok(Some(programs)),
        Build::Broken(errors) => {
            progress.clear();
            let report = Checked::Broken(errors);
            print!("{}", view(desk, exercise).text(&report));
            Ok(None)
        }
        Build::Stopped => Ok(None),
    }
}

/// The list of exercises: of the lab where the student is, and a line for each other one; or of
/// `all` labs.
pub(crate) fn listed(desk: &Desk, all: bool) -> String {
    let here = desk.open_exercise();
    let (mut text, mut others) = (String::new(), String::new());
    let (mut passing, mut of) = (0, 0);
    for lab in &desk.course.labs {
        let rows: Vec<list::Row<'_>> = lab
            .exercises
            .iter()
            .map(|exercise| list::Row {
                exercise,
                standing: desk.standing(exercise),
                here: Some(exercise.id()) == here.map(Exercise::id),
            })
            .collect();
        let done = |row: &&list::Row<'_>| row.standing == Standing::Passing;
        passing += rows.iter().filter(done).count();
        of += rows.len();
        if all || here.is_some_and(|here| here.lab == lab.name) {
            text += &list::lab(lab, &rows);
            text.push('\n');
        } else {
            others += &list::in_short(lab, &rows);
        }
    }
    if !others.is_empty() {
        text += &others;
        text.push('\n');
    }
    let open = here.map(|exercise| (exercise, place::to_open(desk.root(), exercise)));
    text + &list::footer((passing, of), open)
}

/// Prints the list.
pub(crate) fn list(desk: &Desk, all: bool) -> Result<Exit> {
    anstream::print!("{}", listed(desk, all));
    Ok(Exit::Done)
}

/// The next hint, or the one that is asked for; and remembers that it was read.
pub(crate) fn hinted(desk: &mut Desk, word: Option<&str>, level: Option<usize>) -> Result<String> {
    let exercise = named(desk, word)?.clone();
    let of = exercise.hints.len();
    if of == 0 {
        return Ok(format!("{} has no hints\n", exercise.id()));
    }
    let line = desk.state.of(&exercise.id());
    let level = match level {
        Some(level) if (1..=of).contains(&level) => level,
        Some(level) => {
            return Err(
                Unknown(format!("there is no hint {level}; they go from 1 to {of}")).into(),
            );
        }
        None => (line.hints + 1).min(of),
    };
    if level > line.hints {
        line.hints = level;
        desk.state.write(&desk.course.root)?;
    }
    Ok(text::hint::text(&exercise, level, text::width()))
}

/// Prints a hint.
pub(crate) fn hint(desk: &mut Desk, word: Option<&str>, level: Option<usize>) -> Result<Exit> {
    anstream::print!("{}", hinted(desk, word, level)?);
    Ok(Exit::Done)
}

/// Prints the exercise to go on with, and the file to open.
pub(crate) fn next(desk: &Desk) -> Result<Exit> {
    // The first of the lab, so that none is skipped.
    let first = desk.here().and_then(|here| desk.first_open(&here.lab));
    match first.or_else(|| desk.open_exercise()) {
        Some(exercise) => {
            println!("{}: {}", exercise.id(), exercise.title);
            println!(
                "  open  {}",
                paint(PATH, place::to_open(desk.root(), exercise))
            );
            if let Some(read) = place::to_read(desk.root(), exercise) {
                println!("  read  {}", paint(PATH, read));
            }
        }
        None => println!("All exercises pass. The grader runs more checks than these."),
    }
    Ok(Exit::Done)
}
