//! Who a row of a platform's file is about.
//!
//! The one idea: people are found by ids that are theirs alone, never by their names. Where two fit
//! one row, or one fits two, nothing is written: a grade in the wrong row is worse than none.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::escape;
use crate::results::Person;

use super::Entry;
use super::platform::{Key, Shape};
use super::table::Table;

/// Everybody who is to get something.
pub(super) struct People<'a> {
    people: Vec<One<'a>>,
}

/// One person: somebody who handed in, or a member of a group.
struct One<'a> {
    /// Of the entries.
    entry: usize,
    name: &'a str,
    email: Option<&'a str>,
    ids: &'a BTreeMap<String, String>,
    /// What results call them; a member of a group has no name of its own there.
    id: Option<&'a str>,
}

/// Which row is whose.
pub(super) struct Matched {
    /// Row and entry.
    pub(super) rows: Vec<(usize, usize)>,
    /// Who is on one side only.
    pub(super) strangers: Vec<String>,
}

impl<'a> People<'a> {
    pub(super) fn of(entries: &'a [Entry<'a>]) -> Self {
        let each = entries.iter().enumerate();
        People {
            people: each
                .flat_map(|(entry, one)| all_of(entry, one.person))
                .collect(),
        }
    }

    /// Finds the rows of everybody. What keeps a row from being somebody's is added to the notes.
    pub(super) fn in_rows(&self, table: &Table, shape: &Shape, notes: &mut Vec<String>) -> Matched {
        let mut rows_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut strangers = Vec::new();
        for row in shape.rows(table) {
            match self.in_row(table, shape, row)[..] {
                [one] => rows_of.entry(one).or_default().push(row),
                [] => strangers.push(format!(
                    "line {}, {}: no result here",
                    table.line(row),
                    who(table, row)
                )),
                _ => notes.push(format!(
                    "line {}, {}: left as it is (fits several results)",
                    table.line(row),
                    who(table, row)
                )),
            }
        }
        let mut rows = Vec::new();
        for (one, person) in self.people.iter().enumerate() {
            match rows_of.get(&one).map(Vec::as_slice) {
                Some([row]) => rows.push((*row, person.entry)),
                Some(_) => notes.push(format!(
                    "{}: left as it is (has several rows in the file)",
                    escape::line(person.name)
                )),
                None => strangers.push(format!(
                    "{}: not in the file, so the grade goes nowhere",
                    escape::line(person.name)
                )),
            }
        }
        Matched { rows, strangers }
    }

    /// Who fits a row, by the first of its keys that anybody fits.
    fn in_row(&self, table: &Table, shape: &Shape, row: usize) -> Vec<usize> {
        for (column, key) in &shape.keys {
            let value = table.value(row, *column).unwrap_or_default();
            let fit = |(one, person): (usize, &One)| person.fits(*key, value.trim()).then_some(one);
            let fitting: BTreeSet<usize> = self.people.iter().enumerate().filter_map(fit).collect();
            if !fitting.is_empty() {
                return fitting.into_iter().collect();
            }
        }
        Vec::new()
    }
}

fn all_of(entry: usize, person: &Person) -> Vec<One<'_>> {
    if person.members.is_empty() {
        return vec![One {
            entry,
            name: &person.name,
            email: person.email.as_deref(),
            ids: &person.ids,
            id: Some(&person.id),
        }];
    }
    let members = person.members.iter().map(|member| One {
        entry,
        name: &member.name,
        email: member.email.as_deref(),
        ids: &member.ids,
        id: None,
    });
    members.collect()
}

impl One<'_> {
    fn fits(&self, key: Key, value: &str) -> bool {
        let has = |kind: &str| self.ids.get(kind).is_some_and(|id| same(id, value));
        !value.is_empty()
            && match key {
                Key::Id(kind) => has(kind),
                Key::Participant => {
                    let digits = value.trim_start_matches(|c: char| !c.is_ascii_digit());
                    self.ids.get("moodle").is_some_and(|id| id == digits)
                }
                Key::Login => {
                    let own = self.id.is_some_and(|id| same(id, value));
                    has("login") || has("blackboard") || own
                }
                Key::Email => self.email.is_some_and(|email| same(email, value)),
            }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.to_lowercase()
}

/// What a row says of who it is about, for people.
fn who(table: &Table, row: usize) -> String {
    let cells = (0..2).filter_map(|column| table.value(row, column));
    let cells: Vec<String> = cells.map(|cell| escape::line(cell.trim())).collect();
    cells.join(" ")
}
