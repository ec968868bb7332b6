//! `grader page`: what a class's results look like in a browser.

use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use super::marked::MarkedArgs;
use crate::error::Exit;
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::page::{self, Entry};
use crate::report::view::Reader;
use crate::tree::Tree;

/// Writes pages.
#[derive(Debug, Args)]
#[command(after_help = "\
`class.html` is for instructors, whoever reads the others: give students the files in `students`.
What they may see by now, and whose grade is held, the rubric says.")]
pub(super) struct PageArgs {
    #[command(flatten)]
    class: MarkedArgs,
    /// The folder of the pages.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Who reads the page of each person.
    #[arg(long, value_enum, default_value_t = Reader::Student)]
    reader: Reader,
}

pub(super) fn run(tree: &Tree, args: &PageArgs) -> Result<Exit> {
    let class = args.class.read()?;
    let lab = Lab::read(tree, &super::lab_named(tree, &class.results.class().lab)?)?;
    let mutants = Mutant::all(tree, &lab)?;
    let entries = class.marked.iter().map(|marked| Entry {
        row: marked.row.clone(),
        shown: class.shown_to(args.reader, marked),
        held: class.held(marked).map(str::to_owned),
    });
    let entries: Vec<Entry> = entries.collect();
    page::write(&class.results, &entries, &mutants, args.reader, &args.out)?;
    println!(
        "{}: the class, and {} pages in students/",
        args.out.join("class.html").display(),
        entries.len()
    );
    Ok(Exit::Done)
}
