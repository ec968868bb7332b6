//! Edits: files whose content is another one now.
//!
//! The one idea: what the system reports is only a reason to look. Editors write a file in many
//! ways, and several times; an edit is a content that differs from the last one seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::follow::Event;

/// Whatever comes within this time of the last report belongs to the same edit.
const QUIET: Duration = Duration::from_millis(40);
const POLL: Duration = Duration::from_secs(1);

/// Sends an [`Event::Edited`] for each edit in `folders`, for as long as the watcher lives. Looks
/// by itself (`poll`) where the system cannot report.
pub(super) fn watch(
    folders: &[PathBuf],
    poll: bool,
    tell: Sender<Event>,
) -> Result<Box<dyn Watcher>> {
    let (report, reports) = channel();
    let watcher = if poll {
        None
    } else {
        reported(folders, report.clone()).ok()
    };
    let watcher = match watcher {
        Some(watcher) => watcher,
        None => polled(folders, report).context("watching the labs' folders")?,
    };
    let mut seen = Seen::default();
    for folder in folders {
        seen.edits(files(folder));
    }
    std::thread::spawn(move || {
        while let Some(touched) = batch(&reports) {
            let edits = seen.edits(touched);
            if !edits.is_empty() && tell.send(Event::Edited(edits)).is_err() {
                break;
            }
        }
    });
    Ok(watcher)
}

type Report = notify::Result<notify::Event>;

fn reported(folders: &[PathBuf], report: Sender<Report>) -> notify::Result<Box<dyn Watcher>> {
    all(RecommendedWatcher::new(report, Config::default())?, folders)
}

fn polled(folders: &[PathBuf], report: Sender<Report>) -> notify::Result<Box<dyn Watcher>> {
    let config = Config::default()
        .with_poll_interval(POLL)
        .with_compare_contents(true);
    all(PollWatcher::new(report, config)?, folders)
}

fn all(
    mut watcher: impl Watcher + 'static,
    folders: &[PathBuf],
) -> notify::Result<Box<dyn Watcher>> {
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(Box::new(watcher))
}

/// The files of the next reports that come close together. Blocks until there are some; `None` if
/// there will be none.
fn batch(reports: &Receiver<Report>) -> Option<BTreeSet<PathBuf>> {
    let mut touched = BTreeSet::new();
    let mut take = |report: Report| {
        let event = report.ok().filter(|event| !event.kind.is_access());
        touched.extend(event.into_iter().flat_map(|event| event.paths));
    };
    take(reports.recv().ok()?);
    while let Ok(report) = reports.recv_timeout(QUIET) {
        take(report);
    }
    Some(touched)
}

/// The contents that were seen last, as hashes.
#[derive(Default)]
struct Seen(BTreeMap<PathBuf, String>);

impl Seen {
    /// Those of `touched` that are Rust files with another content than before.
    fn edits(&mut self, touched: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
        let mut edits = Vec::new();
        for file in touched.into_iter().filter(|file| is_source(file)) {
            // An editor that replaces the file has it gone for a moment: a report will follow.
            let Ok(text) = fs::read(&file) else { continue };
            let hash = parcel::hash([text.as_slice()]);
            if self.0.get(&file) != Some(&hash) {
                self.0.insert(file.clone(), hash);
                edits.push(file);
            }
        }
        edits
    }
}

fn is_source(file: &Path) -> bool {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.ends_with(".rs") && !name.starts_with('.')
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_another_content_of_a_rust_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            path
        };
        let mut seen = Seen::default();
        let bank = file("bank.rs", "one");
        assert_eq!(seen.edits([bank.clone()]).len(), 1);
        assert!(seen.edits([bank.clone()]).is_empty(), "it was only touched");
        file("bank.rs", "two");
        assert_eq!(seen.edits([bank.clone()]).len(), 1);
        let others = [
            file(".bank.rs.swp", "x"),
            file("bank.rs~", "x"),
            file(".#bank.rs", "x"),
        ];
        assert!(
            seen.edits(others).is_empty(),
            "what an editor leaves beside it"
        );
        fs::remove_file(&bank).expect("removed");
        assert!(seen.edits([bank]).is_empty(), "it is gone for a moment");
    }

    #[test]
    fn an_edit_is_reported_with_and_without_the_systems_help() {
        for poll in [false, true] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let bank = folder.path().join("bank.rs");
            fs::write(&bank, "one").expect("written");
            let (tell, told) = channel();
            let folders = [folder.path().to_owned()];
            let _watcher = watch(&folders, poll, tell).expect("folders can be watched");
            fs::write(&bank, "two").expect("written");
            let Ok(Event::Edited(files)) = told.recv() else {
                panic!("an edit was made");
            };
            assert_eq!(files, [bank]);
        }
    }
}
