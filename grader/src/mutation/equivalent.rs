//! Changes that mean the same as before: `grader/labs/<lab>/equivalent.toml`.

use anyhow::Result;
use serde::Deserialize;

use super::Change;
use crate::data;
use crate::error::BadInput;
use crate::lab::Lab;
use crate::tree::Tree;

/// All explanations of a lab, and which of them were needed.
pub(super) struct Equivalents {
    path: String,
    all: Vec<(Equivalent, bool)>,
}

/// Why a change is not a mistake. It is known by its file, its name and the code of its line, not
/// by the line's number, which moves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    file: String,
    change: String,
    line: String,
    /// For people.
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EquivalentFile {
    #[serde(default)]
    equivalent: Vec<Equivalent>,
}

impl Equivalents {
    /// Reads the explanations of a lab; there may be none.
    pub(super) fn read(tree: &Tree, lab: &Lab) -> Result<Self> {
        let path = tree.equivalent(&lab.name);
        let told = tree.display_path(&path);
        if !path.is_file() {
            let all = Vec::new();
            return Ok(Equivalents { path: told, all });
        }
        let (_, file): (_, EquivalentFile) = data::read(&path)?;
        for entry in &file.equivalent {
            if entry.reason.trim().is_empty() {
                let problem = format!("`{}` has no reason", entry.change);
                return Err(BadInput::new(&path, problem, "say why it is not a mistake").into());
            }
        }
        let all = file.equivalent.into_iter().map(|entry| (entry, false));
        Ok(Equivalents {
            path: told,
            all: all.collect(),
        })
    }

    /// Whether a change that survived is explained.
    pub(super) fn explains(&mut self, change: &Change) -> bool {
        let entry = self.all.iter_mut().find(|(entry, _)| {
            entry.file == change.mutant.file
                && entry.change == change.mutant.name
                && entry.line == change.code
        });
        entry.is_some_and(|(_, needed)| {
            *needed = true;
            true
        })
    }

    /// Complaints about explanations of what does not survive, in the files that were asked about.
    pub(super) fn idle(&self, asked: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
        self.all
            .iter()
            .filter(move |(entry, needed)| !needed && asked(&entry.file))
            .map(|(entry, _)| {
                format!(
                    "{}: `{}` in {} does not survive (any more); take its explanation out",
                    self.path, entry.change, entry.file
                )
            })
    }
}
