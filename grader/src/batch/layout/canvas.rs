//! Canvas: `doejane_LATE_123456_987654_bank.rs`, all in one folder: the sortable name in small
//! letters, `LATE` if it was, the user, the attachment, the file's name.

use std::collections::BTreeMap;

use super::is_number;
use crate::batch::handed::Handed;
use crate::batch::holder::{Holder, Name};
use crate::batch::layout::plain;
use crate::results::Person;

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'n> {
    pub(super) name: String,
    pub(super) late: bool,
    pub(super) user: String,
    pub(super) attachment: u64,
    pub(super) file: &'n str,
}

pub(super) fn read(name: &Name) -> Option<Read<'_>> {
    if name.folder {
        return None;
    }
    let parts: Vec<&str> = name.name.split('_').collect();
    for at in 0..parts.len().saturating_sub(2) {
        let anonymous = parts[at] == "anon";
        let end = match anonymous {
            true => (at + 2..parts.len() - 1).find(|end| is_number(parts[*end]))?,
            false if is_number(parts[at]) => at + 1,
            false => continue,
        };
        if !is_number(parts[end]) {
            continue;
        }
        let before = &parts[..at];
        let late = before.last() == Some(&"LATE");
        let before = &before[..before.len() - usize::from(late)];
        let skipped: usize = parts[..=end].iter().map(|part| part.len() + 1).sum();
        return Some(Read {
            name: before.join("_"),
            late,
            user: parts[at..end].join("_"),
            attachment: parts[end].parse().ok()?,
            file: name.name.get(skipped..).filter(|file| !file.is_empty())?,
        });
    }
    None
}

pub(super) fn of(holder: &Holder) -> Vec<Handed> {
    let mut people: BTreeMap<String, Vec<(Read, &Name)>> = BTreeMap::new();
    let mut others = Vec::new();
    for name in holder.submissions() {
        match read(name) {
            Some(read) => people
                .entry(read.user.clone())
                .or_default()
                .push((read, name)),
            None => others.push(plain::in_holder(holder, name)),
        }
    }
    let people = people
        .into_iter()
        .map(|(user, files)| one(holder, user, files));
    people.chain(others).collect()
}

fn one(holder: &Holder, user: String, mut files: Vec<(Read, &Name)>) -> Handed {
    files.sort_by_key(|(read, _)| read.attachment);
    let mut newest: BTreeMap<String, (u64, &Name)> = BTreeMap::new();
    for (read, name) in &files {
        newest.insert(as_first_named(read.file), (read.attachment, name));
    }
    let parts = newest
        .iter()
        .map(|(file, (_, name))| holder.part(name, file));
    let shown = files.iter().map(|(read, _)| read.name.as_str());
    let shown = shown
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or(&user);
    let anonymous = user.starts_with("anon");
    let ids = (!anonymous).then(|| ("canvas".to_owned(), user.clone()));
    Handed {
        person: Person {
            id: format!("canvas-{user}"),
            name: shown.to_owned(),
            ids: ids.into_iter().collect(),
            ..Person::default()
        },
        source: files.iter().map(|(_, name)| name.name.clone()).collect(),
        late: files.iter().any(|(read, _)| read.late),
        parts: parts.collect(),
        ..Handed::default()
    }
}

/// A file that is handed in again is called `bank-1.rs`.
fn as_first_named(file: &str) -> String {
    let numbered = || {
        let (stem, ending) = file.split_once('.')?;
        let (first, number) = stem.rsplit_once('-')?;
        is_number(number).then(|| format!("{first}.{ending}"))
    };
    numbered().unwrap_or_else(|| file.to_owned())
}
