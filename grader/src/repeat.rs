//! Runs a lab's solution many times over: a check that fails now and then is found here, not by a
//! student.
//!
//! The one idea: it is compiled once, so that fifty times cost little more than one; a check that
//! passes 49 times of 50 is wrong, or the solution is.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anstream::println;
use anyhow::{Context, Result, anyhow};

use crate::error::Exit;
use crate::intake;
use crate::lab::{Check, Kind, Lab};
use crate::process::{self, Bounds, Cause};
use crate::progress::Progress;
use crate::report::text::name;
use crate::run;
use crate::stage::{Built, Checks, Lints, Stage};
use crate::subject::Subject;
use crate::template::Template;
use crate::tree::Tree;
use crate::verdict::{Judged, Verdict, judge};
use crate::workers;

/// Runs the public tests and every hidden check `times` times on the solution, and prints what
/// failed how often.
///
/// # Errors
///
/// Where the solution does not compile, or the grader itself fails.
pub fn run(tree: &Tree, lab: &Lab, times: usize, jobs: usize) -> Result<Exit> {
    let mut failures = public_tests(tree, lab, times)?;
    let checks: Vec<&Check> = lab.checks().filter(|c| c.kind != Kind::Lint).collect();
    let progress = Progress::over(checks.len());
    progress.doing("preparing the stage");
    let template = Template::prepare(tree, &[&lab.name])?;
    let mut stage = Stage::of(&template, &lab.name)?;
    let built = build(tree, lab, &mut stage)?
        .context("the solution does not compile with its checks; `grader verify` says why")?;
    workers::each(
        jobs,
        &checks,
        || (),
        |(), check| -> Result<Vec<Judged>> {
            let once = |_| {
                let run = run::check(&built, check, run::deadline(check), Duration::ZERO)?;
                Ok(judge(&run, check.kind, |_| false))
            };
            (0..times).map(once).collect()
        },
        |check, judged| {
            let failed = failures_of(judged, check.id());
            progress.done(&format!("{}: {} failed", check.id(), failed.len()));
            failures.extend(failed);
        },
    );
    drop(progress);
    Ok(conclude(lab, &failures, checks.len(), times))
}

/// Builds the solution with all its checks, if they compile.
fn build<'s>(tree: &Tree, lab: &Lab, stage: &'s mut Stage) -> Result<Option<Built<'s>>> {
    let solution = intake::take(tree, lab, &Subject::Solution)?;
    let files = solution.files.iter();
    let files = files.map(|(path, text)| (path.as_str(), text.as_str()));
    let Ok(compiled) = stage.lay(&files.collect())?.compile(Lints::Skip)? else {
        return Ok(None);
    };
    Ok(compiled.with_checks(Checks::All)?.ok())
}

/// Prints what failed how often.
fn conclude(lab: &Lab, failures: &[String], checks: usize, times: usize) -> Exit {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for failure in failures {
        *counts.entry(failure).or_default() += 1;
    }
    for (failure, count) in &counts {
        println!("{count} of {times}: {failure}");
    }
    let what = format!(
        "{}: public tests and {checks} checks, {times} times",
        lab.name
    );
    if failures.is_empty() {
        println!("{what}: each run passed");
        Exit::Done
    } else {
        println!("{what}: {} failures", failures.len());
        Exit::Unproven
    }
}

/// What failed, once for each time it did.
fn failures_of(judged: Result<Vec<Judged>>, id: &str) -> Vec<String> {
    match judged {
        Ok(judged) => judged
            .into_iter()
            .filter(|judged| judged.verdict != Verdict::Pass)
            .map(|judged| format!("{id}: {} ({})", name(judged.verdict), judged.why))
            .collect(),
        Err(error) => vec![format!("{id}: could not be run: {error:#}")],
    }
}

/// Runs the public tests on the solution, as `cargo test` does.
fn public_tests(tree: &Tree, lab: &Lab, times: usize) -> Result<Vec<String>> {
    let package = format!("{}-solution", lab.name);
    let progress = Progress::over(times);
    progress.doing(&format!("public tests of {package}"));
    let bounds = Bounds {
        deadline: Duration::from_secs(600),
        stdout: 64 << 20,
        stderr: 64 << 20,
    };
    let cargo = |args: &[&str]| {
        let mut command = Command::new("cargo");
        command
            .current_dir(tree.root())
            .args(["test", "--quiet", "-p", &package]);
        process::run(command.args(args), b"", bounds)
    };
    let built = cargo(&["--no-run"])?;
    if !built.status.success() {
        return Err(anyhow!(
            "`{package}` does not build:\n{}",
            built.complaint()
        ));
    }
    let mut failures = Vec::new();
    for _ in 0..times {
        let ended = cargo(&[])?;
        if ended.cause != Cause::Itself || !ended.status.success() {
            let said = String::from_utf8_lossy(&ended.stdout);
            let failed: Vec<&str> = said
                .lines()
                .filter_map(|line| line.strip_prefix("---- ")?.strip_suffix(" stdout ----"))
                .collect();
            if failed.is_empty() {
                failures.push(format!("public tests: {}", ended.complaint()));
            }
            failures.extend(failed.iter().map(|test| format!("public test {test}")));
        }
        progress.done("public tests");
    }
    Ok(failures)
}
