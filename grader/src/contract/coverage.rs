//! Which words of the contract are quoted.
//!
//! The one idea: a quote is found in exactly one sentence, and covers its words there. What is
//! left, except for words that only connect, is a promise that nothing looks at.

use std::ops::Range;

use super::Sentence;
use super::quotes::{By, Quote};
use crate::error::BadInput;

/// Words that promise nothing where they stand between quotes.
const CONNECTING: [&str; 6] = ["and", "or", "but", "nor", "then", "also"];

/// The contract of one exercise with its quotes.
#[derive(Debug)]
pub(super) struct Coverage {
    pub(super) covered: Vec<Covered>,
    /// A complaint for each quote that is not found, or found more than once.
    pub(super) strays: Vec<BadInput>,
}

/// A sentence, and who quotes which part of it.
#[derive(Debug)]
pub(super) struct Covered {
    pub(super) sentence: Sentence,
    pub(super) by: Vec<(Range<usize>, By)>,
}

impl Coverage {
    pub(super) fn of(sentences: Vec<Sentence>, quotes: &[Quote]) -> Coverage {
        let mut covered: Vec<Covered> = sentences
            .into_iter()
            .map(|sentence| Covered {
                sentence,
                by: Vec::new(),
            })
            .collect();
        let mut strays = Vec::new();
        for quote in quotes {
            match places(&covered, &quote.text).as_slice() {
                [(at, range)] => covered[*at].by.push((range.clone(), quote.by.clone())),
                [] => strays.push(not_there(&covered, quote)),
                [(first, _), ..] => {
                    let item = &covered[*first].sentence.item;
                    let problem = format!("the contract says `{}` more than once", quote.text);
                    let remedy = format!(
                        "quote more of it, or begin with what it is about: `{item}: {}`",
                        quote.text
                    );
                    strays.push(quote.bad(problem, &remedy));
                }
            }
        }
        Coverage { covered, strays }
    }
}

impl Covered {
    /// A complaint for each piece that nothing quotes.
    pub(super) fn bare(&self) -> impl Iterator<Item = BadInput> {
        let Sentence {
            path, line, item, ..
        } = &self.sentence;
        self.left().into_iter().map(move |piece| {
            let problem = format!("nothing checks what `{item}` promises: `{piece}`");
            let remedy = "quote it under `says` of a check that would fail, or in contract.toml";
            BadInput::new(path, problem, remedy).at_line(*line)
        })
    }

    /// The pieces that nothing quotes.
    pub(super) fn left(&self) -> Vec<&str> {
        let text = self.sentence.text.as_str();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut open = false;
        for word in text.split(' ') {
            let start = word.as_ptr().addr() - text.as_ptr().addr();
            let word_range = start..start + word.len();
            let quoted = self
                .by
                .iter()
                .any(|(range, _)| range.start < word_range.end && word_range.start < range.end);
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            match pieces.last_mut() {
                _ if quoted => open = false,
                _ if bare.is_empty() || CONNECTING.contains(&bare.to_lowercase().as_str()) => {}
                Some(piece) if open => piece.end = word_range.end,
                _ => {
                    pieces.push(word_range);
                    open = true;
                }
            }
        }
        let pieces = pieces.into_iter();
        pieces
            .map(|piece| text[piece].trim_end_matches([',', ';', ':', '.']))
            .collect()
    }
}

/// Where a quote stands: in which sentences, and there at which bytes. A quote may begin with the
/// item that it is about.
fn places(covered: &[Covered], quote: &str) -> Vec<(usize, Range<usize>)> {
    let found = |item: Option<&str>, quote: &str| -> Vec<_> {
        let sentences = covered.iter().map(|covered| &covered.sentence).enumerate();
        sentences
            .filter(|(_, sentence)| item.is_none_or(|item| item == sentence.item))
            .filter_map(|(at, sentence)| Some((at, whole_words(&sentence.text, quote)?)))
            .collect()
    };
    match quote.split_once(": ") {
        Some((item, rest)) if covered.iter().any(|c| c.sentence.item == item) => {
            found(Some(item), rest)
        }
        _ => found(None, quote),
    }
}

