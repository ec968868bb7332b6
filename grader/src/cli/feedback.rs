//! `grader feedback`: a file for each student, in one archive that the platform takes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::marked::{MarkedArgs, MarkedClass};
use crate::error::Exit;
use crate::feedback;
use crate::grades::Marked;
use crate::page;
use crate::report::note;
use crate::report::view::Reader;
use crate::results::{self, Outcome, Row};
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
    for marked in &class.marked {
        if let Some(row) = row_of(&class, marked) {
            let page = page::student(&class.results, &row, Reader::Student)?;
            files.insert(feedback::path(&marked.row), Zipped::plain(page));
        }
    }
    results::replace(&args.out, &zipped::archive(&files)?)?;
    println!("{}: {} files", args.out.display(), files.len());
    Ok(Exit::Done)
}

/// What a student reads, with the grade among the remarks; nothing where it is held, or where there
/// is nothing to read.
fn row_of(class: &MarkedClass, marked: &Marked) -> Option<Row> {
    let (report, grade) = (marked.row.report()?, marked.grade.as_ref()?);
    let mut shown = class.shown_now(report);
    if grade.held.is_some() {
        return None;
    }
    shown.remarks.extend(note::rules(report, grade));
    Some(Row {
        outcome: Outcome::Graded(Box::new(shown)),
        ..marked.row.clone()
    })
}
