//! The autograder zip of Gradescope: a script that installs, and one that grades.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::File;
use crate::error::BadInput;
use crate::results;
use crate::tree::{Tree, files_below};
use crate::zipped::{self, Zipped};

/// What of a course's repository the grader needs, beside its own manifest.
const FOLDERS: [&str; 4] = ["labs", "solutions", "grader", "notes"];
const FILES: [&str; 4] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

/// Writes the autograder zip of a lab.
///
/// # Errors
///
/// Where the course cannot be read, or the zip not be written.
pub fn autograder(tree: &Tree, lab: &str, rubric: Option<&Path>, out: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    for script in scripts(lab) {
        let file = Zipped {
            bytes: script.text.into_bytes(),
            program: script.program,
        };
        files.insert(script.name.to_owned(), file);
    }
    if let Some(rubric) = rubric {
        let read = std::fs::read(rubric).map_err(|error| {
            BadInput::new(rubric, format!("cannot be read ({error})"), "name a rubric")
        });
        files.insert("rubric.toml".to_owned(), Zipped::plain(read?));
    }
    let mut add = |path: &Path| -> Result<()> {
        let full = tree.root().join(path);
        let bytes = std::fs::read(&full).with_context(|| format!("reading {}", full.display()))?;
        let name = format!("course/{}", path.display());
        files.insert(name, Zipped::plain(bytes));
        Ok(())
    };
    for file in FILES {
        add(Path::new(file))?;
    }
    for folder in FOLDERS
        .into_iter()
        .filter(|it| tree.root().join(it).is_dir())
    {
        for file in files_below(&tree.root().join(folder))? {
            add(&Path::new(folder).join(file))?;
        }
    }
    results::replace(out, &zipped::archive(&files)?)
}

/// The two scripts; the course's tree stands beside them in the zip, as `course`.
fn scripts(lab: &str) -> Vec<File> {
    let setup = "#!/usr/bin/env bash
# Runs once, when the zip is uploaded: a C compiler, the course's toolchain, and everything built.
set -euo pipefail
cd \"${AUTOGRADER:-/autograder}/source/course\"
if ! command -v cc >/dev/null || ! command -v curl >/dev/null; then
  apt-get update
  apt-get install -y --no-install-recommends build-essential ca-certificates curl
fi
if ! command -v cargo >/dev/null && [ ! -x \"$HOME/.cargo/bin/cargo\" ]; then
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
    sh -s -- -y --profile minimal --default-toolchain none
fi
export PATH=\"$HOME/.cargo/bin:$PATH\"
# rust-toolchain.toml says which toolchain. One job at a time: 768 MB are not much.
cargo build --release --locked -p grader -j \"${JOBS:-1}\"
# What all submissions share is built here, and not in each one's ten minutes.
target/release/grader grade --lab LAB labs/LAB --format gradescope --out /dev/null || true
";
    let run = "#!/usr/bin/env bash
# Runs for each submission. results.json is whole after every check: at a time-out, what was found
# until then counts. The container is this submission's alone: it is a jail, where it offers no other.
set -uo pipefail
export PATH=\"$HOME/.cargo/bin:$PATH\"
root=\"${AUTOGRADER:-/autograder}\"
results=\"$root/results/results.json\"
cd \"$root/source/course\"
rubric=()
[ -f ../rubric.toml ] && rubric=(--rubric ../rubric.toml)
metadata=()
[ -f \"$root/submission_metadata.json\" ] && metadata=(--metadata \"$root/submission_metadata.json\")
target/release/grader grade --lab LAB \"$root/submission\" --jobs 1 --allow-unsandboxed \\
  --format gradescope --out \"$results\" \"${rubric[@]}\" \"${metadata[@]}\"
code=$?
# A submission that could not be taken in has its results, which say why.
[ $code -eq 4 ] || [ $code -eq 5 ] && exit 0
exit $code
";
    vec![
        File::program("setup.sh", setup.replace("LAB", lab)),
        File::program("run_autograder", run.replace("LAB", lab)),
    ]
}
