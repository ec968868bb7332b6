//! `grader export`: what other machines need to grade.

use std::path::{Path, PathBuf};

use anstream::println;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::lab_named;
use crate::error::Exit;
use crate::export::{self, File, Job};
use crate::results::Results;
use crate::tree::Tree;

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// A job array for Slurm: weft.sh, merge.sh, and submit.sh, which hands both in.
    Slurm(JobArgs),
    /// An Indexed Job for Kubernetes, and one that merges.
    K8s(JobArgs),
    /// Workflows for GitHub Actions: for a student's repository, and for a class.
    Actions(JobArgs),
    /// The autograder zip of Gradescope: setup.sh, run_autograder, and the course beside them.
    Gradescope(GradescopeArgs),
    /// A tree for JPlag, which looks for copies: each student's files, and what they were given.
    Jplag(JplagArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grader export slurm --lab locks --shards 20 --at-once 5 --cores 4 --out cluster
  grader export k8s --lab locks --out k8s && kubectl apply -f k8s/weft-job.json
  grader export actions --lab locks --shards 4 --out .")]
pub(super) struct JobArgs {
    /// The lab.
    #[arg(long, value_name = "LAB")]
    lab: String,
    /// In how many parts: each should take minutes.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    shards: u32,
    /// How many of them at once.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    at_once: u32,
    /// Processors for each.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=256))]
    cores: u32,
    /// The folder that the files are written into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Gradescope gives an autograder 768 MB and half a processor unless you choose more: choose 3 GB and
two processors for the build in setup.sh. A time-out costs only the checks that were not run.

Examples:
  grader export gradescope --lab locks --out autograder.zip
  grader export gradescope --lab locks --rubric rubric.toml --out autograder.zip")]
pub(super) struct GradescopeArgs {
    /// The lab.
    #[arg(long, value_name = "LAB")]
    lab: String,
    /// A rubric, which may say how lateness counts and what is shown when.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// The archive.
    #[arg(long, value_name = "ZIP")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Only the files that students write are in it. JPlag's grammar of Rust is of version 1.60: what it
cannot read of newer code, it leaves out.

Examples:
  grader export jplag results --out jplag
  java -jar jplag.jar -l rust -bc jplag/base jplag/root")]
pub(super) struct JplagArgs {
    /// Results of `grader batch`.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// The folder of the tree, which must not be there yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(tree: &Tree, export: &Export) -> Result<Exit> {
    match export {
        Export::Slurm(args) => write(&args.out, &export::slurm(&args.job(tree)?)),
        Export::K8s(args) => write(&args.out, &export::kubernetes(&args.job(tree)?)),
        Export::Actions(args) => write(&args.out, &export::actions(&args.job(tree)?)),
        Export::Gradescope(args) => {
            let lab = lab_named(tree, &args.lab)?;
            export::autograder(tree, &lab, args.rubric.as_deref(), &args.out)?;
            println!("{}", args.out.display());
            Ok(Exit::Done)
        }
        Export::Jplag(args) => {
            let students = export::jplag(tree, &Results::open(&args.results)?, &args.out)?;
            println!("{}: {students} students", args.out.display());
            Ok(Exit::Done)
        }
    }
}

impl JobArgs {
    fn job(&self, tree: &Tree) -> Result<Job> {
        Ok(Job {
            lab: lab_named(tree, &self.lab)?,
            shards: self.shards,
            at_once: self.at_once.min(self.shards),
            cores: self.cores,
        })
    }
}

fn write(dir: &Path, files: &[File]) -> Result<Exit> {
    for file in files {
        let path = dir.join(file.name);
        let failed = || format!("writing {}", path.display());
        let parent = path.parent().expect("a file");
        std::fs::create_dir_all(parent).with_context(failed)?;
        std::fs::write(&path, &file.text).with_context(failed)?;
        if file.program {
            make_program(&path).with_context(failed)?;
        }
        println!("{}", path.display());
    }
    Ok(Exit::Done)
}

fn make_program(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}
