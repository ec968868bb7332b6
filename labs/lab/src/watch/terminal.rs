//! The terminal while it is watched: keys come one by one, and the last line says which there are.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::Sender;

use anyhow::{Context, Result};
use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use super::follow::Event;
use crate::text::{BOLD, DIM, paint};

const KEYS: [(char, &str); 8] = [
    ('h', "hint"),
    ('e', "explain"),
    ('o', "open"),
    ('n', "next"),
    ('l', "list"),
    ('r', "run again"),
    ('q', "quit"),
    ('?', "help"),
];

/// The terminal, in raw mode where there is a keyboard. It is put back when this is dropped.
#[derive(Debug)]
pub(super) struct Terminal {
    keys: bool,
    screen: bool,
}

impl Terminal {
    /// Takes the terminal, and sends its keys.
    pub(super) fn new(tell: Sender<Event>) -> Result<Terminal> {
        let screen = std::io::stdout().is_terminal();
        let keys = screen && std::io::stdin().is_terminal();
        if keys {
            terminal::enable_raw_mode().context("taking the keyboard")?;
            std::thread::spawn(move || while read(&tell) {});
        }
        Ok(Terminal { keys, screen })
    }

    /// Empties the screen.
    pub(super) fn clear(&self) {
        if self.screen {
            self.write("\x1b[2J\x1b[H");
        }
    }

    /// Prints a text, and below it which keys there are.
    pub(super) fn print(&self, text: &str) {
        if !self.keys {
            return self.write(&format!("{text}\n"));
        }
        let keys = KEYS.map(|(key, does)| format!("{} {}", paint(BOLD, key), paint(DIM, does)));
        // The keys' line is overwritten by the next text.
        self.write(&format!("\r\x1b[K{text}\n{}", keys.join("  ")));
    }

    /// In raw mode a line feed only goes down.
    fn write(&self, text: &str) {
        let text = if self.keys {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        };
        let mut stdout = anstream::stdout().lock();
        // A terminal that went away ends the process by its own signal.
        let _ = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.keys {
            self.write("\r\x1b[K");
            let _ = terminal::disable_raw_mode();
        }
    }
}

/// Sends the next key. Blocks until there is one; `false` when there will be none.
fn read(tell: &Sender<Event>) -> bool {
    let event = match event::read() {
        Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => {
            match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
                (KeyCode::Char('q' | 'Q'), false) | (KeyCode::Char('c' | 'd'), true) => Event::Quit,
                (KeyCode::Char(key), false) => Event::Key(key.to_ascii_lowercase()),
                _ => return true,
            }
        }
        Ok(_) => return true,
        Err(_) => Event::Quit,
    };
    let last = matches!(event, Event::Quit);
    tell.send(event).is_ok() && !last
}
