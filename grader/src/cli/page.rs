//! `grader page`: what a class's results look like in a browser.

use std::path::PathBuf;

use anstream::println;
use anyhow::Result;
use clap::Args;

use crate::error::Exit;
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::page;
use crate::report::view::Reader;
use crate::results::Results;
use crate::tree::Tree;

/// Writes pages.
#[derive(Debug, Args)]
#[command(after_help = "\
`class.html` is for instructors, whoever reads the others: give students the files in `students`.")]
pub(super) struct PageArgs {
    /// What `grader batch` has written.
    results: PathBuf,
    /// The folder of the pages.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Who reads the page of each person.
    #[arg(long, value_enum, default_value_t = Reader::Student)]
    reader: Reader,
}

pub(super) fn run(tree: &Tree, args: &PageArgs) -> Result<Exit> {
    let results = Results::open(&args.results)?;
    let lab = Lab::read(tree, &super::lab_named(tree, &results.class().lab)?)?;
    let mutants = Mutant::all(tree, &lab)?;
    let people = page::write(&results, &mutants, args.reader, &args.out)?;
    println!(
        "{}: the class, and {people} pages in students/",
        args.out.join("class.html").display()
    );
    Ok(Exit::Done)
}
