//! The command line: what can be asked, and what the process exits with.

mod explain;
mod grade;

use std::path::PathBuf;

use anstream::{eprintln, print, println};
use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::contract;
use crate::error::{BadInput, Exit, exit_for};
use crate::generated;
use crate::handout;
use crate::lab::Lab;
use crate::report::view::Reader;
use crate::solid;
use crate::tree::Tree;
use crate::verify::{self, Wanted};

/// From a folder that a student handed in to a mark that can be trusted.
#[derive(Debug, Parser)]
#[command(version, after_help = EXITS)]
pub struct Cli {
    /// The course's repository; found from the current folder upwards if not given.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const EXITS: &str = "\
Exit codes:
  0  everything that was asked for was done, whatever marks came out
  1  the grader itself failed
  2  the command line is wrong
  3  the course's own files are wrong
  4  a submission could not be graded; the others were
  5  a check is broken: somebody has to look before marks are given
  6  the skeleton is stale (handout --check)
  7  the lab does not keep its promises (verify)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Grades submissions: folders that students handed in, `labs/<lab>`, or `solutions/<lab>`.
    Grade(GradeArgs),
    /// Proves a lab: solution, skeleton, other designs and every mutant come out as they must.
    Verify(VerifyArgs),
    /// Grades changes that a machine makes to a solution (`make mutants`): each must lose a check.
    Mutants(MutantsArgs),
    /// Runs a lab's public tests and hidden checks many times over on its solution: each must be green each time.
    Solid(SolidArgs),
    /// Generates the skeletons that students get from the solutions.
    Handout(HandoutArgs),
    /// Lists labs, exercises and checks.
    List(ListArgs),
    /// Draws a failing interleaving from its JSON form.
    Explain(explain::ExplainArgs),
}

#[derive(Debug, Args)]
struct LabArg {
    /// Only this lab.
    #[arg(long, value_name = "LAB")]
    lab: Option<String>,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    lab: LabArg,
    /// Lists each sentence of the documentation instead, and what checks it.
    #[arg(long)]
    contract: bool,
}

#[derive(Debug, Args)]
struct GradeArgs {
    #[command(flatten)]
    lab: LabArg,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Who reads the report.
    #[arg(long, value_enum, default_value_t = Reader::Student)]
    reader: Reader,
    /// Writes the report there instead of to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many submissions are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    /// Only this check, by its id.
    #[arg(long, value_name = "ID")]
    check: Option<String>,
    /// What to grade.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    #[command(flatten)]
    lab: LabArg,
    #[command(flatten)]
    wanted: Wanted,
    /// How many subjects are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
}

#[derive(Debug, Args)]
struct MutantsArgs {
    /// The lab whose solution is changed.
    #[arg(long, value_name = "LAB")]
    lab: String,
    /// Only changes in this exercise's files.
    #[arg(long, value_name = "NAME")]
    exercise: Option<String>,
    /// How many are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    /// What `cargo mutants --list --json` wrote.
    #[arg(value_name = "LIST.json")]
    list: PathBuf,
}

#[derive(Debug, Args)]
struct SolidArgs {
    #[command(flatten)]
    lab: LabArg,
    /// How many times.
    #[arg(long, value_name = "N", default_value_t = 50)]
    times: usize,
    /// How many checks are run at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
}

#[derive(Debug, Args)]
struct HandoutArgs {
    #[command(flatten)]
    lab: LabArg,
    /// Writes nothing; fails if something would change.
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Cli {
    /// Does what was asked, and says what to exit with. Failures are told on standard error.
    pub fn run(self) -> Exit {
        match self.dispatch() {
            Ok(exit) => exit,
            Err(error) => {
                eprintln!("grader: {error:#}");
                exit_for(&error)
            }
        }
    }

    fn dispatch(self) -> Result<Exit> {
        let start = match self.root {
            Some(root) => root,
            None => std::env::current_dir()?,
        };
        // The course is looked for only by commands that need one.
        let tree = || Tree::find(&start);
        match self.command {
            Command::Grade(args) => grade::run(&tree()?, &args),
            Command::Verify(args) => run_verify(&tree()?, &args),
            Command::Mutants(args) => run_mutants(&tree()?, args),
            Command::Solid(args) => run_solid(&tree()?, &args),
            Command::Handout(args) => run_handout(&tree()?, &args),
            Command::List(args) => list(&tree()?, &args),
            Command::Explain(args) => explain::run(&args),
        }
    }
}

impl LabArg {
    /// The labs that are meant.
    fn labs(&self, tree: &Tree) -> Result<Vec<String>> {
        let all = tree.labs()?;
        match &self.lab {
            None => Ok(all),
            Some(lab) if all.contains(lab) => Ok(vec![lab.clone()]),
            Some(lab) => {
                let remedy = format!("name one of {}", all.join(", "));
                Err(BadInput::new(&tree.lab(lab), "is no lab", remedy).into())
            }
        }
    }
}

fn run_verify(tree: &Tree, args: &VerifyArgs) -> Result<Exit> {
    let names = args.lab.labs(tree)?;
    let labs: Vec<Lab> = names
        .iter()
        .map(|name| Lab::read(tree, name))
        .collect::<Result<_>>()?;
    verify::run(tree, &labs, &args.wanted, args.jobs)
}

fn run_mutants(tree: &Tree, args: MutantsArgs) -> Result<Exit> {
    let lab = LabArg {
        lab: Some(args.lab),
    }
    .labs(tree)?;
    let lab = Lab::read(tree, &lab[0])?;
    generated::run(tree, &lab, &args.list, args.exercise.as_deref(), args.jobs)
}

fn run_solid(tree: &Tree, args: &SolidArgs) -> Result<Exit> {
    let mut exit = Exit::Done;
    for lab in args.lab.labs(tree)? {
        exit = exit.max(solid::run(
            tree,
            &Lab::read(tree, &lab)?,
            args.times,
            args.jobs,
        )?);
    }
    Ok(exit)
}

fn run_handout(tree: &Tree, args: &HandoutArgs) -> Result<Exit> {
    let mut exit = Exit::Done;
    // Not only labs that are whole: a skeleton is generated before its `lab.toml` is written.
    let labs = match &args.lab.lab {
        Some(lab) if tree.solution(lab).is_dir() => vec![lab.clone()],
        _ => args.lab.labs(tree)?,
    };
    for lab in labs {
        let stale = handout::stale(tree, &lab)?;
        if args.check {
            for file in &stale {
                println!("{}", file.diff());
            }
            if !stale.is_empty() {
                let names: Vec<&str> = stale.iter().map(|file| file.path.as_str()).collect();
                eprintln!(
                    "stale: {}; run `grader handout --lab {lab}` and commit",
                    names.join(", ")
                );
                exit = Exit::Stale;
            }
        } else {
            handout::write(tree, &stale)?;
            for file in &stale {
                println!("wrote {}", file.path);
            }
        }
    }
    Ok(exit)
}

fn list(tree: &Tree, args: &ListArgs) -> Result<Exit> {
    for name in args.lab.labs(tree)? {
        let lab = Lab::read(tree, &name)?;
        if args.contract {
            print!("{}", contract::list(tree, &lab)?);
            continue;
        }
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
