//! What checks say about the contract, and what `contract.toml` says about the rest of it.

use std::path::PathBuf;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;

use super::sentences::fold;
use crate::data;
use crate::error::BadInput;
use crate::lab::{Exercise, Lab};
use crate::tree::Tree;

/// A piece of the contract, and who quotes it.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    pub(super) text: String,
    pub(super) by: By,
    pub(super) path: PathBuf,
    pub(super) line: usize,
}

/// Who quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// This check fails where it is broken.
    Check(String),
    /// Nothing can be checked; the reason.
    NoPromise(String),
    /// Nothing checks it yet; what would.
    Hole(String),
}

impl Quote {
    /// A complaint, if nothing checks what it quotes and something could.
    pub(super) fn hole(&self) -> Option<BadInput> {
        let By::Hole(needs) = &self.by else {
            return None;
        };
        let problem = format!("nothing checks `{}`", self.text);
        Some(self.bad(problem, &format!("write the check: {needs}")))
    }

    pub(super) fn bad(&self, problem: String, remedy: &str) -> BadInput {
        BadInput::new(&self.path, problem, remedy).at_line(self.line)
    }
}

/// All quotes of one exercise.
#[derive(Debug)]
pub(super) struct Quotes {
    pub(super) quotes: Vec<Quote>,
    /// A complaint for each check that quotes nothing.
    pub(super) unfair: Vec<BadInput>,
    /// What the lab claims; nothing without a `contract.toml`.
    pub(super) claims: Option<Claims>,
}

/// What a lab claims about its contract.
#[derive(Debug)]
pub(super) struct Claims {
    /// That it has no holes.
    pub(super) complete: bool,
    /// Documentation of files that students do not edit, and that their answer must keep.
    pub(super) given: Vec<Given>,
}

/// A part of the contract that stands in a file which is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    /// Whose contract it belongs to.
    pub(super) exercises: Vec<String>,
    /// The file, from the lab's folder.
    pub(super) file: String,
    /// The item that counts, with all that is in it.
    pub(super) item: String,
}

impl Given {
    pub(super) fn has(&self, item: &str) -> bool {
        let rest = item.strip_prefix(&self.item);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractFile {
    /// Whether a hole is a mistake.
    complete: bool,
    #[serde(default)]
    given: Vec<Given>,
    #[serde(default)]
    no_promise: Vec<NoPromise>,
    #[serde(default)]
    hole: Vec<Hole>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoPromise {
    exercise: Spanned<String>,
    says: Vec<Spanned<String>>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hole {
    exercise: Spanned<String>,
    says: Vec<Spanned<String>>,
    needs: String,
}

impl Quotes {
    pub(super) fn read(tree: &Tree, lab: &Lab, exercise: &Exercise) -> Result<Quotes> {
        let path = tree.checks(&lab.name).join("checks.toml");
        let source = Source {
            text: std::fs::read_to_string(&path)?,
            path,
        };
        let mut all = Quotes {
            quotes: Vec::new(),
            unfair: Vec::new(),
            claims: None,
        };
        for check in &exercise.checks {
            let by = By::Check(check.short().to_owned());
            all.quotes.extend(source.quotes(&check.says, &by));
            if check.says.is_empty() {
                let problem = format!("check `{}` quotes nothing, so it is unfair", check.id());
                let remedy = "quote under `says` what it checks, or write it into the contract";
                let at = check.at();
                all.unfair
                    .push(BadInput::new(&source.path, problem, remedy).at_byte(&source.text, at));
            }
        }
        let path = tree.contract(&lab.name);
        if path.is_file() {
            all.add_rest(path, lab, exercise)?;
        }
        Ok(all)
    }

    fn add_rest(&mut self, path: PathBuf, lab: &Lab, exercise: &Exercise) -> Result<()> {
        let (text, file): (_, ContractFile) = data::read(&path)?;
        let source = Source { text, path };
        let no_promise = file
            .no_promise
            .into_iter()
            .map(|entry| (entry.exercise, entry.says, By::NoPromise(entry.reason)));
        let holes = file
            .hole
            .into_iter()
            .map(|entry| (entry.exercise, entry.says, By::Hole(entry.needs)));
        for (of, says, by) in no_promise.chain(holes) {
            if lab.exercise(of.get_ref()).is_none() {
                let problem = format!("`{}` is not an exercise of the lab", of.get_ref());
                return Err(BadInput::new(&source.path, problem, "name one of lab.toml")
                    .at_byte(&source.text, of.span().start)
                    .into());
            }
            if *of.get_ref() == exercise.name {
                self.quotes.extend(source.quotes(&says, &by));
            }
        }
        let mut given = file.given;
        given.retain(|given| given.exercises.contains(&exercise.name));
        self.claims = Some(Claims {
            complete: file.complete,
            given,
        });
        Ok(())
    }
}

/// A file that quotes.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn quotes(&self, says: &[Spanned<String>], by: &By) -> impl Iterator<Item = Quote> {
        says.iter().map(|quote| Quote {
            text: fold(quote.get_ref()),
            by: by.clone(),
            path: self.path.clone(),
            line: 1 + self.text[..quote.span().start].matches('\n').count(),
        })
    }
}
