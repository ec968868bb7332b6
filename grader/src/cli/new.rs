//! `grader new`: which frame is written, and what to do next.

use anstream::println;
use anyhow::Result;
use clap::Subcommand;

use super::lab_named;
use crate::error::Exit;
use crate::lab::{Kind, Lab};
use crate::scaffold::{self, NewCheck};
use crate::tree::Tree;

#[derive(Debug, Subcommand)]
pub(super) enum New {
    /// A lab with its first exercise: three packages, in the workspace, the course and the book.
    Lab {
        /// The name of the lab and its package, such as `locks`.
        lab: String,
        /// The name of its first exercise.
        exercise: String,
        /// What reports call the lab; the words of its name if not given.
        #[arg(long)]
        title: Option<String>,
    },
    /// An exercise: solution, public test, check, mutant, section of the book, and their entries.
    Exercise {
        /// The lab that it is added to.
        lab: String,
        /// Its name, such as `wait_group`.
        name: String,
        /// What reports call it; the words of its name if not given.
        #[arg(long)]
        title: Option<String>,
    },
    /// A check: its promise, its name in the list, and a body that fails until it is written.
    Check {
        /// The lab that it is added to.
        lab: String,
        /// `exercise::check`; the check is named by its claim.
        id: String,
        /// How it checks.
        #[arg(long, value_enum)]
        kind: Kind,
        /// What it is worth, on top of what its exercise is worth now.
        #[arg(long, default_value_t = 1)]
        points: u32,
        /// The claim, as a student reads it; the words of its name if not given.
        #[arg(long)]
        claim: Option<String>,
        /// For a lint: a path that must not be used; may be given several times.
        #[arg(long, value_name = "PATH")]
        forbid: Vec<String>,
    },
    /// A mutant: an entry whose edit is still to be written.
    Mutant {
        /// The lab that it is added to.
        lab: String,
        /// `exercise::mutant`; the mutant is named by its mistake.
        id: String,
    },
}

pub(super) fn run(tree: &Tree, new: &New) -> Result<Exit> {
    let read = |lab: &str| Lab::read(tree, &lab_named(tree, lab)?);
    let (written, next) = match new {
        New::Lab {
            lab,
            exercise,
            title,
        } => (
            scaffold::lab(tree, lab, exercise, title.as_deref())?,
            format!("cargo grader verify --lab {lab}"),
        ),
        New::Exercise { lab, name, title } => (
            scaffold::exercise(tree, &read(lab)?, name, title.as_deref())?,
            format!("cargo grader verify --lab {lab} --exercise {name}"),
        ),
        New::Check {
            lab,
            id,
            kind,
            points,
            claim,
            forbid,
        } => {
            let check = NewCheck {
                id,
                kind: *kind,
                points: *points,
                claim: claim.as_deref(),
                forbid,
            };
            (
                scaffold::check(tree, &read(lab)?, &check)?,
                format!("cargo grader grade --lab {lab} --check {id} solutions/{lab}"),
            )
        }
        New::Mutant { lab, id } => (
            scaffold::mutant(tree, &read(lab)?, id)?,
            format!("cargo grader verify --lab {lab} --mutant {id}"),
        ),
    };
    for path in written {
        println!("wrote {path}");
    }
    println!("next: {next}");
    Ok(Exit::Done)
}
