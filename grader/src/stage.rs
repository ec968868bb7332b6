//! One worker's stage: the pristine tree with a subject's files in their places, compiled there.
//! The only module that writes a stage.
//!
//! The one idea: a subject goes over a stage in one order, and each step is a type that only the
//! step before it gives: [`Stage::lay`], [`Laid::compile`], [`Compiled::with_checks`], and
//! [`Built`] at last. So no lint is looked for in another text than the one that runs, the checks'
//! sources lie there only while they are compiled, and nothing that was made from one subject is
//! there when the next is laid.
//!
//! What is not here: what stages share ([`crate::template`]), how a crate is compiled
//! ([`crate::build`]), and what its messages mean ([`crate::vet::lints`], [`crate::grade`]).

mod steps;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::files::{empty, put, sync};
use crate::jail::Jail;
use crate::template::{Given, PLACEHOLDER, Recipes, Template};
use crate::tree::{checks_dir, lab_dir};
pub use steps::{Built, Checks, Compiled, Laid, Lints};

/// A stage of one lab. It is locked for as long as this lives: two graders never share one.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    lab: String,
    given: Arc<Given>,
    recipes: Arc<Recipes>,
    jail: Arc<Jail>,
    /// Which of the grader's stages it is.
    slot: u32,
    /// What a compiler reads beside the stage.
    template: [PathBuf; 2],
    _lock: File,
}

impl Stage {
    /// A lab's stage of one's own, where no other worker or grader has one.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn of(template: &Template, lab: &str) -> Result<Stage> {
        let (root, slot, lock) = template.free_place()?;
        let given = template.given();
        sync(&root, &given.worker(lab))?;
        Ok(Stage {
            root,
            lab: lab.to_owned(),
            given: Arc::clone(given),
            recipes: Arc::clone(template.recipes(lab)),
            jail: Arc::clone(template.jail()),
            slot,
            template: template.read(),
            _lock: lock,
        })
    }

    /// Where it stands.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lab's name.
    pub fn lab(&self) -> &str {
        &self.lab
    }

    /// Keeps its compilers and checks in another jail from now on.
    pub fn keep_in(&mut self, jail: Jail) {
        self.jail = Arc::new(jail);
    }

    /// What its compilers and checks are kept in.
    pub fn jail(&self) -> &Jail {
        &self.jail
    }

    /// The lab's folder inside the stage, from its root.
    pub fn lab_dir(&self) -> String {
        lab_dir(&self.lab)
    }

    /// The checks' folder inside the stage, from its root.
    pub fn checks_dir(&self) -> String {
        checks_dir(&self.lab)
    }

    /// Where the compiler puts what it makes of the subject.
    pub fn out_dir(&self) -> PathBuf {
        self.root.join("out")
    }

    /// Lays the skeleton with `files` (by their path from the lab's folder) over it. Afterwards
    /// neither the checks' sources nor anything compiled from another subject is on the stage.
    ///
    /// # Errors
    ///
    /// Where the files cannot be written.
    pub fn lay(&mut self, files: &BTreeMap<&str, &str>) -> Result<Laid<'_>> {
        self.hide_checks()?;
        empty(&self.out_dir())?;
        std::fs::create_dir_all(self.out_dir())?;
        self.jail.hand_over(&self.out_dir(), self.slot)?;
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
        let files = files.keys().map(|path| (*path).to_owned()).collect();
        Ok(Laid::on(self, files))
    }

    /// A file of the skeleton, by its path from the lab's folder: as it is laid, whatever is on the
    /// stage now.
    ///
    /// # Errors
    ///
    /// Where the lab has no such file, or it is not text.
    pub fn pristine(&self, path: &str) -> Result<&str> {
        let bytes = self.given.sources(&self.lab).lab.get(path);
        let bytes = bytes.with_context(|| format!("the lab has no `{path}`"))?;
        std::str::from_utf8(bytes).with_context(|| format!("reading `{path}`"))
    }

    /// Where clippy's lists stand.
    fn lints_dir(&self) -> PathBuf {
        self.root.join("lints")
    }

    /// Puts the checks' sources where they are compiled.
    fn show_checks(&self) -> Result<()> {
        let dir = self.root.join(self.checks_dir());
        empty(&dir.join("src"))?;
        for (path, bytes) in &self.given.sources(&self.lab).checks {
            put(&dir.join(path), bytes)?;
        }
        Ok(())
    }

    /// Takes the checks' sources away; the binary compiled from them stays.
    fn hide_checks(&self) -> Result<()> {
        let src = self.root.join(self.checks_dir()).join("src");
        empty(&src)?;
        put(&src.join("main.rs"), PLACEHOLDER)
    }
}

/// The stage of one worker, which turns from lab to lab.
#[derive(Debug)]
pub struct Worker<'t> {
    template: &'t Template,
    stage: Option<Stage>,
}

impl<'t> Worker<'t> {
    /// A worker without a stage yet.
    pub fn new(template: &'t Template) -> Self {
        let stage = None;
        Worker { template, stage }
    }

    /// Its stage of a lab: the one it has, or another in its place.
    ///
    /// # Errors
    ///
    /// As [`Stage::of`].
    pub fn stage(&mut self, lab: &str) -> Result<&mut Stage> {
        let kept = self.stage.take().filter(|stage| stage.lab == lab);
        let stage = match kept {
            Some(stage) => stage,
            None => Stage::of(self.template, lab)?,
        };
        Ok(self.stage.insert(stage))
    }
}
