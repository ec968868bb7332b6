//! `grader sample`: lays a lab's samples out as students hand them in.

use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::LabArg;
use crate::error::{BadInput, Exit};
use crate::lab::Lab;
use crate::samples;
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    #[command(flatten)]
    lab: LabArg,
    /// The folder in which theirs are made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(tree: &Tree, args: &SampleArgs) -> Result<Exit> {
    let [name] = &args.lab.labs(tree)?[..] else {
        let remedy = "name it with `--lab`";
        return Err(BadInput::new(tree.root(), "has several labs", remedy).into());
    };
    for sample in samples::all(tree, &Lab::read(tree, name)?)? {
        let dir = args.out.join(&sample.name);
        if dir.exists() {
            let remedy = "take it away, or lay the samples out elsewhere";
            return Err(BadInput::new(&dir, "is there already", remedy).into());
        }
        sample.lay(&dir)?;
        println!("{}: {}", dir.display(), sample.about);
    }
    Ok(Exit::Done)
}
