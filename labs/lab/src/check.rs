//! Checks exercises: build once, run each test, say how it came out.

use std::fs;
use std::time::Duration;

use anyhow::{Result, bail};
use rules::Finding;

use crate::build::{self, Build, Debug, Diagnostic};
use crate::course::Exercise;
use crate::desk::Desk;
use crate::found;
use crate::process::{Ended, Stop};
use crate::suite::{self, Ran};
use crate::text::{self, progress::Progress};

/// How one exercise came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checked {
    /// The lab does not compile.
    Broken(Vec<Diagnostic>),
    /// Its tests were run.
    Tested {
        /// What its files use that an answer must not.
        findings: Vec<Finding>,
        /// Warnings about the exercise's files.
        warnings: Vec<Diagnostic>,
        /// In the order to show.
        tests: Vec<Ran>,
    },
    /// Somebody asked to stop.
    Stopped,
}

impl Checked {
    /// Whether the exercise passes.
    pub(crate) fn passed(&self) -> bool {
        matches!(
            self,
            Checked::Tested { findings, tests, .. }
                if findings.is_empty() && tests.iter().all(Ran::passed)
        )
    }
}

/// What of an exercise is checked, and how far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// Only tests whose names have this in them.
    pub(crate) only: Option<&'a str>,
    /// How long a search of scenarios goes on beyond its scope.
    pub(crate) deep: Option<Duration>,
}

/// Checks exercises of one lab. Blocks until
/// all tests have ended, or `stop`.
///
/// # Errors
///
/// If an exercise has no such test at all, or there is no cargo.
pub(crate) fn check(
    desk: &Desk,
    exercises: &[&Exercise],
    Asked { only, deep }: Asked<'_>,
    stop: &Stop,
    progress: &Progress,
) -> Result<Vec<Checked>> {
    let Some(first) = exercises.first() else {
        return Ok(Vec::new());
    };
    let lab = &first.lab;
    progress.say(&match desk.scratch().is_dir() {
        true => format!("building {lab}"),
        false => format!("building {lab}; the first time that takes a minute or two"),
    });
    let build = build::build(desk.root(), lab, Debug::Lines, stop, |line| {
        progress.cargo(lab, line);
    })?;
    let (programs, warnings) = match build {
        Build::Ready { programs, warnings } => (programs, warnings),
        Build::Broken(errors) => return Ok(vec![Checked::Broken(errors); exercises.len()]),
        Build::Stopped => return Ok(vec![Checked::Stopped; exercises.len()]),
    };
    let how = match deep {
        Some(deep) => desk.how(lab).deep(deep),
        None => desk.how(lab),
    };
    let all = suite::list(&programs, &how.folder, stop)?;
    let mut reports = Vec::new();
    for exercise in exercises {
        let tests: Vec<_> = all
            .iter()
            .filter(|test| exercise.owns_test(&test.name))
            // What it looks at is read here, and shown with its place.
            .filter(|test| !test.name.ends_with(&format!("::{}", rules::NAME)))
            .filter(|test| only.is_none_or(|only| in_name(&test.name).contains(only)))
            .cloned()
            .collect();
        if let (true, Some(only)) = (tests.is_empty() && !stop.asked(), only) {
            bail!("{} has no test with `{only}` in its name", exercise.id());
        }
        if tests.is_empty() && !stop.asked() {
            bail!(
                "{} has no tests: none of the {} tests of `{lab}` has `{}` in its path, so nothing was \
                 checked; is `mod {};` missing in labs/{lab}/tests?",
                exercise.id(),
                all.len(),
                exercise.name,
                exercise.name,
            );
        }
        let total = tests.len();
        progress.say(&format!("{}: running {total} tests", exercise.id()));
        let mut ran = how.run_all(&tests, stop, |done| {
            progress.say(&format!("{}: {done} of {total} tests", exercise.id()));
        })?;
        if stop.asked() {
            reports.push(Checked::Stopped);
            continue;
        }
        ran.sort_by_key(simplest_first);
        for ran in &ran {
            keep_plain(desk, exercise, ran)?;
        }
        let mine = |diagnostic: &&Diagnostic| {
            exercise
                .files()
                .any(|file| diagnostic.file.as_deref() == Some(&file))
        };
        let warnings = warnings.iter().filter(mine).cloned().collect();
        reports.push(Checked::Tested {
            findings: findings(desk, exercise),
            warnings,
            tests: ran,
        });
    }
    Ok(reports)
}

/// A test's name without its modules.
fn in_name(test: &str) -> &str {
    test.rsplit("::").next().unwrap_or(test)
}

/// What an exercise's files use that an answer must not.
pub(crate) fn findings(desk: &Desk, exercise: &Exercise) -> Vec<Finding> {
    let scan = |file: String| {
        let text = fs::read_to_string(desk.root().join(&file)).unwrap_or_default();
        match rules::tokens::scan(&file, &text, exercise.unsafe_code) {
            Ok(findings) => findings,
            Err(finding) => vec![finding],
        }
    };
    exercise.files().flat_map(scan).collect()
}

/// Keeps how a plain test fails, for `explain`: a search keeps its failure itself.
fn keep_plain(desk: &Desk, exercise: &Exercise, ran: &Ran) -> Result<()> {
    let file = found::plain(&desk.failures(&exercise.lab), &ran.name);
    if ran.passed() || ran.has_picture() {
        let _ = fs::remove_file(file); // It may not be there.
        return Ok(());
    }
    Ok(fs::write(file, text::report::failure(ran, text::width()))?)
}

/// Failures first, and of them those that are read fastest: without a search, then with the fewest
/// steps. A test that only did not end says the least.
fn simplest_first(ran: &Ran) -> (bool, bool, usize) {
    let failure = ran.found.as_ref().and_then(|found| found.failure.as_ref());
    let steps = failure.map_or(0, |failure| 1 + failure.steps.len());
    let passed = ran.passed();
    let hung = ran.ended == Ended::Late;
    (passed, hung, if passed { 0 } else { steps })
}
