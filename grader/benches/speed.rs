//! What the grader's shortcuts save, each as a ratio to the naive way in the same run
//! (`make speed`).
//!
//! The one idea: processor time of all processes together, because it says the same on a busy
//! machine. A ratio of two figures of one run holds elsewhere; the figures do not.
//!
//! What is not here: tests. How fast something is makes no test fail.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use grader::lab::Lab;
use grader::samples;
use grader::tree::Tree;
use serde::Serialize;

/// The course's repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// One way to do something, measured. Times in seconds.
#[derive(Debug, Serialize)]
struct Measured {
    what: &'static str,
    way: &'static str,
    processor: f64,
    wall: f64,
    /// How often its processor time goes into that of the first way.
    times_faster: f64,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // Cargo adds `--bench`.
    let (flags, names): (Vec<&str>, Vec<&str>) = args.iter().partition(|arg| arg.starts_with("--"));
    let (lab, exercise) = match names[..] {
        [] => ("locks", "bank"),
        [lab, exercise] => (lab, exercise),
        _ => bail!("name a lab and one of its exercises, or neither"),
    };
    let answer = format!("solutions/{lab}");
    let verify = ["verify", "--lab", lab, "--exercise", exercise];
    let grade = ["grade", "--lab", lab, &answer];
    let samples = samples(lab)?;
    let mut prove = vec!["verify", "--lab", lab];
    prove.extend(samples.iter().flat_map(|name| ["--sample", name]));
    // What all ways need is built first, and counts for none.
    run(&grade, &[])?;
    let ways: [(_, _, &[&str], &[&str]); 7] = [
        (
            "verify an exercise",
            "a build each",
            &verify,
            &["--all", "--apart"],
        ),
        ("verify an exercise", "one build", &verify, &["--all"]),
        ("verify an exercise", "nothing has changed", &verify, &[]),
        ("prove the samples", "each anew", &prove, &["--all"]),
        ("prove the samples", "nothing has changed", &prove, &[]),
        ("grade an answer", "for the first time", &grade, &["--all"]),
        ("grade an answer", "once more", &grade, &[]),
    ];
    let mut all: Vec<Measured> = Vec::new();
    for (what, way, command, more) in ways {
        let (processor, wall) = run(command, more)?;
        let naive = all.iter().find(|other| other.what == what);
        let naive = naive.map_or(processor, |naive| naive.processor);
        all.push(Measured {
            what,
            way,
            processor,
            wall,
            times_faster: naive / processor,
        });
    }
    if flags.contains(&"--json") {
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        println!("{lab} {exercise}            processor    wall  times faster");
        for row in all {
            let (what, way) = (row.what, row.way);
            let (processor, wall, times) = (row.processor, row.wall, row.times_faster);
            println!("{what:20} {way:20} {processor:>6.1} s {wall:>6.1} s {times:>8.1}");
        }
    }
    Ok(())
}

/// The names of a lab's samples, some of which hang or do not build.
fn samples(lab: &str) -> Result<Vec<String>> {
    let tree = Tree::find(Path::new(ROOT))?;
    let samples = samples::all(&tree, &Lab::read(&tree, lab)?)?;
    Ok(samples.into_iter().map(|sample| sample.name).collect())
}

/// Runs the grader in the course's repository; gives its processor time with that of all that it
/// started, and the time by the clock.
fn run(command: &[&str], more: &[&str]) -> Result<(f64, f64)> {
    let (before, began) = (children()?, Instant::now());
    let status = Command::new(env!("CARGO_BIN_EXE_grader"))
        .args(command)
        .args(more)
        .current_dir(ROOT)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "`grader {}` failed", command.join(" "));
    Ok((children()? - before, began.elapsed().as_secs_f64()))
}

/// The processor time of all processes that were started and waited for, in seconds.
fn children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("only on Linux")?;
    // The name may hold spaces. Fields 16 and 17, user and system time of children, are the 14th
    // and 15th after it.
    let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u32 = ticks.map(str::parse::<u32>).sum::<Result<_, _>>()?;
    Ok(f64::from(ticks) / 100.0)
}
