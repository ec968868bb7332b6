//! Goes through an answer's tokens, and knows where each stands.
//!
//! The one idea: a macro of the answer's own can cut its arguments apart and join them anew, so it
//! matters whether a token stands in some. What is compiled for tests only is left out.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Macros whose arguments stay what they are in the text.
pub(crate) const MACROS: &str = "\
    assert assert_eq assert_ne column compile_error concat dbg debug_assert \
    debug_assert_eq debug_assert_ne eprint eprintln file format format_args json line \
    matches module_path panic print println stringify thread_local todo unimplemented \
    unreachable vec write writeln";

/// Where a token stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Within {
    /// In the arguments of a macro of the answer's own, by its name's fate.
    pub(crate) handed: Option<Handed>,
    /// In the definition of a macro.
    pub(crate) made: bool,
    /// In an `unsafe` block.
    pub(crate) trusted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The macro is defined in this file.
    Own,
    Elsewhere,
}

impl Within {
    /// Where the tokens of the group at `at` stand.
    fn group(self, tokens: &[TokenTree], at: usize, own: &dyn Fn(&str) -> bool) -> Within {
        let before = |n: usize| at.checked_sub(n).and_then(|at| tokens.get(at));
        let word = |n: usize| before(n).and_then(ident);
        let mut within = self;
        if before(1).is_some_and(|token| punct(token, '!')) {
            match word(2) {
                Some(name) if is_in(MACROS, &name) => {}
                Some(name) if own(&name) => within.handed = Some(Handed::Own),
                Some(_) => within.handed = Some(Handed::Elsewhere),
                None => {}
            }
        }
        within.made |= word(3).as_deref() == Some("macro_rules");
        within.trusted |= word(1).as_deref() == Some("unsafe");
        within
    }
}

/// Goes through all tokens with a list of its own: how deep an answer nests its brackets must not
/// be how deep the grader recurses. What is compiled for tests only is left out.
pub(crate) fn each(tokens: TokenStream, mut see: impl FnMut(&[TokenTree], usize, Within)) {
    let cut = |tokens: TokenStream| tokens.into_iter().collect::<Vec<TokenTree>>();
    let own = std::cell::RefCell::new(BTreeSet::new());
    let mut open = vec![(cut(tokens), 0, Within::default())];
    while let Some((tokens, at, within)) = open.last_mut() {
        let (here, within) = (*at, *within);
        *at += 1;
        match tokens.get(here) {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => {
                let inner = within.group(tokens, here, &|name| own.borrow().contains(name));
                let inner = (cut(group.stream()), 0, inner);
                see(tokens, here, within);
                open.push(inner);
            }
            Some(token) => {
                if ident(token).as_deref() == Some("macro_rules") {
                    own.borrow_mut()
                        .extend(tokens.get(here + 2).and_then(ident));
                }
                *at += if within.made || within.handed.is_some() {
                    0
                } else {
                    tests(&tokens[here..])
                };
                if *at == here + 1 {
                    see(tokens, here, within);
                }
            }
        }
    }
}

/// How many tokens after the first belong to a module that is compiled for tests only, if one
/// begins here.
fn tests(tokens: &[TokenTree]) -> usize {
    let attribute = |at: usize| match tokens.get(at..at + 2) {
        Some([hash, TokenTree::Group(group)]) if punct(hash, '#') => {
            Some(group.stream().to_string())
        }
        _ => None,
    };
    if attribute(0).is_none_or(|text| text.replace(' ', "") != "cfg(test)") {
        return 0;
    }
    let mut at = 2;
    while attribute(at).is_some() {
        at += 2;
    }
    match tokens.get(at..at + 3) {
        Some([word, TokenTree::Ident(_), TokenTree::Group(body)])
            if ident(word).as_deref() == Some("mod") && body.delimiter() == Delimiter::Brace =>
        {
            at + 2
        }
        _ => 0,
    }
}

pub(crate) fn is_in(list: &str, name: &str) -> bool {
    list.split(' ').any(|known| known == name)
}

/// Whether a macro is called by the name that these tokens begin with.
pub(crate) fn calls(tokens: &[TokenTree]) -> bool {
    let name = matches!(tokens.first(), Some(TokenTree::Ident(_)));
    let mark = tokens.get(1).is_some_and(|token| punct(token, '!'));
    name && mark && matches!(tokens.get(2), Some(TokenTree::Group(_)))
}

pub(crate) fn punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// The name that a token is, without the mark of a raw one.
pub(crate) fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => {
            let text = word.to_string();
            Some(text.strip_prefix("r#").unwrap_or(&text).to_owned())
        }
        _ => None,
    }
}
