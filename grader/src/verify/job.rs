//! What a worker grades in one go: a subject, or the mutants of an exercise that may share a build.

use crate::lab::{Kind, Lab};
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
    Together(&'s str, Vec<Numbered<'s>>),
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
pub(super) fn plan<'s>(lab: &Lab, subjects: &[Numbered<'s>], apart: bool) -> Vec<Job<'s>> {
    let mut alone = Vec::new();
    let mut together: Vec<(&str, Vec<Numbered>)> = Vec::new();
    for &(at, subject) in subjects {
        match subject {
            Subject::Mutant(mutant) if !apart && !caught_by_a_rule(lab, mutant) => {
                match together
                    .iter_mut()
                    .find(|(name, _)| *name == mutant.exercise)
                {
                    Some((_, mutants)) => mutants.push((at, subject)),
                    None => together.push((&mutant.exercise, vec![(at, subject)])),
                }
            }
            _ => alone.push(Job::Alone((at, subject))),
        }
    }
    together.sort_by_key(|(_, mutants)| std::cmp::Reverse(mutants.len()));
    let together = together.into_iter();
    let together = together.map(|(name, mutants)| Job::Together(name, mutants));
    together.chain(alone).collect()
}

/// Whether a mutant has to be caught by a lint, which must see its text and no other.
fn caught_by_a_rule(lab: &Lab, mutant: &Mutant) -> bool {
    let named = |id: &str| mutant.killed_by.iter().any(|named| named == id);
    lab.checks()
        .any(|check| check.kind == Kind::Lint && named(check.id()))
}
