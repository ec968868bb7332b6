//! What can go wrong besides an exercise, and the numbers to exit with.

use std::fmt;

/// What the process exits with. Scripts may rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for was done, and what was checked passes.
    Done = 0,
    /// An exercise that was checked does not pass.
    Fails = 1,
    /// The command line is wrong (clap's number), or names what the course does not have.
    Usage = 2,
    /// The command could not do its work: no workspace, no cargo, a broken `lab.toml`.
    Unable = 3,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

/// A name on the command line that the course does not have.
#[derive(Debug)]
pub struct Unknown(pub String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// The number to exit with after `error`.
pub fn exit_for(error: &anyhow::Error) -> Exit {
    if error.is::<Unknown>() {
        Exit::Usage
    } else {
        Exit::Unable
    }
}
