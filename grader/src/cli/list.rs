//! `grader list`: labs, exercises and checks.

use anstream::{print, println};
use anyhow::Result;
use clap::Args;

use super::LabArg;
use crate::contract;
use crate::error::Exit;
use crate::lab::Lab;
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    lab: LabArg,
    /// Lists each sentence of the documentation instead, and what checks it.
    #[arg(long)]
    contract: bool,
}

pub(super) fn run(tree: &Tree, args: &ListArgs) -> Result<Exit> {
    for name in args.lab.labs(tree)? {
        let lab = Lab::read(tree, &name)?;
        if args.contract {
            print!("{}", contract::list(tree, &lab)?);
            continue;
        }
        println!("{}: {}", lab.name, lab.title);
        for exercise in &lab.exercises {
            println!(
                "  {}: {} ({})",
                exercise.name,
                exercise.title,
                exercise.edit.join(", ")
            );
            for check in &exercise.checks {
                let kind = format!("{:?}", check.kind).to_lowercase();
                println!(
                    "    {:>2}  {kind:<8}  {}  {}",
                    check.points,
                    check.id(),
                    check.claim
                );
            }
        }
    }
    Ok(Exit::Done)
}
