//! `grader kit`: what students get, as a folder, an archive or a repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use anstream::println;
use anyhow::{Context, Result, bail};
use clap::Args;
use parcel::Change;

use crate::error::Exit;
use crate::tree::Tree;
use crate::{kit, process};

/// The folder that an archive unpacks to.
const FOLDER: &str = "weft";

/// Of the kit's one commit: the same files give the same commit.
const DATE: &str = "2026-01-01T00:00:00+00:00";

#[derive(Debug, Args)]
pub(super) struct KitArgs {
    /// The folder to lay it in: a new one, or one with an earlier kit, whose work is kept.
    #[arg(value_name = "DIR", required_unless_present = "zip")]
    dir: Option<PathBuf>,
    /// Packs it as an archive.
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// Makes the new folder a git repository of one commit.
    #[arg(long, requires = "dir")]
    git: bool,
    /// Adds the course's answers, which `cargo lab compare` shows after an exercise passes.
    #[arg(long)]
    with_solutions: bool,
}

pub(super) fn run(tree: &Tree, args: &KitArgs) -> Result<Exit> {
    let files = kit::files(tree, args.with_solutions)?;
    if let Some(file) = &args.zip {
        let bytes = parcel::write(&files, FOLDER).context("packing the kit")?;
        std::fs::write(file, &bytes).with_context(|| format!("writing {}", file.display()))?;
        println!(
            "wrote {}: {} files, {} KiB",
            file.display(),
            files.len(),
            bytes.len() / 1024
        );
    }
    let Some(dir) = &args.dir else {
        return Ok(Exit::Done);
    };
    if args.git && dir.exists() {
        bail!(
            "{} is there already; `--git` makes a new repository: lay the kit without it, and \
             commit what changed yourself",
            dir.display()
        );
    }
    let changes = parcel::lay(dir, &files)
        .with_context(|| format!("laying the kit into {}", dir.display()))?;
    println!("laid {} files into {}", files.len(), dir.display());
    for (path, change) in &changes {
        println!("{}", line(path, change));
    }
    if args.git {
        commit(dir)?;
    }
    Ok(Exit::Done)
}

fn line(path: &str, change: &Change) -> String {
    match change {
        Change::Added => format!("  new       {path}"),
        Change::Updated => format!("  updated   {path}"),
        Change::Kept => format!("  kept      {path} (the new one is below .pristine)"),
        Change::Replaced(kept) => format!("  updated   {path} (the edited one is {kept})"),
        Change::Removed => format!("  removed   {path}"),
        Change::Left => format!("  left      {path} (edited, and no longer part of the course)"),
    }
}

/// One commit with everything. It has no author but the course.
fn commit(dir: &Path) -> Result<()> {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(dir)
            .args(["-c", "core.autocrlf=false"])
            .args(args);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Weft");
            git.env(format!("GIT_{who}_EMAIL"), "weft@localhost");
            git.env(format!("GIT_{who}_DATE"), DATE);
        }
        process::output(&mut git, b"").map(drop)
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all"])?;
    git(&[
        "-c",
        "commit.gpgsign=false",
        "commit",
        "--quiet",
        "--message=The course, as handed out",
    ])
}
