//! `grader handout`: what is generated, or whether it is stale.

use anstream::{eprintln, println};
use anyhow::Result;
use clap::Args;

use super::LabArg;
use crate::error::Exit;
use crate::handout::{self, Stale};
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(super) struct HandoutArgs {
    #[command(flatten)]
    lab: LabArg,
    /// Writes nothing; fails if something would change.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(tree: &Tree, args: &HandoutArgs) -> Result<Exit> {
    let mut exit = Exit::Done;
    // Not only labs that are whole: a skeleton is generated before its `lab.toml` is written.
    let labs = match &args.lab.lab {
        Some(lab) if tree.solution(lab).is_dir() => vec![lab.clone()],
        _ => args.lab.labs(tree)?,
    };
    for lab in &labs {
        exit = exit.max(bring(tree, args, &handout::stale(tree, lab)?)?);
    }
    // Afterwards, because a lab is only read when the files that it names are there.
    Ok(exit.max(bring(tree, args, &handout::stale_tables(tree, &labs)?)?))
}

/// Writes what is stale, or says that it is.
fn bring(tree: &Tree, args: &HandoutArgs, stale: &[Stale]) -> Result<Exit> {
    if !args.check {
        handout::write(tree, stale)?;
        for file in stale {
            println!("wrote {}", file.path);
        }
        return Ok(Exit::Done);
    }
    for file in stale {
        println!("{}", file.diff());
        eprintln!("stale: {}; run `grader handout` and commit", file.path);
    }
    let fresh = stale.is_empty();
    Ok(if fresh { Exit::Done } else { Exit::Stale })
}
