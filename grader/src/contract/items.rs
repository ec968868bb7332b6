//! The documentation above public items, and the file's list of what to watch for.
//!
//! The one idea: a doc comment is an attribute among the tokens of a file, so tokens say what it
//! stands above, and its line says its words. What a private item says is not part of the contract.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The heading, in the head of a file, of the list that belongs to the contract.
pub(super) const WATCH_FOR: &str = "Watch for";

/// What is written above one item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Doc {
    /// The item, with the type that it belongs to.
    pub(super) item: String,
    /// The lines, without comment marks, and where each stands.
    pub(super) lines: Vec<(usize, String)>,
}

/// All documentation of a file that is a promise.
///
/// # Errors
///
/// The line from which on the text is not Rust.
pub(super) fn docs(text: &str) -> Result<Vec<Doc>, usize> {
    let tokens: TokenStream = text
        .parse()
        .map_err(|error: proc_macro2::LexError| error.span().start().line)?;
    let mut walk = Walk {
        lines: text.lines().collect(),
        head: Vec::new(),
        docs: Vec::new(),
    };
    walk.items(tokens, Body::default());
    let mut docs: Vec<Doc> = watch_for(&walk.head).into_iter().collect();
    docs.append(&mut walk.docs);
    Ok(docs)
}

/// The list below `Watch for:`, up to the paragraph that follows it.
fn watch_for(head: &[(usize, String)]) -> Option<Doc> {
    let title = format!("{WATCH_FOR}:");
    let list = head.iter().skip_while(|(_, line)| line.trim() != title);
    let lines: Vec<_> = list
        .skip(1)
        .skip_while(|(_, line)| line.trim().is_empty())
        .take_while(|(_, line)| !line.trim().is_empty())
        .cloned()
        .collect();
    (!lines.is_empty()).then(|| Doc {
        item: WATCH_FOR.to_owned(),
        lines,
    })
}

struct Walk<'t> {
    lines: Vec<&'t str>,
    head: Vec<(usize, String)>,
    docs: Vec<Doc>,
}

/// Whose items are gone through.
#[derive(Default, Clone, Copy)]
struct Body<'o> {
    owner: Option<&'o str>,
    /// Its items are public without a word of their own, as in a trait and in an enum.
    all: bool,
    /// Its items end with a comma, as fields and variants do.
    commas: bool,
}

impl Walk<'_> {
    fn items(&mut self, tokens: TokenStream, of: Body) {
        let mut tokens = tokens.into_iter().peekable();
        let mut above = Vec::new();
        let mut item = Vec::new();
        while let Some(token) = tokens.next() {
            if item.is_empty() && is(&token, '#') {
                let inner = tokens.next_if(|next| is(next, '!')).is_some();
                if let Some(TokenTree::Group(attribute)) = tokens.next()
                    && is_doc(&attribute)
                {
                    let said = self.line(token.span().start().line);
                    let lines = if inner { &mut self.head } else { &mut above };
                    lines.extend(said);
                }
                continue;
            }
            let body = match &token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
                _ => None,
            };
            if body.is_some() || is(&token, ';') || of.commas && is(&token, ',') {
                self.item(&Header(&item), body, of, std::mem::take(&mut above));
                item.clear();
            } else {
                item.push(token);
            }
        }
        self.item(&Header(&item), None, of, above);
    }

    /// What a line of documentation says.
    fn line(&self, number: usize) -> Option<(usize, String)> {
        let line = self.lines[number - 1].trim_start();
        let text = line.strip_prefix("///").or(line.strip_prefix("//!"))?;
        Some((number, text.to_owned()))
    }

    fn item(
        &mut self,
        header: &Header,
        body: Option<&Group>,
        of: Body,
        lines: Vec<(usize, String)>,
    ) {
        let Some(name) = header.name() else { return };
        let public = of.all || header.is_public();
        let whole = match of.owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name,
        };
        if public && !lines.is_empty() {
            let item = whole.clone();
            self.docs.push(Doc { item, lines });
        }
        let (all, commas) = match header.keyword() {
            Some("impl") => (header.has("for"), false),
            Some("struct") if public => (false, true),
            Some("enum") if public => (true, true),
            Some("trait") if public => (true, false),
            // A variant with fields.
            None if of.all => (true, true),
            _ => return,
        };
        if let Some(body) = body {
            let owner = Some(whole.as_str());
            self.items(body.stream(), Body { owner, all, commas });
        }
    }
}

/// The tokens of an item before its body.
struct Header<'i>(&'i [TokenTree]);

