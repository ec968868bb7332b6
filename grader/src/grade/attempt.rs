//! One attempt at building some exercises together, and whose fault it is if it fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;

use super::out::Out;
use super::walk::Walk;
use crate::build::{Compiler, Message};
use crate::stage::Stage;
use crate::vet;

/// What came of an attempt.
pub(super) enum Attempt {
    /// It builds.
    Built(Built),
    /// Some exercises are at fault, and out.
    Blamed(BTreeMap<String, Out>),
    /// It does not build, and nobody can be named.
    Unclear(String),
}

/// Checks that are ready to run.
pub(super) struct Built {
    /// The checks.
    pub(super) binary: PathBuf,
    /// What clippy said about the lab's crate.
    pub(super) vetted: Vec<Message>,
}

impl Built {
    /// Warnings about the lab's crate, but for those that only the grader asked for.
    pub(super) fn warnings(&self, dir: &str) -> Vec<String> {
        let forced = |message: &&Message| {
            let code = message.code.as_deref().unwrap_or_default();
            code != "unsafe_code" && !code.starts_with("clippy::disallowed_")
        };
        let here = |message: &&Message| message.place(|file| file.starts_with(dir)).is_some();
        self.vetted
            .iter()
            .filter(forced)
            .filter(here)
            .map(|m| m.rendered.clone())
            .collect()
    }
}

/// Stages and builds those exercises over the skeleton.
pub(super) fn build(walk: &Walk, stage: &mut Stage, set: &BTreeSet<String>) -> Result<Attempt> {
    let lab = walk.lab();
    let mut files = BTreeMap::new();
    for exercise in lab
        .exercises
        .iter()
        .filter(|exercise| set.contains(&exercise.name))
    {
        for file in &exercise.edit {
            if let Some(text) = walk.answer.files.get(file) {
                files.insert(file.as_str(), text.as_str());
            }
        }
    }
    stage.lay(&files)?;
    stage.lay_lints(&vet::clippy_lists(lab))?;

    let compiled = Compiler::at(stage).lab()?;
    if !compiled.success {
        return Ok(blame(walk, stage, set, &compiled.messages));
    }
    let mut findings = BTreeMap::new();
    for exercise in lab
        .exercises
        .iter()
        .filter(|exercise| set.contains(&exercise.name))
    {
        let found = vet::bypasses(&compiled.messages, exercise, &stage.lab_dir());
        if !found.is_empty() {
            findings.insert(exercise.name.clone(), Out::Findings(found));
        }
    }
    if !findings.is_empty() {
        return Ok(Attempt::Blamed(findings));
    }
    stage.show_checks(lab, |exercise| walk.asks_about(exercise))?;
    let checks = Compiler::at(stage).checks();
    stage.hide_checks()?;
    match checks? {
        (_, Some(binary)) => Ok(Attempt::Built(Built {
            binary,
            vetted: compiled.messages,
        })),
        (failed, None) => Ok(blame(walk, stage, set, &failed.messages)),
    }
}

/// Says whose errors these are. An error in a student's file is that exercise's, told as the compiler
/// tells it; an error in the checks of an exercise means that its file does not offer what it has to,
/// and is told without the checks' own lines.
fn blame(walk: &Walk, stage: &Stage, set: &BTreeSet<String>, messages: &[Message]) -> Attempt {
    let lab = walk.lab();
    let (lab_dir, checks_dir) = (stage.lab_dir(), format!("{}/src/", stage.checks_dir()));
    let mut blamed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in messages.iter().filter(|message| message.is_error()) {
        for exercise in lab
            .exercises
            .iter()
            .filter(|exercise| set.contains(&exercise.name))
        {
            let own = |file: &str| {
                file.strip_prefix(&lab_dir).is_some_and(|file| {
                    exercise
                        .edit
                        .iter()
                        .any(|edit| file.strip_prefix('/') == Some(edit))
                })
            };
            let of_checks = |file: &str| {
                let module = file
                    .strip_prefix(&checks_dir)
                    .and_then(|file| file.split(['/', '.']).next());
                module == Some(&exercise.name)
            };
            if message.place(own).is_some() {
                blamed
                    .entry(exercise.name.clone())
                    .or_default()
                    .push(message.rendered.clone());
            } else if message.place(of_checks).is_some() {
                let text = format!("the file does not offer what it has to: {}", message.text);
                let said = blamed.entry(exercise.name.clone()).or_default();
                if !said.contains(&text) {
                    said.push(text);
                }
            }
        }
    }
    if blamed.is_empty() {
        let said: Vec<&str> = messages
            .iter()
            .filter(|message| message.is_error())
            .map(|message| message.text.as_str())
            .collect();
        return Attempt::Unclear(format!("it does not build: {}", said.join("; ")));
    }
    let out = |said: Vec<String>| Out::Unbuilt(said.join("\n"));
    Attempt::Blamed(
        blamed
            .into_iter()
            .map(|(name, said)| (name, out(said)))
            .collect(),
    )
}
