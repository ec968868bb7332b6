//! `stress`: an exercise's scenarios on real threads many times, then under search.

use std::time::Duration;

use anstream::print;
use anyhow::Result;
use protocol::{Stress, variables};

use crate::commands;
use crate::desk::Desk;
use crate::error::Exit;
use crate::process::Stop;
use crate::suite::{self, Ran};
use crate::text::{self, progress::Progress};

/// Many runs take longer than one search.
const DEADLINE: Duration = Duration::from_secs(300);

/// Runs and searches, and prints both results side by side.
pub(crate) fn stress(desk: &Desk, word: Option<&str>, runs: u64) -> Result<Exit> {
    let exercise = commands::named(desk, word)?;
    let stop = Stop::default();
    let progress = Progress::new();
    let Some(programs) = commands::built(desk, exercise, &progress, &stop)? else {
        return Ok(Exit::Fails);
    };
    let mut how = desk.how(&exercise.lab);
    how.env.push((variables::STRESS, runs.to_string()));
    how.deadline = DEADLINE;
    let all = suite::list(&programs, &how.folder, &stop)?;
    let tests: Vec<_> = all
        .into_iter()
        .filter(|test| exercise.owns_test(&test.name))
        .collect();
    let mut ran = Vec::new();
    // One at a time: the runs want all processors for themselves.
    for (at, test) in tests.iter().enumerate() {
        progress.say(&format!("{}: {} of {}", exercise.id(), at + 1, tests.len()));
        ran.push(how.run(test, &stop)?);
    }
    drop(progress);
    let stressed: Vec<(Stress, &Ran)> = ran
        .iter()
        .filter_map(|ran| Some((ran.found.as_ref()?.stress?, ran)))
        .collect();
    if stressed.is_empty() {
        print!(
            "{} has no scenario that is searched: nothing to run many times\n",
            exercise.id()
        );
        return Ok(Exit::Done);
    }
    print!("{}", text::stress::text(exercise, &stressed, text::width()));
    let well = stressed
        .iter()
        .all(|(stress, ran)| stress.failed == 0 && !stress.hung && ran.passed());
    Ok(if well { Exit::Done } else { Exit::Fails })
}
