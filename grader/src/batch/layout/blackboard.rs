//! Blackboard: `Lab locks_jdoe_attempt_2026-11-30-09-15-02_bank.rs`, and for each attempt a
//! receipt of the same name that ends with the time and `.txt`.

use std::collections::BTreeMap;

use super::plain;
use crate::batch::handed::Handed;
use crate::batch::holder::{Holder, Name};
use crate::results::Person;

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'n> {
    pub(super) user: &'n str,
    /// `2026-11-30-09-15-02`
    pub(super) time: &'n str,
    /// Nothing for a receipt.
    pub(super) file: Option<&'n str>,
}

pub(super) fn read(name: &Name) -> Option<Read<'_>> {
    if name.folder {
        return None;
    }
    let (who, rest) = name.name.split_once("_attempt_")?;
    let (_, user) = who.rsplit_once('_')?;
    let (time, rest) = rest.split_at_checked("2026-11-30-09-15-02".len())?;
    let is_time = time.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 | 10 | 13 | 16 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let file = match rest {
        ".txt" => None,
        rest => Some(rest.strip_prefix('_').filter(|file| !file.is_empty())?),
    };
    (is_time && !user.is_empty()).then_some(Read { user, time, file })
}

pub(super) fn of(holder: &Holder) -> Vec<Handed> {
    let mut people: BTreeMap<&str, Vec<(Read, &Name)>> = BTreeMap::new();
    let mut others = Vec::new();
    for name in holder.submissions() {
        match read(name) {
            Some(read) => people.entry(read.user).or_default().push((read, name)),
            None => others.push(plain::in_holder(holder, name)),
        }
    }
    let people = people
        .into_iter()
        .map(|(user, files)| one(holder, user, &files));
    people.chain(others).collect()
}

/// The newest attempt of one.
fn one(holder: &Holder, user: &str, files: &[(Read, &Name)]) -> Handed {
    let newest = files
        .iter()
        .map(|(read, _)| read.time)
        .max()
        .unwrap_or_default();
    let taken = files.iter().filter(|(read, _)| read.time == newest);
    let parts = taken
        .clone()
        .filter_map(|(read, name)| Some(holder.part(name, read.file?)));
    let (date, time) = newest.split_at(newest.len().min(10));
    let time = time.trim_start_matches('-').replace('-', ":");
    Handed {
        person: Person {
            id: user.to_owned(),
            name: user.to_owned(),
            ids: [("blackboard".to_owned(), user.to_owned())].into(),
            ..Person::default()
        },
        source: taken.clone().map(|(_, name)| name.name.clone()).collect(),
        submitted: Some(format!("{date}T{time}")),
        parts: parts.collect(),
        ..Handed::default()
    }
}
