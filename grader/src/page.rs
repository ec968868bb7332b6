//! Results as pages: one for the class, which instructors read, and one for each person. Each is
//! one file that needs no network, and is readable without scripts.
//!
//! The one idea: a page is made of what its reader may see. The class page has everything; a
//! person's page is drawn from the report that [`crate::report::view`] gives, and from nothing
//! else. Everything that somebody else wrote goes through [`crate::report::escape`], and then
//! through the templates' own escaping.

mod class;
#[cfg(test)]
mod hostile;
mod likeness;
mod student;

use std::path::Path;

use anyhow::{Context, Result};
use askama::Template;

use crate::mutant::Mutant;
use crate::report::escape;
use crate::report::view::Reader;
use crate::results::{Results, Row};

/// The colours and the frame of both.
const STYLE: [&str; 2] = [picture::COLOURS, include_str!("page/page.css")];

/// One person of the class.
#[derive(Debug)]
pub struct Entry {
    /// Their row, whole.
    pub row: Row,
    /// What their own page is made of; nothing while it is not for them to see.
    pub shown: Option<Row>,
    /// Why their grade is not given out yet, if it is not.
    pub held: Option<String>,
}

/// A piece of a sentence of the course's own: plain, or what stands between backticks.
struct Words {
    text: String,
    code: bool,
}

fn words(sentence: &str) -> Vec<Words> {
    let pieces = sentence.split('`').zip([false, true].into_iter().cycle());
    let words = pieces.map(|(text, code)| Words {
        text: escape::line(text),
        code,
    });
    words.collect()
}

/// Writes `class.html`, and a page for each person below `students`.
///
/// # Errors
///
/// Where a page cannot be written.
pub fn write(
    results: &Results,
    entries: &[Entry],
    mutants: &[Mutant],
    reader: Reader,
    dir: &Path,
) -> Result<()> {
    let students = dir.join("students");
    std::fs::create_dir_all(&students).with_context(|| format!("making {}", students.display()))?;
    for entry in entries {
        let page = match &entry.shown {
            Some(row) => student::page(results.class(), row, reader),
            None => student::held(results.class(), &entry.row),
        };
        let id = &entry.row.person.id;
        let page = page
            .render()
            .with_context(|| format!("drawing the page of {id}"))?;
        put(&students.join(format!("{id}.html")), &page)?;
    }
    let page = class::page(results.class(), entries, results.gaps().len(), mutants);
    let page = page.render().context("drawing the page of the class")?;
    put(&dir.join("class.html"), &page)
}

/// A person's page.
///
/// # Errors
///
/// Where it cannot be drawn.
pub fn student(results: &Results, row: &Row, reader: Reader) -> Result<String> {
    let page = student::page(results.class(), row, reader);
    let text = page.render();
    text.with_context(|| format!("drawing the page of {}", row.person.id))
}

fn put(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
