//! The command line: what can be asked, and what the process exits with. Each command has a file.

mod batch;
mod doctor;
mod explain;
mod export;
mod feedback;
mod grade;
mod gradebook;
mod handout;
mod kit;
mod list;
mod marked;
mod merge;
mod mutants;
mod new;
mod page;
mod regrade;
mod repeat;
mod sample;
mod verify;

use std::path::PathBuf;

use anstream::eprintln;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::error::{BadInput, Exit, NoJail, exit_for};
use crate::jail::{Jail, Mechanism, check_umask};
use crate::report::escape;
use crate::tree::Tree;
use crate::workers::cores;

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
  7  the lab does not keep its promises (verify)
  8  the machine does not offer the jail that is asked for, or none at all";

#[derive(Debug, Subcommand)]
enum Command {
    /// Grades submissions: folders that students handed in, `labs/<lab>`, or `solutions/<lab>`.
    Grade(grade::GradeArgs),
    /// Grades a class: everybody's row goes into a folder of results, and goes on where it was.
    Batch(batch::BatchArgs),
    /// Brings together what several machines have graded of a class, and says what is missing.
    Merge(merge::MergeArgs),
    /// Writes the page of a class, and one for each person.
    Page(page::PageArgs),
    /// Grades a class again with the checks of today: shows what changes, and replaces when told.
    Regrade(regrade::RegradeArgs),
    /// Fills a class's grades into the file that Canvas, Moodle, Blackboard or Gradescope exports.
    Gradebook(gradebook::GradebookArgs),
    /// Makes the archive of feedback that Moodle and Canvas take.
    Feedback(feedback::FeedbackArgs),
    /// Writes what Slurm, Kubernetes, GitHub Actions or Gradescope needs to grade.
    #[command(subcommand)]
    Export(export::Export),
    /// Lays a lab's samples out as students hand them in, each in a folder of its name.
    Sample(sample::SampleArgs),
    /// Proves a lab: solution, skeleton, samples, other designs and mutants come out as they must.
    Verify(verify::VerifyArgs),
    /// Grades changes that a machine makes to a solution (`make mutants`): each must lose a check.
    Mutants(mutants::MutantsArgs),
    /// Repeats a lab's public tests and hidden checks on its solution: every run must pass.
    Repeat(repeat::RepeatArgs),
    /// Generates what students get: skeletons from solutions, tables from `lab.toml`.
    Handout(handout::HandoutArgs),
    /// Writes what students get: labs, book, commands; nothing of solutions and checks.
    Kit(kit::KitArgs),
    /// Writes the frame of a lab, an exercise, a check or a mutant.
    #[command(subcommand)]
    New(new::New),
    /// Lists labs, exercises and checks.
    List(list::ListArgs),
    /// Draws a failing interleaving from its JSON form.
    Explain(explain::ExplainArgs),
    /// Attacks this machine, harmlessly: what submissions are kept from here, and by what.
    Doctor(doctor::DoctorArgs),
}

#[derive(Debug, Args)]
struct LabArg {
    /// Only this lab.
    #[arg(long, value_name = "LAB")]
    lab: Option<String>,
}

/// What keeps submissions from the machine.
#[derive(Debug, Args)]
struct JailArgs {
    /// What the jail must have, or nothing is graded (exit code 8).
    #[arg(long, value_name = "MECH", value_delimiter = ',')]
    require: Vec<Mechanism>,
    /// Also grades submissions where there is no jail: they run as you do.
    #[arg(long)]
    allow_unsandboxed: bool,
}

impl JailArgs {
    /// Sees to it that there is a jail where something is graded that somebody has handed in.
    fn see_to_it(&self, handed_in: bool) -> Result<()> {
        check_umask()?;
        let jail = Jail::here();
        jail.require(&self.require)?;
        if handed_in && !jail.is_closed() && !self.allow_unsandboxed {
            let problem = "offers no jail, and a submission could do what you can; grade elsewhere, \
                           or with `--allow-unsandboxed`";
            return Err(NoJail::new(problem).into());
        }
        warn_of_no_jail();
        Ok(())
    }
}

impl Cli {
    /// Does what was asked, and says what to exit with. Failures are reported on standard error.
    pub fn run(self) -> Exit {
        match self.dispatch() {
            Ok(exit) => exit,
            Err(error) => {
                eprintln!("{}", escape::text(&format!("grader: {error:#}")));
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
            Command::Batch(args) => batch::run(&tree()?, &args),
            Command::Merge(args) => merge::run(&args),
            Command::Page(args) => page::run(&tree()?, &args),
            Command::Regrade(args) => regrade::run(&tree()?, &args),
            Command::Gradebook(args) => gradebook::run(&args),
            Command::Feedback(args) => feedback::run(&args),
            Command::Export(args) => export::run(&tree()?, &args),
            Command::Sample(args) => sample::run(&tree()?, &args),
            Command::Verify(args) => verify::run(&tree()?, &args),
            Command::Mutants(args) => mutants::run(&tree()?, &args),
            Command::Repeat(args) => repeat::run(&tree()?, &args),
            Command::Handout(args) => handout::run(&tree()?, &args),
            Command::Kit(args) => kit::run(&tree()?, &args),
            Command::New(new) => new::run(&tree()?, &new),
            Command::List(args) => list::run(&tree()?, &args),
            Command::Explain(args) => explain::run(&args),
            Command::Doctor(args) => doctor::run(&args),
        }
    }
}

impl LabArg {
    /// The labs that are meant.
    fn labs(&self, tree: &Tree) -> Result<Vec<String>> {
        match &self.lab {
            None => tree.labs(),
            Some(lab) => Ok(vec![lab_named(tree, lab)?]),
        }
    }
}

/// Says so where nothing keeps what is run from the machine.
fn warn_of_no_jail() {
    if !Jail::here().is_closed() {
        eprintln!("grader: there is no jail here, so all code runs as you do; see `grader doctor`");
    }
}

/// The lab of that name.
fn lab_named(tree: &Tree, name: &str) -> Result<String> {
    let all = tree.labs()?;
    if all.iter().any(|lab| lab == name) {
        return Ok(name.to_owned());
    }
    let remedy = format!("name one of {}", all.join(", "));
    Err(BadInput::new(&tree.lab(name), "is not a lab", remedy).into())
}
