//! `grader verify`: which labs are proved.

use anyhow::Result;
use clap::Args;

use super::{LabArg, warn_of_no_jail};
use crate::error::Exit;
use crate::lab::Lab;
use crate::tree::Tree;
use crate::verify::{self, How, Wanted};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    lab: LabArg,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    how: How,
}

pub(super) fn run(tree: &Tree, args: &VerifyArgs) -> Result<Exit> {
    warn_of_no_jail();
    let names = args.lab.labs(tree)?;
    let labs: Vec<Lab> = names
        .iter()
        .map(|name| Lab::read(tree, name))
        .collect::<Result<_>>()?;
    verify::run(tree, &labs, &args.wanted, args.how)
}
