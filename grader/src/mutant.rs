//! Wrong answers as data: an edit on the solution, and the checks that must catch it.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;

use crate::data;
use crate::edit::Edit;
use crate::error::BadInput;
use crate::lab::Lab;
use crate::tree::{Tree, entries};

/// One mistake.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The exercise that is answered wrongly.
    pub exercise: String,
    /// The mistake, as a name.
    pub name: String,
    /// The mistake, as a sentence.
    pub mistake: String,
    /// Ids of the checks that must each fail.
    pub killed_by: Vec<String>,
    /// The file that holds the mistake, from the lab's folder.
    pub file: String,
    /// That file, with the mistake in it.
    pub text: String,
}

impl Mutant {
    /// Reads all mutants of a lab and applies their edits.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where an edit does not match exactly once, or a check is not known.
    pub fn all(tree: &Tree, lab: &Lab) -> Result<Vec<Mutant>> {
        let mut all = Vec::new();
        for path in entries(&tree.mutants(&lab.name))? {
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                read(tree, lab, &path, &mut all)?;
            }
        }
        Ok(all)
    }
}

fn read(tree: &Tree, lab: &Lab, path: &Path, all: &mut Vec<Mutant>) -> Result<()> {
    let (text, file): (_, MutantsFile) = data::read(path)?;
    let exercise = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let Some(known) = lab.exercise(&exercise) else {
        let problem = format!("the lab has no exercise `{exercise}`");
        return Err(BadInput::new(path, problem, "name the file after an exercise").into());
    };
    for entry in file.mutant {
        let at = entry.name.span().start;
        let name = entry.name.get_ref().clone();
        let bad = |problem: String, remedy: &str| {
            BadInput::new(path, format!("mutant `{name}`: {problem}"), remedy)
        };
        if all
            .iter()
            .any(|other| other.exercise == exercise && other.name == name)
        {
            return Err(bad("is named twice".to_owned(), "rename one")
                .at_byte(&text, at)
                .into());
        }
        let mut killed_by = Vec::new();
        for check in &entry.killed_by {
            let id = format!("{exercise}::{check}");
            if !known.checks.iter().any(|promised| promised.id() == id) {
                let problem = format!("there is no check `{id}`");
                let remedy = "name checks of this exercise, without `exercise::`";
                return Err(bad(problem, remedy).at_byte(&text, at).into());
            }
            killed_by.push(id);
        }
        if killed_by.is_empty() {
            let remedy = "list the checks that must catch it under `killed_by`";
            return Err(bad("nobody has to catch it".to_owned(), remedy)
                .at_byte(&text, at)
                .into());
        }
        let source = tree.solution(&lab.name).join(&entry.file);
        if !known.edit.contains(&entry.file) {
            let problem = format!("`{}` is not a file of the exercise", entry.file);
            return Err(bad(problem, "name one of its `edit` files")
                .at_byte(&text, at)
                .into());
        }
        let mut mutated = std::fs::read_to_string(&source).map_err(|error| {
            BadInput::new(
                &source,
                format!("cannot be read ({error})"),
                "write the solution first",
            )
        })?;
        for edit in entry.edits().ok_or_else(|| {
            let remedy = "give it `find` and `replace`, or several of them as [[mutant.edit]]";
            bad("it edits nothing, or in both ways".to_owned(), remedy).at_byte(&text, at)
        })? {
            mutated = edit.apply(&mutated).map_err(|problem| {
                let remedy = format!("make it match exactly one place of {}", tree.told(&source));
                bad(problem, &remedy).at_byte(&text, edit.at())
            })?;
        }
        let source = std::fs::read_to_string(&source)?;
        let same = all
            .iter()
            .filter(|other| other.exercise == exercise && other.file == entry.file)
            .find(|other| same_code(&other.text, &mutated));
        let twin = match same {
            _ if same_code(&source, &mutated) => {
                Some("it does not change the solution's code".to_owned())
            }
            Some(other) => Some(format!("it is the same code as mutant `{}`", other.name)),
            None => None,
        };
        if let Some(problem) = twin {
            let remedy = "make another mistake in it, or take it out";
            return Err(bad(problem, remedy).at_byte(&text, at).into());
        }
        all.push(Mutant {
            exercise: exercise.clone(),
            name: name.clone(),
            mistake: entry.mistake,
            killed_by,
            file: entry.file,
            text: mutated,
        });
    }
    Ok(())
}

/// Whether two texts differ in nothing but comments and white space around lines.
pub(crate) fn same_code(one: &str, other: &str) -> bool {
    fn code(text: &str) -> impl Iterator<Item = &str> {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with("//"))
    }
    code(one).eq(code(other))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MutantsFile {
    #[serde(default)]
    mutant: Vec<MutantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MutantEntry {
    name: Spanned<String>,
    mistake: String,
    killed_by: Vec<String>,
    file: String,
    find: Option<Spanned<String>>,
    replace: Option<String>,
    /// Applied one after the other.
    #[serde(default)]
    edit: Vec<Edit>,
}

impl MutantEntry {
    /// The entry's own edit, or its list: not both, and not neither.
    fn edits(&self) -> Option<Vec<Edit>> {
        match (&self.find, &self.replace, &self.edit[..]) {
            (Some(find), Some(replace), []) => Some(vec![Edit {
                find: find.clone(),
                replace: replace.clone(),
            }]),
            (None, None, edits @ [_, ..]) => Some(edits.to_vec()),
            _ => None,
        }
    }
}
