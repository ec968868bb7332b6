//! Compiles one crate of a stage: with the flags that cargo recorded for the pristine tree, deaf to
//! its surroundings.
//!
//! The one idea: a compilation that looks for lints is one by clippy's driver, which is rustc with
//! clippy's lints in it. So the lints see the very text that runs, and cost no second pass.
//!
//! What is not here: what is compiled in which order ([`crate::stage`]), whose fault a message is
//! ([`crate::grade`]), and what a lint means ([`crate::vet::lints`]).

pub mod messages;
mod recipe;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::jail::{Cell, Jail, Work};
use crate::process::{self, Bounds, Cause, Limits};
pub use messages::Message;
pub use recipe::Recipe;
pub(crate) use recipe::sources;

/// A build that takes more of the processor or of memory than this is not an answer to an exercise:
/// the longest solution takes a tenth.
const LIMITS: Limits = Limits {
    processor: Duration::from_secs(120),
    memory: 4 << 30,
    file: 1 << 30,
};

/// By the clock a build may take so long on a machine that is busy with something else.
const DEADLINE: Duration = Duration::from_secs(3600);

const SIGXCPU: i32 = 24;

/// One compilation of one crate.
#[derive(Debug)]
pub struct Compilation<'c> {
    /// How cargo compiles the crate.
    pub recipe: &'c Recipe,
    /// The folder that its sources' paths start from.
    pub root: &'c Path,
    /// The file to make.
    pub made: &'c Path,
    /// Crates that are taken from elsewhere than cargo recorded, by their packages.
    pub instead: &'c [(&'c str, &'c Path)],
    /// Set beyond what cargo sets.
    pub cfg: &'c [String],
    /// Whether pictures can say at which line a guard was dropped.
    pub lines: bool,
    /// The folder of a `clippy.toml`, if its lists are to be looked for.
    pub lints: Option<&'c Path>,
    /// What the compiler is kept in.
    pub jail: &'c Jail,
    /// The grader's slot.
    pub slot: u32,
    /// What the compiler reads beside the toolchain.
    pub read: Vec<PathBuf>,
}

/// The compiler's messages: of a compilation that succeeded, or of one that failed.
pub type Outcome = std::result::Result<Vec<Message>, Vec<Message>>;

impl Compilation<'_> {
    /// Compiles. Blocks until the compiler has ended, or has taken too long.
    ///
    /// # Errors
    ///
    /// Where the compiler cannot be run.
    pub fn run(&self) -> Result<Outcome> {
        let mut command = self.jailed(self.command())?;
        let bounds = Bounds {
            deadline: DEADLINE,
            stdout: 1 << 20,
            stderr: 64 << 20,
        };
        let ended = process::run_within(&mut command, b"", bounds, LIMITS)?;
        let failed = |text: String| Ok(Err(vec![Message::error(text)]));
        match ended.cause {
            Cause::Itself => {}
            Cause::Deadline => {
                let seconds = DEADLINE.as_secs();
                return Err(anyhow!(
                    "the compiler did not come to an end in {seconds} s"
                ));
            }
            Cause::Flood => {
                let most = bounds.stderr >> 20;
                return failed(format!("the compiler said more than {most} MiB"));
            }
        }
        let messages = messages::parse(&ended.stderr)?;
        if ended.status.success() {
            return Ok(Ok(messages));
        }
        if messages.iter().any(Message::is_error) {
            return Ok(Err(messages));
        }
        // A compiler that runs out of stack, time or memory ends without a message of its form.
        // Whether it is the source that took it there, only the pristine tree can tell.
        match ended.status.signal() {
            Some(SIGXCPU) => failed(format!(
                "the compiler used the processor for more than {} s",
                LIMITS.processor.as_secs()
            )),
            Some(_) => failed("the compiler crashed on it".to_owned()),
            None => failed(format!("the compiler failed:\n{}", ended.complaint())),
        }
    }

    /// The command in the jail: it reads the toolchain and what it is given, and writes where it
    /// makes its file.
    fn jailed(&self, command: Command) -> Result<Command> {
        let bin = self.recipe.rustc().parent();
        let toolchain = bin.and_then(Path::parent).filter(|dir| dir.is_absolute());
        let read = toolchain.into_iter().map(Path::to_owned);
        let cell = Cell {
            work: Work::Compiles,
            read: read.chain(self.read.iter().cloned()).collect(),
            write: self.made.parent().into_iter().map(Path::to_owned).collect(),
            limits: Some(LIMITS),
            slot: self.slot,
        };
        self.jail.command(&cell, command)
    }

    fn command(&self) -> Command {
        let program = match self.lints {
            Some(_) => self.recipe.clippy(),
            None => self.recipe.rustc().to_owned(),
        };
        let mut command = self
            .recipe
            .command(&program, self.root, self.made, self.instead);
        // What the compiler and the linker put down meanwhile goes with the rest.
        command.env("TMPDIR", self.made.parent().expect("a file of a stage"));
        for name in self.cfg {
            command.args(["--cfg", name]);
        }
        // In one piece it takes a tenth less of the processor.
        command.args(["-C", "codegen-units=1"]);
        if !self.lines {
            command.args(["-C", "debuginfo=0", "-C", "strip=debuginfo"]);
        }
        if let Some(lists) = self.lints {
            // Reported whatever the source allows itself.
            command
                .args(["clippy::disallowed_types", "clippy::disallowed_methods"].map(forced))
                .args(["clippy::disallowed_macros", "unsafe_code"].map(forced))
                // What clippy refuses, rustc compiles: it is for the checks to say whether it is
                // wrong.
                .arg("--warn=clippy::correctness")
                .env("CLIPPY_CONF_DIR", lists);
        }
        command
    }
}

/// Of the surroundings, only where the toolchain is.
pub(crate) fn toolchain_env(command: &mut Command) {
    for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

fn forced(lint: &str) -> String {
    format!("--force-warn={lint}")
}
