//! Where the student stands: the file `.weft` in the workspace's folder.
//!
//! The one idea: plain text, one line for each exercise, sorted, so that it merges in git; where a
//! merge left two lines for one exercise, the last one counts. It is a note to oneself: no mark is
//! ever read from it.
//!
//! ```text
//! locks/visited passed 9ae16a3b2f90404f hints 1
//! ```
//!
//! The exercise; `new`, `failing` or `passed` at the last check; a hash of its files then (`-` if
//! there was no check); how many hints were read. Lines of any other form are kept as they are, at
//! the top.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const NAME: &str = ".weft";
const HEAD: &str =
    "# Where you stand in the course, written by `cargo lab`; yours to commit and to merge.";

/// The file, read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct State {
    others: Vec<String>,
    exercises: BTreeMap<String, Line>,
}

/// What is known about one exercise.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) last: Last,
    /// Of the exercise's files at the last check.
    pub(crate) hash: Option<String>,
    pub(crate) hints: usize,
}

/// How the last check ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    #[default]
    New,
    Failing,
    Passed,
}

/// Where the student stands with an exercise now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    NotStarted,
    /// Something is written, and it was not checked yet.
    Begun,
    Failing,
    Passing,
    /// It passed, and its files are different now.
    Changed,
}

impl State {
    /// Reads the file; a file that is not there is an empty one.
    pub(crate) fn read(root: &Path) -> Result<State> {
        match fs::read_to_string(root.join(NAME)) {
            Ok(text) => Ok(State::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(error).context("reading .weft"),
        }
    }

    /// Writes the file in one step: whoever reads meanwhile sees the old one or the new one.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let new: PathBuf = root.join(format!("{NAME}.{}", std::process::id()));
        fs::write(&new, self.text()).context("writing .weft")?;
        fs::rename(&new, root.join(NAME)).context("writing .weft")
    }

    /// What is known about an exercise.
    pub(crate) fn get(&self, id: &str) -> Line {
        self.exercises.get(id).cloned().unwrap_or_default()
    }

    /// The line of an exercise, to change.
    pub(crate) fn of(&mut self, id: &str) -> &mut Line {
        self.exercises.entry(id.to_owned()).or_default()
    }

    fn parse(text: &str) -> State {
        let mut state = State::default();
        for line in text.lines().filter(|line| *line != HEAD) {
            match Line::parse(line) {
                Some((id, parsed)) => {
                    state.exercises.insert(id, parsed);
                }
                None => state.others.push(line.to_owned()),
            }
        }
        state
    }

    fn text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for line in &self.others {
            text += &format!("{line}\n");
        }
        for (id, line) in &self.exercises {
            let last = match line.last {
                Last::New => "new",
                Last::Failing => "failing",
                Last::Passed => "passed",
            };
            let hash = line.hash.as_deref().unwrap_or("-");
            text += &format!("{id} {last} {hash} hints {}\n", line.hints);
        }
        text
    }
}

impl Line {
    fn parse(line: &str) -> Option<(String, Line)> {
        let words: Vec<&str> = line.split(' ').collect();
        let [id, last, hash, "hints", hints] = words[..] else {
            return None;
        };
        let last = match last {
            "new" => Last::New,
            "failing" => Last::Failing,
            "passed" => Last::Passed,
            _ => return None,
        };
        let line = Line {
            last,
            hash: (hash != "-").then(|| hash.to_owned()),
            hints: hints.parse().ok()?,
        };
        id.contains('/').then(|| (id.to_owned(), line))
    }

    /// Where the student stands, now that the files have this hash.
    pub(crate) fn standing(&self, hash: &str) -> Standing {
        match self.last {
            Last::New => Standing::NotStarted,
            Last::Failing => Standing::Failing,
            Last::Passed if self.hash.as_deref() == Some(hash) => Standing::Passing,
            Last::Passed => Standing::Changed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Where you stand in the course, written by `cargo lab`; yours to commit and to merge.
something from a later version
locks/bank failing 00000000000000aa hints 3
locks/visited passed 00000000000000bb hints 0
rpc/log new - hints 1
";

    #[test]
    fn what_is_read_is_written_again() {
        assert_eq!(State::parse(TEXT).text(), TEXT);
    }

    #[test]
    fn of_two_lines_that_a_merge_left_the_last_counts() {
        let text = format!("{TEXT}locks/bank passed cc hints 1\n");
        let bank = State::parse(&text).get("locks/bank");
        assert_eq!(bank.last, Last::Passed);
        assert_eq!(State::parse(&text).text().matches("locks/bank").count(), 1);
    }

    #[test]
    fn lines_are_sorted_and_strange_lines_are_kept() {
        let state = State::parse(
            "b/x new - hints 0\n<<<<<<< HEAD\na/x new - hints two\na/y new - hints 0\n",
        );
        let text = state.text();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let kept = [
            "<<<<<<< HEAD",
            "a/x new - hints two",
            "a/y new - hints 0",
            "b/x new - hints 0",
        ];
        assert_eq!(lines, kept);
    }

    #[test]
    fn a_pass_lasts_until_the_next_edit() {
        let line = Line {
            last: Last::Passed,
            hash: Some("aa".to_owned()),
            hints: 0,
        };
        assert_eq!(line.standing("aa"), Standing::Passing);
        assert_eq!(line.standing("bb"), Standing::Changed);
        assert_eq!(Line::default().standing("aa"), Standing::NotStarted);
    }

    #[test]
    fn a_file_is_written_whole_and_read_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut state = State::read(folder.path()).expect("no file is an empty one");
        state.of("locks/bank").hints = 2;
        state.write(folder.path()).expect("written");
        assert_eq!(State::read(folder.path()).expect("read"), state);
        let files = fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(files, 1, "nothing is left but the file");
    }
}
