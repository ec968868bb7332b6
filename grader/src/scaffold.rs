//! Writes the frame of what an author adds: the right files, with the right heads, where they
//! belong.
//!
//! The one idea: a frame is whole. A new exercise, and so a new lab, has a solution, a check and a
//! mutant that the check catches, and is proved as any other; the author replaces it piece by
//! piece. A new check or mutant fails until it is written, with the place to write at.

mod check;
mod exercise;
mod frames;
mod lab;
mod list;
mod mutant;
mod plan;

use std::path::Path;

use anyhow::Result;

pub use check::{NewCheck, check};
pub use exercise::exercise;
pub use lab::lab;
pub use mutant::mutant;

use crate::error::BadInput;
use crate::handout;
use crate::lab::{Exercise, Lab};
use crate::tree::Tree;

/// What was written, from the repository's root.
pub type Written = Vec<String>;

/// An exercise of a lab, from `exercise::name`, and the name.
fn in_exercise<'l, 'n>(
    tree: &Tree,
    lab: &'l Lab,
    id: &'n str,
) -> Result<(&'l Exercise, &'n str), BadInput> {
    let path = tree.lab(&lab.name).join("lab.toml");
    let Some((exercise, name)) = id.split_once("::") else {
        let problem = format!("`{id}` names no exercise");
        return Err(BadInput::new(
            &path,
            problem,
            "write it as `exercise::name`",
        ));
    };
    let Some(exercise) = lab.exercise(exercise) else {
        let names: Vec<&str> = lab.exercises.iter().map(|own| own.name.as_str()).collect();
        let problem = format!("the lab has no exercise `{exercise}`");
        return Err(BadInput::new(
            &path,
            problem,
            format!("name one of {}", names.join(", ")),
        ));
    };
    is_name(&path, name)?;
    Ok((exercise, name))
}

/// Whether a name can be that of a module, a function and a file.
fn is_name(path: &Path, name: &str) -> Result<(), BadInput> {
    const TAKEN: [&str; 8] = [
        "alloc", "core", "crate", "main", "self", "std", "super", "test",
    ];
    let bad = |problem: &str, remedy: &str| {
        Err(BadInput::new(path, format!("`{name}` {problem}"), remedy))
    };
    let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(snake) {
        let remedy = "write lower-case letters, digits and `_`, a letter first, as in `wait_group`";
        return bad("is not a name in snake case", remedy);
    }
    if TAKEN.contains(&name) || is_keyword(name) {
        return bad("means something else to Rust", "choose another name");
    }
    Ok(())
}

/// Whether Rust takes the word for itself.
fn is_keyword(word: &str) -> bool {
    const WORDS: &str = "abstract as async await become box break const continue do dyn else enum \
        extern false final fn for gen if impl in let loop macro match mod move mut override priv \
        pub ref return static struct trait true try type typeof unsafe unsized use virtual where \
        while yield";
    WORDS.split_whitespace().any(|keyword| keyword == word)
}

/// The words of a name as a sentence without its full stop: `spin_lock` is "Spin lock".
fn sentence(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Generates what a new exercise adds to the skeleton and to the tables.
fn generate(tree: &Tree, lab: &str, written: &mut Written) -> Result<()> {
    let skeleton = handout::stale(tree, lab)?;
    handout::write(tree, &skeleton)?;
    let tables = handout::stale_tables(tree, &[lab.to_owned()])?;
    handout::write(tree, &tables)?;
    written.extend(skeleton.into_iter().chain(tables).map(|file| file.path));
    written.sort();
    written.dedup();
    Ok(())
}