impl Header<'_> {
    fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|token| match token {
            TokenTree::Ident(ident) => Some(ident.to_string()),
            _ => None,
        })
    }

    fn has(&self, wanted: &str) -> bool {
        self.words().any(|word| word == wanted)
    }

    /// Whether it is `pub`, and not `pub(crate)`.
    fn is_public(&self) -> bool {
        let narrowed = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        matches!(self.0.first(), Some(TokenTree::Ident(word)) if word == "pub")
            && !self.0.get(1).is_some_and(narrowed)
    }

    /// What kind of item it is; a field and a variant are of none.
    fn keyword(&self) -> Option<&'static str> {
        const KEYWORDS: [&str; 8] = [
            "impl", "fn", "struct", "enum", "trait", "type", "static", "const",
        ];
        let first = self.words().find_map(|word| {
            let known = KEYWORDS.iter().find(|keyword| word == **keyword);
            known.copied().filter(|known| *known != "const")
        });
        first.or_else(|| self.has("const").then_some("const"))
    }

    /// The item's own name; that of the type for an `impl`.
    fn name(&self) -> Option<String> {
        match self.keyword() {
            Some("impl") => self.implemented(),
            Some(keyword) => self.words().skip_while(|word| word != keyword).nth(1),
            None => self.words().find(|word| word != "pub"),
        }
    }

    /// The last name outside of angle brackets, before any `where`: in `impl<T> Drop for
    /// Sender<T>`, `Sender`.
    fn implemented(&self) -> Option<String> {
        let (mut depth, mut name) = (0, None);
        for token in self.0 {
            match token {
                TokenTree::Ident(word) if word == "where" => break,
                TokenTree::Ident(word) if depth == 0 => name = Some(word.to_string()),
                token if is(token, '<') => depth += 1,
                token if is(token, '>') => depth -= 1,
                _ => {}
            }
        }
        name
    }
}

fn is(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_doc(attribute: &Group) -> bool {
    let mut tokens = attribute.stream().into_iter();
    matches!(tokens.next(), Some(TokenTree::Ident(name)) if name == "doc")
        && tokens.next().is_some_and(|token| is(&token, '='))
}

#[cfg(test)]
mod tests {
    use super::docs;

    /// `item: first line` of each documentation.
    fn found(text: &str) -> Vec<String> {
        let docs = docs(text).expect("it is Rust");
        let first = |lines: &[(usize, String)]| lines[0].1.trim().to_owned();
        docs.iter()
            .map(|doc| format!("{}: {}", doc.item, first(&doc.lines)))
            .collect()
    }

    #[test]
    fn what_is_public_is_found_with_the_type_that_it_belongs_to() {
        let text = "
            /// A pool.
            #[derive(Debug)]
            pub struct Pool<T: Ord = HashMap<u8, u8>> {
                /// How many.
                pub size: usize,
                /// Not for all.
                inner: T,
            }
            impl<T: Ord> Pool<T> where T: Clone {
                /// Starts it.
                pub const fn new() -> Self { /// inside
                    pub fn f() {} }
                /// Not for all.
                pub(crate) fn start(&self) {}
                /// Not for all.
                fn stop(&self) {}
            }
            impl<T> Drop for Pool<T> {
                /// Ends it.
                fn drop(&mut self) {}
            }";
        assert_eq!(
            found(text),
            [
                "Pool: A pool.",
                "Pool::size: How many.",
                "Pool::new: Starts it.",
                "Pool::drop: Ends it.",
            ]
        );
    }

    #[test]
    fn all_of_a_public_trait_and_of_a_public_enum_is_public() {
        let text = "
            /// Sends.
            pub trait Link: Sync {
                /// Sends one.
                fn send(&self, bytes: &[u8; 3]) -> io::Result<()>;
            }
            /// Why not.
            pub enum Error {
                /// Nobody is there.
                Lost,
                /// Says no.
                Refused {
                    /// In words.
                    why: String,
                },
            }
            /// Not for all.
            enum Inner { /// Not for all.
                A }
            /// A number.
            pub const LIMIT: usize = 3;";
        assert_eq!(
            found(text),
            [
                "Link: Sends.",
                "Link::send: Sends one.",
                "Error: Why not.",
                "Error::Lost: Nobody is there.",
                "Error::Refused: Says no.",
                "Error::Refused::why: In words.",
                "LIMIT: A number.",
            ]
        );
    }

    #[test]
    fn of_the_head_only_what_to_watch_for_is_a_promise() {
        let text = "//! A head.\n//!\n//! Watch for:\n//! - one thing,\n//!   and on;\n//! - another.\n//!\n//! Not here: all else.\n";
        let docs = docs(text).expect("it is Rust");
        assert_eq!(docs.len(), 1);
        let lines = docs[0].lines.iter();
        let lines: Vec<_> = lines.map(|(line, text)| (*line, text.trim())).collect();
        assert_eq!(
            lines,
            [(4, "- one thing,"), (5, "and on;"), (6, "- another.")]
        );
        assert!(found("//! A head that warns of nothing.").is_empty());
    }

    #[test]
    fn a_file_that_is_not_rust_is_told_with_its_line() {
        assert_eq!(docs("fn f() {}\n  }\n"), Err(2));
    }
}
