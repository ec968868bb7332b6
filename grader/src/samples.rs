//! The samples of a lab, from the file that holds them.
//!
//! The one idea: a sample is a difference. It names a base and, where an exercise is answered in
//! another way, a mutant or an accepted design that is known already; only what neither of them can
//! be (a text that does not compile, a file beside) stands in it as text.

mod at;
mod compose;
mod expect;
mod file;
mod judge;

use anyhow::Result;

use crate::data;
use crate::lab::Lab;
use crate::sample::Sample;
use crate::tree::Tree;
use at::At;
use compose::Answers;
use file::SamplesFile;

/// Reads the samples of a lab; there may be none.
///
/// # Errors
///
/// [`crate::error::BadInput`] where one names what is not there, or leaves open what must come
/// out of it.
pub fn all(tree: &Tree, lab: &Lab) -> Result<Vec<Sample>> {
    let path = tree.samples(&lab.name);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let (text, file): (_, SamplesFile) = data::read(&path)?;
    let answers = Answers::read(tree, lab)?;
    let mut all: Vec<Sample> = Vec::new();
    for entry in &file.sample {
        let entry = At::new(&path, &text, entry);
        if all.iter().any(|other| other.name == entry.name()) {
            return Err(entry.bad("is named twice", "rename one").into());
        }
        all.push(answers.compose(&entry)?);
    }
    Ok(all)
}
