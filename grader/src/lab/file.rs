//! The two files of a lab, as they are written.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::error::BadInput;

/// Reads a file of that form, and gives its text too.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<(String, T)> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        BadInput::new(
            path,
            format!("cannot be read ({error})"),
            "see notes/architecture.md, Data",
        )
    })?;
    let value = toml::from_str(&text).map_err(|error| {
        let problem = error.message().replace('\n', ", ");
        let bad = BadInput::new(
            path,
            problem,
            "see the format in notes/architecture.md, Data",
        );
        match error.span() {
            Some(span) => bad.at_byte(&text, span.start),
            None => bad,
        }
    })?;
    Ok((text, value))
}

// The keys that only the student's commands and the book read stand here too: an unknown key is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub(super) struct LabFile {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) page: String,
    #[serde(default)]
    pub(super) exercise: Vec<ExerciseEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub(super) struct ExerciseEntry {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    pub(super) edit: Vec<String>,
    pub(super) points: u32,
    pub(super) group: String,
    #[serde(default)]
    pub(super) bonus: bool,
    #[serde(default)]
    pub(super) unsafe_code: bool,
    pub(super) minutes: u32,
    pub(super) lines: u32,
    pub(super) read: String,
    pub(super) hints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksFile {
    #[serde(default)]
    pub(super) check: Vec<Check>,
}
