//! Grades in a platform's own file.
//!
//! The one idea: fill in what the platform has exported, and invent nothing. Only that file has the
//! ids by which the platform finds its students again. So only cells of grades and of feedback are
//! replaced, every other byte stays, and whatever the platform would pass over without a word is
//! said here.
//!
//! What is not here: what a grade is ([`crate::rubric`]), and what a student may read
//! ([`crate::report::view`]).

mod people;
mod platform;
mod table;

use std::path::Path;

use anyhow::Result;

use crate::error::BadInput;
use crate::report::escape;
use crate::results::Person;
use crate::rubric::Points;
use people::People;
pub use platform::Platform;
use platform::{Shape, Slot};
use table::{Changes, Table};

/// What one person is to get.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Who; a group's grade is each member's.
    pub person: &'a Person,
    /// The grade, or why there is none to give out.
    pub mark: Result<Points, String>,
    /// What full points are.
    pub of: Points,
    /// What they read about it, as HTML.
    pub feedback: Option<String>,
}

/// Which columns are meant, where the file does not say it by itself.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Whose file it is.
    pub platform: Option<Platform>,
    /// The title of the column of grades.
    pub grade: Option<String>,
    /// The title of the column of feedback.
    pub feedback: Option<String>,
}

/// A file with grades in it.
#[derive(Debug)]
pub struct Filled {
    /// Whose file it is.
    pub platform: Platform,
    /// The file.
    pub bytes: Vec<u8>,
    /// How many rows have a grade from here.
    pub filled: usize,
    /// What somebody should know before they upload it.
    pub notes: Vec<String>,
}

/// Fills grades into a platform's file; `path` is what it is called in words.
///
/// # Errors
///
/// [`BadInput`] where it is no such file, or where the platform would take its column for a new
/// one.
pub fn fill(path: &Path, bytes: &[u8], entries: &[Entry], columns: &Columns) -> Result<Filled> {
    let bad = |(problem, remedy): (String, String)| BadInput::new(path, problem, remedy);
    let table =
        Table::cut(bytes).map_err(|(problem, remedy)| BadInput::new(path, problem, remedy))?;
    let shape = Shape::of(&table, columns).map_err(bad)?;
    let mut filling = Filling {
        table: &table,
        shape: &shape,
        changes: Changes::new(),
        filled: 0,
        notes: Vec::new(),
    };
    let people = People::of(entries);
    let matched = people.in_rows(&table, &shape, &mut filling.notes);
    filling.compare_totals(entries);
    for (row, entry) in &matched.rows {
        filling.fill(*row, &entries[*entry]);
    }
    filling.notes.extend(matched.strangers);
    filling
        .notes
        .extend(shape.platform.advice().map(str::to_owned));
    Ok(Filled {
        platform: shape.platform,
        bytes: table.with(&filling.changes),
        filled: filling.filled,
        notes: filling.notes,
    })
}

/// A file on its way.
struct Filling<'a> {
    table: &'a Table,
    shape: &'a Shape,
    changes: Changes,
    filled: usize,
    notes: Vec<String>,
}

impl Filling<'_> {
    /// Says where full points here are others than there.
    fn compare_totals(&mut self, entries: &[Entry]) {
        let Some(entry) = entries.first() else {
            return;
        };
        if let Some(most) = self.shape.most
            && most != entry.of
        {
            self.notes.push(format!(
                "full points are {} here and {most} in the column: set `out_of` in the rubric",
                entry.of
            ));
        }
    }

    fn fill(&mut self, row: usize, entry: &Entry) {
        let name = escape::line(&entry.person.name);
        match &entry.mark {
            Err(why) => self
                .notes
                .push(format!("{name}: left as it is ({})", escape::line(why))),
            Ok(points) => match self.slot(row, *points) {
                Slot::Free => self.put(row, *points, &name),
                Slot::Same => self.same(&name),
                Slot::Taken(why) => self.notes.push(format!("{name}: left as it is ({why})")),
            },
        }
        if let (Some(column), Some(feedback), Ok(_)) =
            (self.shape.feedback, &entry.feedback, &entry.mark)
            && self.table.value(row, column).is_some()
        {
            self.changes.insert((row, column), feedback.clone());
        }
    }

    fn same(&mut self, name: &str) {
        self.filled += 1;
        if self.shape.platform == Platform::Moodle && self.shape.feedback.is_some() {
            self.notes.push(format!(
                "{name}: has that grade already, so Moodle passes over the row and its feedback"
            ));
        }
    }

    fn slot(&self, row: usize, points: Points) -> Slot {
        self.shape.slot(self.table, row, points)
    }

    fn put(&mut self, row: usize, points: Points, name: &str) {
        let before = self.table.value(row, self.shape.grade).unwrap_or_default();
        if !matches!(before.trim(), "" | "-") {
            let before = escape::line(before.trim());
            self.notes
                .push(format!("{name}: {before} becomes {points}"));
        }
        let written = points.with_mark(self.shape.decimal_mark);
        self.changes.insert((row, self.shape.grade), written);
        self.filled += 1;
    }
}

#[cfg(test)]
mod tests;
