//! One line that says what is going on, and leaves no trace: on terminals only.

use std::io::{IsTerminal, Write};

use super::{DIM, paint, width};

/// The line, or nothing where standard error is not a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Progress {
        Progress {
            shown: std::io::stderr().is_terminal(),
        }
    }

    /// Shows `text` in place of what was shown before.
    pub(crate) fn say(&self, text: &str) {
        if self.shown {
            let room = width().saturating_sub(4);
            let text: String = text.chars().take(room).collect();
            let _ = write!(
                anstream::stderr(),
                "\r\x1b[K{}",
                paint(DIM, format!("{text} …"))
            );
            let _ = std::io::stderr().flush();
        }
    }

    /// Shows what cargo is at.
    pub(crate) fn cargo(&self, lab: &str, line: &str) {
        let line = line.trim();
        if let Some(compiled) = line.strip_prefix("Compiling ") {
            self.say(&format!("building {lab}: {compiled}"));
        } else if line.starts_with("Blocking waiting") {
            self.say("another cargo is building here (an editor, perhaps): waiting for it");
        } else if line.starts_with("Download") || line.starts_with("Updating") {
            self.say(&line.to_lowercase());
        }
    }

    /// Takes away what was shown.
    pub(crate) fn clear(&self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
