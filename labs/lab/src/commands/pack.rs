//! `pack`: the file to hand in, and what to know before it is handed in.

use std::fs;

use anstream::{print, println};
use anyhow::{Context, Result};
use parcel::{Files, Listing};

use crate::build::{self, Build, Debug};
use crate::check::{self, Checked};
use crate::course::{Exercise, Lab};
use crate::desk::Desk;
use crate::error::{Exit, Unknown};
use crate::process::Stop;
use crate::state::Standing;
use crate::text::{BAD, DIM, GOOD, NOTE, PATH, paint, progress::Progress, wrap};
use crate::{commands, handed_out, text};

/// Where hand-ins go, from the course's folder.
const FOLDER: &str = "hand-in";

/// Packs a lab, or each that was begun. With `anyway`, also where it does not compile.
pub(crate) fn pack(desk: &Desk, word: Option<&str>, anyway: bool) -> Result<Exit> {
    let labs: Vec<&Lab> = match word {
        Some(word) => {
            let named = desk.course.labs.iter().find(|lab| lab.name == word);
            vec![named.ok_or_else(|| Unknown(format!("there is no lab `{word}`")))?]
        }
        None => {
            let begun = |lab: &&Lab| {
                let mut all = lab.exercises.iter();
                all.any(|exercise| handed_out::is_edited(&desk.course, exercise))
            };
            desk.course.labs.iter().filter(begun).collect()
        }
    };
    if labs.is_empty() {
        println!("nothing is written yet, so there is nothing to hand in");
        return Ok(Exit::Fails);
    }
    let mut exit = Exit::Done;
    for lab in labs {
        exit = exit.max(pack_one(desk, lab, anyway)?);
    }
    Ok(exit)
}

fn pack_one(desk: &Desk, lab: &Lab, anyway: bool) -> Result<Exit> {
    let errors = errors(desk, lab)?;
    if let Some(report) = &errors {
        print!("{}", commands::view(desk, &lab.exercises[0]).text(report));
        if !anyway {
            println!(
                "\nnothing was packed; `--anyway` packs it as it is: each exercise is graded by itself"
            );
            return Ok(Exit::Fails);
        }
    }
    let mut files = Files::new();
    for file in lab.exercises.iter().flat_map(Exercise::files) {
        if let Ok(text) = fs::read(desk.root().join(&file)) {
            files.insert(file, text);
        }
    }
    let bytes = parcel::write(&files, "").context("packing")?;
    let path = format!("{FOLDER}/{}.zip", lab.name);
    let to = desk.root().join(&path);
    fs::create_dir_all(desk.root().join(FOLDER))
        .and_then(|()| fs::write(&to, bytes))
        .with_context(|| format!("writing {path}"))?;
    print!("{}", told(desk, lab, &path, files.len()));
    Ok(Exit::Done)
}

/// The compiler's errors, if the lab does not build.
fn errors(desk: &Desk, lab: &Lab) -> Result<Option<Checked>> {
    let progress = Progress::new();
    progress.say(&format!("building {}", lab.name));
    let stop = Stop::default();
    let build = build::build(desk.root(), &lab.name, Debug::Lines, &stop, |line| {
        progress.cargo(&lab.name, line);
    })?;
    Ok(match build {
        Build::Broken(errors) => Some(Checked::Broken(errors)),
        Build::Ready { .. } | Build::Stopped => None,
    })
}

/// What is in it, where each exercise stands, and what is not handed in.
fn told(desk: &Desk, lab: &Lab, path: &str, files: usize) -> String {
    let width = text::width();
    let mut told = format!("{}: {}\n\n", paint(PATH, path), text::count(files, "file"));
    for exercise in &lab.exercises {
        told += &format!("  {:<16} {}\n", exercise.name, standing(desk, exercise));
        for finding in check::findings(desk, exercise) {
            told += &paint(BAD, wrap(&finding.line(), 6, width).trim_end());
            told.push('\n');
        }
    }
    let changed = changed(desk, lab);
    if !changed.is_empty() {
        let note = format!(
            "Not in it, because the grader uses its own: {}. If your answers need what you changed \
             there, they will not build.",
            changed.join(", ")
        );
        told += &format!("\n{}", paint(NOTE, wrap(&note, 0, width)));
    }
    told + "\nHand in this file. What was not handed in earns nothing; the grader checks more than these tests.\n"
}

fn standing(desk: &Desk, exercise: &Exercise) -> String {
    let holes = exercise.files().any(|file| {
        let text = fs::read_to_string(desk.root().join(file)).unwrap_or_default();
        rules::tokens::has_holes(&text)
    });
    if handed_out::is_untouched(&desk.course, exercise) {
        return paint(DIM, "not written");
    }
    match desk.standing(exercise) {
        _ if holes => paint(NOTE, "written in part: a `todo!` is left"),
        Standing::Passing => paint(GOOD, "passes its tests"),
        Standing::Failing => paint(BAD, "failed when it was checked last"),
        Standing::NotStarted | Standing::Begun | Standing::Changed => {
            let check = format!(
                "not checked as it is now: cargo lab check {}",
                exercise.name
            );
            paint(NOTE, check)
        }
    }
}

/// Given files of the lab that are not as they were handed out, as far as that is known.
fn changed(desk: &Desk, lab: &Lab) -> Vec<String> {
    let Some(listing) = Listing::read(desk.root()) else {
        return Vec::new();
    };
    let folder = format!("labs/{}/", lab.name);
    let edited: Vec<String> = lab.exercises.iter().flat_map(Exercise::files).collect();
    let given = listing.paths().filter(|path| path.starts_with(&folder));
    let changed = given.filter(|path| {
        let now = fs::read(desk.root().join(path)).unwrap_or_default();
        !edited.iter().any(|file| file == path)
            && listing.get(path) != Some(&parcel::hash([now.as_slice()]))
    });
    changed.map(str::to_owned).collect()
}
