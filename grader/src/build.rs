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
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::process::{self, Bounds, Cause};
pub use messages::Message;
pub use recipe::Recipe;

/// A compilation that uses more of the processor than this is no answer to an exercise: seconds.
const PROCESSOR: u32 = 120;

/// By the clock on the wall. A busy machine is the grader's affair, and no submission's.
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
    /// The folder of a `clippy.toml`, if its lists are to be looked for.
    pub lints: Option<&'c Path>,
}

/// The compiler's messages: of a compilation that succeeded, or of one that failed.
pub type Outcome = std::result::Result<Vec<Message>, Vec<Message>>;

impl Compilation<'_> {
    /// Compiles. Blocks until the compiler has ended, or has taken too long.
    ///
    /// # Errors
    ///
    /// Where the compiler cannot be run, or fails without a word on the source.
    pub fn run(&self) -> Result<Outcome> {
        let command = self.command();
        let bounds = Bounds {
            deadline: DEADLINE,
            stdout: 1 << 20,
            stderr: 64 << 20,
        };
        let ended = process::run(&mut limited(&command), b"", bounds)?;
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
        // A compiler that runs out of stack or memory ends without a message. It is the source that
        // took it there: the pristine tree was built with the same one.
        match ended.status.signal() {
            Some(SIGXCPU) => {
                return failed(format!(
                    "the compiler used the processor for {PROCESSOR} s without coming to an end"
                ));
            }
            Some(_) => return failed("the compiler crashed on it".to_owned()),
            None => {}
        }
        let program = command.get_program().to_string_lossy();
        Err(anyhow!("`{program}` failed:\n{}", ended.complaint()))
    }

    fn command(&self) -> Command {
        let program = match self.lints {
            Some(_) => self.recipe.clippy(),
            None => self.recipe.rustc().to_owned(),
        };
        let mut command = self
            .recipe
            .command(&program, self.root, self.made, self.instead);
        for name in self.cfg {
            command.args(["--cfg", name]);
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

/// The same command under the limit of processor time.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("sh");
    let script = format!("ulimit -c 0; ulimit -S -t {PROCESSOR}; exec \"$0\" \"$@\"");
    limited.args(["-c", &script]).arg(command.get_program());
    limited.args(command.get_args()).env_clear();
    let env = command.get_envs();
    limited.envs(env.filter_map(|(name, value)| Some((name, value?))));
    if let Some(dir) = command.get_current_dir() {
        limited.current_dir(dir);
    }
    limited
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
