//! The files that a lab's author writes, as they are written.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Check;
use crate::error::BadInput;

const FORMAT: &str = "see the format in notes/architecture.md, Data";

/// Reads a file of that form, and gives its text too.
pub(crate) fn parse<T: DeserializeOwned>(path: &Path) -> Result<(String, T)> {
    let here = Path::new("");
    manifest::parse(here, &path.to_string_lossy(), FORMAT)
        .map_err(|fault| BadInput::of(here, fault).into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksFile {
    #[serde(default)]
    pub(super) check: Vec<Check>,
}
