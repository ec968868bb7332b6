//! What a stage is made of before any subject: read once, so that every subject of a run meets the
//! same, even while somebody edits the repository.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{hex, manifest};
use crate::error::BadInput;
use crate::tree::{Tree, files_below};

type Files = BTreeMap<String, Vec<u8>>;

/// The pristine parts of one lab's stage.
#[derive(Debug)]
pub struct Given {
    /// The lab.
    pub lab: String,
    /// Everything but sources of the lab and of the checks, by its path from the stage's root.
    pub(super) fixed: Files,
    /// The skeleton's sources, by their path from the lab's folder.
    pub(super) lab_src: Files,
    /// The checks' sources, by their path from the checks' folder.
    pub(super) checks_src: Files,
}

impl Given {
    /// Reads the pristine parts from the repository.
    pub fn read(tree: &Tree, lab: &str) -> Result<Given> {
        let (lab_dir, checks_dir) = (format!("labs/{lab}"), format!("grader/checks/{lab}"));
        let mut fixed = Files::new();
        let (mut lab_src, mut checks_src) = (Files::new(), Files::new());
        for dir in [
            "labs/kit",
            "labs/picture",
            &lab_dir,
            "grader/harness",
            &checks_dir,
        ] {
            for file in files_below(&tree.root().join(dir))? {
                let bytes = read(&tree.root().join(dir).join(&file))?;
                let path = file.to_string_lossy().into_owned();
                match (dir == lab_dir, dir == checks_dir, file.starts_with("src")) {
                    (true, _, true) => lab_src.insert(path, bytes),
                    (_, true, true) => checks_src.insert(path, bytes),
                    _ => fixed.insert(format!("{dir}/{path}"), bytes),
                };
            }
        }
        if !lab_src.contains_key("src/lib.rs") {
            let path = tree.lab(lab).join("src/lib.rs");
            return Err(BadInput::new(&path, "is not there", "a lab is a library").into());
        }
        let members = [
            "labs/kit",
            "labs/picture",
            &lab_dir,
            "grader/harness",
            &checks_dir,
        ];
        let manifest = manifest::trimmed(&tree.root().join("Cargo.toml"), &members)?;
        fixed.insert("Cargo.toml".to_owned(), manifest.into_bytes());
        fixed.insert(
            "Cargo.lock".to_owned(),
            read(&tree.root().join("Cargo.lock"))?,
        );
        let toolchain = "rust-toolchain.toml";
        if tree.root().join(toolchain).is_file() {
            fixed.insert(toolchain.to_owned(), read(&tree.root().join(toolchain))?);
        }
        Ok(Given {
            lab: lab.to_owned(),
            fixed,
            lab_src,
            checks_src,
        })
    }

    /// What identifies a template: everything that is built before a submission is known.
    pub(super) fn stamp(&self, toolchain: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(toolchain);
        for (path, bytes) in &self.fixed {
            hash.update(format!("\0{path}\0{}\0", bytes.len()));
            hash.update(bytes);
        }
        hex(&hash.finalize())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
