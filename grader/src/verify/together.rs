//! Grades mutants of one exercise in one build, as far as they can share one.
//!
//! The one idea: what does not fit is graded alone, so sharing is never more than faster. A mutant
//! is left out for what it changes, for an error of the compiler in its lines, or for a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Proof;
use super::job::Numbered;
use crate::build::{Compiler, Message};
use crate::grade::Graded;
use crate::intake;
use crate::lab::Exercise;
use crate::mutant::Mutant;
use crate::schemata::{self, Schema, Woven};
use crate::stage::Stage;
use crate::subject::Subject;
use crate::vet;

/// What came of building a schema: the checks' binary, or the mutants that are at fault.
type Attempt = std::result::Result<PathBuf, BTreeSet<u32>>;

impl Proof<'_> {
    /// Grades mutants of an exercise, and gives what came of each with its place.
    pub(super) fn together(
        &self,
        stage: &mut Stage,
        exercise: &str,
        mutants: &[Numbered],
    ) -> Vec<(usize, Result<Graded>)> {
        let mut graded = Vec::new();
        let mut left: Vec<Numbered> = mutants.to_vec();
        match self.within_one(stage, exercise, mutants) {
            Ok(shared) => graded = shared,
            Err(error) => self.say(&format!("{exercise}: no mutants share a build: {error:#}")),
        }
        left.retain(|(at, _)| graded.iter().all(|(done, _)| done != at));
        for (at, subject) in left {
            graded.push((at, self.grade(stage, subject)));
        }
        graded
    }

    /// Grades those that fit into one build.
    fn within_one(
        &self,
        stage: &mut Stage,
        exercise: &str,
        mutants: &[Numbered],
    ) -> Result<Vec<(usize, Result<Graded>)>> {
        let exercise = self.lab.exercise(exercise).context("an exercise")?;
        let solution = intake::take(self.tree, self.lab, &Subject::Solution)?.files;
        let own = solution
            .iter()
            .filter(|(path, _)| exercise.edit.contains(path));
        let mut schema = Schema::of(own.map(|(path, text)| (path.as_str(), text.as_str())));
        let numbered: Vec<(u32, &Numbered)> = (1..).zip(mutants).collect();
        for (number, (_, subject)) in &numbered {
            if let Subject::Mutant(Mutant { file, text, .. }) = subject {
                schema.add(*number, file, text);
            }
        }
        let Some(binary) = self.build(stage, exercise, &solution, &mut schema)? else {
            return Ok(Vec::new());
        };
        let shares = |number: &u32| schema.numbers().any(|other| other == *number);
        let (shared, alone): (Vec<_>, Vec<_>) =
            numbered.into_iter().partition(|(number, _)| shares(number));
        self.say(&told(
            exercise,
            shared.len(),
            alone.iter().map(|(_, alone)| alone.1),
        ));
        let grade = |(number, (at, subject)): (u32, &Numbered)| {
            let grader = self.grader(subject);
            (*at, grader.grade_within(stage, subject, &binary, number))
        };
        Ok(shared.into_iter().map(grade).collect())
    }

    /// Builds a schema, and takes mutants out until what is left builds; nothing if that is not
    /// worth a build.
    fn build(
        &self,
        stage: &mut Stage,
        exercise: &Exercise,
        solution: &BTreeMap<String, String>,
        schema: &mut Schema,
    ) -> Result<Option<PathBuf>> {
        while schema.numbers().count() > 1 {
            let woven = schema.weave();
            match self.attempt(stage, exercise, solution, &woven)? {
                Ok(binary) => return Ok(Some(binary)),
                Err(faulty) if faulty.is_empty() => {
                    self.say(&format!("{}: its mutants build only alone", exercise.name));
                    return Ok(None);
                }
                Err(faulty) => {
                    let (name, count) = (&exercise.name, faulty.len());
                    self.say(&format!(
                        "{name}: {count} mutants do not build beside the others"
                    ));
                    faulty.into_iter().for_each(|number| schema.remove(number));
                }
            }
        }
        Ok(None)
    }

    fn attempt(
        &self,
        stage: &mut Stage,
        exercise: &Exercise,
        solution: &BTreeMap<String, String>,
        woven: &BTreeMap<&str, Woven>,
    ) -> Result<Attempt> {
        let lib = self.tree.lab(&self.lab.name).join("src/lib.rs");
        let root = schemata::root(&std::fs::read_to_string(lib)?);
        let mut files: BTreeMap<&str, &str> = BTreeMap::from([("src/lib.rs", root.as_str())]);
        files.extend(
            solution
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        );
        files.extend(
            woven
                .iter()
                .map(|(path, woven)| (*path, woven.text.as_str())),
        );
        stage.lay(&files)?;
        stage.lay_lints(&vet::clippy_lists(self.lab))?;
        let compiled = Compiler::at(stage).lab()?;
        if !compiled.success {
            return Ok(Err(at_fault(&compiled.messages, stage, woven)));
        }
        let found = vet::bypasses(&compiled.messages, exercise, &stage.lab_dir());
        if !found.is_empty() {
            let places = found.iter().map(|finding| &finding.place);
            return Ok(Err(owners(places, stage, woven)));
        }
        stage.show_checks(self.lab, |name| name == exercise.name)?;
        let checks = Compiler::at(stage).checks();
        stage.hide_checks()?;
        Ok(checks?.1.ok_or_else(BTreeSet::new))
    }
}

/// How many mutants share a build, and which do not.
fn told<'s>(
    exercise: &Exercise,
    shared: usize,
    alone: impl Iterator<Item = &'s Subject>,
) -> String {
    let alone: Vec<&str> = alone
        .filter_map(|subject| match subject {
            Subject::Mutant(mutant) => Some(mutant.name.as_str()),
            _ => None,
        })
        .collect();
    let (name, all) = (&exercise.name, shared + alone.len());
    match alone[..] {
        [] => format!("{name}: all {all} mutants share a build"),
        _ => format!(
            "{name}: {shared} of {all} mutants share a build, but not {}",
            alone.join(", ")
        ),
    }
}

/// The mutants in whose lines errors are.
fn at_fault(messages: &[Message], stage: &Stage, woven: &BTreeMap<&str, Woven>) -> BTreeSet<u32> {
    let errors = messages.iter().filter(|message| message.is_error());
    owners(errors.flat_map(|error| &error.places), stage, woven)
}

fn owners<'p>(
    places: impl Iterator<Item = &'p crate::build::messages::Place>,
    stage: &Stage,
    woven: &BTreeMap<&str, Woven>,
) -> BTreeSet<u32> {
    let dir = format!("{}/", stage.lab_dir());
    let owner = |place: &crate::build::messages::Place| {
        let file = place.file.strip_prefix(&dir)?;
        woven.get(file)?.owner(place.line)
    };
    places.filter_map(owner).collect()
}
