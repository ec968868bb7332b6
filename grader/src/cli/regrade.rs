//! `grader regrade`: what comes out with the checks and the rubric of today, for review, and then
//! in the place of what was.

use std::path::{Path, PathBuf};

use anstream::{print, println};
use anyhow::{Context, Result};
use clap::Args;

use super::{JailArgs, cores, lab_named};
use crate::error::Exit;
use crate::lab::Lab;
use crate::regrade::{self, Difference, Regrade};
use crate::results::{self, Class, Results};
use crate::rubric::Rubric;
use crate::tree::Tree;

#[derive(Debug, Args)]
#[command(after_help = "\
Only exercises are run whose checks, kit or toolchain have changed. Without --replace, nothing of
the results changes: what was run is kept in RESULTS/regrade for the next time. Old rows stay in
RESULTS/history, with the reason and the difference.

Examples:
  grader regrade results
  grader regrade results --replace --because 'bank::total was too strict'
  grader regrade results --rubric new.toml --replace --because 'bank counts twice'")]
pub(super) struct RegradeArgs {
    /// Results of `grader batch`.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// The rubric of today. RESULTS/rubric.toml if it is there.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// How many answers are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    #[command(flatten)]
    jail: JailArgs,
    /// Puts what comes out in the place of what was.
    #[arg(long, requires = "because")]
    replace: bool,
    /// Why: kept with the old rows.
    #[arg(long, value_name = "REASON", requires = "replace")]
    because: Option<String>,
}

pub(super) fn run(tree: &Tree, args: &RegradeArgs) -> Result<Exit> {
    let mut results = Results::open(&args.results)?;
    let lab = Lab::read(tree, &lab_named(tree, &results.class().lab)?)?;
    args.jail.see_to_it(true)?;
    let before = of_today(&args.results, results.class())?;
    let regrade = Regrade {
        tree,
        lab: &lab,
        results: &results,
        jobs: args.jobs,
    };
    let new = regrade.run()?;
    let after = match &args.rubric {
        Some(path) => Rubric::read(path, new.class())?,
        None => of_today(&args.results, new.class())?,
    };
    let difference = difference((&results, &before), (&new, &after))?;
    print!("{difference}");
    let Some(because) = &args.because else {
        println!(
            "to take it: grader regrade {} --replace --because REASON",
            args.results.display()
        );
        return Ok(Exit::Done);
    };
    let kept = regrade::replace(&mut results, &new, because, &difference)?;
    if let Some(path) = &args.rubric {
        let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        results::replace(&args.results.join("rubric.toml"), &text)?;
    }
    println!("replaced; what was there is in {}", kept.display());
    Ok(Exit::Done)
}

/// The rubric that lies beside results.
fn of_today(results: &Path, class: &Class) -> Result<Rubric> {
    let path = results.join("rubric.toml");
    match path.is_file() {
        true => Rubric::read(&path, class),
        false => Ok(Rubric::plain(class)),
    }
}

/// Everybody's difference, and how many have one.
fn difference(old: (&Results, &Rubric), new: (&Results, &Rubric)) -> Result<String> {
    let mut told = String::new();
    let mut changed = 0;
    let rows = old.0.rows()?;
    for row in &rows {
        let Some(after) = new.0.row(&row.person.id)? else {
            continue;
        };
        let old = (row, old.0.class(), old.1);
        if let Some(difference) = Difference::of(old, (&after, new.0.class(), new.1)) {
            told += &difference.to_string();
            changed += 1;
        }
    }
    told += &format!("{changed} of {} people have other results\n", rows.len());
    Ok(told)
}
