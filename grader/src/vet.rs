//! What must not stand in an answer's source, found before anything of it runs.
//!
//! The one idea: two readers. [`tokens`] reads the bare tokens before anything is compiled, and
//! finds what acts at compile time or at load time. [`lints`] reads what clippy said of the
//! compiled crate: it resolves names as the compiler does, and so finds a primitive behind any
//! alias, glob or macro.
//!
//! What is not here: what a finding costs ([`crate::grade`]).

mod facade;
mod imports;
pub mod lints;
mod paths;
mod source;
pub mod tokens;
mod unsafety;
mod walk;

use crate::build::messages::Location;

/// Something in an answer that must not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, as the student knows the file.
    pub place: Location,
    /// What it is about, in the student's words, to be read after the place.
    pub text: String,
    /// Whether it reaches for the machine or the grader, and not just past the façade.
    pub hostile: bool,
}

impl Finding {
    /// The finding as one line.
    pub fn line(&self) -> String {
        format!(
            "{}:{}:{} {}",
            self.place.file, self.place.line, self.place.column, self.text
        )
    }
}
