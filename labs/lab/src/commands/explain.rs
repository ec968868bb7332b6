//! `explain`: the last failing interleaving of an exercise, in the terminal or as an HTML file.

use std::fs;
use std::path::PathBuf;

use anstream::{print, println};
use anyhow::{Context, Result};
use picture::{Failure, Style};

use crate::commands;
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::Exit;
use crate::found;
use crate::text::{self, DIM, PATH, paint};

/// How to explain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Explain {
    pub(crate) html: bool,
    /// Writes the drawing there as an SVG.
    pub(crate) svg: Option<PathBuf>,
    pub(crate) open: bool,
    pub(crate) all: bool,
}

/// Prints the failure, or writes the HTML file and prints its path.
pub(crate) fn explain(desk: &Desk, word: Option<&str>, how: Explain) -> Result<Exit> {
    let exercise = commands::named(desk, word)?;
    if !(how.html || how.open || how.svg.is_some()) {
        print!("{}", explained(desk, exercise, how.all));
        return Ok(Exit::Done);
    }
    let failures = failures(desk, exercise);
    let Some(failure) = failures.first() else {
        print!("{}", nothing(exercise));
        return Ok(Exit::Done);
    };
    if let Some(file) = how.svg {
        fs::write(&file, failure.to_svg())
            .with_context(|| format!("writing {}", file.display()))?;
        println!("{}", paint(PATH, file.display()));
        return Ok(Exit::Done);
    }
    let folder = desk.scratch();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join(format!("{}.html", failure.claim.replace("::", ".")));
    fs::write(&file, failure.to_html()).with_context(|| format!("writing {}", file.display()))?;
    let short = file.strip_prefix(desk.root()).unwrap_or(&file);
    println!("{}", paint(PATH, short.display()));
    if how.open {
        commands::open_in_browser(&file);
    }
    Ok(Exit::Done)
}

/// The text for a terminal.
pub(crate) fn explained(desk: &Desk, exercise: &Exercise, all: bool) -> String {
    let failures = failures(desk, exercise);
    let Some((failure, others)) = failures.split_first() else {
        return nothing(exercise);
    };
    let mut text = failure.to_text(Style {
        width: text::width(),
        colour: true,
        all,
    });
    text.push('\n');
    if desk.state.get(&exercise.id()).hash.as_deref() != Some(&desk.hash(exercise)) {
        text += &format!(
            "  You have edited it since; `cargo lab check {}` looks again.\n",
            exercise.name
        );
    }
    for other in others {
        text += &format!("  {}\n", paint(DIM, format!("fails too: {}", other.claim)));
    }
    if !all && failure.steps.iter().any(|step| !step.part) {
        text += &format!("  all steps  cargo lab explain {} --all\n", exercise.name);
    }
    text += &format!("  browser    cargo lab explain {} --open\n", exercise.name);
    if let Some(token) = &failure.replay {
        text += &format!("  replay     cargo lab replay {token}\n");
    }
    text
}

fn nothing(exercise: &Exercise) -> String {
    format!(
        "{}: the last check left no interleaving to explain; `cargo lab check {}` looks again\n",
        exercise.id(),
        exercise.name
    )
}

/// What searches of the exercise found wrong at the last check, the shortest first.
fn failures(desk: &Desk, exercise: &Exercise) -> Vec<Failure> {
    let found = found::all(&desk.failures(&exercise.lab)).into_iter();
    let mine = found.filter(|found| exercise.owns_test(&found.claim));
    let mut failures: Vec<Failure> = mine.filter_map(|found| found.failure).collect();
    failures.sort_by_key(|failure| failure.steps.len());
    failures
}
