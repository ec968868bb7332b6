//! Grades mutants of one exercise in one build, as far as they can share one ([`crate::schemata`]).
//!
//! The one idea: what does not fit is graded alone, so sharing can only save time. A mutant is left
//! out for what it changes, for an error of the compiler in its lines, or for a finding there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{Graded, Grader};
use crate::build::Message;
use crate::build::messages::Location;
use crate::intake::{self, Answer};
use crate::lab::{Exercise, Lab};
use crate::mutant::Mutant;
use crate::schemata::{self, Schema, Woven};
use crate::stage::{Built, Checks, Compiled, Lints, Stage};
use crate::subject::Subject;
use crate::tree::Tree;
use crate::vet::lints;

/// A library's root, from its lab's folder.
const ROOT: &str = "src/lib.rs";

/// Where mutants are graded together. Whoever grades them within one build must not ask for a lint:
/// it would see the text of all.
#[derive(Debug)]
pub struct Together<'t> {
    /// The course.
    pub tree: &'t Tree,
    /// The lab.
    pub lab: &'t Lab,
    /// The exercise that all of them are mutants of.
    pub exercise: &'t Exercise,
}

/// What came of a mutant.
#[derive(Debug)]
pub struct Outcome {
    /// Its verdicts.
    pub graded: Result<Graded>,
    /// Whether it shared a build.
    pub shared: bool,
}

/// What came of each mutant that shared a build, in their order; nothing of those that did not.
type Shared = Vec<Option<Result<Graded>>>;

impl Together<'_> {
    /// Grades mutants, in their order: those that fit into one build by what `within` makes, the
    /// others by what `alone` makes.
    pub fn grade<'g>(
        &self,
        stage: &mut Stage,
        mutants: &[&'g Subject],
        within: impl Fn(&'g Subject) -> Grader<'g>,
        alone: impl Fn(&'g Subject) -> Grader<'g>,
    ) -> Vec<Outcome> {
        let none = || mutants.iter().map(|_| None).collect();
        // What fails here fails again, or does not matter.
        let shared = self
            .share(stage, mutants, &within)
            .unwrap_or_else(|_| none());
        let each = mutants.iter().zip(shared);
        each.map(|(subject, graded)| Outcome {
            shared: graded.is_some(),
            graded: graded.unwrap_or_else(|| alone(subject).grade(stage, subject)),
        })
        .collect()
    }

    /// Grades those that fit into one build: takes mutants out until what is left builds. Where the
    /// checks do not build with them, each half has a build of its own: where an answer is generic,
    /// each use of it compiles all mutants again, and that may be more than a compiler can hold.
    fn share<'g>(
        &self,
        stage: &mut Stage,
        mutants: &[&'g Subject],
        grader: &impl Fn(&'g Subject) -> Grader<'g>,
    ) -> Result<Shared> {
        let solution = intake::take(self.tree, self.lab, &Subject::Solution)?;
        let edit = &self.exercise.edit;
        let own = solution
            .files
            .iter()
            .filter(|(path, _)| edit.contains(path));
        let mut schema = Schema::of(own.map(|(path, text)| (path.as_str(), text.as_str())));
        for (number, subject) in (1..).zip(mutants) {
            if let Subject::Mutant(Mutant { file, text, .. }) = subject {
                schema.add(number, file, text);
            }
        }
        while schema.numbers().count() > 1 {
            let woven = schema.weave();
            let places = match self.compile(stage, &solution.files, &woven)? {
                Ok(compiled) => match compiled.with_checks(Checks::Of(&[&self.exercise.name]))? {
                    Ok(built) => return Ok(run(built, &solution, &schema, mutants, grader)),
                    Err(_) => {
                        let (first, second) = mutants.split_at(mutants.len() / 2);
                        let mut shared = self.share(stage, first, grader)?;
                        shared.extend(self.share(stage, second, grader)?);
                        return Ok(shared);
                    }
                },
                Err(places) => places,
            };
            let faulty = owners(&places, &self.lab.dir(), &woven);
            if faulty.is_empty() {
                break;
            }
            faulty.into_iter().for_each(|number| schema.remove(number));
        }
        Ok(mutants.iter().map(|_| None).collect())
    }

    /// Compiles a lab with a schema in it. Gives the places that keep it from being used.
    fn compile<'s>(
        &self,
        stage: &'s mut Stage,
        solution: &BTreeMap<String, String>,
        woven: &BTreeMap<&str, Woven>,
    ) -> Result<std::result::Result<Compiled<'s>, Vec<Location>>> {
        let root = schemata::root(stage.pristine(ROOT)?);
        let mut files: BTreeMap<&str, &str> = BTreeMap::from([(ROOT, root.as_str())]);
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
        let laid = stage.lay(&files)?.without_lines();
        let compiled = match laid.compile(Lints::Lists(&lists))? {
            Ok(compiled) => compiled,
            Err(messages) => {
                let errors = messages.into_iter().filter(Message::is_error);
                return Ok(Err(errors.flat_map(|error| error.places).collect()));
            }
        };
        let found = lints::bypasses(compiled.messages(), self.exercise, &self.lab.dir());
        let places: Vec<Location> = found.into_iter().map(|finding| finding.place).collect();
        Ok(if places.is_empty() {
            Ok(compiled)
        } else {
            Err(places)
        })
    }
}

/// Runs the checks of all mutants that a build holds.
fn run<'g>(
    mut built: Built,
    solution: &Answer,
    schema: &Schema,
    mutants: &[&'g Subject],
    grader: &impl Fn(&'g Subject) -> Grader<'g>,
) -> Shared {
    let numbers: BTreeSet<u32> = schema.numbers().collect();
    let mut grade = |number, subject: &'g Subject| {
        let Subject::Mutant(mutant) = subject else {
            return None;
        };
        let mut answer = solution.clone();
        let (file, text) = (mutant.file.clone(), mutant.text.clone());
        answer.files.insert(file, text);
        built.choose(number);
        let shares = numbers.contains(&number);
        shares.then(|| grader(subject).grade_within(&built, subject, &answer))
    };
    let each = (1..).zip(mutants);
    each.map(|(number, subject)| grade(number, subject))
        .collect()
}

/// The mutants that some places are in.
fn owners(places: &[Location], dir: &str, woven: &BTreeMap<&str, Woven>) -> BTreeSet<u32> {
    let owner = |place: &Location| {
        let file = place.file.strip_prefix(dir)?.strip_prefix('/')?;
        woven.get(file)?.owner(place.line)
    };
    places.iter().filter_map(owner).collect()
}
