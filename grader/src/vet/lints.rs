//! What clippy says of an answer that was compiled: primitives from past the façade, `unsafe`, and
//! what a lint of an exercise forbids.
//!
//! The one idea: clippy is given lists ([`lists`]), with `facade`'s names and the lints' in them,
//! and each entry carries the name back in a note of its message. So nothing has to be made of the
//! words.
//!
//! What is not here: the compilation, which is the one that runs ([`crate::stage`]).

use std::collections::BTreeMap;

use rules::{Finding, facade, tokens};

use crate::build::Message;
use crate::build::messages::Location;
use crate::lab::{Check, Exercise, Kind, Lab};

/// The text of the `clippy.toml` that finds what the façade does not offer, and what any lint of
/// the lab forbids.
pub fn lists(lab: &Lab) -> String {
    let mut types: Vec<&str> = facade::types().collect();
    let mut functions: Vec<&str> = facade::functions().collect();
    let mut macros: Vec<&str> = facade::macros().collect();
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
fn used<'m>(messages: &'m [Message], files: &[String]) -> Vec<(&'m str, Location)> {
    let mut found: BTreeMap<Location, &str> = BTreeMap::new();
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
    let files = files(exercise, dir);
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
pub fn uses(
    messages: &[Message],
    exercise: &Exercise,
    forbid: &[String],
    dir: &str,
) -> Vec<Finding> {
    let files = files(exercise, dir);
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

/// The lints among the checks of an exercise.
pub fn of(exercise: &Exercise) -> impl Iterator<Item = &Check> {
    let checks = exercise.checks.iter();
    checks.filter(|check| check.kind == Kind::Lint)
}

/// What the compiler warned about in files that `wanted` accepts, but for what only the grader
/// asked for.
pub fn warnings(messages: &[Message], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let forced = |message: &Message| {
        let code = message.code.as_deref().unwrap_or_default();
        code == "unsafe_code" || code.starts_with("clippy::disallowed_")
    };
    let here = |message: &Message| message.place(&wanted).is_some();
    messages
        .iter()
        .filter(|message| !forced(message) && here(message))
        .map(|message| message.rendered.clone())
        .collect()
}

/// The files of an exercise, as the student knows them.
pub(crate) fn files(exercise: &Exercise, dir: &str) -> Vec<String> {
    let edit = exercise.edit.iter();
    edit.map(|file| format!("{dir}/{file}")).collect()
}
