//! Files that authors write as TOML: read whole, with the line of what is wrong.

use std::path::Path;

use anyhow::Result;
use serde::de::DeserializeOwned;

use crate::error::BadInput;

/// Reads a file of that form, and gives its text too.
///
/// # Errors
///
/// [`BadInput`] where it cannot be read, or is not of that form.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<(String, T)> {
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
