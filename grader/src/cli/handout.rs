//! `grader handout`: which skeletons are written, or whether they are stale.

use anstream::{eprintln, println};
use anyhow::Result;
use clap::Args;

use super::LabArg;
use crate::error::Exit;
use crate::handout;
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
    for lab in labs {
        let stale = handout::stale(tree, &lab)?;
        if !args.check {
            handout::write(tree, &stale)?;
            for file in &stale {
                println!("wrote {}", file.path);
            }
        } else if !stale.is_empty() {
            for file in &stale {
                println!("{}", file.diff());
            }
            let paths: Vec<&str> = stale.iter().map(|file| file.path.as_str()).collect();
            let paths = paths.join(", ");
            eprintln!("stale: {paths}; run `grader handout --lab {lab}` and commit");
            exit = Exit::Stale;
        }
    }
    Ok(exit)
}
