//! A lab's contract, and what holds an answer to it.
//!
//! The one idea: the documentation that students read is the promise, so every word of it is quoted
//! by a check that fails where it is broken, or by an entry of `contract.toml` that says why
//! nothing looks. Quotes are exact: a sentence that changes loses its quotes, and somebody has to
//! look again.
//!
//! What is not here: whether a check proves what it quotes. That is what mutants are for.

mod coverage;
mod items;
mod listing;
mod quotes;
mod sentences;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::error::BadInput;
use crate::lab::{Exercise, Lab};
use crate::tree::Tree;
use coverage::{Coverage, Covered};
use listing::Count;
use quotes::{Quote, Quotes};

/// One sentence of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sentence {
    path: PathBuf,
    /// Where it begins, counted from 1.
    line: usize,
    /// What it documents: `ThreadPool::join`, or `Watch for`.
    item: String,
    /// Its words, with single spaces between them.
    text: String,
}

/// How a lab stands to its contract.
#[derive(Debug)]
pub struct Review {
    /// What is not as it must be, a line for each.
    pub complaints: Vec<String>,
    /// How many sentences there are, and what becomes of them; nothing where nothing is claimed.
    pub count: Option<String>,
}

/// Holds the checks of some exercises against the contract.
///
/// A lab without a `contract.toml` claims nothing: only quotes that are not there are complaints.
///
/// # Errors
///
/// [`BadInput`] where a file of the lab cannot be read.
pub fn review<'l>(
    tree: &Tree,
    lab: &Lab,
    exercises: impl Iterator<Item = &'l Exercise>,
) -> Result<Review> {
    let mut bad = Vec::new();
    let mut count: Option<Count> = None;
    for exercise in exercises {
        let quotes = Quotes::read(tree, lab, exercise)?;
        let coverage = Coverage::of(sentences(tree, lab, exercise, &quotes)?, &quotes.quotes);
        let sentences = Count::of(&coverage);
        bad.extend(coverage.strays);
        let Some(claims) = quotes.claims else {
            continue;
        };
        *count.get_or_insert_default() += sentences;
        bad.extend(quotes.unfair);
        bad.extend(coverage.covered.iter().flat_map(Covered::bare));
        if claims.complete {
            bad.extend(quotes.quotes.iter().filter_map(Quote::hole));
        }
    }
    let complaints = bad
        .into_iter()
        .map(|bad| bad.below(tree.root()).to_string());
    Ok(Review {
        complaints: complaints.collect(),
        count: count.map(|count| count.to_string()),
    })
}

/// The contract of a lab, each sentence with what covers it.
///
/// # Errors
///
/// [`BadInput`] where a file of the lab cannot be read.
pub fn list(tree: &Tree, lab: &Lab) -> Result<String> {
    let mut text = format!("{}: {}\n", lab.name, lab.title);
    let mut total = Count::default();
    for exercise in &lab.exercises {
        let quotes = Quotes::read(tree, lab, exercise)?;
        let coverage = Coverage::of(sentences(tree, lab, exercise, &quotes)?, &quotes.quotes);
        total += Count::of(&coverage);
        listing::exercise(&mut text, exercise, &coverage);
        for bad in coverage.strays.into_iter().chain(quotes.unfair) {
            text.push_str(&format!("    {}\n", bad.below(tree.root())));
        }
    }
    text.push_str(&format!("{}: {total}\n", lab.name));
    Ok(text)
}

/// The sentences that an answer to an exercise must keep: those of the files that its student
/// edits, as the solution has them, and those that are given.
fn sentences(
    tree: &Tree,
    lab: &Lab,
    exercise: &Exercise,
    quotes: &Quotes,
) -> Result<Vec<Sentence>> {
    let edited = exercise.edit.iter().map(|file| (file, None));
    let given = quotes.claims.iter().flat_map(|claims| &claims.given);
    let given = given.map(|given| (&given.file, Some(given)));
    let mut all = Vec::new();
    for (file, only) in edited.chain(given) {
        let path = tree.solution(&lab.name).join(file);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        let docs = items::docs(&text)
            .map_err(|line| BadInput::new(&path, "is not Rust", "let it compile").at_line(line))?;
        if let Some(only) = only
            && !docs.iter().any(|doc| only.has(&doc.item))
        {
            let problem = format!("has no documented item `{}`", only.item);
            let remedy = "name one under `item` of `[[given]]`, in contract.toml";
            return Err(BadInput::new(&path, problem, remedy).into());
        }
        for doc in docs {
            if only.is_some_and(|only| !only.has(&doc.item)) {
                continue;
            }
            let found = sentences::split(&doc.lines).into_iter();
            all.extend(found.map(|(line, text)| Sentence {
                path: path.clone(),
                line,
                item: doc.item.clone(),
                text,
            }));
        }
    }
    Ok(all)
}
