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
use crate::report::view::Reader;
use crate::results::{Results, Row};

/// The colours and the frame of both.
const STYLE: [&str; 2] = [picture::COLOURS, include_str!("page/page.css")];

/// Writes `class.html`, and a page for each person below `students`.
///
/// # Errors
///
/// Where the results cannot be read, or a page cannot be written.
pub fn write(results: &Results, mutants: &[Mutant], reader: Reader, dir: &Path) -> Result<usize> {
    let rows = results.rows()?;
    let students = dir.join("students");
    std::fs::create_dir_all(&students).with_context(|| format!("making {}", students.display()))?;
    for row in &rows {
        let path = students.join(format!("{}.html", row.person.id));
        put(&path, &student(results, row, reader)?)?;
    }
    let page = class::page(results.class(), &rows, results.gaps().len(), mutants);
    let page = page.render().context("drawing the page of the class")?;
    put(&dir.join("class.html"), &page)?;
    Ok(rows.len())
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
