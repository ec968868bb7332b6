//! Takes from a subject the files listed under `edit`, and nothing else.
//!
//! The one idea: what is not listed is not read. It is named, so that nobody wonders where it went.
//!
//! What is not here: archives and git refs, which will be unpacked into the same [`Answer`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::BadInput;
use crate::lab::Lab;
use crate::subject::Subject;
use crate::tree::{Tree, files_below, lab_dir};

/// An edit file may be this large: twenty times the longest solution.
pub const LARGEST: u64 = 256 * 1024;

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
        Subject::Submission(path) => submission(lab, path),
    }
}

/// Where the lab may lie inside a submission: it is its root, or the root holds the repository.
pub fn places(lab: &str) -> [String; 3] {
    [
        String::new(),
        format!("{}/", lab_dir(lab)),
        format!("{lab}/"),
    ]
}

fn own(dir: &Path, lab: &Lab) -> Result<Answer> {
    let mut answer = Answer::default();
    for file in lab.edit() {
        answer.files.insert(file.to_owned(), read(&dir.join(file))?);
    }
    Ok(answer)
}

fn submission(lab: &Lab, path: &Path) -> Result<Answer> {
    let place = place(lab, path)?;
    let mut answer = Answer::default();
    let mut absent = Vec::new();
    for file in lab.edit() {
        let below = format!("{place}{file}");
        let full = path.join(&below);
        if present(&full) {
            no_links(path, Path::new(&below))?;
            answer.files.insert(file.to_owned(), read(&full)?);
        } else {
            absent.push(file);
        }
    }
    if !absent.is_empty() {
        let absent = absent.join(", ");
        let remark = format!("not handed in, graded as the skeleton: {absent}");
        answer.remarks.push(remark);
    }
    let taken = answer.files.keys();
    let taken: Vec<PathBuf> = taken.map(|file| format!("{place}{file}").into()).collect();
    // What cannot be looked through is not read either, so it changes nothing.
    let ignored: Vec<String> = files_below(path)
        .unwrap_or_default()
        .into_iter()
        .filter(|file| !taken.contains(file) && !file.starts_with(".git"))
        .map(|file| file.display().to_string())
        .collect();
    if !ignored.is_empty() {
        let ignored = some_of(&ignored);
        let remark = format!("ignored, the grader uses its own: {ignored}");
        answer.remarks.push(remark);
    }
    Ok(answer)
}

/// Where the lab lies inside a submission: the one of [`places`] that has any of its files.
fn place(lab: &Lab, path: &Path) -> Result<String> {
    if !path.exists() {
        return Err(BadInput::new(path, "is not there", "check the path").into());
    }
    if !path.is_dir() {
        let remedy = "name the folder that holds the submission";
        return Err(BadInput::new(path, "is not a folder", remedy).into());
    }
    let first = |place: &String| {
        lab.edit()
            .map(|file| format!("{place}{file}"))
            .find(|file| present(&path.join(file)))
    };
    let mut found = places(&lab.name)
        .into_iter()
        .filter_map(|place| first(&place).map(|file| (place, file)));
    let Some((place, file)) = found.next() else {
        let looked: Vec<&str> = lab.edit().collect();
        let problem = format!("holds none of the files of lab `{}`", lab.name);
        let remedy = format!(
            "hand in at least one of {} (at the root, in `labs/{1}` or in `{1}`)",
            looked.join(", "),
            lab.name
        );
        return Err(BadInput::new(path, problem, remedy).into());
    };
    if let Some((_, other)) = found.next() {
        let problem = format!("holds the lab twice: `{file}` and `{other}`");
        return Err(BadInput::new(path, problem, "hand in one of the two").into());
    }
    Ok(place)
}

fn present(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Refuses a file that is reached through a symbolic link below the submission: it lies elsewhere.
fn no_links(root: &Path, below: &Path) -> Result<()> {
    let link = |dir: &&Path| root.join(dir).is_symlink();
    match below.ancestors().find(link) {
        // The submission itself may be named by a link: that is not the student's doing.
        Some(dir) if !dir.as_os_str().is_empty() => {
            let remedy = "hand in the files themselves";
            Err(BadInput::new(&root.join(dir), "is a symbolic link", remedy).into())
        }
        _ => Ok(()),
    }
}

/// Reads one edit file: a regular file of bounded size, in UTF-8.
fn read(path: &Path) -> Result<String> {
    let bad = |problem: &str, remedy: &str| BadInput::new(path, problem, remedy);
    let kind = path
        .symlink_metadata()
        .map_err(|_| bad("is not there", "write it first"))?;
    if kind.is_symlink() {
        return Err(bad("is a symbolic link", "hand in the file itself").into());
    }
    if !kind.is_file() {
        return Err(bad("is not a file", "hand in a file of that name").into());
    }
    if kind.len() > LARGEST {
        let problem = format!("is {} KiB long", kind.len() / 1024);
        let remedy = format!("an answer has at most {} KiB", LARGEST / 1024);
        return Err(bad(&problem, &remedy).into());
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let problem = format!("cannot be read ({error})");
        bad(&problem, "make it readable")
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        bad("is not UTF-8", "save it as UTF-8 and hand it in again")
            .at_line(line)
            .into()
    })
}

fn some_of(names: &[String]) -> String {
    match names.split_at_checked(8) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}
