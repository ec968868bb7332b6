//! `update`: a newer kit over the work that is here.

use std::fs;
use std::path::Path;

use anstream::println;
use anyhow::{Context, Result, bail};
use parcel::{Change, Files, LISTING, Listing};

use crate::desk::Desk;
use crate::error::Exit;
use crate::text::{PATH, paint};

/// Lays a kit over this one, and says what changed.
pub(crate) fn update(desk: &Desk, kit: &Path) -> Result<Exit> {
    if Listing::read(desk.root()).is_none() {
        bail!(
            "this course is not a kit (it has no {LISTING}): what you edited cannot be told apart"
        );
    }
    let files = files(kit).with_context(|| format!("reading {}", kit.display()))?;
    if !files.contains_key(LISTING) {
        bail!("{} is not a kit: it has no {LISTING}", kit.display());
    }
    let changes = parcel::lay(desk.root(), &files).context("laying the kit")?;
    if changes.is_empty() {
        println!("this is the course that you have: nothing changed");
    }
    for (path, change) in &changes {
        println!("{}", line(path, change));
    }
    Ok(Exit::Done)
}

fn line(path: &str, change: &Change) -> String {
    let path = paint(PATH, path);
    match change {
        Change::Added => format!("new       {path}"),
        Change::Updated => format!("updated   {path}"),
        Change::Kept => format!("yours     {path}: the course's is new, below .pristine"),
        Change::Replaced(kept) => format!("updated   {path}: yours is kept as {kept}"),
        Change::Removed => format!("removed   {path}"),
        Change::Left => format!("left      {path}: yours, and no longer part of the course"),
    }
}

fn files(kit: &Path) -> Result<Files> {
    if kit.is_file() {
        return Ok(parcel::read(&fs::read(kit)?)?);
    }
    let Some(listing) = Listing::read(kit) else {
        bail!("it has no {LISTING}");
    };
    let mut files = Files::new();
    for path in listing.paths() {
        files.insert(path.to_owned(), fs::read(kit.join(path))?);
        let pristine = format!("{}/{path}", parcel::PRISTINE);
        if let Ok(text) = fs::read(kit.join(&pristine)) {
            files.insert(pristine, text);
        }
    }
    files.insert(LISTING.to_owned(), listing.text().into_bytes());
    Ok(files)
}
