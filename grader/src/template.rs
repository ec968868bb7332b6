//! What all stages share: dependencies, kit and harness, built once by cargo; and how cargo
//! compiles each lab's two crates.
//!
//! The one idea: the template is cargo's, a workspace of all labs at a fixed path with a target
//! directory of its own. Stages only read what was built there, so they hold nothing but sources,
//! and a new lab builds no dependency again.
//!
//! What is not here: what one subject changes ([`crate::stage`]).

mod cargo;
mod given;
mod manifest;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{hex, put, sync};
use crate::jail::Jail;
use crate::process;
use crate::tree::{Tree, checks_dir, lab_dir};
pub use cargo::Recipes;
pub(crate) use given::Given;
pub(crate) use manifest::parsed;

/// A checks crate needs a main file even while its sources are absent.
pub(crate) const PLACEHOLDER: &[u8] = b"//! The checks are not here yet.\nfn main() {}\n";

/// The shared part of all stages. It does not change for as long as this lives.
#[derive(Debug)]
pub struct Template {
    folders: Folders,
    given: Arc<Given>,
    toolchain: String,
    recipes: BTreeMap<String, Arc<Recipes>>,
    jail: Arc<Jail>,
    _lock: File,
}

impl Template {
    /// Brings the template up to date for some labs. Blocks while another grader uses it in another
    /// version, and while dependencies are built for the first time.
    ///
    /// # Errors
    ///
    /// Where cargo is missing, or the pristine tree does not build.
    pub fn prepare(tree: &Tree, labs: &[&str]) -> Result<Template> {
        let given = Given::read(tree, labs)?;
        let folders = Folders::of(tree)?;
        let version = version(tree.root())?;
        let lock = folders.lock_file("template")?;
        loop {
            // Many may read it; only who brings it up to date is alone with it.
            lock.lock_shared()?;
            if let Some(recipes) = folders.recorded(&given, labs, &version) {
                return Ok(Template {
                    folders,
                    given: Arc::new(given),
                    toolchain: version,
                    recipes,
                    jail: Arc::new(Jail::here().clone()),
                    _lock: lock,
                });
            }
            lock.unlock()?;
            lock.lock()?;
            folders.build(&given, labs, &version)?;
            lock.unlock()?;
        }
    }

    /// What compilers and checks are kept in: all that this machine offers.
    pub fn jail(&self) -> &Arc<Jail> {
        &self.jail
    }

    /// What a compiler reads of it: what was built, and the kit, whose lines stand in messages.
    pub(crate) fn read(&self) -> [PathBuf; 2] {
        let root = self.folders.template();
        [root.join("target"), root.join("labs")]
    }

    /// What stages are made of before any subject.
    pub(crate) fn given(&self) -> &Arc<Given> {
        &self.given
    }

    /// What the compiler says of itself.
    pub(crate) fn toolchain(&self) -> &str {
        &self.toolchain
    }

    /// How the crates of a lab are compiled that the template was prepared for.
    pub(crate) fn recipes(&self, lab: &str) -> &Arc<Recipes> {
        &self.recipes[lab]
    }

    /// Where a stage may stand: the first folder that no other worker or grader holds, and its
    /// number. It is one's own for as long as the lock lives.
    pub(crate) fn free_place(&self) -> Result<(PathBuf, u32, File)> {
        for number in 0.. {
            let worker = format!("worker-{number}");
            let lock = self.folders.lock_file(&worker)?;
            match lock.try_lock() {
                Ok(()) => return Ok((self.folders.dir.join(&worker), number, lock)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        unreachable!("some number is free")
    }
}

/// Where the template and the stages of one repository stand.
#[derive(Debug)]
struct Folders {
    dir: PathBuf,
}

/// How a lab is compiled, and what that was found out from.
#[derive(Serialize, Deserialize)]
struct Record {
    stamp: String,
    recipes: Recipes,
}

impl Folders {
    fn of(tree: &Tree) -> Result<Folders> {
        let root = hex(&Sha256::digest(tree.root().as_os_str().as_encoded_bytes())[..4]);
        let dir = tree.stages().join(format!("stages-{root}"));
        // The compiler names what it read by the real path, and whatever else it names is foreign.
        let dir = std::fs::create_dir_all(&dir)
            .and_then(|()| dir.canonicalize())
            .with_context(|| format!("making {}", dir.display()))?;
        Ok(Folders { dir })
    }

    fn lock_file(&self, stage: &str) -> Result<File> {
        let path = self.dir.join(format!("{stage}.lock"));
        File::create(&path).with_context(|| format!("opening {}", path.display()))
    }

    fn template(&self) -> PathBuf {
        self.dir.join("template")
    }

    fn record(&self, lab: &str) -> PathBuf {
        self.dir.join(format!("{lab}.json"))
    }

    /// How these labs are compiled, if that is known of all in this version.
    fn recorded(
        &self,
        given: &Given,
        labs: &[&str],
        version: &str,
    ) -> Option<BTreeMap<String, Arc<Recipes>>> {
        let recipes = |lab: &&str| {
            let text = std::fs::read(self.record(lab)).ok()?;
            let record: Record = serde_json::from_slice(&text).ok()?;
            let known = record.stamp == given.stamp(version, lab);
            known.then(|| ((*lab).to_owned(), Arc::new(record.recipes)))
        };
        labs.iter().map(recipes).collect()
    }

    fn build(&self, given: &Given, labs: &[&str], version: &str) -> Result<()> {
        let root = self.template();
        sync(&root, &given.template())?;
        cargo::fetch(&root, host(version)?).context("preparing the stage")?;
        for lab in labs {
            if self.recorded(given, &[lab], version).is_none() {
                touch(&root.join(format!("{}/src/lib.rs", lab_dir(lab))))?;
                touch(&root.join(format!("{}/src/main.rs", checks_dir(lab))))?;
                let record = Record {
                    stamp: given.stamp(version, lab),
                    recipes: cargo::record(&root, lab).context("preparing the stage")?,
                };
                put(&self.record(lab), &serde_json::to_vec_pretty(&record)?)?;
            }
        }
        Ok(())
    }
}

/// Downloads what the workspace at `root` needs and is not there yet, and trims its lock file to
/// its members.
pub(crate) fn fetch(root: &Path) -> Result<()> {
    cargo::fetch(root, host(&version(root)?)?)
}

/// What the compiler says of itself in a folder.
fn version(dir: &Path) -> Result<String> {
    process::output(Command::new("rustc").arg("-vV").current_dir(dir), b"")
}

/// The machine that compiles, as `rustc -vV` says.
fn host(version: &str) -> Result<&str> {
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.context("`rustc -vV` names no host")
}

/// Makes a file new to cargo, which says nothing of what it need not build.
fn touch(path: &Path) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    put(path, &bytes)
}
