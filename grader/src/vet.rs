//! What must not stand in an answer's source, found before anything of it runs.
//!
//! The one idea: two readers. [`tokens`] reads the bare tokens before anything is compiled, and finds what
//! acts at compile time or at load time. Clippy, with [`facade`]'s lists, resolves names as the compiler
//! does, and so finds a primitive behind any alias, glob or macro.
//!
//! What is not here: what a finding costs ([`crate::grade`]).

pub mod facade;
pub mod tokens;

use std::collections::BTreeMap;

use crate::build::Message;
use crate::build::messages::Place;
use crate::lab::{Exercise, Kind, Lab};

/// Something in an answer that must not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, as the student knows the file.
    pub place: Place,
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

/// The text of the `clippy.toml` that finds what the façade does not offer, and what any lint of the lab
/// forbids.
pub fn clippy_lists(lab: &Lab) -> String {
    let mut types: Vec<&str> = facade::TYPES.iter().map(|entry| entry.0).collect();
    let mut functions: Vec<&str> = facade::functions().collect();
    let mut macros: Vec<&str> = facade::MACROS.iter().map(|entry| entry.0).collect();
    for path in lab.checks().flat_map(|check| &check.forbid) {
        // Whether it is a type, a function or a macro is not said: the other two do not match.
        for list in [&mut types, &mut functions, &mut macros] {
            if !list.contains(&path.as_str()) {
                list.push(path);
            }
        }
    }
    let list = |paths: Vec<&str>| {
        let entry = |path: &&str| {
            format!("  {{ path = \"{path}\", reason = \"{KEY}{path}\", allow-invalid = true }},\n")
        };
        paths.iter().map(entry).collect::<String>()
    };
    format!(
        "disallowed-types = [\n{}]\ndisallowed-methods = [\n{}]\ndisallowed-macros = [\n{}]\n",
        list(types),
        list(functions),
        list(macros)
    )
}

/// Marks the note that carries a path of the lists as it was written there.
const KEY: &str = "weft: ";

/// What clippy found in an exercise's files: the path that was used, and where.
fn used<'m>(messages: &'m [Message], files: &[String]) -> Vec<(&'m str, Place)> {
    let mut found: BTreeMap<Place, &str> = BTreeMap::new();
    for message in messages {
        let path = message.notes.iter().find_map(|note| note.strip_prefix(KEY));
        let place = message.place(|file| files.iter().any(|known| known == file));
        if let (Some(path), Some(place)) = (path, place) {
            found.entry(place.clone()).or_insert(path);
        }
    }
    found
        .into_iter()
        .map(|(place, path)| (path, place))
        .collect()
}

/// What an exercise takes past the façade, and `unsafe` where it is not taught. `dir` is the lab's
/// folder, as the student knows it.
pub fn bypasses(messages: &[Message], exercise: &Exercise, dir: &str) -> Vec<Finding> {
    let files: Vec<String> = exercise
        .edit
        .iter()
        .map(|file| format!("{dir}/{file}"))
        .collect();
    let mut findings: Vec<Finding> = used(messages, &files)
        .into_iter()
        .filter_map(|(path, place)| facade::finding(path, place, exercise.unsafe_code))
        .collect();
    if !exercise.unsafe_code {
        let is_unsafe = |message: &&Message| message.code.as_deref() == Some("unsafe_code");
        for message in messages.iter().filter(is_unsafe) {
            if let Some(place) = message.place(|file| files.iter().any(|known| known == file)) {
                findings.push(tokens::unsafe_code(place.clone()));
            }
        }
    }
    findings
}

/// What a lint of an exercise finds: the lines that use what it forbids.
pub fn lint(
    messages: &[Message],
    exercise: &Exercise,
    forbid: &[String],
    dir: &str,
) -> Vec<Finding> {
    let files: Vec<String> = exercise
        .edit
        .iter()
        .map(|file| format!("{dir}/{file}"))
        .collect();
    used(messages, &files)
        .into_iter()
        .filter(|(path, _)| forbid.iter().any(|forbidden| forbidden == path))
        .map(|(path, place)| Finding {
            place,
            text: format!("uses `{path}`"),
            hostile: false,
        })
        .collect()
}

/// Lints of an exercise.
pub fn lints(exercise: &Exercise) -> impl Iterator<Item = &crate::lab::Check> {
    exercise
        .checks
        .iter()
        .filter(|check| check.kind == Kind::Lint)
}
