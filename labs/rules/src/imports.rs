//! Reads what a `use` takes, as one path for each name.
//!
//! What is not here: what may be taken ([`crate::paths`]).

use proc_macro2::{Delimiter, Ident, TokenTree};

use crate::walk::{ident, punct};

/// One path of a `use`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) segments: Vec<String>,
    /// The name that it is given here.
    pub(crate) name: String,
    pub(crate) glob: bool,
    /// The token that it is reported at.
    pub(crate) at: Ident,
}

/// The paths of a `use`: of the tokens after that word.
pub(crate) fn imports(tokens: &[TokenTree]) -> Vec<Import> {
    let mut found = Vec::new();
    // `use<'a>` in a type says what it captures.
    if tokens.first().is_some_and(|token| punct(token, '<')) {
        return found;
    }
    let end = tokens.iter().position(|token| punct(token, ';'));
    list(&tokens[..end.unwrap_or(tokens.len())], &[], &mut found);
    found
}

/// Reads paths between commas, below a prefix.
fn list(tokens: &[TokenTree], prefix: &[String], found: &mut Vec<Import>) {
    for tree in tokens.split(|token| punct(token, ',')) {
        let mut segments = prefix.to_vec();
        let (mut glob, mut name, mut at) = (false, None, None);
        let mut rest = tree.iter().peekable();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => {
                    name = rest.next().and_then(ident);
                }
                TokenTree::Ident(word) => {
                    at = Some(word.clone());
                    if word != "self" || segments.is_empty() {
                        segments.extend(ident(token));
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    list(&inner, &segments, found);
                    at = None;
                    break;
                }
                token => glob |= punct(token, '*'),
            }
        }
        if let (Some(last), Some(at)) = (segments.last().cloned(), at.or_else(|| first(tree))) {
            let name = name.unwrap_or(last);
            found.push(Import {
                segments,
                name,
                glob,
                at,
            });
        }
    }
}

/// A name to report a glob at, in a list of its own: `{*}`.
fn first(tree: &[TokenTree]) -> Option<Ident> {
    let star = tree.iter().find(|token| punct(token, '*'))?;
    Some(Ident::new("glob", star.span()))
}
