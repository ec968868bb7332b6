//! Which files of a lab can matter to an exercise.
//!
//! The one idea: one module reaches another only by its name, which stands somewhere as a token,
//! since no macro of stable Rust glues names together. So files that do not name each other, and
//! that no third file connects, are independent. A name that means something else connects too:
//! that costs a second grading, and no verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The file that all modules are declared in.
const ROOT: &str = "src/lib.rs";

/// What a file says, as far as it may name modules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    idents: BTreeSet<String>,
    /// Whether it can be reached without its module's name, or cannot be read.
    open: bool,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Words::default();
        let Ok(tokens) = text.parse::<TokenStream>() else {
            words.open = true;
            return words;
        };
        // A list of its own: how deep an answer nests is not how deep this recurses.
        let mut open = vec![tokens];
        while let Some(tokens) = open.pop() {
            for token in tokens {
                match token {
                    TokenTree::Ident(ident) => drop(words.idents.insert(plain(&ident.to_string()))),
                    TokenTree::Group(group) => open.push(group.stream()),
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
        }
        let says = |word: &str| words.idents.contains(word);
        words.open = says("macro_export") || says("macro_use");
        words
    }

    pub(super) fn name(&self, module: &str) -> bool {
        self.idents.contains(module)
    }
}

/// The module that a file of `src` is of: its own, or the one it is a part of.
pub(super) fn module(path: &str) -> &str {
    let path = path.strip_prefix("src/").unwrap_or(path);
    path.split(['/', '.']).next().unwrap_or(path)
}

/// The files, of those of a lab, that can matter where the modules in `start` do. The root always
/// does.
pub(super) fn connected<'f>(
    files: &BTreeMap<&'f str, Arc<Words>>,
    root: &str,
    start: impl Fn(&str) -> bool,
) -> BTreeSet<&'f str> {
    if !declares_only_modules(root) || files.values().any(|words| words.open) {
        return files.keys().copied().collect();
    }
    let (mut reached, mut left): (Vec<&str>, Vec<&str>) = files
        .keys()
        .partition(|path| **path == ROOT || start(module(path)));
    loop {
        let touches = |one: &str, other: &str| {
            other != ROOT
                && (module(one) == module(other)
                    || files[one].name(module(other))
                    || files[other].name(module(one)))
        };
        let (more, rest): (Vec<&str>, Vec<&str>) = left
            .iter()
            .partition(|path| reached.iter().any(|other| touches(path, other)));
        if more.is_empty() {
            return reached.into_iter().collect();
        }
        reached.extend(more);
        left = rest;
    }
}

/// Whether a library's root holds nothing but `mod name;`, so that nothing is reached through it.
fn declares_only_modules(root: &str) -> bool {
    let Ok(tokens) = root.parse::<TokenStream>() else {
        return false;
    };
    let mut after_mod = false;
    let mut after_hash = false;
    tokens.into_iter().all(|token| match token {
        TokenTree::Ident(ident) => {
            let module = std::mem::take(&mut after_mod);
            after_mod = ident == "mod";
            module || after_mod || ident == "pub"
        }
        TokenTree::Punct(punct) => {
            let bang = after_hash && punct.as_char() == '!';
            after_hash = punct.as_char() == '#' || bang;
            after_hash || punct.as_char() == ';'
        }
        // An attribute; docs are one.
        TokenTree::Group(group) => {
            std::mem::take(&mut after_hash) && group.delimiter() == Delimiter::Bracket
        }
        TokenTree::Literal(_) => false,
    })
}

fn plain(ident: &str) -> String {
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULES: &str = "//! Docs.\n#![warn(missing_docs)]\n#[forbid(unsafe_code)]\npub mod a;\n\
                           pub mod b;\nmod c;\npub mod given;\n";

    fn reached(root: &str, files: &[(&str, &str)], start: &str) -> Vec<String> {
        let mut words: BTreeMap<&str, Arc<Words>> = files
            .iter()
            .map(|(path, text)| (*path, Arc::new(Words::of(text))))
            .collect();
        words.insert(ROOT, Arc::new(Words::of(root)));
        let reached = connected(&words, root, |module| module == start);
        let reached = reached.into_iter().filter(|path| *path != ROOT);
        reached.map(str::to_owned).collect()
    }

    #[test]
    fn a_file_that_neither_names_another_nor_is_named_stands_alone() {
        let files = [
            ("src/a.rs", "fn a() {}"),
            ("src/b.rs", "// a\nfn f() -> &str { \"a\" }"),
        ];
        assert_eq!(reached(MODULES, &files, "a"), ["src/a.rs"]);
        assert_eq!(reached(MODULES, &files, "b"), ["src/b.rs"]);
    }

    #[test]
    fn a_name_connects_both_ways() {
        // `b` changes what `a` is, and `a` does not know.
        let files = [
            ("src/a.rs", "pub struct A;"),
            ("src/b.rs", "impl Drop for crate::a::A {}"),
        ];
        assert_eq!(reached(MODULES, &files, "a"), ["src/a.rs", "src/b.rs"]);
        assert_eq!(reached(MODULES, &files, "b"), ["src/a.rs", "src/b.rs"]);
    }

    #[test]
    fn a_given_file_connects_those_that_name_it() {
        let files = [
            ("src/a.rs", "impl Drop for crate::given::Page {}"),
            ("src/b.rs", "use crate::{given as g};"),
            ("src/c.rs", "fn c() {}"),
            ("src/given.rs", "pub struct Page;"),
        ];
        let wanted = ["src/a.rs", "src/b.rs", "src/given.rs"];
        assert_eq!(reached(MODULES, &files, "a"), wanted);
    }

    #[test]
    fn the_files_of_one_module_belong_together() {
        let files = [
            ("src/a.rs", "mod deep;"),
            ("src/a/deep.rs", "use r#b::x;"),
            ("src/b.rs", ""),
        ];
        assert_eq!(
            reached(MODULES, &files, "b"),
            ["src/a.rs", "src/a/deep.rs", "src/b.rs"]
        );
    }

    #[test]
    fn where_something_is_reached_without_a_name_all_are_connected() {
        let alone = [("src/a.rs", "fn a() {}"), ("src/b.rs", "fn b() {}")];
        for root in [
            "pub mod a; pub mod b; pub use b::*;",
            "pub mod a; pub mod b { pub fn f() {} }",
            "pub mod a; pub mod b; fn helper() {}",
            "pub mod a; } pub mod b;",
        ] {
            assert_eq!(reached(root, &alone, "a").len(), 2, "{root}");
        }
        for text in ["#[macro_export] macro_rules! m { () => {} }", "fn b( {}"] {
            let files = [("src/a.rs", "fn a() {}"), ("src/b.rs", text)];
            assert_eq!(reached(MODULES, &files, "a").len(), 2, "{text}");
        }
    }
}
