//! A stage: the pristine tree with a subject's files in their places. The only module that writes one.
//!
//! The one idea: a stage stands at a fixed path for each worker and keeps nothing that was compiled from one
//! subject when the next is laid. What every subject shares, the dependencies, stands in the template, and
//! is only read.
//!
//! What is not here: how the template is made ([`template`]), and what the compiler does with a stage.

mod files;
mod given;
mod manifest;
pub mod template;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use crate::build::Recipes;
use crate::lab::Lab;
use crate::tree::{checks_dir, lab_dir};
use files::{empty, put};
pub use given::Given;

/// One worker's stage. It is locked for as long as this lives: two graders never share one.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    lab: String,
    given: Arc<Given>,
    recipes: Arc<Recipes>,
    _lock: File,
}

impl Stage {
    /// Where it stands.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lab's name.
    pub fn lab(&self) -> &str {
        &self.lab
    }

    /// The lab's folder inside the stage, from its root.
    pub fn lab_dir(&self) -> String {
        lab_dir(&self.lab)
    }

    /// The checks' folder inside the stage, from its root.
    pub fn checks_dir(&self) -> String {
        checks_dir(&self.lab)
    }

    /// Where clippy's lists stand.
    pub fn lints_dir(&self) -> PathBuf {
        self.root.join("lints")
    }

    /// Where the compiler puts what it makes of the subject.
    pub fn out_dir(&self) -> PathBuf {
        self.root.join("out")
    }

    /// How the lab's crates are compiled.
    pub fn recipes(&self) -> &Recipes {
        &self.recipes
    }

    /// Lays clippy's lists: the text of a `clippy.toml`.
    pub fn lay_lints(&self, lists: &str) -> Result<()> {
        put(&self.lints_dir().join("clippy.toml"), lists.as_bytes())
    }

    /// Lays the skeleton with `files` (by their path from the lab's folder) over it. Afterwards neither the
    /// checks' sources nor anything compiled from another subject is on the stage.
    pub fn lay(&self, files: &BTreeMap<&str, &str>) -> Result<()> {
        self.hide_checks()?;
        empty(&self.out_dir())?;
        std::fs::create_dir_all(self.out_dir())?;
        let dir = self.root.join(self.lab_dir());
        empty(&dir.join("src"))?;
        for (path, bytes) in &self.given.sources(&self.lab).lab {
            if !files.contains_key(path.as_str()) {
                put(&dir.join(path), bytes)?;
            }
        }
        for (path, text) in files {
            put(&dir.join(path), text.as_bytes())?;
        }
        Ok(())
    }

    /// Puts the checks' sources where they are compiled, but for those of exercises of `lab` that `wanted`
    /// does not name.
    pub fn show_checks(&self, lab: &Lab, wanted: impl Fn(&str) -> bool) -> Result<()> {
        let dir = self.root.join(self.checks_dir());
        empty(&dir.join("src"))?;
        let left_out: Vec<&str> = lab
            .exercises
            .iter()
            .map(|exercise| exercise.name.as_str())
            .filter(|name| !wanted(name))
            .collect();
        for (path, bytes) in &self.given.sources(&self.lab).checks {
            match std::str::from_utf8(bytes) {
                Ok(text) if path == "src/main.rs" => {
                    put(&dir.join(path), without(text, &left_out).as_bytes())?;
                }
                _ => put(&dir.join(path), bytes)?,
            }
        }
        Ok(())
    }

    /// Takes the checks' sources away; the binary compiled from them stays.
    pub fn hide_checks(&self) -> Result<()> {
        let src = self.root.join(self.checks_dir()).join("src");
        empty(&src)?;
        put(&src.join("main.rs"), PLACEHOLDER)
    }
}

/// A checks crate needs a main file even while its sources are absent.
const PLACEHOLDER: &[u8] = b"//! The checks are not here yet.\nfn main() {}\n";

/// The checks' main file without the modules of some exercises: most of a compilation is the checks', and a
/// mutant is only asked about its own exercise. What is not written as `mod x;` and `("x", x::CHECKS)` stays.
fn without(main: &str, exercises: &[&str]) -> String {
    let mut text = main.to_owned();
    for name in exercises {
        let listed = format!("(\"{name}\", {name}::CHECKS)");
        if text.contains(&listed) {
            text = text
                .replace(&format!("{listed},"), "")
                .replace(&listed, "")
                .replace(&format!("mod {name};\n"), "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "mod common;\nmod one;\nmod two;\n\nfn main() {\n    harness::main(&[\n        \
                        (\"one\", one::CHECKS),\n        (\"two\", two::CHECKS),\n    ]);\n}\n";

    #[test]
    fn a_module_that_is_not_wanted_is_neither_compiled_nor_listed() {
        let text = without(MAIN, &["one"]);
        assert!(text.contains("mod common;\nmod two;\n"), "{text}");
        assert!(!text.contains("one"), "{text}");
        let short = "mod one;\nmod two;\nfn main() { harness::main(&[(\"one\", one::CHECKS), (\"two\", two::CHECKS)]) }";
        let text = without(short, &["two"]);
        assert!(text.contains("(\"one\", one::CHECKS)"), "{text}");
        assert!(!text.contains("two"), "{text}");
    }

    #[test]
    fn a_main_file_that_is_written_otherwise_stays_as_it_is() {
        let other = "mod one;\nfn main() { harness::main(one::ALL) }";
        assert_eq!(without(other, &["one"]), other);
    }
}
