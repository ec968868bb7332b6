//! A lab as data: `lab.toml` (public) and `checks.toml` (hidden), read and validated together.
//!
//! The one idea: whatever is wrong in these files is reported once, here or by the crate
//! `manifest`, with path, line and remedy, so that no later stage has to doubt them.

mod file;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;

use crate::data;
use crate::error::BadInput;
use crate::score::Role;
use crate::tree::{Tree, lab_dir};
use file::ChecksFile;

/// The share of an exercise's points, in percent, that an answer can keep at most if it makes the
/// mistake that the exercise is about.
const MOST_KEPT: u64 = 40;

/// One lab: its exercises, each with its checks.
#[derive(Debug, Clone)]
pub struct Lab {
    /// The folder's and the package's name.
    pub name: String,
    /// What reports call it.
    pub title: String,
    /// Its exercises, in the order of `lab.toml`.
    pub exercises: Vec<Exercise>,
}

/// One exercise: what students know of it, and what it is checked for.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Its entry in `lab.toml`.
    pub public: manifest::Exercise,
    /// What has to hold, in the order of `checks.toml`.
    pub checks: Vec<Check>,
}

/// An exercise is its entry in `lab.toml`, with checks.
impl std::ops::Deref for Exercise {
    type Target = manifest::Exercise;

    fn deref(&self) -> &manifest::Exercise {
        &self.public
    }
}

/// One claim about an exercise, and what it is worth.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    id: Spanned<String>,
    /// How the claim is checked.
    pub kind: Kind,
    /// What it is worth.
    pub points: u32,
    /// What it means for the rest of its exercise.
    #[serde(default)]
    pub role: Role,
    /// The claim, as a student reads it.
    pub claim: String,
    /// What of the contract it fails for, word by word; see [`crate::contract`].
    #[serde(default)]
    pub says: Vec<Spanned<String>>,
    /// For a lint: the paths that must not be used.
    #[serde(default)]
    pub forbid: Vec<String>,
    /// The wall clock deadline, if it is not the usual one.
    #[serde(default)]
    pub seconds: Option<u64>,
}

impl Check {
    /// `exercise::check`.
    pub fn id(&self) -> &str {
        self.id.get_ref()
    }

    /// The byte of `checks.toml` at which its id stands.
    pub fn at(&self) -> usize {
        self.id.span().start
    }

    /// The part before `::check`.
    pub fn exercise(&self) -> &str {
        self.id()
            .split_once("::")
            .map_or("", |(exercise, _)| exercise)
    }

    /// The part after `exercise::`.
    pub fn short(&self) -> &str {
        self.id()
            .split_once("::")
            .map_or(self.id(), |(_, check)| check)
    }
}

/// How a claim is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Runs and asserts.
    Test,
    /// Searches interleavings for one that breaks the claim.
    Model,
    /// Searches interleavings for one that reaches a stated point.
    Possible,
    /// Looks at the source for what must not be there.
    Lint,
}

impl Kind {
    /// As `checks.toml` has it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Test => "test",
            Kind::Model => "model",
            Kind::Possible => "possible",
            Kind::Lint => "lint",
        }
    }
}

impl Lab {
    /// Reads and validates a lab.
    ///
    /// # Errors
    ///
    /// [`BadInput`] for anything that is wrong in the lab's two files.
    pub fn read(tree: &Tree, name: &str) -> Result<Lab> {
        let public = manifest::Lab::read(tree.root(), name)
            .map_err(|fault| BadInput::of(tree.root(), fault))?;
        let mut exercises: Vec<Exercise> = Vec::new();
        for exercise in public.exercises {
            all_there(tree, &exercise)?;
            exercises.push(Exercise {
                public: exercise,
                checks: Vec::new(),
            });
        }
        attach_checks(tree, name, &mut exercises)?;
        for exercise in &exercises {
            // Wider than any of them: what stands in a file is anything.
            let points = exercise.checks.iter().map(|check| u64::from(check.points));
            let sum: u64 = points.sum();
            if sum != u64::from(exercise.points) {
                let problem = format!(
                    "exercise `{}` promises {} points, but its checks sum to {sum}",
                    exercise.name, exercise.points
                );
                return Err(bad(tree, exercise, problem, "make the two agree"));
            }
            let most = u64::from(exercise.points) * MOST_KEPT / 100;
            if u64::from(exercise.keeps) > most {
                let problem = format!(
                    "exercise `{}` keeps {} of {} points where its core fails",
                    exercise.name, exercise.keeps, exercise.points
                );
                let remedy = format!("let it keep at most {most}, {MOST_KEPT} percent");
                return Err(bad(tree, exercise, problem, &remedy));
            }
        }
        Ok(Lab {
            name: public.name,
            title: public.title,
            exercises,
        })
    }

