//! Grades mutants of one exercise in one build, as far as they can share one.
//!
//! The one idea: what does not fit is graded alone, so sharing is never more than faster. A mutant
//! is left out for what it changes, for an error of the compiler in its lines, or for a finding.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::Proof;
use super::job::Numbered;
use crate::build::Message;
use crate::build::messages::Place;
use crate::grade::Graded;
use crate::intake;
use crate::lab::Exercise;
use crate::mutant::Mutant;
use crate::schemata::{self, Schema, Woven};
use crate::stage::{Built, Checks, Compiled, Lints, Stage};
use crate::subject::Subject;
use crate::vet::lints;

/// What came of subjects, each with its place.
type Outcomes = Vec<(usize, Result<Graded>)>;

impl Proof<'_> {
    /// Grades mutants of an exercise, and gives what came of each with its place.
    pub(super) fn together(
        &self,
        stage: &mut Stage,
        exercise: &str,
        mutants: &[Numbered],
    ) -> Outcomes {
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

    /// Grades those that fit into one build: takes mutants out until what is left builds.
    fn within_one(
        &self,
        stage: &mut Stage,
        exercise: &str,
        mutants: &[Numbered],
    ) -> Result<Outcomes> {
        let exercise = self.lab.exercise(exercise).context("an exercise")?;
        let solution = intake::take(self.tree, self.lab, &Subject::Solution)?.files;
        let own = solution
            .iter()
            .filter(|(path, _)| exercise.edit.contains(path));
        let mut schema = Schema::of(own.map(|(path, text)| (path.as_str(), text.as_str())));
        for (number, (_, subject)) in (1..).zip(mutants) {
            if let Subject::Mutant(Mutant { file, text, .. }) = subject {
                schema.add(number, file, text);
            }
        }
        while schema.numbers().count() > 1 {
            let woven = schema.weave();
            let places = match self.compile(stage, exercise, &solution, &woven)? {
                Ok(compiled) => match compiled.with_checks(Checks::Of(&[&exercise.name]))? {
                    Ok(built) => return Ok(self.run_all(built, exercise, &schema, mutants)),
                    Err(_) => break,
                },
                Err(places) => places,
            };
            let faulty = owners(&places, &self.lab.dir(), &woven);
            if faulty.is_empty() {
                break;
            }
            faulty.into_iter().for_each(|number| schema.remove(number));
        }
        Ok(Vec::new())
    }

    /// Compiles a lab with a schema in it. Gives the places that keep it from being used.
    fn compile<'s>(
        &self,
        stage: &'s mut Stage,
        exercise: &Exercise,
        solution: &BTreeMap<String, String>,
        woven: &BTreeMap<&str, Woven>,
    ) -> Result<std::result::Result<Compiled<'s>, Vec<Place>>> {
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
        let lists = lints::lists(self.lab);
        let compiled = match stage.lay(&files)?.compile(Lints::Lists(&lists))? {
            Ok(compiled) => compiled,
            Err(messages) => {
                let errors = messages.into_iter().filter(Message::is_error);
                return Ok(Err(errors.flat_map(|error| error.places).collect()));
            }
        };
        let found = lints::bypasses(compiled.messages(), exercise, &self.lab.dir());
        let places: Vec<Place> = found.into_iter().map(|finding| finding.place).collect();
        Ok(if places.is_empty() {
            Ok(compiled)
        } else {
            Err(places)
        })
    }

    /// Runs the checks of all mutants that a build holds.
    fn run_all(
        &self,
        mut built: Built,
        exercise: &Exercise,
        schema: &Schema,
        mutants: &[Numbered],
    ) -> Outcomes {
        let holds = |number: &u32| schema.numbers().any(|other| other == *number);
        let numbered = (1..).zip(mutants.iter().copied());
        let (shared, alone): (Vec<(u32, Numbered)>, Vec<_>) =
            numbered.partition(|(number, _)| holds(number));
        let alone = alone.into_iter().map(|(_, (_, subject))| subject);
        self.say(&described(exercise, shared.len(), alone));
        let grade = |(number, (at, subject))| {
            built.choose(number);
            (at, self.grader(subject).grade_within(&built, subject))
        };
        shared.into_iter().map(grade).collect()
    }
}

/// How many mutants share a build, and which do not.
fn described<'s>(
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

/// The mutants that some places are in.
fn owners(places: &[Place], dir: &str, woven: &BTreeMap<&str, Woven>) -> BTreeSet<u32> {
    let owner = |place: &Place| {
        let file = place.file.strip_prefix(dir)?.strip_prefix('/')?;
        woven.get(file)?.owner(place.line)
    };
    places.iter().filter_map(owner).collect()
}
