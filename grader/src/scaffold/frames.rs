//! The texts that are written, with `{words}` to be filled in.

use crate::lab::Kind;

/// A frame with each `{key}` replaced.
pub(super) fn fill(frame: &str, words: &[(&str, &str)]) -> String {
    let mut text = frame.to_owned();
    for (key, word) in words {
        text = text.replace(&format!("{{{key}}}"), word);
    }
    text
}

pub(super) const MUTANT: &str = r#"[[mutant]]
name = "{name}"
mistake = "{mistake}"
killed_by = []
file = "{file}"
find = '''
'''
replace = '''
'''
"#;

pub(super) const CHECK: &str = r#"[[check]]
id = "{id}"
kind = "{kind}"
{forbid}points = {points}
claim ={claim}
"#;

/// A check's body, which fails.
pub(super) fn body(kind: Kind, name: &str, claim: &str) -> String {
    let todo = format!("todo!({:?})", format!("check this: {claim}"));
    let body = match kind {
        Kind::Model => format!("kit::explore(|| {todo});"),
        Kind::Possible => format!("kit::possible(|| {todo});"),
        Kind::Test | Kind::Lint => todo,
    };
    format!("fn {name}() {{\n    {body}\n}}\n")
}

pub(super) const SOLUTION: &str = r#"//! You write this file: {title}.
//!
//! Read: notes/{lab}.md, "{title}".

/// Gives the answer, which is 42.
pub fn answer() -> u32 {
    // LAB: todo!("give the answer")
    42
    // LAB: end
}
"#;

pub(super) const PUBLIC: &str = r#"//! Public tests of `{name}`: `cargo test -p {lab} {name}`.

use {crate}::{name}::answer;

rules::test!("src/{name}.rs");

#[test]
fn the_answer_is_42() {
    assert_eq!(answer(), 42, "its documentation says which it is");
}
"#;

pub(super) const PUBLIC_MAIN: &str = r#"//! Public tests: `cargo test -p {lab}`, or of one exercise: `cargo test -p {lab} {name}`.

mod {name};
"#;

pub(super) const EXERCISE: &str = r#"[[exercise]]
name = "{name}"
title = "{title}"
edit = ["src/{name}.rs"]
points = 1
keeps = 0
group = "core"
bonus = false
unsafe_code = false
minutes = 1
lines = 1
read = "notes/{lab}.md#{anchor}"
hints = [
    "What does the documentation of `answer` promise?",
    "It is a number.",
    "`42`",
]
"#;

pub(super) const CHECKS: &str = r#"//! Hidden checks of `{name}`.

use {crate}::{name}::answer;

harness::checks![the_answer_is_42];

fn the_answer_is_42() {
    assert_eq!(answer(), 42, "the answer must be the one that is documented");
}
"#;

pub(super) const PROMISE: &str = r#"[[check]]
id = "{name}::the_answer_is_42"
kind = "test"
points = 1
role = "core"
claim = "The answer is 42."
"#;

pub(super) const FIRST_MUTANT: &str = r#"[[mutant]]
name = "off_by_one"
mistake = "Gives the number before it."
killed_by = ["the_answer_is_42"]
keeps = 0
file = "src/{name}.rs"
find = '''
    42
'''
replace = '''
    41
'''
"#;

pub(super) const SECTION: &str = r#"## {title}

This section goes with the exercise `{name}`.
"#;

pub(super) const LAB_MANIFEST: &str = r#"[package]
name = "{lab}"
description = "Lab: {lab}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[dependencies]
kit.workspace = true

[dev-dependencies]
rules.workspace = true

[lints]
workspace = true
"#;

pub(super) const LAB: &str = r#"name = "{lab}"
title = "{title}"
page = "notes/{lab}.md"
"#;

pub(super) const README: &str = r#"# Lab: {lab}

The ideas are explained in `notes/{lab}.md`; each file names the part to read first.

<!-- exercises: {lab} -->

The points add up to 0.

## What to do

You write the files in `src/` that begin with "You write this file", one exercise in each.
Every `todo!` is a hole; signatures and documentation stay as they are, and so does `src/lib.rs`.
What is written above a function is its contract: tests check that, and nothing else.

```
cargo lab                        # the exercises, and where you stand
cargo test -p {lab}
```
"#;

pub(super) const SOLUTION_MANIFEST: &str = r#"[package]
name = "{lab}-solution"
description = "Reference solution of the lab: {lab}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lib]
# The examples say `use {lab}::…`: they are compiled where that is true, in `labs/{lab}`.
doctest = false

[dependencies]
kit.workspace = true

[dev-dependencies]
rules.workspace = true

[lints]
workspace = true
"#;

pub(super) const LIBRARY: &str = r#"//! Given: the grader uses its own copy, edits here are ignored.
//!
//! The lab `{lab}`; `README.md` next to `Cargo.toml` says how to start.

#![forbid(unsafe_code)]
"#;

pub(super) const PUBLIC_OF_SOLUTION: &str = r#"//! The students' own public tests, run against the solution.

// The tests say `use {lab}::…`, whatever is under test.
extern crate {lab}_solution as {lab};

#[path = "../../../labs/{lab}/tests/public/main.rs"]
mod public;
"#;

pub(super) const CHECKS_MANIFEST: &str = r#"[package]
name = "{lab}-checks"
description = "Hidden checks of the lab: {lab}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[dependencies]
harness.workspace = true
kit.workspace = true
{lab}.workspace = true

[lints]
workspace = true
"#;

pub(super) const CHECKS_MAIN: &str = r#"//! Hidden checks of the lab `{lab}`. `checks.toml` promises them; their bodies are here.
#![allow(unexpected_cfgs)]

harness::exercises![];
"#;

pub(super) const SAMPLES: &str = r#"# Submissions that show how the lab is graded, each with what must come out of it. The format:
# notes/architecture.md, Data.

[[sample]]
name = "complete"
about = "The solution, as a student hands it in."
base = "solution"
"#;

pub(super) const PAGE: &str = r#"# {title}

This page goes with the lab `{lab}`. Read a section when you begin its exercise.
"#;
