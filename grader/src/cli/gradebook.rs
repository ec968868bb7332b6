//! `grader gradebook`: grades into the file that a platform has exported.

use std::path::{Path, PathBuf};

use anstream::{eprintln, println};
use anyhow::Result;
use clap::Args;

use super::marked::{MarkedArgs, MarkedClass};
use crate::error::{BadInput, Exit};
use crate::gradebook::{self, Columns, Entry, Platform};
use crate::grades::Marked;
use crate::report::{escape, note};
use crate::results;
use crate::rubric::Points;

#[derive(Debug, Args)]
#[command(after_help = "\
Only cells of grades and feedback change; every other byte stays. Whoever is on one side only is
told, and so is every row that the platform would pass over without a word.

Examples:
  grader gradebook results --into canvas.csv --column 'Lab locks'
  grader gradebook first second --rubric rubric.toml --into worksheet.csv --out upload.csv
  grader gradebook results --into Bewertungen.csv --platform moodle --column Bewertung")]
pub(super) struct GradebookArgs {
    #[command(flatten)]
    class: MarkedArgs,
    /// The file as the platform exports it (CSV, or Blackboard's table with tabs).
    #[arg(long, value_name = "EXPORT")]
    into: PathBuf,
    /// Where the filled file goes; `<name>-graded` beside the export if it is not said.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Whose file it is, where its header does not say it.
    #[arg(long, value_enum)]
    platform: Option<Platform>,
    /// The title of the column of grades.
    #[arg(long, value_name = "TITLE")]
    column: Option<String>,
    /// The title of the column of feedback.
    #[arg(long, value_name = "TITLE")]
    feedback_column: Option<String>,
}

pub(super) fn run(args: &GradebookArgs) -> Result<Exit> {
    let class = args.class.read()?;
    let bytes = std::fs::read(&args.into).map_err(|error| {
        BadInput::new(
            &args.into,
            format!("cannot be read ({error})"),
            "name the export",
        )
    })?;
    let entries: Vec<Entry> = class
        .marked
        .iter()
        .map(|marked| entry(&class, marked))
        .collect();
    let columns = Columns {
        platform: args.platform,
        grade: args.column.clone(),
        feedback: args.feedback_column.clone(),
    };
    let filled = gradebook::fill(&args.into, &bytes, &entries, &columns)?;
    let out = args.out.clone().unwrap_or_else(|| beside(&args.into));
    results::replace(&out, &filled.bytes)?;
    for note in &filled.notes {
        eprintln!("{}", escape::text(note));
    }
    println!(
        "{}: {} grades for {}",
        out.display(),
        filled.filled,
        filled.platform
    );
    Ok(Exit::Done)
}

fn entry<'a>(class: &MarkedClass, marked: &'a Marked) -> Entry<'a> {
    let note = |(report, grade)| note::html(&class.for_student(report), grade);
    Entry {
        person: &marked.row.person,
        mark: marked.mark(),
        of: marked.grade.as_ref().map_or(Points::ZERO, |grade| grade.of),
        feedback: marked.row.report().zip(marked.grade.as_ref()).map(note),
    }
}

/// `export-graded.csv` for `export.csv`.
fn beside(export: &Path) -> PathBuf {
    let mut name = export.file_stem().unwrap_or_default().to_owned();
    name.push("-graded");
    if let Some(ending) = export.extension() {
        name.push(".");
        name.push(ending);
    }
    export.with_file_name(name)
}
