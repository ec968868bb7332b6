//! From a sample's entry to its files.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use anyhow::Result;

use super::at::At;
use super::expect::expect;
use super::file::Base;
use crate::accepted::Accepted;
use crate::edit::Edit;
use crate::handout;
use crate::intake;
use crate::lab::{Exercise, Lab};
use crate::mutant::Mutant;
use crate::sample::Sample;
use crate::subject::Subject;
use crate::tree::{Tree, lab_dir};

/// The files of a lab, by their paths from its folder.
type Files = BTreeMap<String, String>;

/// What a lab's exercises are known to be answered by.
pub(super) struct Answers<'l> {
    tree: &'l Tree,
    lab: &'l Lab,
    mutants: Vec<Mutant>,
    accepted: Vec<Accepted>,
}

impl<'l> Answers<'l> {
    pub(super) fn read(tree: &'l Tree, lab: &'l Lab) -> Result<Self> {
        Ok(Answers {
            tree,
            lab,
            mutants: Mutant::all(tree, lab)?,
            accepted: Accepted::all(tree, lab)?,
        })
    }

    pub(super) fn compose(&self, at: &At) -> Result<Sample> {
        self.check_names(at)?;
        let mut lab_files = Files::new();
        for exercise in &self.lab.exercises {
            if let Some(subject) = self.subject(at, exercise)? {
                let mut files = intake::take(self.tree, self.lab, &subject)?.files;
                files.retain(|file, _| exercise.edit.contains(file));
                lab_files.append(&mut files);
            }
        }
        edit(at, &mut lab_files)?;
        let mut files: Files = lab_files
            .into_iter()
            .map(|(file, text)| (at.below(&file), handout::unmarked(&text)))
            .collect();
        for file in &at.entry.file {
            files.insert(file.path.get_ref().clone(), file.text.clone());
        }
        if !self
            .lab
            .edit()
            .any(|file| files.contains_key(&at.below(file)))
        {
            let remedy = "hand in at least one file of the lab";
            return Err(at.bad("holds none of the lab's files", remedy).into());
        }
        let exercises = self.lab.exercises.iter();
        Ok(Sample {
            name: at.name().to_owned(),
            about: at.entry.about.clone(),
            files,
            expected: exercises
                .map(|exercise| expect(at, exercise))
                .collect::<Result<_>>()?,
        })
    }

    /// Whose answer to an exercise is handed in; nobody's where none is.
    fn subject(&self, at: &At, exercise: &Exercise) -> Result<Option<Subject>> {
        let Some((byte, answer)) = at.answer(exercise) else {
            return Ok(base(at.entry.base));
        };
        let unknown = |kind: &str, name: &str, remedy: &str| {
            let problem = format!("exercise `{}` has no {kind} `{name}`", exercise.name);
            at.bad_at(byte, &problem, remedy)
        };
        match (answer.base, &answer.mutant, &answer.accepted) {
            (None, None, None) => Ok(base(at.entry.base)),
            (Some(own), None, None) => Ok(base(own)),
            (None, Some(name), None) => {
                let mut mutants = self.mutants.iter();
                let is = |known: &&Mutant| known.exercise == exercise.name && known.name == *name;
                let mutant = mutants.find(is);
                let mutant = mutant.ok_or_else(|| unknown("mutant", name, "see its mutants"))?;
                Ok(Some(Subject::Mutant(mutant.clone())))
            }
            (None, None, Some(name)) => {
                let mut accepted = self.accepted.iter();
                let is =
                    |known: &&Accepted| known.exercise == exercise.name && known.design == *name;
                let design = accepted
                    .find(is)
                    .ok_or_else(|| unknown("accepted design", name, "see the folder `accepted`"))?;
                Ok(Some(Subject::Accepted(design.clone())))
            }
            _ => {
                let problem = format!("exercise `{}` is answered in two ways", exercise.name);
                let remedy = "give it one of `base`, `mutant` and `accepted`";
                Err(at.bad_at(byte, &problem, remedy).into())
            }
        }
    }

    /// Whether the sample is a folder's name, the lab lies where it is looked for, and each
    /// exercise and file is one.
    fn check_names(&self, at: &At) -> Result<()> {
        if !is_name(at.name()) {
            let remedy = "name it with lower-case letters, digits and `_`";
            return Err(at.bad("cannot be a folder's name", remedy).into());
        }
        let places = intake::places(&self.lab.name);
        if !places.contains(&at.below("")) {
            let problem = format!("the lab is not looked for in `{}`", at.entry.folder);
            let remedy = format!("leave it out, or write `{}`", lab_dir(&self.lab.name));
            return Err(at.bad(&problem, &remedy).into());
        }
        for name in at.entry.exercise.keys() {
            if self.lab.exercise(name.get_ref()).is_none() {
                let problem = format!("the lab has no exercise `{}`", name.get_ref());
                let remedy = "name one of lab.toml";
                return Err(at.bad_at(name.span().start, &problem, remedy).into());
            }
        }
        for file in &at.entry.file {
            let mut parts = Path::new(file.path.get_ref()).components();
            if !parts.all(|part| matches!(part, Component::Normal(_))) {
                let problem = format!("`{}` is not inside the submission", file.path.get_ref());
                let remedy = "name a path from the submission's root";
                return Err(at.bad_at(file.path.span().start, &problem, remedy).into());
            }
        }
        Ok(())
    }
}

fn base(base: Base) -> Option<Subject> {
    match base {
        Base::Solution => Some(Subject::Solution),
        Base::Skeleton => Some(Subject::Skeleton),
        Base::Nothing => None,
    }
}

fn is_name(name: &str) -> bool {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.chars().all(part)
}

fn edit(at: &At, files: &mut Files) -> Result<()> {
    for entry in &at.entry.edit {
        let edit = Edit {
            find: entry.find.clone(),
            replace: entry.replace.clone(),
        };
        let Some(text) = files.get_mut(&entry.file) else {
            let problem = format!("`{}` is not handed in", entry.file);
            let remedy = "edit a file of an exercise that the sample answers";
            return Err(at.bad_at(edit.at(), &problem, remedy).into());
        };
        *text = edit.apply(text).map_err(|problem| {
            let remedy = format!("make it match exactly one place of {}", entry.file);
            at.bad_at(edit.at(), &problem, &remedy)
        })?;
    }
    Ok(())
}
