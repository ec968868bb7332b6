//! The first stage of a lab, with everything built that no submission can change; and its copies.
//!
//! The one idea: dependencies, kit and harness are built once, with the very flags that submissions are
//! built with. A worker's stage is a copy of that, target directory and time stamps included: cargo
//! names what it built by paths *inside* the workspace, so a copy of the whole is fresh, while a target
//! directory shared between two paths would mix them up.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};

use super::{Given, Stage, empty, hex, put};
use crate::build::{Cargo, FLAGS};
use crate::process;
use crate::tree::{Tree, entries, name};

/// A lab's prepared stage, and the place where workers' copies of it stand.
#[derive(Debug)]
pub struct Template {
    dir: PathBuf,
    given: Arc<Given>,
    stamp: String,
}

impl Template {
    /// Brings the template up to date. Blocks while another grader does the same, and while
    /// dependencies are built for the first time.
    ///
    /// # Errors
    ///
    /// Where cargo is missing, or the pristine tree does not build.
    pub fn prepare(tree: &Tree, lab: &str) -> Result<Template> {
        let given = Arc::new(Given::read(tree, lab)?);
        let root = hex(&Sha256::digest(tree.root().as_os_str().as_encoded_bytes())[..4]);
        let dir = tree.stages().join(format!("{lab}-{root}"));
        std::fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
        let version = process::output(
            Command::new("rustc").arg("-vV").current_dir(tree.root()),
            b"",
        )?;
        let template = Template {
            stamp: given.stamp(&[&version, FLAGS].concat()),
            given,
            dir,
        };
        let lock = template.lock_file("template")?;
        lock.lock()?;
        if template.stamp_of("template").as_deref() != Some(&template.stamp) {
            template.build(lock, &version)?;
        }
        Ok(template)
    }

    fn build(&self, lock: File, version: &str) -> Result<()> {
        let root = self.dir.join("template");
        let stamp = root.join(STAMP);
        if stamp.exists() {
            std::fs::remove_file(&stamp)?;
        }
        if root.is_dir() {
            // What was built stays: cargo sees what changed. All else is written anew.
            for path in entries(&root)?.iter().filter(|path| name(path) != "target") {
                if path.is_dir() {
                    empty(path)?
                } else {
                    std::fs::remove_file(path)?
                }
            }
        }
        for (path, bytes) in &self.given.fixed {
            put(&root.join(path), bytes)?;
        }
        let mut stage = Stage {
            root,
            given: Arc::clone(&self.given),
            marker: String::new(),
            _lock: lock,
        };
        stage.lay(&BTreeMap::new())?;
        stage.lay_lints("")?;
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .context("`rustc -vV` names no host")?;
        Cargo::at(&stage)
            .prebuild(host)
            .context("preparing the stage")?;
        std::fs::write(&stamp, &self.stamp).context("writing the stamp")
    }

    /// A stage of one's own: the first that no other worker or grader holds, copied from the
    /// template if it is not up to date.
    pub fn stage(&self) -> Result<Stage> {
        for number in 0.. {
            let worker = format!("worker-{number}");
            let lock = self.lock_file(&worker)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            let root = self.dir.join(&worker);
            if self.stamp_of(&worker).as_deref() != Some(&self.stamp) {
                let shared = self.lock_file("template")?;
                shared.lock_shared()?;
                if self.stamp_of("template").as_deref() != Some(&self.stamp) {
                    return Err(anyhow!(
                        "another grader prepared another version meanwhile; start again"
                    ));
                }
                empty(&root)?;
                copy(&self.dir.join("template"), &root)?;
            }
            let given = Arc::clone(&self.given);
            return Ok(Stage {
                root,
                given,
                marker: String::new(),
                _lock: lock,
            });
        }
        unreachable!("some number is free")
    }

    fn stamp_of(&self, stage: &str) -> Option<String> {
        std::fs::read_to_string(self.dir.join(stage).join(STAMP)).ok()
    }

    fn lock_file(&self, stage: &str) -> Result<File> {
        let path = self.dir.join(format!("{stage}.lock"));
        File::create(&path).with_context(|| format!("opening {}", path.display()))
    }
}

/// Says what a stage was prepared from; written last, and copied last.
const STAMP: &str = "stamp";

/// Copies a folder with its time stamps, its stamp last.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    let mut paths = entries(from)?;
    paths.sort_by_key(|path| name(path) == STAMP);
    for path in paths {
        let copied = to.join(name(&path));
        if path.is_dir() {
            copy(&path, &copied)?;
        } else {
            std::fs::copy(&path, &copied).with_context(|| format!("copying {}", path.display()))?;
            let modified = path.metadata()?.modified()?;
            File::options()
                .append(true)
                .open(&copied)?
                .set_modified(modified)?;
        }
    }
    Ok(())
}
