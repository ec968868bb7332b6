//! A stage: the pristine tree with a subject's files in their places. The only module that writes one.
//!
//! The one idea: a stage stands at a fixed path for each worker, with a target directory of its own, so
//! that nothing of it is ever built for another path; and every file that is laid gets a fresh time,
//! because cargo rebuilds nothing for a file that claims to be old.
//!
//! What is not here: how the first stage is made and copied ([`template`]), and what cargo does in it.

mod given;
mod manifest;
pub mod template;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

pub use given::Given;

/// One worker's stage. It is locked for as long as this lives: two graders never share one.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    given: Arc<Given>,
    marker: String,
    _lock: File,
}

impl Stage {
    /// Where it stands.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lab's folder inside the stage, from its root.
    pub fn lab_dir(&self) -> String {
        format!("labs/{}", self.given.lab)
    }

    /// The checks' folder inside the stage, from its root.
    pub fn checks_dir(&self) -> String {
        format!("grader/checks/{}", self.given.lab)
    }

    /// Where clippy's lists stand.
    pub fn lints_dir(&self) -> PathBuf {
        self.root.join("lints")
    }

    /// Lays clippy's lists: the text of a `clippy.toml`.
    pub fn lay_lints(&self, lists: &str) -> Result<()> {
        put(&self.lints_dir().join("clippy.toml"), lists.as_bytes())
    }

    /// Lays the skeleton with `files` (by their path from the lab's folder) over it. Afterwards the
    /// checks' sources are not on the stage.
    pub fn lay(&mut self, files: &BTreeMap<&str, &str>) -> Result<()> {
        self.hide_checks()?;
        let dir = self.root.join(self.lab_dir());
        empty(&dir.join("src"))?;
        let mut laid: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for (path, bytes) in &self.given.lab_src {
            laid.insert(path, bytes);
        }
        for (path, text) in files {
            laid.insert(path, text.as_bytes());
        }
        let mut hash = Sha256::new();
        for (path, bytes) in &laid {
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        self.marker = format!("weft-submission={}", hex(&hash.finalize()));
        for (path, bytes) in laid {
            let mut bytes = bytes.to_vec();
            if path == "src/lib.rs" {
                bytes.extend_from_slice(marked(&self.marker).as_bytes());
            }
            put(&dir.join(path), &bytes)?;
        }
        Ok(())
    }

    /// Puts the checks' sources where they are built.
    pub fn show_checks(&self) -> Result<()> {
        let dir = self.root.join(self.checks_dir());
        empty(&dir.join("src"))?;
        for (path, bytes) in &self.given.checks_src {
            put(&dir.join(path), bytes)?;
        }
        Ok(())
    }

    /// Takes the checks' sources away; the binary built from them stays.
    pub fn hide_checks(&self) -> Result<()> {
        let src = self.root.join(self.checks_dir()).join("src");
        empty(&src)?;
        put(&src.join("main.rs"), PLACEHOLDER)
    }

    /// Whether a binary was built from what is laid now.
    pub fn built(&self, binary: &Path) -> Result<bool> {
        let bytes =
            std::fs::read(binary).with_context(|| format!("reading {}", binary.display()))?;
        let marker = self.marker.as_bytes();
        Ok(bytes.windows(marker.len()).any(|window| window == marker))
    }
}

/// A checks crate needs a main file even while its sources are absent.
const PLACEHOLDER: &[u8] = b"//! The checks are not here yet.\nfn main() {}\n";

/// What a crate's root gets at its end, so that the built binary says what it was built from.
fn marked(marker: &str) -> String {
    format!(
        "\n#[used]\nstatic WEFT_SUBMISSION: [u8; {}] = *b\"{marker}\";\n",
        marker.len()
    )
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().expect("a file of a stage");
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, bytes))
        .with_context(|| format!("writing {}", path.display()))
}

fn empty(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("emptying {}", dir.display()))
        }
        _ => Ok(()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
