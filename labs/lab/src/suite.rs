//! Runs tests: each in a process of its own, so that the exit code is the verdict.
//!
//! The one idea: a test's name comes from the program's `--list`, and nothing is ever read out of
//! what a test prints but the words to show for a panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use protocol::{Searched, variables};

use crate::found;
use crate::process::{self, Ended, Stop};

/// A test that has not ended by then hangs. A search ends itself long before.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A test: its program and its name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) program: PathBuf,
    pub(crate) name: String,
}

/// How a test came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) name: String,
    pub(crate) ended: Ended,
    /// What it printed.
    pub(crate) output: String,
    /// What its searches found; `None` if it made none.
    pub(crate) found: Option<Searched>,
}

impl Ran {
    pub(crate) fn passed(&self) -> bool {
        self.ended == Ended::Well
    }

    /// The name without its modules, as a sentence.
    pub(crate) fn sentence(&self) -> String {
        sentence(&self.name)
    }
}

/// `wait_group::everybody_is_woken` as `everybody is woken`.
pub(crate) fn sentence(test: &str) -> String {
    test.rsplit("::").next().unwrap_or(test).replace('_', " ")
}

/// How tests are run.
#[derive(Debug, Clone)]
pub(crate) struct How {
    /// The package's folder.
    pub(crate) folder: PathBuf,
    /// Where searches leave what they find.
    pub(crate) failures: PathBuf,
    /// More environment for the tests.
    pub(crate) env: Vec<(&'static str, String)>,
    pub(crate) deadline: Duration,
}

impl How {
    /// The command for one test.
    pub(crate) fn command(&self, test: &Test) -> Command {
        let mut command = Command::new(&test.program);
        command
            .args(["--exact", &test.name, "--nocapture"])
            .current_dir(&self.folder)
            .env(variables::FAILURES, &self.failures)
            // A moment before it is ended, it says where it hangs.
            .env(
                variables::TELL_AFTER,
                self.deadline.as_secs().saturating_sub(3).to_string(),
            )
            .env(variables::CLAIM, &test.name)
            .env("RUST_BACKTRACE", "0")
            // With one thread the test would run on the main thread, and lose its name.
            .env("RUST_TEST_THREADS", "2")
            .envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Runs one test. Blocks until it ends.
    pub(crate) fn run(&self, test: &Test, stop: &Stop) -> Result<Ran> {
        fs::create_dir_all(&self.failures)
            .with_context(|| format!("making {}", self.failures.display()))?;
        let file = Searched::path(&self.failures, &test.name);
        let _ = fs::remove_file(&file); // It may not be there.
        let (ended, output) = process::run(self.command(test), self.deadline, stop)?;
        Ok(Ran {
            name: test.name.clone(),
            ended,
            output,
            found: found::read(&file)?,
        })
    }

    /// Runs tests, a few at a time. The results are in the order of `tests`; if it is asked to
    /// stop, some are missing.
    pub(crate) fn run_all(
        &self,
        tests: &[Test],
        stop: &Stop,
        each: impl Fn(usize) + Sync,
    ) -> Result<Vec<Ran>> {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let left = Mutex::new(tests.iter().enumerate());
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..jobs.min(tests.len()) {
                scope.spawn(|| {
                    loop {
                        let next = left.lock().expect("no holder panics").next();
                        let Some((at, test)) = next else { break };
                        if stop.asked() {
                            break;
                        }
                        let ran = self.run(test, stop);
                        let mut done = done.lock().expect("no holder panics");
                        done.push((at, ran));
                        each(done.len());
                    }
                });
            }
        });
        let mut done = done.into_inner().expect("no holder panics");
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, ran)| ran).collect()
    }
}

/// The tests in `programs`.
///
/// # Errors
///
/// If a program cannot list them.
pub(crate) fn list(programs: &[PathBuf], folder: &Path, stop: &Stop) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for program in programs {
        let mut command = Command::new(program);
        command
            .args(["--list", "--format", "terse"])
            .current_dir(folder);
        let (ended, output) = process::run(command, DEADLINE, stop)?;
        match ended {
            Ended::Well => tests.extend(names(&output).map(|name| Test {
                program: program.clone(),
                name: name.to_owned(),
            })),
            Ended::Stopped => break,
            _ => bail!("{} cannot list its tests:\n{output}", program.display()),
        }
    }
    Ok(tests)
}

fn names(output: &str) -> impl Iterator<Item = &str> {
    output
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_listed_and_benchmarks_are_not() {
        let output = "bank::pays: test\nbank::is_fast: benchmark\nvisited::marks: test\n";
        assert_eq!(
            names(output).collect::<Vec<_>>(),
            ["bank::pays", "visited::marks"]
        );
    }

    #[test]
    fn a_name_reads_as_a_sentence() {
        assert_eq!(
            sentence("wait_group::everybody_is_woken"),
            "everybody is woken"
        );
    }
}
