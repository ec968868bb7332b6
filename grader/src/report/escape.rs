//! What others wrote (names of submissions and files, messages, notes), made harmless for whoever
//! reads it.
//!
//! The one idea: one function for each kind of output. HTML and JSON have theirs in
//! [`picture::escape`] and in serde; text for a terminal or a file is here.

use picture::escape::steers;

/// Text of several lines. An answer could rewrite the lines above it otherwise.
pub fn text(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' => c,
        c if steers(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(harmless).collect()
}

/// Text within a line: a name cannot begin another one.
pub fn line(name: &str) -> String {
    let flat = text(name).replace(['\n', '\t'], "\u{fffd}");
    protocol::capped(&flat, LONGEST_NAME)
}

/// No name that is told is longer, in bytes.
const LONGEST_NAME: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_turns_text_is_replaced() {
        assert_eq!(
            text("a\u{1b}[2Jb\r\u{202e}c\u{9b}d\n\te"),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\u{fffd}d\n\te"
        );
        assert_eq!(text("Grüße, 字 👩\u{200d}🚀"), "Grüße, 字 👩\u{200d}🚀");
    }

    #[test]
    fn a_name_stays_in_its_line_and_is_not_long() {
        assert_eq!(line("a\nb: full marks"), "a\u{fffd}b: full marks");
        assert!(line(&"x".repeat(5000)).len() < 350);
    }
}
