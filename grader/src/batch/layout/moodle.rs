//! Moodle: `Jane Doe_12345_assignsubmission_file/src/bank.rs` since 4.1, with another `_` before
//! the `/` before that, or flat: `Jane Doe_12345_assignsubmission_file_bank.rs`. The number is the
//! participant's in this assignment.

use std::collections::BTreeMap;

use super::{is_number, plain};
use crate::batch::handed::Handed;
use crate::batch::holder::{Holder, Name};
use crate::results::Person;

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'n> {
    pub(super) name: &'n str,
    pub(super) participant: &'n str,
    /// The file's own name; empty for a folder.
    pub(super) file: &'n str,
}

pub(super) fn read(name: &Name) -> Option<Read<'_>> {
    let (who, rest) = name.name.split_once("_assignsubmission_")?;
    let (person, participant) = who.rsplit_once('_').unwrap_or(("", who));
    let rest = ["file", "onlinetext"]
        .iter()
        .find_map(|kind| rest.strip_prefix(kind))?;
    let file = rest.strip_prefix('_').unwrap_or(rest);
    let fits = is_number(participant) && file.is_empty() == name.folder;
    fits.then_some(Read {
        name: person,
        participant,
        file,
    })
}

pub(super) fn of(holder: &Holder) -> Vec<Handed> {
    let mut people: BTreeMap<&str, Handed> = BTreeMap::new();
    let mut others = Vec::new();
    for name in holder.submissions() {
        let Some(read) = read(name) else {
            others.push(plain::in_holder(holder, name));
            continue;
        };
        let handed = people.entry(read.participant).or_insert_with(|| new(&read));
        handed.source.push(name.name.clone());
        handed.parts.push(holder.part(name, read.file));
    }
    people.into_values().chain(others).collect()
}

fn new(read: &Read) -> Handed {
    let name = match read.name {
        "" | "Participant" => format!("Participant {}", read.participant),
        name => name.to_owned(),
    };
    Handed {
        person: Person {
            id: format!("moodle-{}", read.participant),
            name,
            ids: [("moodle".to_owned(), read.participant.to_owned())].into(),
            ..Person::default()
        },
        ..Handed::default()
    }
}
