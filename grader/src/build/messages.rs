//! What the compiler said, from its JSON.

use anyhow::{Context, Result};
use serde::Deserialize;

/// One message of the compiler.
#[derive(Debug, Clone)]
pub struct Message {
    /// `error`, `warning`, …
    pub level: String,
    /// The lint or the error's number.
    pub code: Option<String>,
    /// Its first line.
    pub text: String,
    /// Its notes.
    pub notes: Vec<String>,
    /// The whole, as the compiler shows it.
    pub rendered: String,
    /// Where it points: the primary places, each followed by the macro calls it came out of.
    pub places: Vec<Location>,
}

/// A place in a file, from the root of the stage.
pub use rules::Location;

impl Message {
    /// An error that points nowhere.
    pub(super) fn error(text: String) -> Self {
        let rendered = text.clone();
        let level = "error".to_owned();
        Message {
            level,
            code: None,
            text,
            notes: Vec::new(),
            rendered,
            places: Vec::new(),
        }
    }

    /// Whether the build failed for this.
    pub fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// The first place in a file that `wanted` accepts.
    pub fn place(&self, wanted: impl Fn(&str) -> bool) -> Option<&Location> {
        self.places.iter().find(|place| wanted(&place.file))
    }
}

/// Reads the compiler's output: its messages, one a line, among whatever else it says.
pub(super) fn parse(output: &[u8]) -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    for line in output
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"{\"$message_type\":\"diagnostic\""))
    {
        let mut line = serde_json::Deserializer::from_slice(line);
        // A message goes one level deeper for each macro it came out of, and rustc bounds those.
        line.disable_recursion_limit();
        let said = Diagnostic::deserialize(&mut line).context("reading the compiler's messages")?;
        // The closing count of errors says nothing.
        if !(said.spans.is_empty() && said.message.starts_with("aborting due to")) {
            messages.push(said.into_message());
        }
    }
    Ok(messages)
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Diagnostic>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Diagnostic {
    fn into_message(self) -> Message {
        let mut places = Vec::new();
        for span in self.spans.iter().filter(|span| span.is_primary) {
            let mut at = Some(span);
            while let Some(span) = at {
                places.push(Location {
                    file: span.file_name.clone(),
                    line: span.line_start,
                    column: span.column_start,
                });
                at = span.expansion.as_deref().map(|expansion| &expansion.span);
            }
        }
        Message {
            level: self.level,
            code: self.code.map(|code| code.code),
            text: self.message,
            notes: self.children.into_iter().map(|note| note.message).collect(),
            rendered: self.rendered.unwrap_or_default(),
            places,
        }
    }
}
