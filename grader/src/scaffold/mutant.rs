//! `grader new mutant`: an entry whose edit is still to be written.

use anyhow::Result;

use super::frames::{MUTANT, fill};
use super::plan::Plan;
use super::{Written, in_exercise, sentence};
use crate::error::BadInput;
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::tree::{Tree, mutants_file};

/// Adds a mutant, `exercise::name`, to its file.
///
/// # Errors
///
/// [`BadInput`] where the name is not one, or is taken.
pub fn mutant(tree: &Tree, lab: &Lab, id: &str) -> Result<Written> {
    let (exercise, name) = in_exercise(tree, lab, id)?;
    let path = mutants_file(&lab.name, &exercise.name);
    let mut others = Mutant::all(tree, lab)?.into_iter();
    if others.any(|other| other.exercise == exercise.name && other.name == name) {
        let problem = format!("has a mutant `{name}` already");
        let remedy = "name yours after what sets it apart";
        return Err(BadInput::new(&tree.root().join(path), problem, remedy).into());
    }
    let mistake = format!("{}.", sentence(name));
    let entry = fill(
        MUTANT,
        &[
            ("name", name),
            ("mistake", &mistake),
            ("file", &exercise.edit[0]),
        ],
    );
    let mut plan = Plan::new(tree);
    match plan.has(&path) {
        true => plan.append(&path, &entry)?,
        false => plan.create(&path, entry)?,
    }
    plan.write()
}
