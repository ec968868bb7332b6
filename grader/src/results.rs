//! A class's results on disk: one folder for one lab, one file for each person.
//!
//! The one idea: a result is written whole as soon as it is known, and nothing in it depends on
//! when, where or in which order it was found. So a run that was killed goes on where it was, any
//! number of machines may share the work, and the bytes are the same. Whatever a class is told
//! (tables, pages, grade books) is a view of these files.
//!
//! ```text
//! RESULTS/class.json            what was graded, with what, and who has to have a row
//! RESULTS/rows/<id>.json        one person's or group's result
//! RESULTS/answers/<hash>.json   the files that were graded, one for all who handed in the same
//! ```
//!
//! What is not here: who handed in what (`grader batch`), and what points are worth.

mod class;
mod disk;
pub mod merge;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::BadInput;
use crate::files::hex;
use crate::tree::entries;
pub use class::{CheckFacts, Class, ExerciseFacts, FORMAT};
pub use row::{Member, Outcome, Person, Row};

/// The files of one answer, by their path from the lab's folder.
pub type Files = BTreeMap<String, String>;

/// The results of one class.
#[derive(Debug)]
pub struct Results {
    dir: PathBuf,
    class: Class,
}

impl Results {
    /// Opens results that are there.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where they are not, or are of another format.
    pub fn open(dir: &Path) -> Result<Results> {
        let path = dir.join("class.json");
        let Some(class) = read::<Class>(&path)? else {
            let remedy = "name a folder that `grader batch` has written";
            return Err(BadInput::new(dir, "holds no results of a class", remedy).into());
        };
        if class.format != FORMAT {
            let problem = format!("is of format {}, not {FORMAT}", class.format);
            return Err(BadInput::new(&path, problem, "grade the class again").into());
        }
        let dir = dir.to_owned();
        Ok(Results { dir, class })
    }

    /// Makes the folder of a class, or goes on with what is there: whoever has a row already stays.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where the folder holds another class's results, or was graded with something
    /// else; anything else where it cannot be written.
    pub fn begin(dir: &Path, class: Class) -> Result<Results> {
        let path = dir.join("class.json");
        let known = match read::<Class>(&path)? {
            None => None,
            Some(_) => Some(Results::open(dir)?.class),
        };
        let mut class = class;
        if let Some(known) = &known {
            known.same_as(&class).map_err(|(problem, remedy)| {
                anyhow::Error::from(BadInput::new(dir, problem, remedy))
            })?;
            class.people.extend(known.people.iter().cloned());
        }
        if known.as_ref() != Some(&class) {
            write(&path, &class)?;
        }
        let dir = dir.to_owned();
        Ok(Results { dir, class })
    }

    /// What was graded.
    pub fn class(&self) -> &Class {
        &self.class
    }

    /// Where the results lie.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Replaces what is known of the class; rows stay as they are.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn describe(&mut self, class: Class) -> Result<()> {
        write(&self.dir.join("class.json"), &class)?;
        self.class = class;
        Ok(())
    }

    /// A person's row, if there is one.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where it is damaged.
    pub fn row(&self, id: &str) -> Result<Option<Row>> {
        let path = self.row_path(id);
        let row: Option<Row> = read(&path)?;
        match row {
            Some(row) if row.person.id != id => {
                let problem = format!("is the row of `{}`", row.person.id);
                Err(BadInput::new(&path, problem, REGRADE).into())
            }
            row => Ok(row),
        }
    }

    /// All rows that are there, by their ids.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where one is damaged.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let people = self.class.people.iter();
        let rows = people.filter_map(|id| self.row(id).transpose());
        rows.collect()
    }

    /// The ids of those who should have a row, and have none yet.
    pub fn gaps(&self) -> BTreeSet<String> {
        let people = self.class.people.iter();
        let absent = people.filter(|id| !self.row_path(id).is_file());
        absent.cloned().collect()
    }

    /// Writes a row in the place of what was there. Whoever reads meanwhile sees the old one or the
    /// new one.
    ///
    /// # Errors
    ///
    /// Where it cannot be written: then the old one is still there.
    pub fn put(&self, row: &Row) -> Result<()> {
        write(&self.row_path(&row.person.id), row)
    }

    /// Keeps the files of an answer, and gives the name under which they are kept.
    ///
    /// # Errors
    ///
    /// Where they cannot be written.
    pub fn keep(&self, files: &Files) -> Result<String> {
        let name = answer_name(files);
        let path = self.answer_path(&name);
        if read::<Files>(&path).ok().flatten().as_ref() != Some(files) {
            write(&path, files)?;
        }
        Ok(name)
    }

    /// The files of an answer, by the name that [`Results::keep`] gave.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where they are not there, or are not what the name says.
    pub fn answer(&self, name: &str) -> Result<Files> {
        let path = self.answer_path(name);
        match read::<Files>(&path)? {
            Some(files) if answer_name(&files) == name => Ok(files),
            Some(_) => Err(BadInput::new(&path, "was changed", REGRADE).into()),
            None => Err(BadInput::new(&path, "is not there", REGRADE).into()),
        }
    }

    /// Takes away the answers that no row names: somebody has handed in again. Not while others
    /// still write rows.
    ///
    /// # Errors
    ///
    /// Where a row is damaged or a file cannot be taken away.
    pub fn forget_answers(&self) -> Result<()> {
        let rows = self.rows()?;
        let named = rows.iter().filter_map(|row| row.answer.as_deref());
        let named: BTreeSet<PathBuf> = named.map(|name| self.answer_path(name)).collect();
        let dir = self.dir.join("answers");
        if !self.gaps().is_empty() || !dir.is_dir() {
            return Ok(());
        }
        for path in entries(&dir)?.iter().filter(|path| !named.contains(*path)) {
            std::fs::remove_file(path).with_context(|| format!("removing {}", path.display()))?;
        }
        Ok(())
    }

    /// Takes away what writers of these people's rows have left that did not come to their end.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be read.
    pub fn tidy(&self, own: impl Fn(&str) -> bool) -> Result<()> {
        disk::tidy(&self.dir, |_| true)?;
        disk::tidy(&self.dir.join("answers"), |_| true)?;
        disk::tidy(&self.dir.join("rows"), |name| {
            name.strip_suffix(".json").is_some_and(&own)
        })
    }

    fn row_path(&self, id: &str) -> PathBuf {
        self.dir.join("rows").join(format!("{id}.json"))
    }

    fn answer_path(&self, name: &str) -> PathBuf {
        self.dir.join("answers").join(format!("{name}.json"))
    }
}

const REGRADE: &str = "take it away and run `grader batch` again";

/// The name under which an answer is kept: equal for those that are equal.
pub fn answer_name(files: &Files) -> String {
    let text = serde_json::to_vec(files).expect("texts are JSON");
    hex(&Sha256::digest(text)[..16])
}

/// What a file holds, if it is there.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let problem = format!("is damaged ({error})");
        BadInput::new(path, problem, REGRADE).into()
    })
}

/// Writes a file whole in the place of what was there; what is not a file (`/dev/null`, a pipe) is
/// written to.
///
/// # Errors
///
/// Where it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("writing {}", path.display());
    match path.metadata() {
        Ok(there) if !there.is_file() => std::fs::write(path, bytes).with_context(failed),
        _ => disk::write(&std::path::absolute(path).with_context(failed)?, bytes),
    }
}

fn write(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).expect("a result is JSON");
    text.push('\n');
    disk::write(path, text.as_bytes())
}

#[cfg(test)]
mod tests;
