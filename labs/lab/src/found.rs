//! What a search found, as the kit leaves it: one JSON file for each test, named after the claim.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use protocol::Searched;

/// Reads one file. `None` if the test made no search.
///
/// # Errors
///
/// If the file is of another version of the course.
pub(crate) fn read(file: &Path) -> Result<Option<Searched>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
    };
    let found: Searched = serde_json::from_str(&text).map_err(|error| {
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

/// Where the failure of a test without a search is kept, as it was shown.
pub(crate) fn plain(folder: &Path, test: &str) -> PathBuf {
    folder.join(format!("{}.txt", test.replace("::", ".")))
}

/// The failures that [`plain`] keeps in a folder, each with its test's name.
pub(crate) fn all_plain(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let test = name.strip_suffix(".txt")?.replace('.', "::");
        Some((test, fs::read_to_string(entry.path()).ok()?))
    });
    let mut kept: Vec<(String, String)> = kept.collect();
    kept.sort();
    kept
}

/// All that is in the folder, by claim.
pub(crate) fn all(folder: &Path) -> Vec<Searched> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let json = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
    let mut all: Vec<Searched> = json.filter_map(|file| read(&file).ok().flatten()).collect();
    all.sort_by(|a, b| a.claim.cmp(&b.claim));
    all
}
