//! `grader explain`: draws a failing interleaving from its JSON form.

use std::path::{Path, PathBuf};

use anstream::{print, println};
use anyhow::{Context, Result};
use clap::Args;
use picture::{Failure, Style};

use crate::error::{BadInput, Exit};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The failure: as a report has it under `failure`, or as a search wrote it.
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
    /// Writes one self-contained HTML page there instead of drawing for the terminal.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Writes the drawing there as an SVG.
    #[arg(long, value_name = "FILE", conflicts_with = "html")]
    svg: Option<PathBuf>,
    /// Draws the steps without part in the failure as well.
    #[arg(long)]
    all: bool,
    /// Columns of the drawing; the terminal's, if it says none.
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit> {
    let failure = read(&args.file)?;
    let (file, drawn) = if let Some(file) = &args.html {
        (file, failure.to_html())
    } else if let Some(file) = &args.svg {
        (file, failure.to_svg())
    } else {
        let style = Style {
            width: args
                .width
                .or_else(columns)
                .unwrap_or(Style::default().width),
            colour: true,
            all: args.all,
        };
        print!("{}", failure.to_text(style));
        return Ok(Exit::Done);
    };
    std::fs::write(file, drawn).with_context(|| format!("writing {}", file.display()))?;
    println!("{}", file.display());
    Ok(Exit::Done)
}

/// `COLUMNS`, or the terminal's.
fn columns() -> Option<usize> {
    let asked = std::env::var("COLUMNS").ok();
    let asked = asked.and_then(|columns| columns.parse().ok());
    asked.or_else(|| {
        let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    })
}

/// Reads a failure, bare or under the key `failure`.
fn read(file: &Path) -> Result<Failure> {
    let remedy = "give the JSON of one failing search";
    let json = std::fs::read_to_string(file)
        .map_err(|error| BadInput::new(file, format!("cannot be read: {error}"), remedy))?;
    let value: serde_json::Value = serde_json::from_str(&json).map_err(|error| {
        BadInput::new(file, format!("is not JSON: {error}"), remedy).at_line(error.line().max(1))
    })?;
    let failure = match value.get("failure") {
        Some(serde_json::Value::Null) => {
            let remedy = "there is nothing to explain";
            return Err(BadInput::new(file, "holds a search that found nothing", remedy).into());
        }
        Some(failure) => failure.to_string(),
        None => json,
    };
    Failure::from_json(&failure).map_err(|problem| BadInput::new(file, problem, remedy).into())
}
