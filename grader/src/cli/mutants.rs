//! `grader mutants`: whose solution a machine changes.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{cores, lab_named, warn_of_no_jail};
use crate::error::Exit;
use crate::lab::Lab;
use crate::mutation;
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(super) struct MutantsArgs {
    /// The lab whose solution is changed.
    #[arg(long, value_name = "LAB")]
    lab: String,
    /// Only changes in this exercise's files.
    #[arg(long, value_name = "NAME")]
    exercise: Option<String>,
    /// How many are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    /// What `cargo mutants --list --json` wrote.
    #[arg(value_name = "LIST.json")]
    list: PathBuf,
}

pub(super) fn run(tree: &Tree, args: &MutantsArgs) -> Result<Exit> {
    warn_of_no_jail();
    let lab = Lab::read(tree, &lab_named(tree, &args.lab)?)?;
    mutation::run(tree, &lab, &args.list, args.exercise.as_deref(), args.jobs)
}
