//! The steps of a subject on a stage, each a type.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Stage;
use crate::build::{Compilation, Message, sources};
use crate::files::put;
use crate::jail::Jail;

/// What a compilation that failed said, in place of the next step.
type Step<T> = Result<std::result::Result<T, Vec<Message>>>;

/// Whether the lab's crate is compiled with lints.
#[derive(Debug, Clone, Copy)]
pub enum Lints<'l> {
    /// With these: the text of a `clippy.toml`. `unsafe` is reported, too.
    Lists(&'l str),
    /// Without, which is faster: for texts that hold nothing to be found.
    Skip,
}

/// Whose checks are compiled: most of a subject's time is theirs.
#[derive(Debug, Clone, Copy)]
pub enum Checks<'c> {
    /// Those of all exercises.
    All,
    /// Those of these exercises.
    Of(&'c [&'c str]),
}

/// A stage with a subject's files on it; nothing is compiled.
#[derive(Debug)]
#[must_use]
pub struct Laid<'s> {
    stage: &'s Stage,
    /// The subject's, by their path from the lab's folder.
    files: BTreeSet<String>,
    cfg: Vec<String>,
    lines: bool,
}

/// A stage whose lab is compiled; its checks are not.
#[derive(Debug)]
#[must_use]
pub struct Compiled<'s> {
    laid: Laid<'s>,
    messages: Vec<Message>,
}

/// A stage with checks that are ready to run. The next subject is laid only when this is gone.
#[derive(Debug)]
pub struct Built<'s> {
    stage: &'s Stage,
    binary: PathBuf,
    messages: Vec<Message>,
    mutant: Option<u32>,
}

impl<'s> Laid<'s> {
    /// The stage is borrowed for as long as any step lives: there is one subject on it.
    pub(super) fn on(stage: &'s mut Stage, files: BTreeSet<String>) -> Self {
        Laid {
            stage,
            files,
            cfg: Vec::new(),
            lines: true,
        }
    }

    /// Sets `--cfg name` for the lab's crate and its checks.
    pub fn cfg(mut self, name: &str) -> Self {
        self.cfg.push(name.to_owned());
        self
    }

    /// Leaves out what says at which line a guard was dropped: a quarter of the compiler's work,
    /// for pictures that nobody looks at.
    pub fn without_lines(mut self) -> Self {
        self.lines = false;
        self
    }

    /// Compiles the lab's crate. Gives what the compiler said if it does not compile.
    ///
    /// # Errors
    ///
    /// Where the compiler cannot be run.
    pub fn compile(self, lints: Lints) -> Step<Compiled<'s>> {
        let stage = self.stage;
        let dir = stage.lints_dir();
        if let Lints::Lists(lists) = lints {
            put(&dir.join("clippy.toml"), lists.as_bytes())?;
        }
        let outcome = Compilation {
            recipe: &stage.recipes.lab,
            root: stage.root(),
            made: &library(stage),
            instead: &[],
            cfg: &self.cfg,
            lines: self.lines,
            lints: matches!(lints, Lints::Lists(_)).then_some(&*dir),
            jail: &stage.jail,
            slot: stage.slot,
            // Nothing hidden lies there.
            read: read(stage, [stage.lab_dir(), "lints".to_owned()]),
        }
        .run()?;
        Ok(outcome.map(|messages| Compiled {
            laid: self,
            messages,
        }))
    }
}

impl<'s> Compiled<'s> {
    /// What the compiler said of the lab's crate.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The files that the compiler read and that nobody has laid, as it calls them.
    ///
    /// # Errors
    ///
    /// Where the compiler has not said what it read.
    pub fn foreign(&self) -> Result<Vec<String>> {
        let stage = self.laid.stage;
        let laid = |path: &Path| {
            let below = path.strip_prefix(stage.lab_dir()).ok()?;
            let below = below.to_str()?;
            let given = &stage.given.sources(stage.lab()).lab;
            (given.contains_key(below) || self.laid.files.contains(below)).then_some(())
        };
        let mut sources = sources(&library(stage))?;
        sources.retain(|file| {
            let path = Path::new(file);
            let path = path.strip_prefix(stage.root()).unwrap_or(path);
            // Clippy's lists, and where it looks for what a crate asks of it.
            let lists = path.starts_with("lints") && path.ends_with("clippy.toml");
            let manifest = path == Path::new(&stage.lab_dir()).join("Cargo.toml");
            !(lists || manifest) && laid(path).is_none()
        });
        Ok(sources)
    }

    /// Compiles the checks against the lab's crate. Gives what the compiler said if they do not
    /// compile.
    ///
    /// # Errors
    ///
    /// Where the compiler cannot be run.
    pub fn with_checks(self, checks: Checks) -> Step<Built<'s>> {
        let Laid {
            stage,
            mut cfg,
            lines,
            ..
        } = self.laid;
        if let Checks::Of(exercises) = checks {
            // What `harness::exercises!` makes of its list.
            cfg.push("only".to_owned());
            cfg.extend(exercises.iter().map(|name| (*name).to_owned()));
        }
        let binary = stage.out_dir().join("checks");
        stage.show_checks()?;
        let outcome = Compilation {
            recipe: &stage.recipes.checks,
            root: stage.root(),
            made: &binary,
            instead: &[(stage.lab(), &library(stage))],
            cfg: &cfg,
            lines,
            lints: None,
            jail: &stage.jail,
            slot: stage.slot,
            read: read(stage, [stage.lab_dir(), stage.checks_dir()]),
        }
        .run();
        stage.hide_checks()?;
        Ok(outcome?.map(|_| Built {
            stage,
            binary,
            messages: self.messages,
            mutant: None,
        }))
    }
}

impl Built<'_> {
    /// The checks.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// What its checks are kept in.
    pub fn jail(&self) -> &Jail {
        &self.stage.jail
    }

    /// The grader's slot.
    pub(crate) fn slot(&self) -> u32 {
        self.stage.slot
    }

    /// The sources that a check shows lines of: the lab's, and no check's.
    pub(crate) fn sources(&self) -> PathBuf {
        self.stage.root.join(self.stage.lab_dir()).join("src")
    }

    /// Chooses one of the mutants that the lab's crate holds, if it is a schema
    /// ([`crate::schemata`]).
    pub fn choose(&mut self, number: u32) {
        self.mutant = Some(number);
    }

    /// The mutant that was chosen.
    pub fn mutant(&self) -> Option<u32> {
        self.mutant
    }

    /// The stage's root, which the messages' paths start from.
    pub fn root(&self) -> &Path {
        self.stage.root()
    }

    /// What the compiler said of the lab's crate.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }
}

/// What a compiler reads: the template, and some of the stage's folders.
fn read(stage: &Stage, folders: [String; 2]) -> Vec<PathBuf> {
    let own = folders.map(|folder| stage.root.join(folder));
    stage.template.iter().cloned().chain(own).collect()
}

fn library(stage: &Stage) -> PathBuf {
    stage.out_dir().join("liblab.rlib")
}
