//! Reads an answer's bare tokens, before anything of it is compiled.
//!
//! The one idea: what an answer may use is a list, of paths (`paths`), attributes and
//! macros. Tokens show what it uses inside macros too, and never inside comments and strings.
//! What makes a difference elsewhere must not be handed to a macro that can take it apart.
//!
//! What is not here: what a name resolves to (the grader's lints).

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use crate::imports::{Import, imports};
use crate::paths::{Names, ROOTS, Written};
use crate::walk::{Handed, MACROS, Within, calls, each, ident, is_in, punct};
use crate::{Finding, Location, source, unsafety};

/// Macros that act while the compiler runs, on the machine that it runs on.
const COMPILING: &str = "\
    asm concat_bytes env global_asm include include_bytes include_str naked_asm option_env";

/// Attributes that say something to the compiler, and change nothing outside their item.
const ATTRIBUTES: &str = "\
    allow clippy cold default deny deprecated derive diagnostic doc expect forbid ignore \
    inline must_use non_exhaustive repr rustfmt serde should_panic test warn";

/// Attributes that act outside their item: in the linker, the loader or the compiler.
const OUTSIDE: &str = "\
    export_name feature global_allocator link link_name link_section linkage no_main \
    no_mangle no_std panic_handler path proc_macro unsafe used";

/// What no name, path or bound has in it. An escape could be any of them.
const CODE: [char; 7] = ['[', '{', '(', '!', ';', '|', '\\'];

/// Scans one file. `path` is what the student calls it.
///
/// # Errors
///
/// What keeps it from being built, if the text is not Rust down to its tokens.
pub fn scan(path: &str, text: &str, unsafe_taught: bool) -> Result<Vec<Finding>, Finding> {
    let tokens = source::cut(path, text)?;
    let known = Known::of(&tokens);
    let mut scan = Scan {
        path,
        unsafe_taught,
        known,
        findings: Vec::new(),
    };
    scan.stream(tokens);
    Ok(scan.findings)
}

/// Whether a text has a `todo!`: something is still to do. A text that cannot be read has none.
pub fn has_holes(text: &str) -> bool {
    let mut found = false;
    if let Ok(tokens) = source::cut("", text) {
        each(tokens, |tokens, at, _| {
            found |= ident(&tokens[at]).as_deref() == Some("todo") && calls(&tokens[at..]);
        });
    }
    found
}

/// The finding for `unsafe` where it is not taught.
pub fn unsafe_code(place: Location) -> Finding {
    let text = "uses `unsafe`, which this exercise does not need: leave it out".to_owned();
    Finding {
        place,
        text,
        hostile: false,
    }
}

/// What has to be known of a file before it is judged.
#[derive(Default)]
struct Known {
    names: Names,
    /// Its own macros.
    macros: BTreeSet<String>,
    /// Whether one of them can take apart what it is given.
    splits: bool,
}

impl Known {
    fn of(tokens: &TokenStream) -> Known {
        let mut known = Known::default();
        let mut taken: Vec<Import> = Vec::new();
        each(tokens.clone(), |tokens, at, within| {
            let Some(name) = ident(&tokens[at]) else {
                return;
            };
            match name.as_str() {
                "use" => taken.extend(imports(&tokens[at + 1..])),
                "macro_rules" => known.macros.extend(tokens.get(at + 2).and_then(ident)),
                "tt" | "ident" | "meta" => {
                    known.splits |= within.made && at > 0 && punct(&tokens[at - 1], ':');
                }
                _ => {}
            }
        });
        known.names = Names::of(&taken);
        known
    }
}

struct Scan<'p> {
    path: &'p str,
    unsafe_taught: bool,
    known: Known,
    findings: Vec<Finding>,
}

