//! A lab as data: `lab.toml` (public) and `checks.toml` (hidden), read and validated together.
//!
//! The one idea: whatever is wrong in these files is told once, here, with path, line and remedy, so
//! that no later stage has to doubt them.

mod file;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;

use crate::error::BadInput;
use crate::tree::Tree;
pub(crate) use file::parse;
use file::{ChecksFile, LabFile};

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

/// One exercise and what it is checked for.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The module's name.
    pub name: String,
    /// What reports call it.
    pub title: String,
    /// The files that a student edits, from the lab's folder.
    pub edit: Vec<String>,
    /// The heading under which reports list it.
    pub group: String,
    /// Whether its points come on top of the lab's total.
    pub bonus: bool,
    /// Whether it teaches `unsafe`, and so may use it.
    pub unsafe_code: bool,
    /// What has to hold, in the order of `checks.toml`.
    pub checks: Vec<Check>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
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

impl Lab {
    /// Reads and validates a lab.
    ///
    /// # Errors
    ///
    /// [`BadInput`] for anything that is wrong in the lab's two files.
    pub fn read(tree: &Tree, name: &str) -> Result<Lab> {
        let path = tree.lab(name).join("lab.toml");
        let (text, file): (_, LabFile) = parse(&path)?;
        let bad = |problem: String, remedy: &str| BadInput::new(&path, problem, remedy);
        if file.name != name {
            return Err(bad(
                format!("the lab calls itself `{}`", file.name),
                &format!("write `name = \"{name}\"`, as the folder is called"),
            )
            .into());
        }
        let mut exercises: Vec<Exercise> = Vec::new();
        for entry in &file.exercise {
            let at = entry.name.span().start;
            let entry_name = entry.name.get_ref();
            if exercises.iter().any(|known| known.name == *entry_name) {
                let problem = format!("exercise `{entry_name}` is named twice");
                return Err(bad(problem, "remove one of the two")
                    .at_byte(&text, at)
                    .into());
            }
            if entry.edit.is_empty() {
                let problem = format!("exercise `{entry_name}` has nothing to edit");
                return Err(bad(problem, "list a file under `edit`")
                    .at_byte(&text, at)
                    .into());
            }
            for edit in &entry.edit {
                let plain = Path::new(edit)
                    .components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)));
                if !plain || !tree.lab(name).join(edit).is_file() {
                    let problem = format!("`edit` names `{edit}`, which the lab does not have");
                    let remedy = "name a file of the lab by its path from the lab's folder";
                    return Err(bad(problem, remedy).at_byte(&text, at).into());
                }
            }
            exercises.push(Exercise {
                name: entry_name.clone(),
                title: entry.title.clone(),
                edit: entry.edit.clone(),
                group: entry.group.clone(),
                bonus: entry.bonus,
                unsafe_code: entry.unsafe_code,
                checks: Vec::new(),
            });
        }
        attach_checks(tree, name, &mut exercises)?;
        for (entry, exercise) in file.exercise.iter().zip(&exercises) {
            let sum: u32 = exercise.checks.iter().map(|check| check.points).sum();
            if sum != entry.points {
                return Err(bad(
                    format!(
                        "exercise `{}` promises {} points, but its checks sum to {sum}",
                        exercise.name, entry.points
                    ),
                    "make the two agree",
                )
                .at_byte(&text, entry.name.span().start)
                .into());
            }
        }
        Ok(Lab {
            name: file.name,
            title: file.title,
            exercises,
        })
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

fn attach_checks(tree: &Tree, lab: &str, exercises: &mut [Exercise]) -> Result<()> {
    let path = tree.checks(lab).join("checks.toml");
    let (text, file): (_, ChecksFile) = parse(&path)?;
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