/// Where `quote` stands in `text` without cutting a word.
fn whole_words(text: &str, quote: &str) -> Option<Range<usize>> {
    let cuts = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(quote)
        .map(|(start, _)| start..start + quote.len())
        .find(|range| !range.is_empty() && !cuts(range.start) && !cuts(range.end))
}

fn not_there(covered: &[Covered], quote: &Quote) -> BadInput {
    let problem = format!("the contract does not say `{}`", quote.text);
    let nearest = covered.iter().map(|covered| covered.sentence.text.as_str());
    let nearest = nearest
        .map(|text| (strsim::sorensen_dice(text, &quote.text), text))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let remedy = match nearest {
        Some((_, text)) => format!("the nearest is `{text}`"),
        None => "write it above a public item".to_owned(),
    };
    quote.bad(problem, &remedy)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn coverage(sentences: &[(&str, &str)], quotes: &[&str]) -> Coverage {
        let sentence = |(item, text): &(&str, &str)| Sentence {
            path: PathBuf::from("a.rs"),
            line: 7,
            item: (*item).to_owned(),
            text: (*text).to_owned(),
        };
        let quote = |text: &&str| Quote {
            text: (*text).to_owned(),
            by: By::Check("checks".to_owned()),
            path: PathBuf::from("checks.toml"),
            line: 3,
        };
        let sentences = sentences.iter().map(sentence).collect();
        Coverage::of(sentences, &quotes.iter().map(quote).collect::<Vec<_>>())
    }

    const CALLS: (&str, &str) = (
        "map",
        "Calls `f` for every item, and gives results in order.",
    );

    #[test]
    fn a_sentence_is_covered_when_each_word_is_quoted_or_only_connects() {
        let whole = coverage(
            &[CALLS],
            &["Calls `f` for every item", "gives results in order"],
        );
        assert!(whole.strays.is_empty());
        assert!(whole.covered[0].left().is_empty());
        assert_eq!(whole.covered[0].bare().count(), 0);
        let half = coverage(&[CALLS], &["for every item"]);
        assert_eq!(
            half.covered[0].left(),
            ["Calls `f`", "gives results in order"]
        );
        let told = half.covered[0].bare().map(|bad| bad.to_string());
        assert_eq!(
            told.collect::<Vec<_>>()[0],
            "a.rs:7: nothing checks what `map` promises: `Calls `f``; \
             quote it under `says` of a check that would fail, or in contract.toml"
        );
    }

    #[test]
    fn a_quote_that_is_not_there_is_told_with_the_nearest_sentence() {
        let other = ("map", "Blocks until all threads have ended.");
        let stray = coverage(&[CALLS, other], &["Calls `f` for each item"]);
        assert_eq!(
            stray.strays[0].to_string(),
            "checks.toml:3: the contract does not say `Calls `f` for each item`; \
             the nearest is `Calls `f` for every item, and gives results in order.`"
        );
    }

    #[test]
    fn a_quote_cuts_no_word() {
        assert_eq!(coverage(&[CALLS], &["for every it"]).strays.len(), 1);
        assert_eq!(coverage(&[CALLS], &["for every item"]).strays.len(), 0);
    }

    #[test]
    fn what_two_items_say_is_quoted_with_the_item() {
        let both = [("send", "Fails if full."), ("try_send", "Fails if full.")];
        let either = coverage(&both, &["Fails if full"]);
        assert!(
            either.strays[0]
                .to_string()
                .contains("`send: Fails if full`")
        );
        let one = coverage(&both, &["try_send: Fails if full"]);
        assert!(one.strays.is_empty());
        assert_eq!(one.covered[0].left(), ["Fails if full"]);
        assert!(one.covered[1].left().is_empty());
    }
}
