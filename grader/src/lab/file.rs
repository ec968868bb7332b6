//! The hidden file of a lab, as it is written.

use anyhow::Result;
use manifest::parse;
use serde::Deserialize;

use super::Check;
use crate::error::BadInput;
use crate::tree::{Tree, checks_dir};

const FORMAT: &str = "see the format in notes/architecture.md, Data";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecksFile {
    #[serde(default)]
    check: Vec<Check>,
}

/// The checks of a lab, and the text that they were read from.
pub(super) fn checks(tree: &Tree, lab: &str) -> Result<(String, Vec<Check>)> {
    let file = format!("{}/checks.toml", checks_dir(lab));
    let (text, read): (_, ChecksFile) =
        parse(tree.root(), &file, FORMAT).map_err(|fault| BadInput::of(tree.root(), fault))?;
    Ok((text, read.check))
}
