//! Where reports go: each as it comes, and what is there is whole at every moment.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Format, GradeArgs};
use crate::report::{Report, json, text};

/// The reports' file, or standard output.
pub(super) struct Out {
    to: To,
    format: Format,
    /// Whether a report was written.
    begun: bool,
}

enum To {
    File(File, PathBuf),
    /// Text comes at once; a document of all results at the end.
    Standard(Vec<Report>),
}

impl Out {
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub(super) fn open(args: &GradeArgs) -> Result<Out> {
        let to = match &args.out {
            None => To::Standard(Vec::new()),
            Some(path) => {
                let file = File::create(path);
                let file = file.with_context(|| format!("writing {}", path.display()))?;
                To::File(file, path.clone())
            }
        };
        let format = args.format;
        let mut out = Out {
            to,
            format,
            begun: false,
        };
        if let (To::File(..), Format::Json) = (&out.to, format) {
            out.put(&(json::begin() + json::END))?;
        }
        Ok(out)
    }

    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn write(&mut self, report: &Report) -> Result<()> {
        let first = !std::mem::replace(&mut self.begun, true);
        match (&mut self.to, self.format) {
            (To::Standard(kept), Format::Json) => {
                kept.push(report.clone());
                Ok(())
            }
            (To::Standard(_), Format::Text) => said(&format!("{}\n", text::render(report))),
            (To::File(..), Format::Text) => {
                let text = text::render(report);
                let text = anstream::adapter::strip_str(&text).to_string();
                self.put(&if first { text } else { format!("\n{text}") })
            }
            (To::File(file, _), Format::Json) => {
                // Over the end of the document, which comes again.
                file.seek(SeekFrom::End(-(json::END.len() as i64)))?;
                let between = if first { "" } else { json::BETWEEN };
                self.put(&format!("{between}{}{}", json::item(report), json::END))
            }
        }
    }

    /// # Errors
    ///
    /// Where what is left cannot be written.
    pub(super) fn close(self) -> Result<()> {
        match (self.to, self.format) {
            (To::Standard(reports), Format::Json) => said(&json::render(&reports)),
            _ => Ok(()),
        }
    }

    fn put(&mut self, text: &str) -> Result<()> {
        match &mut self.to {
            To::File(file, path) => {
                let written = file.write_all(text.as_bytes());
                written.with_context(|| format!("writing {}", path.display()))
            }
            To::Standard(_) => said(text),
        }
    }
}

/// Writes to standard output, which may be full or closed.
fn said(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("writing to standard output")
}
