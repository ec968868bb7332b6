//! Reads an answer's bare tokens, before anything of it is compiled.
//!
//! The one idea: what acts while the compiler runs, or before `main` does, is a handful of words.
//! Tokens show them inside macros too, and never inside comments and strings.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::Finding;
use crate::build::messages::Location;

/// The file could not be cut into tokens: the compiler will say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Scans one file. `path` is what the student calls it.
///
/// # Errors
///
/// [`Unreadable`] if the text is not Rust down to its tokens.
pub fn scan(path: &str, text: &str, unsafe_allowed: bool) -> Result<Vec<Finding>, Unreadable> {
    let tokens: TokenStream = text.parse().map_err(|_| Unreadable)?;
    let mut scan = Scan {
        path,
        unsafe_allowed,
        makes_macros: text.contains("macro_rules"),
        findings: Vec::new(),
    };
    scan.stream(tokens);
    Ok(scan.findings)
}

/// The finding for `unsafe` where it is not taught.
pub(super) fn unsafe_code(place: Location) -> Finding {
    let text = "uses `unsafe`, which this exercise does not need: leave it out".to_owned();
    Finding {
        place,
        text,
        hostile: false,
    }
}

struct Scan<'p> {
    path: &'p str,
    unsafe_allowed: bool,
    /// Whether the file has macros of its own, which can put words together that stand apart.
    makes_macros: bool,
    findings: Vec<Finding>,
}

impl Scan<'_> {
    /// Goes through a stream with a list of its own: how deep an answer nests its brackets must not
    /// be how deep the grader recurses.
    fn stream(&mut self, tokens: TokenStream) {
        let cut = |tokens: TokenStream| tokens.into_iter().collect::<Vec<TokenTree>>();
        let mut open = vec![(cut(tokens), 0)];
        while let Some((tokens, at)) = open.last_mut() {
            let (token, here) = (tokens.get(*at).cloned(), *at);
            *at += 1;
            match token {
                Some(TokenTree::Ident(ident)) => self.ident(&ident, tokens, here),
                Some(TokenTree::Group(group)) => {
                    let attribute = group.delimiter() == Delimiter::Bracket
                        && tokens[..here]
                            .iter()
                            .rev()
                            .take(2)
                            .any(|before| punct(before, '#'));
                    if attribute {
                        self.attribute(group.stream());
                    }
                    open.push((cut(group.stream()), 0));
                }
                Some(TokenTree::Punct(_) | TokenTree::Literal(_)) => {}
                None => drop(open.pop()),
            }
        }
    }

    fn ident(&mut self, ident: &Ident, tokens: &[TokenTree], at: usize) {
        let text = ident.to_string();
        let name = text.strip_prefix("r#").unwrap_or(&text);
        let raw = name != text;
        let next = tokens.get(at + 1);
        let called = next.is_some_and(|next| punct(next, '!'));
        let after_path = at > 0 && punct(&tokens[at - 1], ':');
        let renamed = matches!(next, Some(TokenTree::Ident(next)) if next == "as");
        match name {
            "unsafe" if !raw && !self.unsafe_allowed => {
                let place = self.place(ident);
                self.findings.push(unsafe_code(place));
            }
            "extern" if !raw => self.hostile(ident, "reaches outside the crate with `extern`"),
            "mod" if !raw && !inline(&tokens[at + 1..]) => {
                self.hostile(ident, "takes in another file as a module");
            }
            "include_str" | "include_bytes" | "option_env" | "global_asm" | "naked_asm" => {
                self.hostile(
                    ident,
                    &format!("uses `{name}`, which acts on the machine that compiles"),
                );
            }
            "include" | "env" | "asm" if called || after_path || renamed || self.makes_macros => {
                self.hostile(
                    ident,
                    &format!("uses `{name}`, which acts on the machine that compiles"),
                );
            }
            "link_section" | "no_mangle" | "export_name" | "global_allocator" | "link_name"
            | "linkage" => {
                self.hostile(
                    ident,
                    &format!("uses `{name}`, which acts outside the check"),
                );
            }
            _ => {}
        }
    }

    fn attribute(&mut self, stream: TokenStream) {
        let Some(TokenTree::Ident(name)) = stream.clone().into_iter().next() else {
            return;
        };
        match name.to_string().as_str() {
            "path" => self.hostile(&name, "takes in another file with `#[path]`"),
            "feature" => self.hostile(&name, "turns on unstable features"),
            _ => {}
        }
    }

    fn hostile(&mut self, ident: &Ident, text: &str) {
        let place = self.place(ident);
        let text = format!("{text}: an answer must not");
        self.findings.push(Finding {
            place,
            text,
            hostile: true,
        });
    }

    fn place(&self, ident: &Ident) -> Location {
        let start = ident.span().start();
        Location {
            file: self.path.to_owned(),
            line: start.line,
            column: start.column + 1,
        }
    }
}

/// Whether what follows `mod` is a name (or a macro's `$name`) and a body: any other module is a
/// file.
fn inline(after: &[TokenTree]) -> bool {
    let after = match after {
        [dollar, rest @ ..] if punct(dollar, '$') => rest,
        all => all,
    };
    matches!(after, [TokenTree::Ident(_), TokenTree::Group(body), ..] if body.delimiter() == Delimiter::Brace)
}

fn punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}
