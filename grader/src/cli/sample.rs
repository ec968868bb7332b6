//! `grader sample`: lays a lab's samples out as students hand them in, or a whole class that never
//! was.

use std::path::{Path, PathBuf};

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::LabArg;
use crate::batch::Layout;
use crate::error::{BadInput, Exit};
use crate::lab::Lab;
use crate::rehearsal::{self, Rehearsal};
use crate::samples;
use crate::tree::Tree;

#[derive(Debug, Args)]
#[command(after_help = "\
A class never was: its people answer each exercise as the solution, an accepted design or a mutant
does, or not at all; some copy, some hand in what does not build, is hostile, or is something else.

Examples:
  grader sample --lab locks --out samples
  grader sample --lab locks --class 30 --layout moodle --out handed-in")]
pub(super) struct SampleArgs {
    #[command(flatten)]
    lab: LabArg,
    /// The folder in which theirs are made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A class of N in the place of the samples.
    #[arg(long, value_name = "N")]
    class: Option<u32>,
    /// Which class: the same one for the same number.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "class")]
    seed: u64,
    /// As which platform gives them.
    #[arg(long, value_enum, default_value_t = Layout::Folders, requires = "class")]
    layout: Layout,
    /// Nobody's file is another's, so that each answer has to be graded.
    #[arg(long, requires = "class")]
    distinct: bool,
}

pub(super) fn run(tree: &Tree, args: &SampleArgs) -> Result<Exit> {
    let [name] = &args.lab.labs(tree)?[..] else {
        let remedy = "name it with `--lab`";
        return Err(BadInput::new(tree.root(), "has several labs", remedy).into());
    };
    let lab = Lab::read(tree, name)?;
    if let Some(count) = args.class {
        refuse_old(&args.out)?;
        let class = Rehearsal::of(tree, &lab)?.class(args.seed, count, args.distinct);
        rehearsal::lay(&class, &lab, args.layout, &args.out)?;
        println!("{}: a class of {count}", args.out.display());
        return Ok(Exit::Done);
    }
    for sample in samples::all(tree, &lab)? {
        let dir = args.out.join(&sample.name);
        refuse_old(&dir)?;
        sample.lay(&dir)?;
        println!("{}: {}", dir.display(), sample.about);
    }
    Ok(Exit::Done)
}

fn refuse_old(dir: &Path) -> Result<()> {
    if dir.exists() {
        let remedy = "take it away, or name another folder";
        return Err(BadInput::new(dir, "is there already", remedy).into());
    }
    Ok(())
}
