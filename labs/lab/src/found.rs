//! What a search found, as the kit leaves it: one JSON file for each test, named after the claim.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use picture::{Failure, Outcome};
use serde::Deserialize;

/// Names the folder to the kit.
pub(crate) const FOLDER: &str = "WEFT_FAILURES";

/// What the searches of one test found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Found {
    /// The name of the test.
    pub(crate) claim: String,
    /// Of the searches that found nothing wrong.
    #[serde(default)]
    pub(crate) outcomes: Vec<Outcome>,
    /// Of the search that did.
    pub(crate) failure: Option<Failure>,
    /// What many runs on real threads said, if they were asked for.
    #[serde(default)]
    pub(crate) stress: Option<Stress>,
}

/// Many runs on real threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Stress {
    pub(crate) runs: u64,
    pub(crate) failed: u64,
    /// Whether a run did not end; `runs` is then how many did.
    #[serde(default)]
    pub(crate) hung: bool,
}

/// Where the kit puts what `claim`'s searches find.
pub(crate) fn path(folder: &Path, claim: &str) -> PathBuf {
    folder.join(format!("{}.json", claim.replace("::", ".")))
}

/// Reads one file. `None` if the test made no search.
///
/// # Errors
///
/// If the file is of another version of the course.
pub(crate) fn read(file: &Path) -> Result<Option<Found>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
    };
    let found: Found = serde_json::from_str(&text).map_err(|error| {
        anyhow!(
            "{} is of another version of the course ({error}); check the exercise again",
            file.display()
        )
    })?;
    match &found.failure {
        Some(failure) if failure.version > picture::VERSION => Err(anyhow!(
            "{} was written by a later version of the course; check the exercise again",
            file.display()
        )),
        _ => Ok(Some(found)),
    }
}

/// All that is in the folder, by claim.
pub(crate) fn all(folder: &Path) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let json = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
    let mut all: Vec<Found> = json.filter_map(|file| read(&file).ok().flatten()).collect();
    all.sort_by(|a, b| a.claim.cmp(&b.claim));
    all
}
