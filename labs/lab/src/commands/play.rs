//! `play`: every order of an exercise's scenario as a page, on which the student is the scheduler.

use std::fs;
use std::path::PathBuf;

use anstream::println;
use anyhow::{Context, Result};
use picture::Orders;
use protocol::{Searched, variables};

use crate::commands;
use crate::desk::Desk;
use crate::error::Exit;
use crate::process::Stop;
use crate::suite;
use crate::text::{PATH, paint, progress::Progress};

/// Makes the page, and opens it.
pub(crate) fn play(desk: &Desk, word: Option<&str>, open: bool) -> Result<Exit> {
    let exercise = commands::named(desk, word)?;
    let stop = Stop::default();
    let progress = Progress::new();
    let Some(programs) = commands::built(desk, exercise, &progress, &stop)? else {
        return Ok(Exit::Fails);
    };
    let mut how = desk.how(&exercise.lab);
    how.env.push((variables::PLAY, "1".to_owned()));
    // Into a folder of its own, so that what the last check found stays to be explained.
    how.failures = desk.scratch().join("played");
    let mut tests = suite::list(&programs, &how.folder, &stop)?;
    tests.retain(|test| exercise.owns_test(&test.name));
    progress.say(&format!("{}: running every order", exercise.id()));
    let ran = how.run_all(&tests, &stop, |_| ())?;
    drop(progress);
    let found: Vec<Searched> = ran.into_iter().filter_map(|ran| ran.found).collect();
    let Some(best) = best(&found) else {
        for why in found.iter().filter_map(|found| found.no_orders.as_ref()) {
            println!("{why}");
        }
        println!(
            "{}: there is no scenario small enough to play with",
            exercise.id()
        );
        return Ok(Exit::Done);
    };
    let file = write(desk, best)?;
    let short = file.strip_prefix(desk.root()).unwrap_or(&file);
    println!(
        "{}: {}",
        suite::sentence(&best.claim),
        paint(PATH, short.display())
    );
    if open {
        commands::open_in_browser(&file);
    }
    Ok(Exit::Done)
}

/// The smallest scenario that some order breaks; if none is broken, the smallest.
fn best(found: &[Searched]) -> Option<&Orders> {
    let orders = found.iter().filter_map(|found| found.orders.as_ref());
    orders.min_by_key(|orders| (orders.count().1 == 0, orders.moments.len()))
}

fn write(desk: &Desk, orders: &Orders) -> Result<PathBuf> {
    let folder = desk.scratch();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join(format!("play-{}.html", orders.claim.replace("::", ".")));
    fs::write(&file, orders.to_html()).with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}
