//! `explain`: the last failing interleaving of an exercise, in the terminal or as an HTML file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anstream::{print, println};
use anyhow::{Context, Result};
use picture::{Failure, Style};

use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::Exit;
use crate::found;
use crate::text::{self, DIM, PATH, paint};
use crate::{commands, process, select};

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
    let (exercise, test) = match word.map(|word| select::with_test(&desk.course, word)) {
        Some(named) => match named? {
            (exercises, test) if exercises.len() == 1 => (exercises[0], test),
            _ => (commands::named(desk, word)?, None),
        },
        None => (commands::named(desk, None)?, None),
    };
    if !(how.html || how.open || how.svg.is_some()) {
        print!("{}", explained(desk, exercise, test, how.all));
        return Ok(Exit::Done);
    }
    let failures = failures(desk, exercise);
    let Some(failure) = failures
        .iter()
        .find(|failure| is_meant(&failure.claim, test))
    else {
        print!("{}", nothing(exercise));
        return Ok(Exit::Done);
    };
    if let Some(file) = how.svg {
        fs::write(&file, failure.to_svg())
            .with_context(|| format!("writing {}", file.display()))?;
        println!("{}", paint(PATH, file.display()));
        return Ok(Exit::Done);
    }
    let file = page(desk, failure)?;
    let short = file.strip_prefix(desk.root()).unwrap_or(&file);
    println!("{}", paint(PATH, short.display()));
    if how.open {
        open_in_browser(&file);
    }
    Ok(Exit::Done)
}

const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Opens a page, or says that it cannot.
pub(crate) fn open_in_browser(file: &Path) {
    if !opened(file) {
        println!("`{OPENER}` cannot open it; open the file in a browser yourself");
    }
}

/// Opens a file in the program that the system has for it. Whether it could.
fn opened(file: &Path) -> bool {
    process::ask(Command::new(OPENER).arg(file)).is_some()
}

/// Writes a failure as a page.
fn page(desk: &Desk, failure: &Failure) -> Result<PathBuf> {
    let folder = desk.scratch();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join(format!("{}.html", failure.claim.replace("::", ".")));
    fs::write(&file, failure.to_html()).with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}

/// Opens the page of the last failure, or the exercise's file where there is none. What to say.
pub(crate) fn open(desk: &Desk, exercise: &Exercise) -> Result<String> {
    let file = match failures(desk, exercise).first() {
        Some(failure) => page(desk, failure)?,
        None => desk
            .root()
            .join(exercise.files().next().unwrap_or_default()),
    };
    let short = file.strip_prefix(desk.root()).unwrap_or(&file).display();
    Ok(match opened(&file) {
        true => format!("opened  {}\n", paint(PATH, short)),
        false => format!(
            "`{OPENER}` cannot open {}; open it yourself\n",
            paint(PATH, short)
        ),
    })
}

/// The text for a terminal.
pub(crate) fn explained(desk: &Desk, exercise: &Exercise, test: Option<&str>, all: bool) -> String {
    let failures = failures(desk, exercise);
    let plain = found::all_plain(&desk.failures(&exercise.lab));
    let plain: Vec<&(String, String)> = plain
        .iter()
        .filter(|(name, _)| exercise.owns_test(name))
        .collect();
    let meant = failures
        .iter()
        .find(|failure| is_meant(&failure.claim, test));
    let Some(failure) = meant else {
        let kept = plain.iter().find(|(name, _)| is_meant(name, test));
        return kept.map_or_else(|| nothing(exercise), |(_, text)| text.clone());
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
    let claims = failures.iter().map(|failure| &failure.claim);
    for other in claims.chain(plain.iter().map(|(name, _)| name)) {
        if *other != failure.claim {
            text += &format!("  {}\n", paint(DIM, format!("fails too: {other}")));
        }
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

/// Whether a test is the one that is asked for; any is, if none is named.
fn is_meant(claim: &str, test: Option<&str>) -> bool {
    let name = claim.rsplit("::").next().unwrap_or(claim);
    test.is_none_or(|test| name.contains(test))
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
