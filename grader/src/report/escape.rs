//! What others wrote (names of submissions and files, messages, notes), made harmless for whoever
//! reads it.
//!
//! The one idea: one function for each kind of output. HTML has its own in [`picture::escape`],
//! JSON in serde, XML in `quick-junit`; everything else is here.

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

/// A cell of a table with that delimiter. No spreadsheet takes it for a formula, and it ends
/// neither its cell nor its line.
pub fn cell(text: &str, delimiter: char) -> String {
    let text = self::text(text);
    let begins = text.trim_start().chars().next();
    let formula = begins.is_some_and(|c| "=+-@|%".contains(fold(c))) && !is_number(&text);
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([delimiter, '"', '\n']) || text != text.trim() {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// A character of full width as the plain one that spreadsheets take it for.
fn fold(c: char) -> char {
    match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Whether a text is a plain number, which may begin with its sign.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Markdown of one line, as code: nothing in it is markup, a link, or somebody's name to be told.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    format!("{ticks} {text} {ticks}")
}

/// Markdown of several lines as a block of code, fenced with more backticks than are in it.
pub fn markdown_block(text: &str) -> String {
    let text = self::text(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// The message of a workflow command of GitHub: it stays in its line.
pub fn workflow(text: &str) -> String {
    let text = self::text(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command of GitHub: it ends neither itself nor the list.
pub fn workflow_property(text: &str) -> String {
    workflow(text).replace(':', "%3A").replace(',', "%2C")
}

/// No name that is shown is longer, in bytes.
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
    fn no_cell_is_a_formula_and_none_ends_its_line() {
        let safe = ["Doe", "-3.5", "52.50", "a-b", "jane@example.edu"];
        for text in safe {
            assert_eq!(cell(text, ','), text);
        }
        for text in [
            "=1+1", "+1", "-1-1", "@x", " =1", "\t=1", "＝1", "|calc", "%x",
        ] {
            let cell = cell(text, ',');
            assert!(cell.trim_start_matches('"').starts_with('\''), "{cell}");
        }
        assert_eq!(cell("Doe, \"J\"\n", ','), "\"Doe, \"\"J\"\"\n\"");
        assert_eq!(cell("a;b", ','), "a;b");
        assert_eq!(cell("a;b", ';'), "\"a;b\"");
    }

    #[test]
    fn markdown_keeps_it_as_code() {
        assert_eq!(markdown("a`b``c"), "``` a`b``c ```");
        assert_eq!(
            markdown_block("a\n```\n</details>"),
            "````text\na\n```\n</details>\n````\n"
        );
    }

    #[test]
    fn a_workflow_command_stays_in_its_line_and_property() {
        assert_eq!(workflow("a%0A\n::error::b"), "a%250A%0A::error::b");
        assert_eq!(workflow_property("a:b,c\n"), "a%3Ab%2Cc%0A");
    }

    #[test]
    fn a_name_stays_in_its_line_and_is_not_long() {
        assert_eq!(line("a\nb: full marks"), "a\u{fffd}b: full marks");
        assert!(line(&"x".repeat(5000)).len() < 350);
    }
}
