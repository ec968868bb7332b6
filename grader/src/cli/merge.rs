//! `grader merge`: what several machines have graded, as one.

use std::path::PathBuf;

use anstream::{eprintln, println};
use anyhow::Result;
use clap::Args;

use crate::batch::exit_of;
use crate::error::Exit;
use crate::results::merge;
use crate::table;

/// Brings results together.
#[derive(Debug, Args)]
#[command(after_help = "\
Exits with 4 where somebody has no row or could not be graded, and with 5 where somebody has to look
before marks are given.")]
pub(super) struct MergeArgs {
    /// The folder of all; may be one of them.
    #[arg(long, value_name = "RESULTS")]
    out: PathBuf,
    /// Folders that `grader batch` has written.
    #[arg(required = true, value_name = "RESULTS")]
    parts: Vec<PathBuf>,
}

pub(super) fn run(args: &MergeArgs) -> Result<Exit> {
    let merged = merge::merge(&args.parts, &args.out)?;
    let rows = merged.results.rows()?;
    let known = rows.len();
    println!("{known} of {} rows", known + merged.gaps.len());
    table::of(&rows).print();
    for id in &merged.gaps {
        eprintln!("grader: no row of `{id}`; run its shard again");
    }
    Ok(match merged.gaps.is_empty() {
        true => exit_of(&rows),
        false => exit_of(&rows).max(Exit::NotGraded),
    })
}
