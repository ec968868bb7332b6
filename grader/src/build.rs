//! Compiles what is staged: with the flags that cargo recorded for the pristine tree, deaf to its
//! surroundings.
//!
//! The one idea: the lab's crate is compiled once, by clippy's driver, which is rustc with clippy's lints in
//! it. So the lints see the very text that runs, and cost no second pass. The checks, which no lint of an
//! exercise is about, are compiled by rustc.
//!
//! What is not here: whose fault a message is ([`crate::grade`]), and how it is told ([`crate::vet`]).

mod cargo;
pub mod messages;
mod recipe;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::process::{self, Bounds, Cause};
use crate::stage::Stage;
pub use cargo::Recipes;
pub(crate) use cargo::{fetch, record};
pub use messages::Message;
pub use recipe::Recipe;

/// A build that takes longer than this is no answer to an exercise.
const DEADLINE: Duration = Duration::from_secs(120);

/// The compiler, in one stage.
#[derive(Debug)]
pub struct Compiler<'s> {
    stage: &'s Stage,
    recipes: &'s Recipes,
}

/// What came of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// Whether it succeeded.
    pub success: bool,
    /// What the compiler said.
    pub messages: Vec<Message>,
}

impl<'s> Compiler<'s> {
    /// The compiler in that stage.
    pub fn at(stage: &'s Stage) -> Self {
        let recipes = stage.recipes();
        Compiler { stage, recipes }
    }

    /// Compiles the lab's crate; the checks' sources need not be there. What clippy's lists on the stage
    /// name is reported whatever the source allows itself.
    pub fn lab(&self) -> Result<Compiled> {
        let recipe = &self.recipes.lab;
        let (root, made) = (self.stage.root(), self.library());
        let mut command = recipe.command(&recipe.clippy(), root, &made, &[]);
        command
            .args(["clippy::disallowed_types", "clippy::disallowed_methods"].map(forced))
            .args(["clippy::disallowed_macros", "unsafe_code"].map(forced))
            // What clippy refuses, rustc compiles: it is for the checks to say whether it is wrong.
            .arg("--warn=clippy::correctness")
            .env("CLIPPY_CONF_DIR", self.stage.lints_dir());
        compile(command)
    }

    /// Compiles the checks against the lab's crate, and gives the binary if they compile.
    pub fn checks(&self) -> Result<(Compiled, Option<PathBuf>)> {
        let recipe = &self.recipes.checks;
        let (root, made) = (self.stage.root(), self.stage.out_dir().join("checks"));
        let lab = [(self.stage.lab(), &*self.library())];
        let compiled = compile(recipe.command(recipe.rustc(), root, &made, &lab))?;
        let binary = compiled.success.then_some(made);
        Ok((compiled, binary))
    }

    fn library(&self) -> PathBuf {
        self.stage.out_dir().join("liblab.rlib")
    }
}

fn compile(mut command: Command) -> Result<Compiled> {
    let bounds = Bounds {
        deadline: DEADLINE,
        stdout: 1 << 20,
        stderr: 64 << 20,
    };
    let ended = process::run(&mut command, b"", bounds)?;
    let failed = |text: String| Compiled {
        success: false,
        messages: vec![Message::error(text)],
    };
    match ended.cause {
        Cause::Itself => {}
        Cause::Deadline => {
            let seconds = DEADLINE.as_secs();
            return Ok(failed(format!(
                "the compiler did not come to an end in {seconds} s"
            )));
        }
        Cause::Flood => {
            let most = bounds.stderr >> 20;
            return Ok(failed(format!("the compiler said more than {most} MiB")));
        }
    }
    let messages = messages::parse(&ended.stderr)?;
    let success = ended.status.success();
    if !success && !messages.iter().any(Message::is_error) {
        // A compiler that runs out of stack or memory ends without a message. It is the source that
        // took it there: the pristine tree was built with the same one.
        if ended.status.signal().is_some() {
            return Ok(failed("the compiler crashed on it".to_owned()));
        }
        let program = command.get_program().to_string_lossy();
        return Err(anyhow!("`{program}` failed:\n{}", ended.complaint()));
    }
    Ok(Compiled { success, messages })
}

/// Of the surroundings, only where the toolchain is.
fn toolchain_env(command: &mut Command) {
    for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

fn forced(lint: &str) -> String {
    format!("--force-warn={lint}")
}
