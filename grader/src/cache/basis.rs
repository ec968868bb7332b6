//! What the verdicts on an exercise rest on, as a hash.
//!
//! The one idea: rather too much than too little. What is hashed and does not matter costs a second
//! grading; what matters and is not hashed would be a wrong mark.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::connected::{Words, connected, module};
use crate::files::{Files, hex};
use crate::lab::{Exercise, Lab};
use crate::template::{Given, Template};
use crate::vet::lints;

/// What the verdicts of one lab rest on but for the answer.
#[derive(Debug)]
pub(super) struct Basis {
    exercises: BTreeMap<String, Checked>,
    /// The skeleton's sources, by their path from the lab's folder.
    skeleton: Files,
    /// Texts that were read before: those of the solution are in most subjects.
    read: Mutex<HashMap<String, Arc<Words>>>,
}

/// What an exercise is checked with.
#[derive(Debug)]
struct Checked {
    /// Everything but the answer.
    hash: Sha256,
    /// What the checks name.
    words: Vec<Words>,
}

impl Basis {
    pub(super) fn of(lab: &Lab, template: &Template) -> Result<Self> {
        let jail = template.jail().stamp();
        Basis::within(lab, template.given(), template.toolchain(), &jail)
    }

    fn within(lab: &Lab, given: &Given, toolchain: &str, jail: &str) -> Result<Self> {
        let mut common = Sha256::new();
        feed(&mut common, "grader", judge()?.as_bytes());
        feed(&mut common, "jail", jail.as_bytes());
        feed(&mut common, "toolchain", toolchain.as_bytes());
        feed(&mut common, "lints", lints::lists(lab).as_bytes());
        for (path, bytes) in given.shared(&lab.name) {
            feed(&mut common, path, bytes);
        }
        let sources = given.sources(&lab.name);
        let exercises = lab.exercises.iter().map(|exercise| {
            let checked = Checked::of(lab, exercise, &sources.checks, common.clone());
            (exercise.name.clone(), checked)
        });
        Ok(Basis {
            exercises: exercises.collect(),
            skeleton: sources.lab.clone(),
            read: Mutex::default(),
        })
    }

    /// What identifies all that the verdicts on an answer to an exercise rest on. Files that the
    /// answer lacks are the skeleton's.
    pub(super) fn key(&self, exercise: &Exercise, answer: &BTreeMap<String, String>) -> String {
        let checked = &self.exercises[&exercise.name];
        let given = self.skeleton.iter();
        let mut files: BTreeMap<&str, &[u8]> = given
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
            .collect();
        for (path, text) in answer {
            files.insert(path, text.as_bytes());
        }
        let words = files.iter().map(|(path, bytes)| (*path, self.words(bytes)));
        let root = String::from_utf8_lossy(files.get("src/lib.rs").copied().unwrap_or_default());
        let own = |name: &str| exercise.edit.iter().any(|edit| module(edit) == name);
        let matters = connected(&words.collect(), &root, |name| {
            own(name) || checked.words.iter().any(|words| words.name(name))
        });
        let mut hash = checked.hash.clone();
        for path in matters {
            feed(&mut hash, path, files[path]);
        }
        hex(&hash.finalize())
    }

    /// What identifies all that they rest on but the answer.
    pub(super) fn without_answer(&self, exercise: &Exercise) -> String {
        let mut hash = self.exercises[&exercise.name].hash.clone();
        for (path, bytes) in &self.skeleton {
            feed(&mut hash, path, bytes);
        }
        hex(&hash.finalize()[..16])
    }

    fn words(&self, bytes: &[u8]) -> Arc<Words> {
        let text = String::from_utf8_lossy(bytes);
        let read = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(words) = read().get(&*text) {
            return Arc::clone(words);
        }
        let words = Arc::new(Words::of(&text));
        read().insert(text.into_owned(), Arc::clone(&words));
        words
    }
}

impl Checked {
    fn of(lab: &Lab, exercise: &Exercise, checks: &Files, mut hash: Sha256) -> Self {
        feed(&mut hash, "exercise", exercise.name.as_bytes());
        feed(&mut hash, "edit", exercise.edit.join("\n").as_bytes());
        feed(&mut hash, "unsafe", &[u8::from(exercise.unsafe_code)]);
        for check in &exercise.checks {
            let rules = format!("{:?} {:?} {:?}", check.kind, check.seconds, check.forbid);
            feed(&mut hash, check.id(), rules.as_bytes());
        }
        let mut words = Vec::new();
        // Modules that are not another exercise's are shared.
        let others = |path: &str| {
            let owner = lab.exercise(module(path));
            owner.is_some_and(|owner| owner.name != exercise.name)
        };
        for (path, bytes) in checks.iter().filter(|(path, _)| !others(path)) {
            feed(&mut hash, path, bytes);
            // The list of all modules names every exercise.
            if path != "src/main.rs" {
                words.push(Words::of(&String::from_utf8_lossy(bytes)));
            }
        }
        Checked { hash, words }
    }
}

/// The program that judges, as a hash: this one, whatever it was built from.
pub(super) fn judge() -> Result<&'static str> {
    static JUDGE: OnceLock<String> = OnceLock::new();
    if let Some(known) = JUDGE.get() {
        return Ok(known);
    }
    // By its name it may be another by now, or gone: somebody has built it anew.
    let running = std::fs::read("/proc/self/exe");
    let program = running.or_else(|_| std::fs::read(std::env::current_exe()?));
    let hash = Sha256::digest(program.context("reading this program")?);
    Ok(JUDGE.get_or_init(|| hex(&hash)))
}

/// Hashes a name and what it names, so that no two lists of them are hashed alike.
fn feed(hash: &mut Sha256, name: &str, bytes: &[u8]) {
    for part in [name.as_bytes(), bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
}

#[cfg(test)]
mod tests;
