//! What stages are made of before any subject: read once, so that every subject of a run meets the
//! same, even while somebody edits the repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{PLACEHOLDER, manifest as workspace};
use crate::error::BadInput;
use crate::files::{Files, hex};
use crate::handout;
use crate::tree::{SHARED, Tree, checks_dir, files_below, lab_dir};

/// What stands in the place of a given file that reaches the system: an answer could use it.
const OUTSIDE: &[u8] = b"//! Not where answers are graded: it reaches the system.\n";

/// The pristine parts of all labs' stages.
#[derive(Debug)]
pub(crate) struct Given {
    /// Everything but sources of labs and of checks, by its path from the stage's root.
    fixed: Files,
    labs: BTreeMap<String, Sources>,
}

/// What is laid anew for each subject.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The skeleton's sources, by their path from the lab's folder.
    pub(crate) lab: Files,
    /// The checks' sources, by their path from the checks' folder.
    pub(crate) checks: Files,
}

impl Given {
    /// Reads the pristine parts from the repository: of the labs that are asked for, and of all
    /// others that are whole enough to be members of a workspace.
    pub(crate) fn read(tree: &Tree, asked: &[&str]) -> Result<Given> {
        let mut given = Given {
            fixed: Files::new(),
            labs: BTreeMap::new(),
        };
        let mut members: Vec<String> = SHARED.map(str::to_owned).to_vec();
        for dir in SHARED {
            for (path, bytes) in read_below(tree.root(), dir)? {
                given.fixed.insert(format!("{dir}/{path}"), bytes);
            }
        }
        for lab in tree.labs()? {
            let whole = tree.lab(&lab).join("src/lib.rs").is_file()
                && tree.checks(&lab).join("Cargo.toml").is_file();
            if whole {
                let dirs = [lab_dir(&lab), checks_dir(&lab)];
                let asked = asked.contains(&lab.as_str());
                given.read_lab(tree, lab, &dirs, asked)?;
                members.extend(dirs);
            } else if asked.contains(&lab.as_str()) {
                let path = tree.lab(&lab).join("src/lib.rs");
                let remedy = "a lab is a library, and has a package of checks";
                return Err(BadInput::new(&path, "is not there, or its checks", remedy).into());
            }
        }
        let manifest = workspace::trimmed(&tree.root().join("Cargo.toml"), &members)?;
        given
            .fixed
            .insert("Cargo.toml".to_owned(), manifest.into_bytes());
        for file in ["Cargo.lock", "rust-toolchain.toml"] {
            if tree.root().join(file).is_file() {
                given
                    .fixed
                    .insert(file.to_owned(), read(&tree.root().join(file))?);
            }
        }
        Ok(given)
    }

    /// Of a lab that is asked for, the skeleton is generated: in the lab's own folder somebody may
    /// have begun to solve it. Of others it is never compiled.
    fn read_lab(
        &mut self,
        tree: &Tree,
        lab: String,
        dirs: &[String; 2],
        asked: bool,
    ) -> Result<()> {
        let mut sources = Sources::default();
        for (dir, own) in dirs.iter().zip([&mut sources.lab, &mut sources.checks]) {
            for (path, bytes) in read_below(tree.root(), dir)? {
                let full = format!("{dir}/{path}");
                if path.starts_with("src/") {
                    own.insert(path, bytes);
                } else if path == "Cargo.toml" {
                    let bytes = workspace::without_tests(Path::new(&full), &bytes)?;
                    self.fixed.insert(full, bytes);
                } else {
                    self.fixed.insert(full, bytes);
                }
            }
        }
        if asked {
            let skeleton = handout::skeleton(tree, &lab)?.into_iter();
            let named = |(path, text): (PathBuf, String)| {
                (format!("src/{}", path.display()), text.into_bytes())
            };
            sources.lab = skeleton.map(named).collect();
        }
        let public = manifest::Lab::read(tree.root(), &lab);
        let public = public.map_err(|fault| BadInput::of(tree.root(), fault))?;
        for file in public.outside {
            sources.lab.insert(file, OUTSIDE.to_vec());
        }
        self.labs.insert(lab, sources);
        Ok(())
    }

    /// What is laid anew for each subject of a lab.
    pub(crate) fn sources(&self, lab: &str) -> &Sources {
        &self.labs[lab]
    }

    /// The template's files: everything but the checks, whose sources are on a stage only while
    /// they are compiled.
    pub(super) fn template(&self) -> Files {
        let mut files = self.fixed.clone();
        for (lab, sources) in &self.labs {
            for (path, bytes) in &sources.lab {
                files.insert(format!("{}/{path}", lab_dir(lab)), bytes.clone());
            }
            let main = format!("{}/src/main.rs", checks_dir(lab));
            files.insert(main, PLACEHOLDER.to_vec());
        }
        files
    }

    /// What a stage of a lab holds whatever is laid.
    pub(crate) fn worker(&self, lab: &str) -> Files {
        let dirs = [lab_dir(lab), checks_dir(lab)].map(|dir| format!("{dir}/"));
        let within = |path: &String| dirs.iter().any(|dir| path.starts_with(dir));
        self.fixed
            .iter()
            .filter(|(path, _)| within(path))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect()
    }

    /// What all subjects of a lab are built from, but for sources of labs and of checks: what is
    /// not another lab's, not read by people alone, and not in a [`crate::lab::Lab`].
    pub(crate) fn shared(&self, lab: &str) -> impl Iterator<Item = (&str, &[u8])> {
        let own = [lab_dir(lab), checks_dir(lab)].map(|dir| format!("{dir}/Cargo.toml"));
        let matters = move |path: &str| {
            let shared = SHARED
                .iter()
                .any(|dir| path.starts_with(&format!("{dir}/")));
            shared || !path.contains('/') || own.iter().any(|own| own == path)
        };
        let fixed = self.fixed.iter();
        let fixed = fixed.map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        fixed.filter(move |(path, _)| matters(path))
    }

    /// What identifies all that is built for a lab before a submission is known.
    pub(super) fn stamp(&self, toolchain: &str, lab: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(toolchain);
        for (path, bytes) in self.fixed.iter().chain(&self.sources(lab).lab) {
            hash.update(format!("\0{path}\0{}\0", bytes.len()));
            hash.update(bytes);
        }
        hex(&hash.finalize())
    }
}

fn read_below(root: &Path, dir: &str) -> Result<Files> {
    let mut files = Files::new();
    for file in files_below(&root.join(dir))? {
        let bytes = read(&root.join(dir).join(&file))?;
        files.insert(file.to_string_lossy().into_owned(), bytes);
    }
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
