//! Takes two of crossbeam-channel's own test files from where cargo keeps the crate's source, and
//! makes them tests of the lab's channels: another crate in their `use` lines, and nothing else.
//!
//! Tests that need what the lab does not offer are left out, each by name and with its reason. They
//! are shown as ignored. Nothing of crossbeam's is kept in this repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The files, and how many of their tests run. If that is not so, nothing is built.
const FILES: &[(&str, usize)] = &[("array", 23), ("zero", 19)];

const SELECT: &str = "needs the macro select!";

/// File, test, and why it is left out.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("array", "fairness", SELECT),
    ("array", "fairness_duplicates", SELECT),
    ("array", "recv_in_send", SELECT),
    (
        "array",
        "panic_on_drop",
        "wants what is buffered behind a value whose drop panics to leak; here it is dropped",
    ),
    ("zero", "fairness", SELECT),
    ("zero", "fairness_duplicates", SELECT),
    ("zero", "recv_in_send", SELECT),
];

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let source = source_of("crossbeam-channel")?;
    let out = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    for (file, expected) in FILES {
        let path = source.join("tests").join(file).with_extension("rs");
        println!("cargo::rerun-if-changed={}", path.display());
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let (tests, running) =
            rewritten(file, &text).with_context(|| format!("rewriting {}", path.display()))?;
        ensure!(
            running == *expected,
            "{}: {running} tests would run, and {expected} should; look at LEFT_OUT in {}",
            path.display(),
            file!(),
        );
        fs::write(out.join(file).with_extension("rs"), tests)?;
    }
    Ok(())
}

/// Where cargo keeps the source of a crate that the workspace depends on.
fn source_of(name: &str) -> Result<PathBuf> {
    let target = env::var("TARGET").context("cargo sets TARGET")?;
    let output = Command::new(env::var_os("CARGO").context("cargo sets CARGO")?)
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        // What is for other systems only has not been downloaded.
        .args(["--filter-platform", &target])
        .output()
        .context("starting cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array();
    let manifest = packages
        .into_iter()
        .flatten()
        .find(|package| package["name"] == name)
        .and_then(|package| package["manifest_path"].as_str())
        .with_context(|| format!("the workspace does not depend on {name}"))?;
    let folder = Path::new(manifest).parent();
    Ok(folder.context("a manifest is in a folder")?.to_owned())
}

/// The file with another crate in its `use` lines and with empty bodies for what is left out, and
/// how many tests still run. Crossbeam's files are as rustfmt writes them: a function begins and
/// ends at the first column.
fn rewritten(file: &str, text: &str) -> Result<(String, usize)> {
    let mut rewritten = String::new();
    let mut running = 0;
    let mut missing: BTreeSet<&str> = LEFT_OUT
        .iter()
        .filter(|(of, ..)| *of == file)
        .map(|(_, test, _)| *test)
        .collect();
    let mut lines = text.lines().filter(|line| !line.starts_with("//!"));
    while let Some(line) = lines.next() {
        if line != "#[test]" {
            let line = line
                .replace("use crossbeam_channel::", "use channels_solution::")
                .replace("bounded, select, ", "bounded, ");
            rewritten.push_str(&format!("{line}\n"));
            continue;
        }
        let head = lines.next().context("the file ends after #[test]")?;
        let name = head
            .strip_prefix("fn ")
            .and_then(|head| head.strip_suffix("() {"))
            .with_context(|| format!("no test begins with `{head}`"))?;
        let left_out = LEFT_OUT
            .iter()
            .find(|(of, test, _)| (*of, *test) == (file, name));
        let Some((.., why)) = left_out else {
            running += 1;
            rewritten.push_str(&format!("#[test]\n{head}\n"));
            continue;
        };
        missing.remove(name);
        rewritten.push_str(&format!("#[test]\n#[ignore = {why:?}]\n{head}}}\n"));
        if !lines.any(|line| line == "}") {
            bail!("`{name}` does not end");
        }
    }
    ensure!(missing.is_empty(), "no longer there: {missing:?}");
    Ok((rewritten, running))
}
