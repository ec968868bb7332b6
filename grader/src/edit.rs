//! A replacement in a text, which has to fit exactly one place of it.

use serde::Deserialize;
use toml::Spanned;

/// What is found, and what comes into its place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// A piece of the text that is there exactly once, spaces included.
    pub find: Spanned<String>,
    /// What stands there afterwards.
    pub replace: String,
}

impl Edit {
    /// The text after the edit.
    ///
    /// # Errors
    ///
    /// What is wrong, where `find` is nowhere in `text` or there several times.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        let find = self.find.get_ref();
        if find.is_empty() {
            return Err("its `find` is empty".to_owned());
        }
        match text.matches(&**find).count() {
            1 => Ok(text.replacen(&**find, &self.replace, 1)),
            0 => Err("its `find` is nowhere in the solution".to_owned()),
            n => Err(format!("its `find` is in the solution {n} times")),
        }
    }

    /// The byte of the data file where `find` stands.
    pub fn at(&self) -> usize {
        self.find.span().start
    }
}
