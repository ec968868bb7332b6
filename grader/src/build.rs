//! Builds what is staged: cargo with the same flags every time, offline, deaf to its surroundings.
//!
//! What is not here: whose fault a message is ([`crate::grade`]), and how it is told ([`crate::vet`]).

pub mod messages;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::process::{self, Bounds, Cause};
use crate::stage::Stage;
pub use messages::Message;

/// A build that takes longer than this is no answer to an exercise.
const DEADLINE: Duration = Duration::from_secs(120);

/// What every compilation gets. Clippy sets `cfg(clippy)`; so does the build, or an answer could show
/// clippy one text and run another.
pub(crate) const FLAGS: &str = "--cfg\x1fclippy";

/// Cargo, in one stage.
#[derive(Debug)]
pub struct Cargo<'s> {
    stage: &'s Stage,
    lab: String,
}

/// What came of a build.
#[derive(Debug)]
pub struct Compiled {
    /// Whether it succeeded.
    pub success: bool,
    /// What the compiler said about the crates of the stage.
    pub messages: Vec<Message>,
    /// The binary that was made, if one was asked for.
    pub executable: Option<PathBuf>,
}

impl<'s> Cargo<'s> {
    /// Cargo in that stage.
    pub fn at(stage: &'s Stage) -> Self {
        let lab = stage.lab_dir().trim_start_matches("labs/").to_owned();
        Cargo { stage, lab }
    }

    /// Builds everything that no submission changes, downloading what is not there yet.
    pub fn prebuild(&self, host: &str) -> Result<()> {
        // Also trims the lock file to the stage's members.
        let fetch = ["fetch", "--quiet", "--target", host];
        let offline = [&fetch[..], &["--offline"]].concat();
        if process::output(self.command().args(offline), b"").is_err() {
            process::output(
                Command::new("cargo")
                    .current_dir(self.stage.root())
                    .args(fetch),
                b"",
            )?;
        }
        let checks = format!("{}-checks", self.lab);
        for built in [
            self.compile(
                &["build", "-p", &self.lab, "-p", "harness"],
                Duration::from_secs(1800),
            )?,
            self.compile(&["build", "-p", &checks], Duration::from_secs(1800))?,
            self.vetted()?,
        ] {
            if !built.success {
                let said: Vec<_> = built.messages.iter().map(|m| m.rendered.as_str()).collect();
                return Err(anyhow!(
                    "the pristine tree does not build:\n{}",
                    said.join("\n")
                ));
            }
        }
        Ok(())
    }

    /// Checks the lab's crate. What clippy's lists on the stage name is reported whatever the source
    /// allows itself.
    pub fn vetted(&self) -> Result<Compiled> {
        let mut command = self.command();
        command
            .args([
                "clippy",
                "-p",
                &self.lab,
                "--no-deps",
                JSON,
                "--locked",
                "--offline",
                "--",
            ])
            .args(["clippy::disallowed_types", "clippy::disallowed_methods"].map(forced))
            .args(["clippy::disallowed_macros", "unsafe_code"].map(forced))
            .env("CLIPPY_CONF_DIR", self.stage.lints_dir());
        self.finish(command, DEADLINE)
    }

    /// Builds the lab's crate. The checks' sources need not be there.
    pub fn lab(&self) -> Result<Compiled> {
        self.compile(&["build", "-p", &self.lab, "-p", "harness"], DEADLINE)
    }

    /// Builds the checks.
    pub fn checks(&self) -> Result<Compiled> {
        self.compile(&["build", "-p", &format!("{}-checks", self.lab)], DEADLINE)
    }

    fn compile(&self, args: &[&str], deadline: Duration) -> Result<Compiled> {
        let mut command = self.command();
        command.args(args).args([JSON, "--locked", "--offline"]);
        self.finish(command, deadline)
    }

    fn finish(&self, mut command: Command, deadline: Duration) -> Result<Compiled> {
        let bounds = Bounds {
            deadline,
            stdout: 64 << 20,
            stderr: 64 << 20,
        };
        let ended = process::run(&mut command, b"", bounds)?;
        let failed = |text: String| Compiled {
            success: false,
            messages: vec![Message::error(text)],
            executable: None,
        };
        match ended.cause {
            Cause::Itself => {}
            Cause::Deadline => {
                return Ok(failed(format!(
                    "the compiler did not come to an end in {} s",
                    deadline.as_secs()
                )));
            }
            Cause::Flood => {
                return Ok(failed(format!(
                    "the compiler said more than {} MiB",
                    bounds.stdout >> 20
                )));
            }
        }
        let (messages, executable) = messages::parse(&ended.stdout)?;
        let success = ended.status.success();
        if !success && !messages.iter().any(Message::is_error) {
            let complaint = ended.complaint();
            if complaint.contains("'clippy'") || complaint.contains("cargo-clippy") {
                return Err(anyhow!(
                    "clippy is not installed; run `rustup component add clippy`"
                ));
            }
            // A compiler that runs out of stack or memory ends without a message. It is the source that
            // took it there: the pristine tree was built with the same one.
            let gave_up = complaint.contains(&format!("could not compile `{}", self.lab));
            if gave_up && complaint.contains("(signal: ") {
                return Ok(failed("the compiler crashed on it".to_owned()));
            }
            return Err(anyhow!("cargo failed:\n{complaint}"));
        }
        Ok(Compiled {
            success,
            messages,
            executable,
        })
    }

    /// Cargo with nothing of the surroundings but where the toolchain is.
    fn command(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(self.stage.root()).env_clear();
        for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("CARGO_TARGET_DIR", self.stage.root().join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TERM_COLOR", "never")
            // Whatever a user's configuration says is overridden.
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS)
            .env("RUSTC_WRAPPER", "");
        command
    }
}

const JSON: &str = "--message-format=json";

fn forced(lint: &str) -> String {
    format!("--force-warn={lint}")
}
