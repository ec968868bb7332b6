//! Cuts an answer's text into tokens, as the compiler will cut it.
//!
//! The one idea: what cannot be cut here is never compiled, so nothing that was not looked at runs.
//! The compiler leaves out a byte order mark and a first line that begins with `#!`, and so does
//! this.

use proc_macro2::TokenStream;

use crate::{Finding, Location};

/// The tokens of a file. `path` is what the student calls it.
///
/// # Errors
///
/// Where it cannot be read, if the text is not Rust down to its tokens.
pub(crate) fn cut(path: &str, text: &str) -> Result<TokenStream, Finding> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    // An empty line in its place, so that all others keep their numbers.
    let rest = &text[shebang(&text)..];
    if rest.trim_start().starts_with("---") {
        return Err(unreadable(path, 1, 1, "begins with a frontmatter"));
    }
    rest.parse().map_err(|error: proc_macro2::LexError| {
        let at = error.span().start();
        let why =
            "cannot be read: a quote, a comment or a bracket is not closed, or closes nothing";
        unreadable(path, at.line, at.column + 1, why)
    })
}

fn unreadable(path: &str, line: usize, column: usize, why: &str) -> Finding {
    Finding {
        place: Location {
            file: path.to_owned(),
            line,
            column,
        },
        text: format!("{why}; what cannot be read is not built"),
        hostile: false,
    }
}

/// How long a first line is that the compiler leaves out: one with `#!`, unless an attribute begins
/// there.
fn shebang(text: &str) -> usize {
    match text.strip_prefix("#!") {
        Some(rest) if !after_trivia(rest).starts_with('[') => text.find('\n').unwrap_or(text.len()),
        _ => 0,
    }
}

/// What follows white space and comments that document nothing.
fn after_trivia(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(is_white);
        let line = text.strip_prefix("//").filter(|rest| !is_doc(rest, '/'));
        let block = text.strip_prefix("/*");
        let block = block.filter(|rest| rest.starts_with("*/") || !is_doc(rest, '*'));
        text = match (line, block) {
            (Some(rest), _) => &rest[rest.find('\n').unwrap_or(rest.len())..],
            (_, Some(rest)) => after_block(rest),
            (None, None) => return text,
        };
    }
}

/// Whether a comment documents something: `///` and `//!`, but not `////`.
fn is_doc(rest: &str, mark: char) -> bool {
    let twice = |rest: &str| rest.starts_with(mark);
    rest.starts_with('!') || rest.strip_prefix(mark).is_some_and(|rest| !twice(rest))
}

/// What follows a block comment whose beginning was taken off.
fn after_block(text: &str) -> &str {
    let (mut open, mut at) = (1, 0);
    while open > 0 && at < text.len() {
        let step = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (1, 2),
            [b'*', b'/', ..] => (-1, 2),
            _ => (0, 1),
        };
        open += step.0;
        at += step.1;
    }
    &text[at..]
}

/// White space as the language defines it.
fn is_white(c: char) -> bool {
    let marks = ['\u{85}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}'];
    matches!(c, '\t'..='\r' | ' ') || marks.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        match cut("src/x.rs", text) {
            Ok(tokens) => Ok(tokens.to_string()),
            Err(finding) => Err(finding.line()),
        }
    }

    #[test]
    fn a_shebang_and_a_byte_order_mark_are_left_out_as_the_compiler_does() {
        for text in [
            "#!/bin/sh \"\nfn f() {}",
            "\u{feff}#!/bin/sh \"\r\nfn f() {}",
            "#! // it goes on\n/* and on */ fn f() {}",
            "#!/// [\nfn f() {}",
        ] {
            let rest = read(text).expect("it is readable");
            assert!(rest.ends_with("fn f () { }"), "{rest}");
        }
        assert!(read("#! /* */ // no\n [allow(unused)]").is_ok_and(|text| text.contains("allow")));
        assert_eq!(read("\n#!/bin/sh \"\nfn f() {}").map_err(|_| ()), Err(()));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let told = read("fn f() {}\nfn g() { \" }\n").expect_err("a quote is open");
        assert!(told.starts_with("src/x.rs:2:"), "{told}");
        let told = read("---\nfn f() {}\n---\n").expect_err("a frontmatter");
        assert!(
            told.starts_with("src/x.rs:1:1 begins with a frontmatter"),
            "{told}"
        );
    }
}
