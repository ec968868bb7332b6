//! Checks exercises: build once, run each test, say how it came out.

use anyhow::{Result, bail};

use crate::build::{self, Build, Debug, Diagnostic};
use crate::course::Exercise;
use crate::desk::Desk;
use crate::process::Stop;
use crate::suite::{self, Ran};
use crate::text::progress::Progress;

/// How one exercise came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checked {
    /// The lab does not compile.
    Broken(Vec<Diagnostic>),
    /// Its tests were run.
    Tested {
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
        matches!(self, Checked::Tested { tests, .. } if tests.iter().all(Ran::passed))
    }
}

/// Checks exercises of one lab. Blocks until all tests have ended, or `stop`.
///
/// # Errors
///
/// If an exercise has no test at all, or there is no cargo.
pub(crate) fn check(
    desk: &Desk,
    exercises: &[&Exercise],
    stop: &Stop,
    progress: &Progress,
) -> Result<Vec<Checked>> {
    let Some(first) = exercises.first() else {
        return Ok(Vec::new());
    };
    let lab = &first.lab;
    progress.say(&format!("building {lab}"));
    let build = build::build(desk.root(), lab, Debug::Lines, stop, |line| {
        progress.cargo(lab, line);
    })?;
    let (programs, warnings) = match build {
        Build::Ready { programs, warnings } => (programs, warnings),
        Build::Broken(errors) => return Ok(vec![Checked::Broken(errors); exercises.len()]),
        Build::Stopped => return Ok(vec![Checked::Stopped; exercises.len()]),
    };
    let how = desk.how(lab);
    let all = suite::list(&programs, &how.folder, stop)?;
    let mut reports = Vec::new();
    for exercise in exercises {
        let tests: Vec<_> = all
            .iter()
            .filter(|test| exercise.owns_test(&test.name))
            .cloned()
            .collect();
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
        let mine = |diagnostic: &&Diagnostic| {
            exercise
                .files()
                .any(|file| diagnostic.file.as_deref() == Some(&file))
        };
        let warnings = warnings.iter().filter(mine).cloned().collect();
        reports.push(Checked::Tested {
            warnings,
            tests: ran,
        });
    }
    Ok(reports)
}

/// Failures first, and of them those that are read fastest: without a search, then with the fewest
/// steps.
fn simplest_first(ran: &Ran) -> (bool, usize) {
    let steps = ran.found.as_ref().and_then(|found| found.failure.as_ref());
    (
        ran.passed(),
        if ran.passed() {
            0
        } else {
            steps.map_or(0, |failure| 1 + failure.steps.len())
        },
    )
}
