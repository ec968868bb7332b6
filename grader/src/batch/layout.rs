//! Whose each thing is, by how a platform names what it gives.
//!
//! The one idea: names alone say it, so a layout is a function from names to submissions, and can
//! be tested with a list of names. Names that do not fit the layout of those beside them are
//! somebody's, too: each has a row of its own.
//!
//! The forms are from the platforms' own sources and documents, as of November 2026; no platform
//! was ever tried.

mod blackboard;
mod canvas;
mod gradescope;
mod moodle;
mod plain;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;

use super::git;
use super::handed::{Handed, Part};
use super::holder::{Holder, Name};
use crate::error::BadInput;
use crate::intake::{self, Bundle};
use crate::lab::Lab;

/// How what was handed in is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// `doejane_LATE_123456_987654_bank.rs`
    Canvas,
    /// `Jane Doe_12345_assignsubmission_file/…`
    Moodle,
    /// `Lab locks_jdoe_attempt_2026-11-30-09-15-02_bank.rs`
    Blackboard,
    /// `submission_128746829/…` beside `submission_metadata.yml`
    Gradescope,
    /// Folders, repositories and archives, each of the person that it is named after.
    Folders,
    /// Each path is one person's.
    One,
}

/// Finds all submissions at some paths.
pub(super) fn find(lab: &Lab, paths: &[PathBuf], layout: Option<Layout>) -> Result<Vec<Handed>> {
    let mut handed = Vec::new();
    for path in paths {
        if let Some((folder, of)) = git::commit_named(path) {
            handed.extend(commits(&folder, &of)?);
            continue;
        }
        match class(lab, path, layout, paths.len() == 1)? {
            None => handed.push(plain::one(path)),
            Some((holder, layout)) => handed.extend(of(&holder, layout)?),
        }
    }
    Ok(handed)
}

/// What lies at a path, and how it is named, if it is more than one person's. Of several paths each
/// is one person's, unless the instructor says how they are named: what somebody has packed must
/// not pass for what a platform gives, with others' names in it.
fn class(
    lab: &Lab,
    path: &Path,
    layout: Option<Layout>,
    only: bool,
) -> Result<Option<(Holder, Layout)>> {
    if !path.exists() {
        return Err(BadInput::new(path, "is not there", "check the path").into());
    }
    let is_zip = path
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("zip"));
    let folder = path.is_dir();
    let one = match layout {
        None => !only,
        Some(layout) => layout == Layout::One,
    };
    if one || !(folder || is_zip) {
        return Ok(None);
    }
    let holder = match folder {
        true => Holder::folder(path)?,
        // If it is damaged, its row says so.
        false => match Holder::zip(path) {
            Ok(holder) => holder,
            Err(_) => return Ok(None),
        },
    };
    let (holder, seen) = recognise(holder)?;
    if let Some(layout) = layout.or(seen) {
        return Ok(Some((holder, layout)));
    }
    let several = folder || holder.submissions().count() > 1;
    let class = match answers(lab, &holder) {
        // Where it is unknown, there is more than is listed of one person's.
        None | Some(0) => several,
        Some(1) => folder && !is_usual(lab, path),
        Some(_) => true,
    };
    Ok(class.then_some((holder, Layout::Folders)))
}

fn answers(lab: &Lab, holder: &Holder) -> Option<usize> {
    let Part::Whole(path) = holder.all() else {
        return None;
    };
    let bundle = Bundle::open(&path).ok()?;
    Some(intake::answers(lab, &bundle))
}

/// Whether a folder is a lab's own or holds it at one of the usual places: then it is one answer.
fn is_usual(lab: &Lab, path: &Path) -> bool {
    let at = |place: &String| lab.edit().any(|edit| path.join(place).join(edit).exists());
    let loose = |edit: &str| path.join(edit.rsplit('/').next().unwrap_or(edit)).exists();
    intake::places(&lab.name).iter().any(at) || lab.edit().any(loose) || git::is_repository(path)
}

/// The layout that names show, and the holder whose names they are: platforms may put all into one
/// folder.
fn recognise(holder: Holder) -> Result<(Holder, Option<Layout>)> {
    if let Some(layout) = shown(&holder) {
        return Ok((holder, Some(layout)));
    }
    let names: Vec<&Name> = holder.submissions().collect();
    if let [Name { name, folder: true }] = names[..] {
        let inner = holder.inner(name)?;
        if let Some(layout) = shown(&inner) {
            return Ok((inner, Some(layout)));
        }
    }
    Ok((holder, None))
}

fn shown(holder: &Holder) -> Option<Layout> {
    if holder
        .names
        .iter()
        .any(|name| name.name == gradescope::METADATA)
    {
        return Some(Layout::Gradescope);
    }
    let count = |fits: &dyn Fn(&Name) -> bool| holder.submissions().filter(|one| fits(one)).count();
    let all = holder.submissions().count();
    let most = |fits: &dyn Fn(&Name) -> bool| all > 0 && 2 * count(fits) > all;
    if most(&|name| moodle::read(name).is_some()) {
        Some(Layout::Moodle)
    } else if most(&|name| blackboard::read(name).is_some()) {
        Some(Layout::Blackboard)
    } else if most(&|name| canvas::read(name).is_some()) {
        Some(Layout::Canvas)
    } else {
        None
    }
}

/// The submissions that a holder holds, named so.
fn of(holder: &Holder, layout: Layout) -> Result<Vec<Handed>> {
    Ok(match layout {
        Layout::Canvas => canvas::of(holder),
        Layout::Moodle => moodle::of(holder),
        Layout::Blackboard => blackboard::of(holder),
        Layout::Gradescope => gradescope::of(holder)?,
        Layout::Folders | Layout::One => plain::of(holder),
    })
}

/// What a commit of each repository holds: of one, or of all in a folder.
fn commits(folder: &Path, of: &str) -> Result<Vec<Handed>> {
    let one = |path: PathBuf| {
        let commit = Part::Commit {
            repository: path.clone(),
            of: of.to_owned(),
        };
        let mut handed = plain::one(&path);
        handed.source = vec![format!("{}@{of}", handed.person.name)];
        handed.parts = vec![commit];
        handed
    };
    if git::is_repository(folder) {
        return Ok(vec![one(folder.to_owned())]);
    }
    let holder = Holder::folder(folder)?;
    let folders = holder.submissions().filter(|name| name.folder);
    Ok(folders.map(|name| one(folder.join(&name.name))).collect())
}

/// Whether all of it are digits, and there are some.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
