//! The commands, one module each; a short one is here.

mod check;
mod explain;
mod play;
mod replay;
mod reset;
mod stress;

pub(crate) use check::{check, view};
pub(crate) use explain::{Explain, explain, explained};
pub(crate) use play::{open_in_browser, play};
pub(crate) use replay::{Replay, replay};
pub(crate) use reset::reset;
pub(crate) use stress::stress;

use anstream::println;
use anyhow::Result;

use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::{Exit, Unknown};
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

/// The list of all exercises.
pub(crate) fn listed(desk: &Desk) -> String {
    let here = desk.open_exercise();
    let mut text = String::new();
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
        text += &list::lab(lab, &rows);
        text.push('\n');
    }
    let open = here.map(|exercise| (exercise, place::to_open(desk.root(), exercise)));
    text + &list::footer(open)
}

/// Prints the list.
pub(crate) fn list(desk: &Desk) -> Result<Exit> {
    anstream::print!("{}", listed(desk));
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
    match desk.open_exercise() {
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