    /// Its folder, from the repository's root: how students know their files.
    pub fn dir(&self) -> String {
        lab_dir(&self.name)
    }

    /// The exercise of that name.
    pub fn exercise(&self, name: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.name == name)
    }

    /// The exercise that a file (from the lab's folder) belongs to.
    pub fn owner(&self, file: &str) -> Option<&Exercise> {
        self.exercises
            .iter()
            .find(|exercise| exercise.edit.iter().any(|edit| edit == file))
    }

    /// All files that students edit.
    pub fn edit(&self) -> impl Iterator<Item = &str> {
        self.exercises
            .iter()
            .flat_map(|exercise| exercise.edit.iter().map(String::as_str))
    }

    /// All checks of the lab.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.exercises.iter().flat_map(|exercise| &exercise.checks)
    }
}

/// Something is wrong with an exercise's entry in `lab.toml`.
fn bad(tree: &Tree, exercise: &manifest::Exercise, problem: String, remedy: &str) -> anyhow::Error {
    let path = tree.root().join(manifest::Lab::file(&exercise.lab));
    BadInput::new(&path, problem, remedy)
        .at_line(exercise.line)
        .into()
}

/// Whether the lab has every file that the exercise says is edited.
fn all_there(tree: &Tree, exercise: &manifest::Exercise) -> Result<()> {
    for edit in &exercise.edit {
        let plain = Path::new(edit)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !plain || !tree.lab(&exercise.lab).join(edit).is_file() {
            let problem = format!("`edit` names `{edit}`, which the lab does not have");
            let remedy = "name a file of the lab by its path from the lab's folder";
            return Err(bad(tree, exercise, problem, remedy));
        }
    }
    Ok(())
}

fn attach_checks(tree: &Tree, lab: &str, exercises: &mut [Exercise]) -> Result<()> {
    let path = tree.checks(lab).join("checks.toml");
    let (text, file): (_, ChecksFile) = data::read(&path)?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for check in file.check {
        let at = check.id.span().start;
        let bad = |problem: String, remedy: &str| {
            BadInput::new(&path, problem, remedy).at_byte(&text, at)
        };
        let id = check.id().to_owned();
        if let Some(first) = seen.insert(id.clone(), at) {
            let line = 1 + text[..first].matches('\n').count();
            let problem = format!("check `{id}` is named twice (first on line {line})");
            return Err(bad(problem, "rename or remove one of the two").into());
        }
        if (check.kind == Kind::Lint) == check.forbid.is_empty() {
            let problem = format!("check `{id}` is of kind {:?}", check.kind).to_lowercase();
            let remedy = "give `forbid = [paths]` to a lint, and to nothing else";
            return Err(bad(problem, remedy).into());
        }
        let owner = id
            .split_once("::")
            .and_then(|(exercise, _)| exercises.iter_mut().find(|known| known.name == exercise));
        match owner {
            Some(exercise) => exercise.checks.push(check),
            None => {
                let problem = format!("check `{id}` belongs to no exercise of lab.toml");
                let remedy = "write `id = \"exercise::check\"` with an exercise's name";
                return Err(bad(problem, remedy).into());
            }
        }
    }
    Ok(())
}
