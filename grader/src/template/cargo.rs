//! Cargo, which builds what no submission changes, and tells how it compiles what one does.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::build::{Recipe, toolchain_env};
use crate::process::{self, Bounds, Cause};

/// How a lab's two crates are compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recipes {
    /// The lab's.
    pub lab: Recipe,
    /// The checks'.
    pub checks: Recipe,
}

/// Dependencies are built once; that may take its time.
const DEADLINE: Duration = Duration::from_secs(1800);

/// Downloads what the workspace at `root` needs and is not there yet. Also trims its lock file to
/// its members.
pub(super) fn fetch(root: &Path, host: &str) -> Result<()> {
    let fetch = ["fetch", "--quiet", "--target", host];
    let offline = [&fetch[..], &["--offline"]].concat();
    if process::output(command(root).args(offline), b"").is_err() {
        process::output(Command::new("cargo").current_dir(root).args(fetch), b"")?;
    }
    Ok(())
}

/// Builds a lab's checks with all that they need, and records how. Both crates must be new to
/// cargo, or it says nothing of them.
///
/// # Errors
///
/// Where they do not build, or the toolchain has no clippy.
pub(super) fn record(root: &Path, lab: &str) -> Result<Recipes> {
    let checks = format!("{lab}-checks");
    let mut command = command(root);
    command.args(["build", "-vv", "-p", &checks, "--locked", "--offline"]);
    let bounds = Bounds {
        deadline: DEADLINE,
        stdout: 64 << 20,
        stderr: 64 << 20,
    };
    let ended = process::run(&mut command, b"", bounds)?;
    let said = String::from_utf8_lossy(&ended.stderr);
    if ended.cause != Cause::Itself || !ended.status.success() {
        return Err(anyhow!(
            "the pristine tree does not build:\n{}",
            complaints(&said)
        ));
    }
    let recipe = |package: &str, kind: &str| {
        Recipe::find(&said, package, kind)
            .with_context(|| format!("cargo did not say how it compiles `{package}`"))
    };
    let recipes = Recipes {
        lab: recipe(lab, "lib")?,
        checks: recipe(&checks, "bin")?,
    };
    process::output(
        Command::new(recipes.lab.clippy())
            .arg("-V")
            .current_dir(root),
        b"",
    )
    .map_err(|_| anyhow!("clippy is not installed; run `rustup component add clippy`"))?;
    Ok(recipes)
}

/// What cargo said, but for what it did.
fn complaints(said: &str) -> String {
    let doing = ["Compiling ", "Running `", "Fresh ", "Dirty ", "Blocking "];
    let kept: Vec<&str> = said
        .lines()
        .filter(|line| !doing.iter().any(|word| line.trim_start().starts_with(word)))
        .collect();
    kept[..kept.len().min(60)].join("\n")
}

/// Cargo with the same settings every time, and nothing of the surroundings but where the toolchain
/// is.
fn command(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root).env_clear();
    toolchain_env(&mut command);
    command
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TERM_COLOR", "never")
        // Whatever a user's configuration says is overridden.
        .env("CARGO_ENCODED_RUSTFLAGS", "")
        .env("RUSTC_WRAPPER", "");
    command
}
