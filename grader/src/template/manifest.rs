//! The workspace's manifest, trimmed to the template's members. Profiles, lints and shared versions
//! stay as they are, so that a stage builds with the very flags of the repository.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{Array, DocumentMut, value};

use crate::error::BadInput;

pub(super) fn trimmed(path: &Path, members: &[String]) -> Result<String> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut manifest = parsed(path, &text)?;
    let workspace = manifest
        .get_mut("workspace")
        .and_then(|item| item.as_table_like_mut())
        .ok_or_else(|| BadInput::new(path, "has no [workspace]", "see notes/architecture.md"))?;
    workspace.insert(
        "members",
        value(members.iter().map(String::as_str).collect::<Array>()),
    );
    workspace.remove("exclude");
    workspace.remove("default-members");
    Ok(manifest.to_string())
}

/// A package's manifest without what only its own tests need: a stage runs none of them.
pub(super) fn without_tests(path: &Path, text: &[u8]) -> Result<Vec<u8>> {
    let mut manifest = parsed(path, &String::from_utf8_lossy(text))?;
    manifest.remove("dev-dependencies");
    Ok(manifest.to_string().into_bytes())
}

/// A manifest, to be changed.
pub(crate) fn parsed(path: &Path, text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let remedy = "make it a manifest that cargo reads";
        BadInput::new(path, error.message().to_owned(), remedy).into()
    })
}
