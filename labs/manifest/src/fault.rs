//! What is wrong in a file of the course, and where.
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::Path;

/// A file of the course is not as it has to be: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From the course's folder, with `/`.
    pub file: String,
    /// Line and column, counted from 1, if the problem has a place in the file.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    /// A problem with a file as a whole.
    pub fn new(file: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault {
            file: file.to_owned(),
            at: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The same problem, at a byte of the file's text.
    pub fn at_byte(self, text: &str, byte: usize) -> Fault {
        let before = &text.as_bytes()[..byte.min(text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count();
        Fault {
            at: Some((line, column)),
            ..self
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}; {}", self.problem, self.remedy)
    }
}

impl std::error::Error for Fault {}

/// Reads a TOML file of the course in `root`, and gives its text too.
///
/// # Errors
///
/// If it cannot be read, or is not of that form; `format` says where the form is described.
pub fn parse<T: DeserializeOwned>(
    root: &Path,
    file: &str,
    format: &str,
) -> Result<(String, T), Fault> {
    let text = std::fs::read_to_string(root.join(file))
        .map_err(|error| Fault::new(file, format!("cannot be read ({error})"), format))?;
    let value = toml::from_str(&text).map_err(|error| {
        let fault = Fault::new(file, error.message().replace('\n', ", "), format);
        match error.span() {
            Some(span) => fault.at_byte(&text, span.start),
            None => fault,
        }
    })?;
    Ok((text, value))
}
