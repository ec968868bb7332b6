//! What is to be written, all of it known to fit before the first file is touched.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::Written;
use crate::error::BadInput;
use crate::files::put;
use crate::tree::Tree;

/// Files to write, by their path from the repository's root.
pub(super) struct Plan<'t> {
    pub(super) tree: &'t Tree,
    files: BTreeMap<String, String>,
}

impl<'t> Plan<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let files = BTreeMap::new();
        Plan { tree, files }
    }

    /// Adds a file. Nothing that is there already is ever replaced.
    pub(super) fn create(&mut self, path: &str, text: String) -> Result<(), BadInput> {
        let full = self.tree.root().join(path);
        if full.exists() || self.files.contains_key(path) {
            let remedy = "choose another name, or take it away first";
            return Err(BadInput::new(&full, "is there already", remedy));
        }
        self.files.insert(path.to_owned(), text);
        Ok(())
    }

    /// Whether a file is there, or will be.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.tree.root().join(path).is_file()
    }

    /// The text of a file, as it will be.
    pub(super) fn text(&self, path: &str) -> Result<String> {
        match self.files.get(path) {
            Some(text) => Ok(text.clone()),
            None => std::fs::read_to_string(self.tree.root().join(path))
                .with_context(|| format!("reading {path}")),
        }
    }

    /// Changes a file that is there.
    pub(super) fn edit(
        &mut self,
        path: &str,
        change: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<()> {
        let changed = change(&self.text(path)?).map_err(|problem| {
            let remedy = "bring it into the form of the other labs'";
            BadInput::new(&self.tree.root().join(path), problem, remedy)
        })?;
        self.files.insert(path.to_owned(), changed);
        Ok(())
    }

    /// Adds text to the end of a file that is there.
    pub(super) fn append(&mut self, path: &str, text: &str) -> Result<()> {
        self.edit(path, |old| Ok(format!("{}\n\n{text}", old.trim_end())))
    }

    /// Writes all.
    pub(super) fn write(self) -> Result<Written> {
        for (path, text) in &self.files {
            put(&self.tree.root().join(path), text.as_bytes())?;
        }
        Ok(self.files.into_keys().collect())
    }
}
