//! The grader's own failures, and the numbers it exits with.
//!
//! A student's failure is never here: it is a [`crate::verdict::Verdict`].

use std::fmt;
use std::path::{Path, PathBuf};

/// What the process exits with. Scripts may rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was done, whatever marks came out.
    Done = 0,
    /// The grader itself failed: no cargo, no disk, a bug.
    Internal = 1,
    /// The command line is wrong (clap's number).
    Usage = 2,
    /// The course's own files are wrong: `lab.toml`, `checks.toml`, a mutant, a region.
    BadInput = 3,
    /// At least one submission could not be graded; the others were.
    NotGraded = 4,
    /// At least one check is `Broken`: somebody has to look before marks are given.
    Broken = 5,
    /// `handout --check`: the skeleton is not what the solution generates.
    Stale = 6,
    /// `verify`: the lab does not keep its promises.
    Unproven = 7,
    /// The machine does not offer the jail that is asked for, or none at all.
    NoJail = 8,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

/// Something handed to the grader is not as it has to be: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadInput {
    path: PathBuf,
    line: Option<usize>,
    column: Option<usize>,
    problem: String,
    remedy: String,
}

impl BadInput {
    /// A problem with a file or folder as a whole.
    pub fn new(path: &Path, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        BadInput {
            path: path.to_owned(),
            line: None,
            column: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// What the reader of the course's public files has found in `root`.
    pub fn of(root: &Path, fault: manifest::Fault) -> Self {
        BadInput {
            path: root.join(fault.file),
            line: fault.at.map(|(line, _)| line),
            column: None,
            problem: fault.problem,
            remedy: fault.remedy,
        }
    }

    /// The same problem, with the path as it is from `root`.
    pub fn below(mut self, root: &Path) -> Self {
        if let Ok(short) = self.path.strip_prefix(root) {
            self.path = short.to_owned();
        }
        self
    }

    /// What it says where its readers know which folder is meant.
    pub fn within(&self, root: &Path) -> String {
        let text = self.clone().below(root).to_string();
        text.strip_prefix(": ").map_or(text.clone(), str::to_owned)
    }

    /// The same problem, at a line (counted from 1).
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same problem, at a byte of the file's text.
    pub fn at_byte(self, text: &str, byte: usize) -> Self {
        let before = &text.as_bytes()[..byte.min(text.len())];
        self.at_line(1 + before.iter().filter(|b| **b == b'\n').count())
    }

    /// The same problem, at a byte of the file's text, by its line and its column.
    pub fn at_place(self, text: &str, byte: usize) -> Self {
        let before = &text[..text.floor_char_boundary(byte)];
        let line = before.rsplit('\n').next().unwrap_or_default();
        let column = Some(1 + line.chars().count());
        BadInput {
            column,
            ..self.at_byte(text, byte)
        }
    }
}

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}; {}", self.problem, self.remedy)
    }
}

impl std::error::Error for BadInput {}

/// The machine does not offer what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoJail(String);

impl NoJail {
    /// What it does not do.
    pub fn new(problem: impl Into<String>) -> Self {
        NoJail(problem.into())
    }
}

impl fmt::Display for NoJail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoJail(problem) = self;
        write!(
            f,
            "this machine, for this user, {problem}; `grader doctor` says why, and what to do"
        )
    }
}

impl std::error::Error for NoJail {}

/// The number to exit with after `error`.
pub fn exit_for(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<BadInput>().is_some() {
        Exit::BadInput
    } else if error.downcast_ref::<NoJail>().is_some() {
        Exit::NoJail
    } else {
        Exit::Internal
    }
}
