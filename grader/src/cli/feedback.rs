//! `grader feedback`: a file for each student, in one archive that the platform takes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::marked::MarkedArgs;
use crate::error::Exit;
use crate::feedback;
use crate::page;
use crate::report::view::Reader;
use crate::results;
use crate::zipped::{self, Zipped};

#[derive(Debug, Args)]
#[command(after_help = "\
Each file has the name under which Moodle or Canvas finds its student again. What a student may see
by now, the rubric says (`visible`).

Examples:
  grader feedback results --out feedback.zip
  grader feedback results --rubric rubric.toml --out feedback.zip")]
pub(super) struct FeedbackArgs {
    #[command(flatten)]
    class: MarkedArgs,
    /// The archive.
    #[arg(long, value_name = "ZIP")]
    out: PathBuf,
}

pub(super) fn run(args: &FeedbackArgs) -> Result<Exit> {
    let class = args.class.read()?;
    let mut files = BTreeMap::new();
    // Who was not graded has nothing to read.
    let graded = class.marked.iter();
    let graded = graded.filter(|marked| marked.row.report().is_some());
    for marked in graded {
        if let Some(row) = class.shown_to(Reader::Student, marked) {
            let page = page::student(&class.results, &row, Reader::Student)?;
            files.insert(feedback::path(&marked.row), Zipped::plain(page));
        }
    }
    results::replace(&args.out, &zipped::archive(&files)?)?;
    println!("{}: {} files", args.out.display(), files.len());
    Ok(Exit::Done)
}
