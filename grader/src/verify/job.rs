//! What a worker grades in one go: a subject, or the mutants of an exercise that may share a build.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::lab::{Exercise, Kind, Lab};
use crate::mutant::Mutant;
use crate::subject::Subject;

/// A subject, and its place among all that are graded.
pub(super) type Numbered<'s> = (usize, &'s Subject);

/// One go.
#[derive(Debug)]
pub(super) enum Job<'s> {
    /// A build of its own.
    Alone(Numbered<'s>),
    /// Mutants of one exercise, which share a build as far as they can.
    Together(&'s Exercise, Vec<Numbered<'s>>),
}

impl<'s> Job<'s> {
    /// The subjects that it grades.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Numbered<'s>> {
        let subjects = match self {
            Job::Alone(subject) => std::slice::from_ref(subject),
            Job::Together(_, mutants) => mutants,
        };
        subjects.iter().copied()
    }
}

/// Sorts subjects into jobs, the longest first, so that no worker begins one when the others end.
pub(super) fn plan<'s>(lab: &'s Lab, subjects: &[Numbered<'s>], apart: bool) -> Vec<Job<'s>> {
    let shares = |subject: &Subject| match subject {
        Subject::Mutant(mutant) if !apart && !caught_by_a_rule(lab, mutant) => {
            lab.exercise(&mutant.exercise)
        }
        _ => None,
    };
    let mut alone = Vec::new();
    let mut together: BTreeMap<&str, (&Exercise, Vec<Numbered>)> = BTreeMap::new();
    for &(at, subject) in subjects {
        match shares(subject) {
            Some(exercise) => {
                let own = together.entry(&exercise.name);
                let (_, mutants) = own.or_insert_with(|| (exercise, Vec::new()));
                mutants.push((at, subject));
            }
            None => alone.push(Job::Alone((at, subject))),
        }
    }
    let mut together: Vec<_> = together.into_values().collect();
    // Nobody to share with.
    for (_, mutants) in together.extract_if(.., |(_, mutants)| mutants.len() == 1) {
        alone.extend(mutants.into_iter().map(Job::Alone));
    }
    together.sort_by_key(|(_, mutants)| Reverse(mutants.len()));
    let together = together.into_iter();
    let together = together.map(|(exercise, mutants)| Job::Together(exercise, mutants));
    together.chain(alone).collect()
}

/// Whether a mutant has to be caught by a lint, which must see its text and no other.
fn caught_by_a_rule(lab: &Lab, mutant: &Mutant) -> bool {
    let named = |id: &str| mutant.killed_by.iter().any(|named| named == id);
    lab.checks()
        .any(|check| check.kind == Kind::Lint && named(check.id()))
}
