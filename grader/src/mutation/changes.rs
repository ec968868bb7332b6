//! The changes that cargo-mutants thinks of, each applied to its file.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use crate::error::BadInput;
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::tree::{Tree, solution_dir};

/// A change of one solution file.
pub(super) struct Change {
    /// The solution with the change in it; no check is named, since any may catch it.
    pub(super) mutant: Mutant,
    /// Where it is: counted from 1.
    pub(super) line: usize,
    column: usize,
    /// What the line was before, without the space around it.
    pub(super) code: String,
    /// The change as a difference of lines.
    pub(super) diff: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, name) = (&self.mutant.file, &self.mutant.name);
        write!(f, "{file}:{}:{} {name}", self.line, self.column)
    }
}

/// Reads a list, and applies each change that is in a file that students write.
///
/// # Errors
///
/// [`BadInput`] where the list is not of the solution as it is now.
pub(super) fn read(tree: &Tree, lab: &Lab, list: &Path) -> Result<Vec<Change>> {
    let remedy = format!("make it anew: `make mutants LAB={}`", lab.name);
    let bad = |problem: String| BadInput::new(list, problem, remedy.clone());
    let text =
        std::fs::read_to_string(list).map_err(|error| bad(format!("cannot be read ({error})")))?;
    let entries: Vec<Entry> = serde_json::from_str(&text)
        .map_err(|error| bad(format!("is not a list of cargo-mutants: {error}")))?;
    let dir = format!("{}/", solution_dir(&lab.name));
    let mut changes = Vec::new();
    for entry in entries {
        let Some(file) = entry.file.strip_prefix(&dir) else {
            continue;
        };
        let Some(exercise) = lab.owner(file) else {
            continue;
        };
        let text = std::fs::read_to_string(tree.root().join(&entry.file))
            .map_err(|error| bad(format!("names `{}`: {error}", entry.file)))?;
        let (start, end) = (entry.span.start, entry.span.end);
        let (Some(from), Some(to)) = (start.byte(&text), end.byte(&text)) else {
            let problem = format!("`{}` has no line {}", entry.file, end.line);
            return Err(bad(problem).into());
        };
        let name = entry
            .name
            .strip_prefix(&format!("{}:{}:{}: ", entry.file, start.line, start.column));
        let code = text.lines().nth(start.line - 1).unwrap_or_default().trim();
        changes.push(Change {
            mutant: Mutant {
                exercise: exercise.name.clone(),
                name: name.unwrap_or(&entry.name).to_owned(),
                mistake: "A machine's change.".to_owned(),
                killed_by: Vec::new(),
                keeps: None,
                bug: None,
                file: file.to_owned(),
                text: [&text[..from], &entry.replacement, &text[to..]].concat(),
            },
            line: start.line,
            column: start.column,
            code: code.to_owned(),
            diff: changed(&entry.diff),
        });
    }
    if changes.is_empty() {
        let problem = format!(
            "has no change of a file that students of `{}` write",
            lab.name
        );
        return Err(bad(problem).into());
    }
    Ok(changes)
}

/// The lines of a difference that differ.
fn changed(diff: &str) -> String {
    let head = |line: &&str| line.starts_with("---") || line.starts_with("+++");
    let lines = diff.lines().filter(|line| line.starts_with(['-', '+']));
    let lines: Vec<&str> = lines.filter(|line| !head(line)).collect();
    lines.join("\n")
}

/// What is read of an entry.
#[derive(Deserialize)]
struct Entry {
    name: String,
    file: String,
    span: Span,
    replacement: String,
    #[serde(default)]
    diff: String,
}

#[derive(Deserialize, Clone, Copy)]
struct Span {
    start: At,
    end: At,
}

/// Counted from 1; columns in characters.
#[derive(Deserialize, Clone, Copy)]
struct At {
    line: usize,
    column: usize,
}

impl At {
    fn byte(self, text: &str) -> Option<usize> {
        let before: usize = text
            .split_inclusive('\n')
            .take(self.line.checked_sub(1)?)
            .map(str::len)
            .sum();
        let line = text[before..].split_inclusive('\n').next()?;
        let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
        Some(before + ends.nth(self.column.checked_sub(1)?)?)
    }
}
