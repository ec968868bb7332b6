//! The corpus as a lab: an exercise for each submission, with one check that is worth a point.
//!
//! The one idea: whatever has a verdict of its own is an exercise, because exercises are
//! independent. So all of the corpus is one submission, built once, and an attack that changed
//! another's result would be seen.

use std::collections::BTreeSet;

use grader::jail::{Jail, Mechanism};
use grader::tree::Tree;
use grader::verdict::Verdict;
use serde::Deserialize;

use crate::common::{edit, put};

/// All of it: what stands in an answer's source, and what code does that got past the source check.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Corpus {
    #[serde(default)]
    pub(crate) answer: Vec<Answer>,
    #[serde(default)]
    pub(crate) act: Vec<Act>,
}

/// A dishonest answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) name: String,
    pub(crate) about: String,
    exercise: Exercise,
    pub(crate) comes_to: Verdict,
    pub(crate) unvetted: Option<Verdict>,
    pub(crate) text: String,
    pub(crate) harmless: Option<String>,
}

/// What it answers: to say one, or to say three where `unsafe` is taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Exercise {
    One,
    Raw,
}

/// What code does to its surroundings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    pub(crate) name: String,
    #[serde(default = "pass")]
    pub(crate) comes_to: Verdict,
    #[serde(default)]
    pub(crate) held_by: BTreeSet<Mechanism>,
    pub(crate) open: Option<Verdict>,
    pub(crate) text: String,
}

fn pass() -> Verdict {
    Verdict::Pass
}

impl Act {
    /// Whether a jail has anything that is to hold it.
    pub(crate) fn concerns(&self, jail: &Jail) -> bool {
        self.held_by.is_empty() || self.held_by.iter().any(|mechanism| jail.has(*mechanism))
    }
}

/// An exercise of the lab: its name, its skeleton, the line of its check, and whether it teaches
/// `unsafe`.
struct Entry {
    name: String,
    skeleton: &'static str,
    claim: String,
    unsafe_code: bool,
}

impl Corpus {
    pub(crate) fn read() -> Corpus {
        let read = |text| toml::from_str::<Corpus>(text).expect("a part of the corpus");
        Corpus {
            answer: read(include_str!("answers.toml")).answer,
            act: read(include_str!("acts.toml")).act,
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let answers = self.answer.iter().flat_map(|answer| {
            let (skeleton, call) = match answer.exercise {
                Exercise::One => ("pub fn one() -> u32 {\n    1\n}\n", "one(), 1"),
                Exercise::Raw => ("pub fn three() -> u32 {\n    3\n}\n", "three(), 3"),
            };
            let entry = move |name: String| Entry {
                claim: format!("assert_eq!(hostile::{name}::{call});"),
                name,
                skeleton,
                unsafe_code: answer.exercise == Exercise::Raw,
            };
            let beside = answer.harmless.is_some().then(|| harmless(&answer.name));
            [Some(answer.name.clone()), beside]
                .into_iter()
                .flatten()
                .map(entry)
        });
        let acts = self.act.iter().map(|act| Entry {
            name: act.name.clone(),
            skeleton: "pub fn gets_through() -> bool {\n    false\n}\n",
            claim: format!(
                "assert!(!hostile::{}::gets_through(), \"through\");",
                act.name
            ),
            unsafe_code: false,
        });
        answers.chain(acts).collect()
    }

    /// Writes the lab `hostile` into a course whose lab was `tiny`, and takes that one away.
    pub(crate) fn lay(&self, tree: &Tree) {
        let root = tree.root();
        let entries = self.entries();
        let texts = |text: fn(&Entry) -> String| entries.iter().map(text).collect::<String>();
        let lab = format!("{HEAD}{}", texts(Entry::in_lab));
        let modules = texts(|entry| format!("pub mod {};\n", entry.name));
        let listed = texts(|entry| format!("{}, ", entry.name));
        let main = format!("#![allow(unexpected_cfgs)]\n\nharness::exercises![{listed}];\n");
        let needs = manifest("hostile", &["kit", "serde"]);
        put(root, &[("labs/course.toml", "labs = [\"hostile\"]\n")]);
        put(
            &tree.lab("hostile"),
            &[("lab.toml", &lab), ("Cargo.toml", &needs)],
        );
        let checks = texts(Entry::in_checks);
        let needs = manifest("hostile-checks", &["harness", "hostile"]);
        let dir = tree.checks("hostile");
        put(
            &dir,
            &[
                ("checks.toml", &checks),
                ("Cargo.toml", &needs),
                ("src/main.rs", &main),
            ],
        );
        for Entry { name, claim, .. } in &entries {
            let body = format!("fn holds() {{\n    {claim}\n}}\n\nharness::checks!(holds);\n");
            put(&dir, &[(&format!("src/{name}.rs"), &body)]);
        }
        for src in [tree.lab("hostile"), tree.solution("hostile")].map(|dir| dir.join("src")) {
            put(&src, &[("lib.rs", &format!("pub mod system;\n{modules}"))]);
            put(&src, &[("system.rs", include_str!("system.rs"))]);
            put(&src, &[("solution.rs", include_str!("solution.rs"))]);
            for Entry { name, skeleton, .. } in &entries {
                put(&src, &[(&format!("{name}.rs"), skeleton)]);
            }
        }
        std::fs::remove_dir_all(tree.lab("tiny")).expect("the fixture's lab");
        let (tiny, hostile) = ("tiny = { path = \"labs/tiny\" }", MEMBER);
        edit(&root.join("Cargo.toml"), tiny, hostile);
    }
}

impl Entry {
    fn in_lab(&self) -> String {
        let Entry {
            name, unsafe_code, ..
        } = self;
        format!(
            "\n[[exercise]]\nname = \"{name}\"\ntitle = \"{name}\"\nedit = [\"src/{name}.rs\"]\n\
             points = 1\nkeeps = 0\ngroup = \"all\"\nunsafe_code = {unsafe_code}\nminutes = 1\n\
             lines = 1\nread = \"notes/hostile.md\"\nhints = []\n"
        )
    }

    fn in_checks(&self) -> String {
        let id = check(&self.name);
        format!(
            "[[check]]\nid = \"{id}\"\nkind = \"test\"\npoints = 1\nseconds = 2\n\
             claim = \"It holds.\"\n\n"
        )
    }
}

const HEAD: &str = "name = \"hostile\"\ntitle = \"Hostile\"\npage = \"notes/hostile.md\"\n";
const MEMBER: &str = "hostile = { path = \"labs/hostile\" }";

fn manifest(package: &str, needs: &[&str]) -> String {
    let needs: String = needs
        .iter()
        .map(|name| format!("{name}.workspace = true\n"))
        .collect();
    format!(
        "[package]\nname = \"{package}\"\nversion.workspace = true\nedition.workspace = true\n\n\
         [dependencies]\n{needs}"
    )
}

/// The exercise of the harmless answer beside a dishonest one.
pub(crate) fn harmless(name: &str) -> String {
    format!("{name}_harmless")
}

/// The one check of an exercise.
pub(crate) fn check(name: &str) -> String {
    format!("{name}::holds")
}
