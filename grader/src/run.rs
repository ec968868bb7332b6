//! Runs one check of a built binary, in a process of its own.
//!
//! What is not here: what its end means ([`crate::verdict`]), and what it is kept in
//! ([`crate::jail`]).

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};
use protocol::variables;

use crate::jail::{Cell, Work};
use crate::lab::{Check, Kind};
use crate::process::{self, Bounds, Ended};
use crate::schemata;
use crate::stage::Built;

/// How a check came to its end.
#[derive(Debug)]
pub struct Run {
    /// The secret that only the harness was told.
    pub token: String,
    /// The end of its process; standard output is the private channel.
    pub ended: Ended,
    /// How long it might run or stand still.
    pub deadline: Duration,
}

/// What a check may take. A thousand threads reserve two GiB for their stacks, and a contract may
/// allow that many. The channel is wide: a picture may be long.
pub const MEMORY: u64 = 3 << 30;
const FILE: u64 = 1 << 20;
const PRINTED: usize = 1 << 20;
const CHANNEL: usize = 64 << 20;

/// How long a check may run, in processor time, and how long it may stand still: a search takes its
/// budget, a test takes a moment.
pub fn deadline(check: &Check) -> Duration {
    Duration::from_secs(check.seconds.unwrap_or(match check.kind {
        Kind::Model | Kind::Possible => 60,
        Kind::Test | Kind::Lint => 10,
    }))
}

/// By the clock on the wall a check may take this many times as long. On a machine that is busy
/// with something else everything takes longer, and that must not become a student's `Hung`: so the
/// limits that are meant to be met count processor time and standing still, and this one only ends
/// what escapes both.
pub const PATIENCE: u32 = 6;

/// Runs a check; a search of scenarios goes on for `deep` of processor time beyond its scope, and
/// `deadline` has to leave it that. Blocks until it has ended, or its deadline has passed.
///
/// # Errors
///
/// Where the process cannot be started or watched.
pub fn check(built: &Built, check: &Check, deadline: Duration, deep: Duration) -> Result<Run> {
    let token = token()?;
    let wall = deadline * PATIENCE;
    let mut command = quiet(built);
    command.args(["run", check.id()]);
    if !deep.is_zero() {
        command.env(variables::DEEP, deep.as_secs().to_string());
    }
    command.args(["--memory", &MEMORY.to_string(), "--file", &FILE.to_string()]);
    for (limit, after) in [
        ("--cpu", deadline),
        ("--idle", deadline),
        // A moment before it is ended from outside, so that it can say where it hangs.
        ("--wall", wall.saturating_sub(Duration::from_secs(1))),
    ] {
        command.args([limit, &after.as_secs().max(1).to_string()]);
    }
    if built.jail().shows_threads() {
        command.args(["--threads", &protocol::THREADS.to_string()]);
    }
    let mut command = jailed(built, command)?;
    let bounds = Bounds {
        deadline: wall,
        stdout: CHANNEL,
        stderr: PRINTED,
    };
    let ended = process::run(&mut command, token.as_bytes(), bounds)?;
    Ok(Run {
        token,
        ended,
        deadline,
    })
}

/// The ids of the checks that are built.
///
/// # Errors
///
/// Where they do not list themselves.
pub fn list(built: &Built) -> Result<Vec<String>> {
    let bounds = Bounds {
        deadline: Duration::from_secs(60),
        stdout: 1 << 20,
        stderr: 1 << 20,
    };
    let mut command = quiet(built);
    command.arg("list");
    let ended = process::run(&mut jailed(built, command)?, b"", bounds)?;
    if !ended.status.success() {
        return Err(anyhow!(
            "the checks do not list themselves:\n{}",
            ended.complaint()
        ));
    }
    Ok(String::from_utf8_lossy(&ended.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}

fn quiet(built: &Built) -> Command {
    let mut command = Command::new(built.binary());
    command
        .current_dir(built.root())
        .env_clear()
        .env("NO_COLOR", "1");
    if let Some(number) = built.mutant() {
        command.env(schemata::NUMBER, number.to_string());
    }
    command
}

/// The command in the jail: it reads its libraries, and the lines that it shows.
fn jailed(built: &Built, command: Command) -> Result<Command> {
    let cell = Cell {
        work: Work::Checks,
        read: vec![built.sources()],
        write: Vec::new(),
        limits: None,
        slot: built.slot(),
    };
    built.jail().command(&cell, command)
}

fn token() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
