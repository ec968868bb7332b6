//! `grader repeat`: which labs are run many times over.

use anyhow::Result;
use clap::Args;

use super::{LabArg, cores, warn_of_no_jail};
use crate::error::Exit;
use crate::lab::Lab;
use crate::repeat;
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(super) struct RepeatArgs {
    #[command(flatten)]
    lab: LabArg,
    /// How many times.
    #[arg(long, value_name = "N", default_value_t = 50)]
    times: usize,
    /// How many checks are run at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
}

pub(super) fn run(tree: &Tree, args: &RepeatArgs) -> Result<Exit> {
    warn_of_no_jail();
    let mut exit = Exit::Done;
    for name in args.lab.labs(tree)? {
        let lab = Lab::read(tree, &name)?;
        exit = exit.max(repeat::run(tree, &lab, args.times, args.jobs)?);
    }
    Ok(exit)
}
