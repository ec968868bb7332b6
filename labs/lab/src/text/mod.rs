//! The texts: pure functions from data to lines for a terminal.
//!
//! The one idea: every text is painted in full, and whoever prints it takes the colour out where
//! there is none.

pub(crate) mod hint;
pub(crate) mod list;
pub(crate) mod panic;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod stress;

use std::fmt::Display;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const NOTE: Style = AnsiColor::Yellow.on_default();
pub(crate) const PATH: Style = AnsiColor::Cyan.on_default();

/// `text` in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The columns to write for: `COLUMNS`, the terminal's, or 100 where there is none.
pub(crate) fn width() -> usize {
    let asked = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    asked.unwrap_or_else(|| match std::io::stdout().is_terminal() {
        true => crossterm::terminal::size().map_or(100, |(columns, _)| columns.into()),
        false => 100,
    })
}

/// `text` in lines of at most `width` columns, each after `indent` spaces.
pub(crate) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("never empty");
        let wide = last.chars().count() + 1 + word.chars().count();
        if last.is_empty() {
            last.push_str(word);
        } else if indent + wide > width.min(100) {
            lines.push(word.to_owned());
        } else {
            last.push(' ');
            last.push_str(word);
        }
    }
    lines
        .iter()
        .map(|line| format!("{:indent$}{line}\n", ""))
        .collect()
}

/// `1 test`, `4 tests`.
pub(crate) fn count(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// 2000 as `2,000`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_the_width_with_its_indent() {
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three\n");
        assert_eq!(wrap("enormous", 2, 5), "  enormous\n");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [grouped(7), grouped(2000), grouped(1_234_567)],
            ["7", "2,000", "1,234,567"]
        );
    }
}