impl Scan<'_> {
    fn stream(&mut self, tokens: TokenStream) {
        each(tokens, |tokens, at, within| match &tokens[at] {
            TokenTree::Ident(word) => self.word(word, tokens, at, within),
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                self.attribute(tokens, at, within, mark.span());
            }
            TokenTree::Punct(mark) if mark.as_char() == '$' && calls(&tokens[at + 1..]) => {
                let text = "calls a macro whose name is put together by another one";
                self.found(mark.span(), text, true);
            }
            _ => {}
        });
    }

    fn word(&mut self, word: &Ident, tokens: &[TokenTree], at: usize, within: Within) {
        let text = word.to_string();
        let name = text.strip_prefix("r#").unwrap_or(&text);
        let after = &tokens[at + 1..];
        if name == text {
            self.keyword(word, name, after, tokens, at);
        }
        self.named(word, name, tokens, at);
        if let Some(handed) = within.handed {
            self.handed(word, name, handed);
        }
        let path = Written::read(tokens, at);
        let member = at > 0 && punct(&tokens[at - 1], ':') && !ROOTS.contains(&name);
        let imported = self.in_import(tokens, at);
        if !member
            && !imported
            && let Some(wrong) = self.known.names.judge(&path, within.made)
        {
            self.found(word.span(), &wrong.text, wrong.hostile);
        }
        if self.unsafe_taught {
            let place = self.place(word.span());
            self.findings
                .extend(unsafety::word(tokens, at, within.trusted, place));
        }
    }

    /// Whether a word is a part of a `use`, whose paths are judged as a whole.
    fn in_import(&self, tokens: &[TokenTree], at: usize) -> bool {
        let begin = tokens[..at].iter().rposition(|token| punct(token, ';'));
        let before = &tokens[begin.map_or(0, |at| at + 1)..at];
        let used = before
            .iter()
            .rposition(|token| ident(token).as_deref() == Some("use"));
        used.is_some_and(|used| {
            let brace = |token: &TokenTree| matches!(token, TokenTree::Group(_));
            !before[used..].iter().any(brace)
        })
    }

    fn keyword(
        &mut self,
        word: &Ident,
        name: &str,
        after: &[TokenTree],
        tokens: &[TokenTree],
        at: usize,
    ) {
        match name {
            "unsafe" if !self.unsafe_taught => {
                let place = self.place(word.span());
                self.findings.push(unsafe_code(place));
            }
            "extern" => self.found(word.span(), "reaches outside the crate with `extern`", true),
            "mod" if !inline(after) => {
                self.found(word.span(), "takes in another file as a module", true);
            }
            "use" => self.import(after, tokens, at),
            "macro_rules" => {
                let taken = after.get(1).and_then(ident);
                if let Some(taken) = taken.filter(|name| is_standard(name)) {
                    let text = format!("gives a macro the name of another one, `{taken}`");
                    self.found(word.span(), &text, false);
                }
            }
            _ => {}
        }
    }

    fn import(&mut self, after: &[TokenTree], tokens: &[TokenTree], at: usize) {
        let public = match at.checked_sub(1).map(|at| &tokens[at]) {
            Some(TokenTree::Group(_)) => at > 1 && ident(&tokens[at - 2]).as_deref() == Some("pub"),
            Some(token) => ident(token).as_deref() == Some("pub"),
            None => false,
        };
        for import in imports(after) {
            if let Some(wrong) = self.known.names.judge_import(&import, public) {
                self.found(import.at.span(), &wrong.text, wrong.hostile);
            }
            let renamed = import.segments.last() != Some(&import.name);
            if renamed && is_standard(&import.name) {
                let text = format!("gives something the name of a macro, `{}`", import.name);
                self.found(import.at.span(), &text, false);
            }
        }
    }

    /// Names of macros and attributes, wherever they stand.
    fn named(&mut self, word: &Ident, name: &str, tokens: &[TokenTree], at: usize) {
        let next = tokens.get(at + 1);
        let called = calls(&tokens[at..]);
        let after_path = at > 0 && punct(&tokens[at - 1], ':');
        let renamed = next.and_then(ident).as_deref() == Some("as");
        let ordinary = ["include", "env", "asm"].contains(&name);
        if is_in(COMPILING, name)
            && (!ordinary || called || after_path || renamed || !self.known.macros.is_empty())
        {
            let text = format!("uses `{name}`, which acts on the machine that compiles");
            self.found(word.span(), &text, true);
        } else if called && name == "cfg" {
            self.found(
                word.span(),
                "asks with `cfg!` how it is compiled: leave it out",
                false,
            );
        }
        // Attributes that stand where an attribute does are reported there.
        if is_in(OUTSIDE, name) && !["feature", "link", "path", "unsafe", "used"].contains(&name) {
            let text = format!("uses `{name}`, which acts outside the check");
            self.found(word.span(), &text, true);
        }
    }

    /// A word in the arguments of a macro that may take them apart.
    fn handed(&mut self, word: &Ident, name: &str, handed: Handed) {
        let splits = handed == Handed::Elsewhere || self.known.splits;
        let begins = ROOTS.contains(&name) || self.known.names.knows(name);
        let keyword = ["extern", "macro_rules", "mod", "unsafe", "use"].contains(&name);
        if splits && (begins || keyword) {
            let text = format!("hands `{name}` to a macro of its own, which may take it apart");
            self.found(word.span(), &text, false);
        }
    }

    fn attribute(&mut self, tokens: &[TokenTree], at: usize, within: Within, span: Span) {
        let inner = tokens.get(at + 1).is_some_and(|token| punct(token, '!'));
        let Some(TokenTree::Group(group)) = tokens.get(at + 1 + usize::from(inner)) else {
            return self.found(
                span,
                "has an attribute that is put together by a macro",
                true,
            );
        };
        if within.handed.is_some() {
            let text = "hands an attribute or its documentation to a macro of its own";
            return self.found(span, text, false);
        }
        let words: Vec<TokenTree> = group.stream().into_iter().collect();
        let name = words.first().and_then(ident);
        match name.as_deref() {
            Some(name) if is_in(OUTSIDE, name) => {
                let text = format!("uses `#[{name}]`, which acts outside the check");
                self.found(span, &text, true);
            }
            Some("serde") if self.names_outside(&group.stream()) => {
                self.found(span, "names something of another crate for `serde`", false);
            }
            Some("serde") if has_code(&group.stream()) => {
                let text = "has code in a text for `serde`, which makes a program of it";
                self.found(span, text, true);
            }
            Some(name) if is_in(ATTRIBUTES, name) => {}
            Some(name) => {
                let text = format!("uses `#[{name}]`, which is not among what an answer may use");
                self.found(span, &text, name == "cfg_attr");
            }
            None => self.found(
                span,
                "has an attribute that is put together by a macro",
                true,
            ),
        }
    }

    /// Whether a text among some tokens names something of another crate, as `serde` reads it.
    fn names_outside(&self, tokens: &TokenStream) -> bool {
        let text = tokens.to_string();
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.any(|word| ROOTS[..4].contains(&word) || self.known.names.knows(word))
    }

    fn found(&mut self, span: Span, text: &str, hostile: bool) {
        let place = self.place(span);
        let text = match hostile && !text.contains("must not") {
            true => format!("{text}: an answer must not"),
            false => text.to_owned(),
        };
        self.findings.push(Finding {
            place,
            text,
            hostile,
        });
    }

    fn place(&self, span: Span) -> Location {
        let start = span.start();
        Location {
            file: self.path.to_owned(),
            line: start.line,
            column: start.column + 1,
        }
    }
}

/// Whether a text among some tokens can be more than a name, a path or a bound.
fn has_code(tokens: &TokenStream) -> bool {
    let mut groups = vec![tokens.clone()];
    while let Some(group) = groups.pop() {
        for token in group {
            match token {
                TokenTree::Group(inner) => groups.push(inner.stream()),
                TokenTree::Literal(text) if text.to_string().contains(CODE) => return true,
                _ => {}
            }
        }
    }
    false
}

fn is_standard(name: &str) -> bool {
    is_in(MACROS, name) || is_in(COMPILING, name)
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
