//! Wrong answers as data: an edit on the solution, and the checks that must catch it.

use std::path::Path;

use anyhow::Result;
use picture::BugKind;
use serde::Deserialize;
use toml::Spanned;

use crate::data;
use crate::edit::Edit;
use crate::error::BadInput;
use crate::lab::{Exercise, Lab};
use crate::tree::{Tree, entries};

/// The `bug` of a mutant whose pictures name none.
pub(crate) const NO_NAME: &str = "none";

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
    /// For a hollow answer, one that makes the very mistake that its exercise is about: the points
    /// that it keeps, at most.
    pub keeps: Option<u32>,
    /// What pictures of it may call the bug, if they call it anything: by its name, or `none`. Not
    /// looked at where it is left out.
    pub bug: Option<String>,
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
            if path.extension().is_some_and(|kind| kind == "toml") {
                all.extend(read(tree, lab, &path)?);
            }
        }
        Ok(all)
    }
}

/// Reads the mutants of one exercise.
fn read(tree: &Tree, lab: &Lab, path: &Path) -> Result<Vec<Mutant>> {
    let (text, file): (_, MutantsFile) = data::read(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some(exercise) = lab.exercise(&name) else {
        let problem = format!("the lab has no exercise `{name}`");
        return Err(BadInput::new(path, problem, "name the file after an exercise").into());
    };
    let page = Page {
        path,
        text: &text,
        exercise,
        solution: &tree.solution(&lab.name),
    };
    let mut mutants: Vec<Mutant> = Vec::new();
    for entry in file.mutant {
        let mutant = page.mutant(tree, &entry)?;
        page.compare(&entry, &mutant, &mutants)?;
        mutants.push(mutant);
    }
    Ok(mutants)
}

/// A file of mutants.
struct Page<'p> {
    path: &'p Path,
    text: &'p str,
    exercise: &'p Exercise,
    /// The folder of the lab's solution.
    solution: &'p Path,
}

impl Page<'_> {
    /// A problem with an entry, at a byte of the file.
    fn bad(&self, entry: &MutantEntry, at: usize, problem: &str, remedy: &str) -> BadInput {
        let problem = format!("mutant `{}`: {problem}", entry.name.get_ref());
        BadInput::new(self.path, problem, remedy).at_byte(self.text, at)
    }

    fn mutant(&self, tree: &Tree, entry: &MutantEntry) -> Result<Mutant> {
        let bad = |problem: &str, remedy| self.bad(entry, entry.name.span().start, problem, remedy);
        let id = |check: &String| format!("{}::{check}", self.exercise.name);
        let killed_by: Vec<String> = entry.killed_by.iter().map(id).collect();
        let known = |id: &&String| self.exercise.checks.iter().any(|check| check.id() == **id);
        if let Some(id) = killed_by.iter().find(|id| !known(id)) {
            let remedy = "name checks of this exercise, without `exercise::`";
            return Err(bad(&format!("there is no check `{id}`"), remedy).into());
        }
        if killed_by.is_empty() {
            let remedy = "list the checks that must catch it under `killed_by`";
            return Err(bad("nobody has to catch it", remedy).into());
        }
        if !self.exercise.edit.contains(&entry.file) {
            let problem = format!("`{}` is not a file of the exercise", entry.file);
            return Err(bad(&problem, "name one of its `edit` files").into());
        }
        let edits = entry.edits().ok_or_else(|| {
            let remedy = "give it `find` and `replace`, or several of them as [[mutant.edit]]";
            bad("it edits nothing, or in both ways", remedy)
        })?;
        let source = self.source(entry)?;
        let place = tree.display_path(&self.solution.join(&entry.file));
        let mut text = source;
        for edit in edits {
            text = edit.apply(&text).map_err(|problem| {
                let remedy = format!("make it match exactly one place of {place}");
                self.bad(entry, edit.at(), &problem, &remedy)
            })?;
        }
        Ok(Mutant {
            exercise: self.exercise.name.clone(),
            name: entry.name.get_ref().clone(),
            mistake: entry.mistake.clone(),
            killed_by,
            keeps: self.keeps(entry)?,
            bug: self.bug(entry)?,
            file: entry.file.clone(),
            text,
        })
    }

    /// The name of the bug: one that pictures know.
    fn bug(&self, entry: &MutantEntry) -> Result<Option<String>> {
        let Some(bug) = &entry.bug else {
            return Ok(None);
        };
        let names = BugKind::ALL.map(BugKind::name);
        if bug.get_ref() != NO_NAME && !names.contains(&bug.get_ref().as_str()) {
            let problem = format!("no picture calls a bug `{}`", bug.get_ref());
            let remedy = format!("write `{NO_NAME}`, or one of: {}", names.join(", "));
            return Err(self.bad(entry, bug.span().start, &problem, &remedy).into());
        }
        Ok(Some(bug.get_ref().clone()))
    }

    /// What a hollow answer keeps: not more than the exercise lets it.
    fn keeps(&self, entry: &MutantEntry) -> Result<Option<u32>> {
        let Some(keeps) = &entry.keeps else {
            return Ok(None);
        };
        let most = self.exercise.keeps;
        if *keeps.get_ref() > most {
            let problem = format!("it may keep {} points", keeps.get_ref());
            let remedy = format!("allow at most {most}, which the exercise's `keeps` allows");
            return Err(self
                .bad(entry, keeps.span().start, &problem, &remedy)
                .into());
        }
        Ok(Some(*keeps.get_ref()))
    }

    /// The solution's file that an entry edits.
    fn source(&self, entry: &MutantEntry) -> Result<String> {
        let path = self.solution.join(&entry.file);
        let read = std::fs::read_to_string(&path).map_err(|error| {
            let problem = format!("cannot be read ({error})");
            BadInput::new(&path, problem, "write the solution first")
        });
        Ok(read?)
    }

    /// Refuses a mutant that is one of the others, or none.
    fn compare(&self, entry: &MutantEntry, mutant: &Mutant, others: &[Mutant]) -> Result<()> {
        let bad = |problem: &str, remedy| self.bad(entry, entry.name.span().start, problem, remedy);
        if others.iter().any(|other| other.name == mutant.name) {
            return Err(bad("is named twice", "rename one").into());
        }
        let remedy = "make another mistake in it, or take it out";
        if same_code(&self.source(entry)?, &mutant.text) {
            return Err(bad("it does not change the solution's code", remedy).into());
        }
        let mut others = others.iter().filter(|other| other.file == mutant.file);
        if let Some(other) = others.find(|other| same_code(&other.text, &mutant.text)) {
            let problem = format!("it is the same code as mutant `{}`", other.name);
            return Err(bad(&problem, remedy).into());
        }
        Ok(())
    }
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
    keeps: Option<Spanned<u32>>,
    bug: Option<Spanned<String>>,
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
