//! Folders, repositories and archives that are named after who handed them in.

use std::path::Path;

use crate::batch::handed::{Handed, Part};
use crate::batch::holder::{Holder, Name};
use crate::intake;
use crate::results::Person;

pub(super) fn of(holder: &Holder) -> Vec<Handed> {
    let names = holder.submissions();
    names.map(|name| in_holder(holder, name)).collect()
}

/// A name that is one submission.
pub(super) fn in_holder(holder: &Holder, name: &Name) -> Handed {
    Handed {
        person: person(&name.name, name.folder),
        source: vec![name.name.clone()],
        parts: vec![holder.whole(name)],
        ..Handed::default()
    }
}

/// A path that is one submission.
pub(super) fn one(path: &Path) -> Handed {
    // `.` has no name.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    Handed {
        person: person(&name, full.is_dir()),
        source: vec![name.clone().into_owned()],
        parts: vec![Part::Whole(full)],
        ..Handed::default()
    }
}

fn person(name: &str, folder: bool) -> Person {
    let archive = !folder && (intake::is_archive(name) || name.ends_with(".rs"));
    let stem = match archive {
        true => name.split_once('.').map_or(name, |(stem, _)| stem),
        false => name,
    };
    let stem = if stem.is_empty() { name } else { stem };
    Person {
        id: stem.to_owned(),
        name: stem.to_owned(),
        ..Person::default()
    }
}
