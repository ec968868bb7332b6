//! The function bodies of a file, found among its tokens.
//!
//! The one idea: whatever is misread costs time and no verdict. A body that is not found is not
//! woven, and what is woven wrongly does not compile; either way its mutants are built alone.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The body of a function, braces included. No body lies within another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// Whether it can hold several bodies and choose at run time: a `const fn` cannot, nor can a
    /// function whose hidden return type each body would decide anew.
    pub(super) chooses: bool,
}

/// The outermost bodies of a file in their order; nothing if it is not Rust down to its tokens.
pub(super) fn find(text: &str) -> Option<Vec<Body>> {
    let mut found = Vec::new();
    look(text.parse().ok()?, &mut found);
    Some(found)
}

/// The tokens of a text, so that comments and white space do not matter.
pub(super) fn tokens(text: &str) -> Option<String> {
    Some(text.parse::<TokenStream>().ok()?.to_string())
}

fn look(tokens: TokenStream, found: &mut Vec<Body>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        at += match &tokens[at..] {
            [TokenTree::Ident(word), TokenTree::Ident(_), rest @ ..] if word == "fn" => {
                let (signature, body) = split(rest);
                let mut words = tokens[..at].iter().rev().map_while(ident);
                let constant = words.any(|word| word == "const");
                found.extend(body.map(|body| Body {
                    range: body.span_open().byte_range().start..body.span_close().byte_range().end,
                    chooses: !constant && !hides_a_type(signature),
                }));
                2 + signature.len() + 1
            }
            // What a macro makes of its tokens is not known.
            [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!' => 2,
            [
                TokenTree::Punct(bang),
                TokenTree::Ident(_),
                TokenTree::Group(_),
                ..,
            ] if bang.as_char() == '!' => 3,
            [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Brace => {
                look(group.stream(), found);
                1
            }
            _ => 1,
        };
    }
}

/// What stands between a function's name and its body, and the body; none follows a declaration.
fn split(tokens: &[TokenTree]) -> (&[TokenTree], Option<&Group>) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                return (&tokens[..at], Some(group));
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => return (&tokens[..at], None),
            _ => {}
        }
    }
    (tokens, None)
}

/// Whether a signature returns `impl Trait`.
fn hides_a_type(signature: &[TokenTree]) -> bool {
    let is =
        |token: &TokenTree, wanted| matches!(token, TokenTree::Punct(p) if p.as_char() == wanted);
    let mut pairs = signature.windows(2);
    let arrow = pairs.position(|pair| is(&pair[0], '-') && is(&pair[1], '>'));
    arrow.is_some_and(|at| mentions_impl(signature[at..].iter().cloned()))
}

fn mentions_impl(mut tokens: impl Iterator<Item = TokenTree>) -> bool {
    tokens.any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream().into_iter()),
        _ => false,
    })
}

fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    }
}
