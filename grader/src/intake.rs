//! Takes from a subject the files listed under `edit`, and nothing else.
//!
//! The one idea: what is not listed is not read. It is named, so that nobody wonders where it went.
//!
//! A submission is a folder or an archive, which is read and never unpacked (`bundle`); its files
//! are found wherever they lie, if there is one place only (`place`).

mod archive;
mod bundle;
mod folder;
mod names;
mod place;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use crate::error::BadInput;
use crate::lab::Lab;
use crate::subject::{Subject, Submission};
use crate::tree::Tree;
pub(crate) use archive::{LARGEST_ARCHIVE, is_archive};
pub use bundle::LARGEST;
pub(crate) use bundle::{Bundle, Entry, Odd, OnDisk};
use place::Found;
pub use place::places;

/// What a subject answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The files it brings, by their path from the lab's folder.
    pub files: BTreeMap<String, String>,
    /// What the reader of the report should know about how it was taken in.
    pub remarks: Vec<String>,
}

/// Reads a subject's answer.
///
/// # Errors
///
/// [`BadInput`] where a submission cannot be taken in at all.
pub fn take(tree: &Tree, lab: &Lab, subject: &Subject) -> Result<Answer> {
    match subject {
        Subject::Skeleton => own(&tree.lab(&lab.name), lab),
        Subject::Solution => own(&tree.solution(&lab.name), lab),
        Subject::Mutant(mutant) => {
            let mut answer = own(&tree.solution(&lab.name), lab)?;
            answer
                .files
                .insert(mutant.file.clone(), mutant.text.clone());
            Ok(answer)
        }
        Subject::Accepted(accepted) => {
            let mut answer = own(&tree.solution(&lab.name), lab)?;
            for (file, path) in &accepted.files {
                answer.files.insert(file.clone(), read(path)?);
            }
            Ok(answer)
        }
        Subject::Sample(sample) => {
            let dir = tempfile::tempdir().context("a folder for a sample")?;
            sample.lay(dir.path())?;
            submission(tree, lab, &Submission::at(dir.path()))
        }
        Subject::Submission(handed_in) => submission(tree, lab, handed_in),
    }
}

fn own(dir: &Path, lab: &Lab) -> Result<Answer> {
    let mut answer = Answer::default();
    for file in lab.edit() {
        answer.files.insert(file.to_owned(), read(&dir.join(file))?);
    }
    Ok(answer)
}

/// Whether a submission has any of a lab's files. False for what cannot be taken in.
pub fn fits(lab: &Lab, path: &Path) -> bool {
    Bundle::open(path).is_ok_and(|bundle| place::fits(lab, &bundle))
}

/// How many answers lie in what was handed in beside each other: more than one where it is several
/// people's. One at one of the usual places is one person's, whatever else is there.
pub(crate) fn answers(lab: &Lab, bundle: &Bundle) -> usize {
    place::count(lab, bundle)
}

fn submission(tree: &Tree, lab: &Lab, submission: &Submission) -> Result<Answer> {
    let mut bundle = Bundle::open(&submission.path)?;
    answer(tree, lab, &mut bundle, submission.accept_near_names)
}

/// Finds the answer in what was handed in. Archives in it are looked into where it has none
/// without.
///
/// # Errors
///
/// [`BadInput`] where it cannot be taken in at all.
pub(crate) fn answer(
    tree: &Tree,
    lab: &Lab,
    bundle: &mut Bundle,
    accept_near_names: bool,
) -> Result<Answer> {
    if !place::fits(lab, bundle) {
        bundle.unpack()?;
    }
    let mut found = place::find(tree, lab, bundle)?;
    if accept_near_names {
        let near = std::mem::take(&mut found.near);
        found
            .files
            .extend(near.into_iter().map(|(name, edit)| (edit, name)));
    }
    if found.files.is_empty() {
        return Err(nothing(lab, bundle, &found));
    }
    let mut answer = Answer::default();
    for (edit, name) in &found.files {
        answer.files.insert(edit.clone(), bundle.read(name)?);
    }
    answer.remarks = remarks(lab, bundle, &found);
    Ok(answer)
}

/// What the reader of the report should know about how a submission was taken in.
fn remarks(lab: &Lab, bundle: &Bundle, found: &Found) -> Vec<String> {
    let near = |name: &str| found.near.iter().any(|(near, _)| near == name);
    let taken = |name: &str| found.files.values().any(|taken| taken == name);
    let absent: Vec<String> = lab
        .edit()
        .filter(|edit| !found.files.contains_key(*edit))
        .map(str::to_owned)
        .collect();
    let mut remarks = Vec::new();
    if !absent.is_empty() {
        let absent = absent.join(", ");
        remarks.push(format!("not handed in, graded as the skeleton: {absent}"));
    }
    remarks.extend(found.near.iter().map(did_you_mean));
    let renamed = found
        .files
        .iter()
        .filter(|(edit, name)| !name.ends_with(*edit));
    let renamed: Vec<String> = renamed
        .map(|(edit, name)| format!("{name} as {edit}"))
        .collect();
    if !renamed.is_empty() {
        remarks.push(format!(
            "taken for what they are called: {}",
            renamed.join(", ")
        ));
    }
    let ignored = bundle.names().filter(|name| !taken(name) && !near(name));
    let ignored: Vec<String> = ignored.map(str::to_owned).collect();
    if !ignored.is_empty() {
        let ignored = some_of(&ignored);
        remarks.push(format!("ignored, the grader uses its own: {ignored}"));
    }
    if !bundle.unusable().is_empty() {
        let unusable = some_of(bundle.unusable());
        remarks.push(format!("names that are not read: {unusable}"));
    }
    remarks
}

fn did_you_mean((name, edit): &(String, String)) -> String {
    format!(
        "`{name}` is not graded: did you mean `{edit}`? Rename it, or let the grader take it with \
         --accept-near-names"
    )
}

/// Nothing of the lab was found: what was, then.
fn nothing(lab: &Lab, bundle: &Bundle, found: &Found) -> anyhow::Error {
    let names: Vec<String> = bundle.names().map(str::to_owned).collect();
    let names = match &names[..] {
        [] => "it is empty".to_owned(),
        names => format!("found: {}", some_of(names)),
    };
    let problem = format!("holds none of the files of lab `{}` ({names})", lab.name);
    let near: Vec<String> = found.near.iter().map(did_you_mean).collect();
    let edit: Vec<&str> = lab.edit().collect();
    let remedy = match near.join("; ") {
        near if near.is_empty() => format!("hand in at least one of {}", edit.join(", ")),
        near => near,
    };
    bundle.bad(&problem, &remedy)
}

/// Reads a file of the course's own.
fn read(path: &Path) -> Result<String> {
    let read = std::fs::read_to_string(path).map_err(|error| {
        BadInput::new(path, format!("cannot be read ({error})"), "write it first")
    });
    Ok(read?)
}

fn some_of(names: &[String]) -> String {
    match names.split_at_checked(8) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}
