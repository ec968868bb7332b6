//! `replay`: exactly one interleaving again, with what the student prints, or under a debugger.

use std::path::PathBuf;
use std::process::Command;

use anstream::{print, println};
use anyhow::{Result, bail};
use picture::{Failure, Style};
use protocol::{Searched, Token, variables};

use crate::build::{self, Build, Debug};
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::{Exit, Unknown};
use crate::process::{self, Ended, Stop};
use crate::suite::{self, How, Ran, Test};
use crate::text::{self, panic, progress::Progress};
use crate::{commands, found};

/// Which interleaving, and how.
#[derive(Debug, Clone)]
pub(crate) struct Replay {
    pub(crate) token: String,
    pub(crate) debugger: bool,
    pub(crate) step: Option<usize>,
}

/// Runs the interleaving that the token names.
pub(crate) fn replay(desk: &Desk, replay: &Replay) -> Result<Exit> {
    let (claim, exercise) = named(desk, &replay.token)?;
    let test = match find(desk, exercise, &claim, replay.debugger)? {
        Ok(test) => test,
        Err(build) => {
            let report = crate::check::Checked::Broken(build);
            print!("{}", commands::view(desk, exercise).text(&report));
            return Ok(Exit::Fails);
        }
    };
    let mut how = desk.how(&exercise.lab);
    how.env.push((variables::REPLAY, replay.token.clone()));
    let kept = found::read(&Searched::path(&how.failures, &claim))
        .ok()
        .flatten();
    let kept = kept.and_then(|found| found.failure);
    if replay.debugger {
        return debug(&how, &test, kept.as_ref(), replay);
    }
    // Into a folder of its own, so that what the last check found stays to be explained.
    how.failures = desk.scratch().join("replayed");
    Ok(show(how.run(&test, &Stop::default())?))
}

/// The claim that a token is about, and its exercise.
fn named<'d>(desk: &'d Desk, token: &str) -> Result<(String, &'d Exercise)> {
    let Some(Token { claim, .. }) = Token::parse(token) else {
        return Err(Unknown(format!(
            "`{token}` is not a token: `cargo lab explain` prints one, and it has an `@` in it"
        ))
        .into());
    };
    let mut exercises = desk.course.exercises();
    match exercises.find(|exercise| exercise.owns_test(&claim)) {
        Some(exercise) => Ok((claim, exercise)),
        None => Err(Unknown(format!("no exercise has a test `{claim}`")).into()),
    }
}

/// Prints what the student prints, and how the interleaving ended.
fn show(ran: Ran) -> Exit {
    for line in panic::printed(&ran.output) {
        println!("{line}");
    }
    match ran.found.and_then(|found| found.failure) {
        Some(failure) => {
            println!();
            print!(
                "{}",
                failure.to_text(Style {
                    width: text::width(),
                    colour: true,
                    all: false
                })
            );
        }
        None if ran.ended == Ended::Late => println!("it hangs: stopped after a minute"),
        None => {
            if let Some(panic) = panic::first(&ran.output) {
                println!("{}\n  at {}", panic.message.join("\n"), panic.at);
            }
        }
    }
    if ran.ended == Ended::Well {
        println!("this interleaving passes now");
        return Exit::Done;
    }
    Exit::Fails
}

/// Builds, and finds the test in what was built.
fn find(
    desk: &Desk,
    exercise: &Exercise,
    claim: &str,
    debugger: bool,
) -> Result<Result<Test, Vec<build::Diagnostic>>> {
    let lab = &exercise.lab;
    let stop = Stop::default();
    let progress = Progress::new();
    progress.say(&format!("building {lab}"));
    let debug = if debugger { Debug::Full } else { Debug::Lines };
    let programs = match build::build(desk.root(), lab, debug, &stop, |line| {
        progress.cargo(lab, line)
    })? {
        Build::Ready { programs, .. } => programs,
        Build::Broken(errors) => return Ok(Err(errors)),
        Build::Stopped => bail!("stopped"),
    };
    let tests = suite::list(&programs, &desk.course.folder(lab), &stop)?;
    match tests.into_iter().find(|test| test.name == claim) {
        Some(test) => Ok(Ok(test)),
        None => Err(Unknown(format!("`{lab}` has no test `{claim}` any more")).into()),
    }
}

/// Hands the terminal to a debugger that stops where the replay reaches the step.
fn debug(how: &How, test: &Test, failure: Option<&Failure>, replay: &Replay) -> Result<Exit> {
    let event = event(failure, replay)?;
    let Some((debugger, program)) = debugger() else {
        bail!(
            "neither `rust-gdb` with `gdb` nor `rust-lldb` with `lldb` is installed; install one of them"
        );
    };
    let mut command = Command::new(program);
    match debugger {
        Debugger::Gdb => command.args([
            "-q",
            "-ex",
            "set breakpoint pending on",
            "-ex",
            "break weft_stop_here",
            "-ex",
            "run",
            "--args",
        ]),
        Debugger::Lldb => command.args([
            "-o",
            "breakpoint set --name weft_stop_here",
            "-o",
            "run",
            "--",
        ]),
    };
    let run = how.command(test);
    command
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(&how.folder);
    command.envs(
        run.get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    command.env_remove(variables::FAILURES);
    if let Some(event) = event {
        command.env(variables::STOP_AT, event.to_string());
    }
    println!("the debugger stops in `weft_stop_here`; `bt` shows your line, `continue` runs on");
    Ok(if process::hand_over(command)? {
        Exit::Done
    } else {
        Exit::Fails
    })
}

/// The event at which the debugger stops, if the picture is still there.
fn event(failure: Option<&Failure>, replay: &Replay) -> Result<Option<usize>> {
    let failure = failure.filter(|failure| failure.replay.as_deref() == Some(&replay.token));
    let Some(steps) = failure.map(|failure| &failure.steps) else {
        return match replay.step {
            None => Ok(None),
            Some(_) => bail!(
                "the picture of this token is gone, so its steps have no numbers; check the \
                 exercise again"
            ),
        };
    };
    let Some(step) = replay.step else {
        return Ok(steps.last().map(|step| step.event));
    };
    match step.checked_sub(1).and_then(|at| steps.get(at)) {
        Some(step) => Ok(Some(step.event)),
        None => {
            let problem = format!("there is no step {step}; the picture has {}", steps.len());
            Err(Unknown(problem).into())
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Debugger {
    Gdb,
    Lldb,
}

/// Rust's wrappers are always there; what counts is the debugger behind them.
fn debugger() -> Option<(Debugger, PathBuf)> {
    let path = std::env::var_os("PATH")?;
    let find = |name: &str| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    };
    let gdb = find("rust-gdb").filter(|_| find("gdb").is_some());
    let lldb = find("rust-lldb").filter(|_| find("lldb").is_some());
    gdb.map(|gdb| (Debugger::Gdb, gdb))
        .or_else(|| lldb.map(|lldb| (Debugger::Lldb, lldb)))
}
