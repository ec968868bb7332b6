//! Where reports go: each as it comes, and what is there is whole at every moment.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Format, GradeArgs};
use crate::report::{Report, csv, json, junit, markdown, text};
use crate::results;
use crate::table::Table;

/// All that reports are written to.
pub(super) struct Out(Vec<Sink>);

/// A file, or standard output.
struct Sink {
    to: To,
    format: Format,
    /// Whether a report was written.
    begun: bool,
    /// What is shown at the end.
    table: Table,
}

enum To {
    /// Each report is added to it.
    File(File, PathBuf),
    /// It is written anew with each report.
    Whole(PathBuf, Vec<Report>),
    /// Text comes at once; a document of all results at the end.
    Standard(Vec<Report>),
}

impl Out {
    /// # Errors
    ///
    /// Where a file cannot be written.
    pub(super) fn open(args: &GradeArgs) -> Result<Out> {
        let paths = args.out.iter().map(Some).chain([None]);
        let sinks = args.format.iter().zip(paths);
        // It is written by whoever watches the checks.
        let sinks = sinks.filter(|(format, _)| **format != Format::Gradescope);
        let sinks = sinks.map(|(format, path)| Sink::open(*format, path));
        Ok(Out(sinks.collect::<Result<_>>()?))
    }

    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn write(&mut self, report: &Report) -> Result<()> {
        self.0.iter_mut().try_for_each(|sink| sink.write(report))
    }

    /// What was not graded is named on standard error; a table has a line for it.
    pub(super) fn refuse(&mut self, name: &str, why: &str) {
        for sink in &mut self.0 {
            sink.table.refuse(last(name), why);
        }
    }

    /// # Errors
    ///
    /// Where what is left cannot be written.
    pub(super) fn close(self) -> Result<()> {
        self.0.into_iter().try_for_each(Sink::close)
    }
}

impl Sink {
    fn open(format: Format, path: Option<&PathBuf>) -> Result<Sink> {
        let to = match path {
            None => To::Standard(Vec::new()),
            Some(path) if format.grows() => {
                let file = File::create(path);
                let file = file.with_context(|| format!("writing {}", path.display()))?;
                To::File(file, path.clone())
            }
            Some(path) => To::Whole(path.clone(), Vec::new()),
        };
        let mut sink = Sink {
            to,
            format,
            begun: false,
            table: Table::default(),
        };
        match (&sink.to, format) {
            (To::File(..), Format::Json) => sink.put(&(json::begin() + json::END))?,
            (To::File(..), Format::Csv) => sink.put(csv::HEADER)?,
            (To::Whole(path, _), _) => results::replace(path, format.document(&[]).as_bytes())?,
            _ => (),
        }
        Ok(sink)
    }

    fn write(&mut self, report: &Report) -> Result<()> {
        let first = !std::mem::replace(&mut self.begun, true);
        match (&mut self.to, self.format) {
            (_, Format::Table) => {
                self.table.add(last(&report.subject), report);
                Ok(())
            }
            (To::Standard(_), Format::Text) => said(&format!("{}\n", text::render(report))),
            (To::Standard(kept), _) => {
                kept.push(report.clone());
                Ok(())
            }
            (To::Whole(path, kept), format) => {
                kept.push(report.clone());
                results::replace(path, format.document(kept).as_bytes())
            }
            (To::File(file, _), Format::Json) => {
                // Over the end of the document, which comes again.
                file.seek(SeekFrom::End(-(json::END.len() as i64)))?;
                let between = if first { "" } else { json::BETWEEN };
                self.put(&format!("{between}{}{}", json::item(report), json::END))
            }
            (To::File(..), Format::Csv) => self.put(&csv::lines(report)),
            (To::File(..), _) => {
                let text = text::render(report);
                let text = anstream::adapter::strip_str(&text).to_string();
                self.put(&if first { text } else { format!("\n{text}") })
            }
        }
    }

    fn close(mut self) -> Result<()> {
        if self.format == Format::Table {
            let text = self.table.render();
            return match &self.to {
                To::Standard(_) => said(&text),
                To::File(..) | To::Whole(..) => {
                    self.put(&anstream::adapter::strip_str(&text).to_string())
                }
            };
        }
        match (self.to, self.format) {
            (To::Standard(_), Format::Text) | (To::File(..) | To::Whole(..), _) => Ok(()),
            (To::Standard(reports), format) => said(&format.document(&reports)),
        }
    }

    fn put(&mut self, text: &str) -> Result<()> {
        match &mut self.to {
            To::File(file, path) => {
                let written = file.write_all(text.as_bytes());
                written.with_context(|| format!("writing {}", path.display()))
            }
            To::Standard(_) | To::Whole(..) => said(text),
        }
    }
}

impl Format {
    /// Whether a report is added to those before it.
    fn grows(self) -> bool {
        matches!(
            self,
            Format::Text | Format::Table | Format::Json | Format::Csv
        )
    }

    /// All reports in one document.
    fn document(self, reports: &[Report]) -> String {
        match self {
            Format::Text => reports.iter().map(text::render).collect(),
            Format::Json => json::render(reports),
            Format::Junit => junit::render(reports),
            Format::Markdown => markdown::render(reports),
            Format::Annotations => markdown::annotations(reports),
            Format::Csv => csv::render(reports),
            Format::Table | Format::Gradescope => String::new(),
        }
    }
}

/// The last part of a path: there is no room for all of it.
fn last(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}

/// Writes to standard output, which may be full or closed.
fn said(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("writing to standard output")
}
