//! What an answer's source may use, read from its bare tokens.
//!
//! The one idea: what an answer may use is a list of paths, attributes and macros, and one crate
//! holds it. `cargo test` ([`test!`](crate::test)), `cargo lab` and the grader all read a file with
//! [`tokens::scan`], so that nobody learns of a rule only when the work is graded.
//!
//! Not here: what a name resolves to behind an alias or a macro. The grader asks the compiler.

pub mod facade;
mod imports;
mod paths;
mod source;
mod test;
pub mod tokens;
mod unsafety;
mod walk;

pub use test::{NAME, run};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// As the student knows the file, or from the root of the grader's stage.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
}

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
