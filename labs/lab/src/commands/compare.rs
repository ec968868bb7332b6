//! `compare`: the course's own answer, for afterwards.

use std::fs;

use anstream::println;
use anyhow::{Context, Result};
use parcel::SOLUTIONS;

use crate::commands;
use crate::desk::Desk;
use crate::error::Exit;
use crate::state::Standing;
use crate::text::{self, BOLD, DIM, PATH, paint, wrap};

/// Prints the course's answer, without its documentation, if the exercise passes.
pub(crate) fn compare(desk: &Desk, word: Option<&str>) -> Result<Exit> {
    let exercise = match word {
        Some(_) => commands::named(desk, word)?,
        None => match desk.here() {
            Some(here) => here,
            None => commands::named(desk, None)?,
        },
    };
    let files: Vec<String> = exercise.files().collect();
    let ours = |file: &String| desk.root().join(SOLUTIONS).join(file);
    if !files.iter().all(|file| ours(file).is_file()) {
        println!("this course does not ship its answers: ask for them after the deadline");
        return Ok(Exit::Fails);
    }
    if desk.standing(exercise) != Standing::Passing {
        println!(
            "{} does not pass as it is now: `cargo lab check {}` first, then compare",
            exercise.id(),
            exercise.name
        );
        return Ok(Exit::Fails);
    }
    for file in &files {
        let read = |path: &std::path::Path| {
            fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
        };
        let (theirs, yours) = (
            code(&read(&ours(file))?),
            code(&read(&desk.root().join(file))?),
        );
        println!(
            "{}\n\n{}",
            paint(PATH, format!("{SOLUTIONS}/{file}")),
            theirs.trim()
        );
        let lines = |code: &str| {
            text::count(
                code.lines().filter(|line| !line.trim().is_empty()).count(),
                "line",
            )
        };
        println!(
            "\n{}",
            paint(
                DIM,
                format!("ours: {} of code; yours: {}", lines(&theirs), lines(&yours))
            )
        );
    }
    let look = exercise.hints.get(1).or(exercise.hints.last());
    if let Some(look) = look {
        println!(
            "\n{}\n{}",
            paint(BOLD, "Look at:"),
            wrap(look, 2, text::width())
        );
    }
    Ok(Exit::Done)
}

/// A file without its comments of whole lines.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}
