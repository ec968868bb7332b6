//! `grader list`: labs, exercises and checks.

use anstream::println;
use anyhow::Result;

use super::LabArg;
use crate::error::Exit;
use crate::lab::Lab;
use crate::tree::Tree;

pub(super) fn run(tree: &Tree, args: &LabArg) -> Result<Exit> {
    for name in args.labs(tree)? {
        let lab = Lab::read(tree, &name)?;
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
