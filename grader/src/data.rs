//! Files that authors write as TOML: read whole, with the line of what is wrong.

use std::path::Path;

use anyhow::Result;
use serde::de::DeserializeOwned;

use crate::error::BadInput;

const FORMAT: &str = "see the format in notes/architecture.md, Data";

/// Reads a file of that form, and gives its text too.
///
/// # Errors
///
/// [`BadInput`] where it cannot be read, or is not of that form.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<(String, T)> {
    let here = Path::new("");
    manifest::parse(here, &path.to_string_lossy(), FORMAT)
        .map_err(|fault| BadInput::of(here, fault).into())
}
