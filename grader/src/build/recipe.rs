//! How cargo compiles a crate: the command that it ran, to be run again for each subject.
//!
//! The one idea: cargo decides once, for the pristine tree, which flags, externs and environment a
//! crate is compiled with. What is compiled afterwards differs in its source alone, so nothing has
//! to be decided again: no freshness by time stamps, no lock file, no second start of cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One compilation, as cargo ran it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recipe {
    rustc: PathBuf,
    env: BTreeMap<String, String>,
    args: Vec<String>,
}

impl Recipe {
    /// Finds the compilation of a crate in what `cargo build -vv` said. `kind` is `lib` or `bin`.
    pub(crate) fn find(said: &str, package: &str, kind: &str) -> Option<Recipe> {
        let name = crate_name(package);
        said.split("Running `")
            .filter_map(|rest| rest.split_once("`\n"))
            .filter_map(|(command, _)| shlex::split(command))
            .map(Recipe::new)
            .find(|recipe| {
                recipe.has(&["--crate-name", &name]) && recipe.has(&["--crate-type", kind])
            })
    }

    fn new(words: Vec<String>) -> Self {
        let mut words = words.into_iter().peekable();
        let mut env = BTreeMap::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            env.insert(name.to_owned(), value.to_owned());
            words.next();
        }
        Recipe {
            rustc: words.next().unwrap_or_default().into(),
            env,
            args: words.collect(),
        }
    }

    fn has(&self, pair: &[&str]) -> bool {
        self.args.windows(2).any(|words| words == pair)
    }

    /// Clippy's driver of the same toolchain: rustc itself, with clippy's lints in it.
    pub fn clippy(&self) -> PathBuf {
        self.rustc.with_file_name("clippy-driver")
    }

    /// Rustc itself.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// The same compilation by `program` in the folder `root`: it makes the file `made`, and takes
    /// the crates in `instead` from there. Messages are JSON, without colours.
    pub(super) fn command(
        &self,
        program: &Path,
        root: &Path,
        made: &Path,
        instead: &[(&str, &Path)],
    ) -> Command {
        let mut command = Command::new(program);
        command.current_dir(root).env_clear();
        super::toolchain_env(&mut command);
        command.envs(&self.env);
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--out-dir" => {
                    args.next();
                }
                "--extern" => {
                    let given = args.next().map_or("", String::as_str);
                    let other = instead.iter().find(|(package, _)| {
                        given.split_once('=').map(|(name, _)| name) == Some(&crate_name(package))
                    });
                    command.arg("--extern");
                    match other {
                        Some((package, path)) => {
                            command.arg(format!("{}={}", crate_name(package), path.display()))
                        }
                        None => command.arg(given),
                    };
                }
                _ if arg.starts_with("--emit=") || arg.starts_with("--json=") => {}
                _ => {
                    command.arg(arg);
                }
            }
        }
        let dir = made.parent().expect("a file of a stage");
        command.arg("--out-dir").arg(dir);
        let read = sources_list(made);
        let emit = format!("--emit=link={},dep-info={}", made.display(), read.display());
        command.arg(emit);
        command
    }
}

/// Where the compiler lists what it read to make a file.
fn sources_list(made: &Path) -> PathBuf {
    made.with_extension("d")
}

/// The files that the compiler read to make one, as it calls them.
pub(crate) fn sources(made: &Path) -> Result<Vec<String>> {
    let list = sources_list(made);
    let text =
        std::fs::read_to_string(&list).with_context(|| format!("reading {}", list.display()))?;
    Ok(listed(&text).collect())
}

/// The files of a list: each has a line of its own, with nothing after its colon.
fn listed(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let files = lines.filter_map(|line| line.strip_suffix(':'));
    files.map(|file| file.replace("\\ ", " "))
}

/// How rustc calls a package's crate.
fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "   Compiling tiny v0.1.0 (/t/labs/tiny)\n     Running `CARGO=/bin/cargo \
        CARGO_PKG_DESCRIPTION='It'\\''s\na lab' /t/bin/rustc --crate-name tiny --error-format=json \
        --json=artifacts --crate-type lib --emit=dep-info,metadata,link --check-cfg 'cfg(docsrs,test)' \
        --out-dir /t/deps --extern kit=/t/deps/libkit.rmeta`\n     Running `/t/bin/rustc --crate-name \
        tiny_checks --crate-type bin --out-dir /t/deps --extern tiny=/t/deps/libtiny.rlib`\n    Finished\n";

    fn args(command: &Command) -> Vec<String> {
        let args = command.get_args().map(|arg| arg.to_string_lossy());
        args.map(|arg| arg.into_owned()).collect()
    }

    #[test]
    fn a_command_is_found_with_its_environment_and_runs_elsewhere() {
        let lab = Recipe::find(SAID, "tiny", "lib").expect("the lab's");
        assert_eq!(lab.env["CARGO_PKG_DESCRIPTION"], "It's\na lab");
        assert_eq!(lab.clippy(), Path::new("/t/bin/clippy-driver"));
        let command = lab.command(
            lab.rustc(),
            Path::new("/w"),
            Path::new("/w/out/libtiny.rlib"),
            &[],
        );
        let wanted = "--crate-name tiny --error-format=json --crate-type lib --check-cfg cfg(docsrs,test) \
                      --extern kit=/t/deps/libkit.rmeta --out-dir /w/out --emit=link=/w/out/libtiny.rlib,dep-info=/w/out/libtiny.d";
        assert_eq!(args(&command).join(" "), wanted);
    }

    #[test]
    fn what_was_read_is_taken_from_the_compilers_list() {
        let text = "/w/liblab.d: src/lib.rs /a\\ b.rs\n\nsrc/lib.rs:\n/a\\ b.rs:\n# env-dep:X=1:\n";
        let read: Vec<String> = listed(text).collect();
        assert_eq!(read, ["src/lib.rs", "/a b.rs"]);
    }

    #[test]
    fn a_crate_that_was_compiled_anew_stands_in_for_the_recorded_one() {
        let checks = Recipe::find(SAID, "tiny-checks", "bin").expect("the checks'");
        let (out, lab) = (Path::new("/w/out/checks"), Path::new("/w/out/libtiny.rlib"));
        let command = checks.command(checks.rustc(), Path::new("/w"), out, &[("tiny", lab)]);
        assert!(args(&command).contains(&"tiny=/w/out/libtiny.rlib".to_owned()));
        assert!(Recipe::find(SAID, "tiny", "bin").is_none());
    }
}
