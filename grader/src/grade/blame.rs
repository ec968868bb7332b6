//! Whose fault it is that an attempt does not build.
//!
//! The one idea: an error in a student's file is that exercise's, shown as the compiler shows it.
//! An error in the checks of an exercise means that its file does not offer what it has to, and is
//! shown without the checks' own lines, which are hidden.

use std::collections::BTreeMap;

use super::out::Out;
use crate::build::Message;
use crate::lab::{Exercise, Lab};
use crate::tree::checks_dir;

/// The exercises of an attempt whose errors these are; none if nobody can be named.
pub(super) fn blame<'l>(
    lab: &Lab,
    built: impl Iterator<Item = &'l Exercise>,
    messages: &[Message],
) -> BTreeMap<String, Out> {
    let mut blamed = BTreeMap::new();
    for exercise in built {
        let mut errors: Vec<String> = Vec::new();
        for message in messages.iter().filter(|message| message.is_error()) {
            match error(lab, exercise, message) {
                Some(text) if !errors.contains(&text) => errors.push(text),
                _ => {}
            }
        }
        if !errors.is_empty() {
            blamed.insert(exercise.name.clone(), Out::Unbuilt(errors.join("\n")));
        }
    }
    blamed
}

/// What a message says to the student of that exercise, if it is about it.
fn error(lab: &Lab, exercise: &Exercise, message: &Message) -> Option<String> {
    let (lab_dir, checks) = (lab.dir(), format!("{}/src/", checks_dir(&lab.name)));
    let own = |file: &str| {
        let file = file
            .strip_prefix(&lab_dir)
            .and_then(|file| file.strip_prefix('/'));
        file.is_some_and(|file| exercise.edit.iter().any(|edit| edit == file))
    };
    let of_checks = |file: &str| {
        let module = file
            .strip_prefix(&checks)
            .and_then(|file| file.split(['/', '.']).next());
        module == Some(&exercise.name)
    };
    if message.place(own).is_some() {
        Some(message.rendered.clone())
    } else if message.place(of_checks).is_some() {
        Some(format!(
            "the file does not offer what it has to: {}",
            message.text
        ))
    } else {
        None
    }
}
