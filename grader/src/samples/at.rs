//! A sample's entry in its file: what it says, and where, so that an error can name the line.

use std::path::Path;

use super::file::{Answer, Entry};
use crate::error::BadInput;
use crate::lab::Exercise;

/// A sample's entry, and where it stands.
pub(super) struct At<'s> {
    path: &'s Path,
    text: &'s str,
    pub(super) entry: &'s Entry,
}

impl<'s> At<'s> {
    pub(super) fn new(path: &'s Path, text: &'s str, entry: &'s Entry) -> Self {
        At { path, text, entry }
    }

    pub(super) fn name(&self) -> &'s str {
        self.entry.name.get_ref()
    }

    pub(super) fn bad(&self, problem: &str, remedy: &str) -> BadInput {
        self.bad_at(self.entry.name.span().start, problem, remedy)
    }

    /// Where a file of the lab lies in the submission.
    pub(super) fn below(&self, file: &str) -> String {
        match self.entry.folder.as_str() {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        }
    }

    /// What is written about an exercise, and at which byte.
    pub(super) fn answer(&self, exercise: &Exercise) -> Option<(usize, &'s Answer)> {
        let mut answers = self.entry.exercise.iter();
        let (name, answer) = answers.find(|(name, _)| name.get_ref() == &exercise.name)?;
        Some((name.span().start, answer))
    }

    /// Whether a file of an exercise is edited or replaced.
    pub(super) fn changes(&self, exercise: &Exercise) -> bool {
        let edited = |file: &String| self.entry.edit.iter().any(|edit| edit.file == *file);
        let replaced = |file: &String| {
            let below = self.below(file);
            self.entry
                .file
                .iter()
                .any(|whole| *whole.path.get_ref() == below)
        };
        exercise
            .edit
            .iter()
            .any(|file| edited(file) || replaced(file))
    }

    pub(super) fn bad_at(&self, byte: usize, problem: &str, remedy: &str) -> BadInput {
        let problem = format!("sample `{}`: {problem}", self.name());
        BadInput::new(self.path, problem, remedy).at_byte(self.text, byte)
    }
}
