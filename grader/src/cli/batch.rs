//! `grader batch`: a class, from what a platform gives to a row for everybody.

use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::{JailArgs, cores, lab_named};
use crate::batch::{Batch, Layout, Shard};
use crate::error::Exit;
use crate::lab::Lab;
use crate::table;
use crate::tree::Tree;

/// Grades a class.
#[derive(Debug, Args)]
#[command(after_help = "\
Started again, it goes on: rows that are there, from the same files and the same checks, stay.
What is in RESULTS depends on neither the time nor the machine. With --shard it exits with 0 once
its rows are written, whatever came out; `grader merge` looks at the whole.")]
pub(super) struct BatchArgs {
    /// The lab.
    #[arg(long, value_name = "LAB")]
    lab: String,
    /// The folder of the results; made if it is not there.
    #[arg(long, value_name = "RESULTS")]
    out: PathBuf,
    /// Who should have handed in: a CSV table, or the grade book that the platform exports.
    #[arg(long, value_name = "CSV")]
    roster: Option<PathBuf>,
    /// How things are named. Found out from the names if not given.
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    /// How many answers are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    /// How many times each answer is graded: a check that comes out differently is marked.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Only this part of the class.
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE)]
    shard: Shard,
    /// Takes a file whose name is nearly right (`visted.rs`) for the one that is meant.
    #[arg(long)]
    accept_near_names: bool,
    #[command(flatten)]
    jail: JailArgs,
    /// What was handed in: what a platform gives (a folder or its zip), or a folder of people's
    /// folders, archives or repositories. Of several paths each is one person's, unless --layout
    /// says how they are named. `DIR@REF` reads a commit of a repository, or of each in a folder.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(tree: &Tree, args: &BatchArgs) -> Result<Exit> {
    let lab = Lab::read(tree, &lab_named(tree, &args.lab)?)?;
    args.jail.see_to_it(true)?;
    let batch = Batch {
        tree,
        lab: &lab,
        paths: &args.paths,
        layout: args.layout,
        roster: args.roster.as_deref(),
        out: &args.out,
        jobs: args.jobs,
        repeat: args.repeat,
        shard: args.shard,
        accept_near_names: args.accept_near_names,
    };
    let done = batch.run()?;
    if args.shard.is_part() {
        println!(
            "shard {}: {} rows written, {} there already",
            args.shard, done.written, done.kept
        );
    } else {
        table::of(&done.results.rows()?).print();
    }
    Ok(done.exit)
}
