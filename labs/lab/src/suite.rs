//! Runs tests: each in a process of its own, so that the exit code is the verdict.
//!
//! The one idea: a test's name comes from the program's `--list`, and nothing is ever read out of
//! what a test prints but the words to show for a panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use protocol::{Searched, variables};

use crate::found;
use crate::process::{self, Ended, Stop};

/// A test that has not ended by then hangs. A search ends itself long before.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
/// Where a model has failed, a plain test that has not ended by then is not waited for: what keeps
/// it is in the picture.
const NOT_WAITED_FOR: Duration = Duration::from_secs(5);

/// A test: its program and its name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) program: PathBuf,
    pub(crate) name: String,
    /// Whether it seems to search interleavings, by its text. Such tests run first.
    pub(crate) searches: bool,
}

/// How a test came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) name: String,
    pub(crate) ended: Ended,
    /// How long it was waited for, at most.
    pub(crate) limit: Duration,
    /// What it printed.
    pub(crate) output: String,
    /// What its searches found; `None` if it made none.
    pub(crate) found: Option<Searched>,
}

impl Ran {
    pub(crate) fn passed(&self) -> bool {
        self.ended == Ended::Well
    }

    /// Whether a search shows how it fails.
    pub(crate) fn has_picture(&self) -> bool {
        let found = self.found.as_ref();
        !self.passed() && found.is_some_and(|found| found.failure.is_some())
    }

    /// Whether there are steps to look at.
    pub(crate) fn has_steps(&self) -> bool {
        let failure = self.found.as_ref().and_then(|found| found.failure.as_ref());
        failure.is_some_and(|failure| !failure.steps.is_empty())
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
    /// The same, with searches of scenarios that go on for `deep` beyond their scope. Of processor
    /// time: by the clock they may take longer.
    pub(crate) fn deep(mut self, deep: Duration) -> How {
        self.env.push((variables::DEEP, deep.as_secs().to_string()));
        self.deadline += deep * 4;
        self
    }

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
                self.tell_after(test).as_secs().to_string(),
            )
            .env(variables::CLAIM, &test.name)
            .env("RUST_BACKTRACE", "0")
            // With one thread the test would run on the main thread, and lose its name.
            .env("RUST_TEST_THREADS", "2")
            .envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }

    fn tell_after(&self, test: &Test) -> Duration {
        let plain = NOT_WAITED_FOR.min(self.deadline);
        let last = if test.searches { self.deadline } else { plain };
        last.saturating_sub(Duration::from_secs(2))
    }

    /// Runs one test. Blocks until it ends.
    pub(crate) fn run(&self, test: &Test, stop: &Stop) -> Result<Ran> {
        self.run_until(test, stop, || self.deadline)
    }

    fn run_until(&self, test: &Test, stop: &Stop, limit: impl Fn() -> Duration) -> Result<Ran> {
        fs::create_dir_all(&self.failures)
            .with_context(|| format!("making {}", self.failures.display()))?;
        let file = Searched::path(&self.failures, &test.name);
        let _ = fs::remove_file(&file); // It may not be there.
        let (ended, output) = process::run(self.command(test), &limit, stop)?;
        let mut found = found::read(&file)?;
        if ended == Ended::Well
            && let Some(found) = &mut found
            && found.failure.take().is_some()
        {
            // It was slow, said where it waits, and came through.
            let _ = fs::remove_file(&file);
        }
        Ok(Ran {
            name: test.name.clone(),
            ended,
            limit: limit(),
            output,
            found,
        })
    }

    /// Runs tests, a few at a time, those that search first. The results are in the order of
    /// `tests`; if it is asked to stop, some are missing.
    pub(crate) fn run_all(
        &self,
        tests: &[Test],
        stop: &Stop,
        each: impl Fn(usize) + Sync,
    ) -> Result<Vec<Ran>> {
        // Two at least: one that hangs must not keep the models from running.
        let jobs = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
        let mut order: Vec<(usize, &Test)> = tests.iter().enumerate().collect();
        order.sort_by_key(|(_, test)| !test.searches);
        let left = Mutex::new(order.into_iter());
        let model_failed = AtomicBool::new(false);
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
                        // ORDERING: nothing but the flag itself is passed on.
                        let ran = self.run_until(test, stop, || {
                            match model_failed.load(Relaxed) && !test.searches {
                                true => NOT_WAITED_FOR.min(self.deadline),
                                false => self.deadline,
                            }
                        });
                        if test.searches && ran.as_ref().is_ok_and(Ran::has_picture) {
                            model_failed.store(true, Relaxed);
                        }
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
        let (ended, output) = process::run(command, || DEADLINE, stop)?;
        match ended {
            Ended::Well => tests.extend(names(&output).map(|name| Test {
                program: program.clone(),
                name: name.to_owned(),
                searches: searches(folder, name),
            })),
            Ended::Stopped => break,
            _ => bail!("{} cannot list its tests:\n{output}", program.display()),
        }
    }
    Ok(tests)
}

/// Whether a public test seems to search, by its text and that of the functions that its file has
/// for its tests. It decides no verdict: only what runs first, and what is waited for.
fn searches(folder: &Path, test: &str) -> bool {
    let (modules, name) = test.rsplit_once("::").unwrap_or(("", test));
    let module = modules.rsplit("::").next().unwrap_or_default();
    let file = folder.join(format!("tests/public/{module}.rs"));
    fs::read_to_string(file).map_or(true, |text| searches_in(&text, name))
}

fn searches_in(text: &str, name: &str) -> bool {
    let mut words: Vec<String> = ["explore(", "possible(", "conforms", "Explorer"]
        .map(str::to_owned)
        .to_vec();
    let mut wanted = None;
    for function in text.split("\nfn ").skip(1) {
        let (called, rest) = function.split_once('(').unwrap_or((function, ""));
        let body = rest.split("\n}").next().unwrap_or_default();
        if called == name {
            wanted = Some(body);
        } else if words[..4].iter().any(|word| body.contains(word)) {
            words.push(format!("{called}("));
        }
    }
    wanted.is_none_or(|body| words.iter().any(|word| body.contains(word)))
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
    fn a_test_that_searches_is_known_by_its_text() {
        let text = "\
//! Tests.

fn two(scenario: impl Fn()) {
    Explorer::new().preemptions(2).explore(scenario);
}

#[test]
fn plain() {
    assert!(mark());
}

#[test]
fn direct() {
    explore(|| mark());
}

#[test]
fn by_a_helper() {
    two(|| mark());
}
";
        assert!(!searches_in(text, "plain"));
        assert!(
            ["direct", "by_a_helper", "not_there"]
                .iter()
                .all(|name| searches_in(text, name))
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
