//! One attempt at building some exercises together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};

use super::blame::blame;
use super::out::Out;
use crate::build::Message;
use crate::build::messages::Location;
use crate::intake::Answer;
use crate::lab::{Exercise, Lab};
use crate::stage::{Built, Checks, Lints, Stage};
use crate::vet::{Finding, lints};

/// What came of an attempt.
pub(super) enum Attempt<'s> {
    /// It builds.
    Built(Built<'s>),
    /// Some exercises are at fault, and out.
    Blamed(BTreeMap<String, Out>),
    /// It does not build, and nobody can be named.
    Unclear(String),
}

/// Stages and builds those exercises over the skeleton, with the checks of those that are asked
/// about.
pub(super) fn build<'s>(
    lab: &Lab,
    answer: &Answer,
    stage: &'s mut Stage,
    set: &BTreeSet<String>,
    asked: &BTreeSet<String>,
) -> Result<Attempt<'s>> {
    let edited = within(lab, set).flat_map(|exercise| &exercise.edit);
    let files: BTreeMap<&str, &str> = edited
        .filter_map(|file| Some((file.as_str(), answer.files.get(file)?.as_str())))
        .collect();
    let lists = lints::lists(lab);
    let compiled = match stage.lay(&files)?.compile(Lints::Lists(&lists))? {
        Ok(compiled) => compiled,
        Err(messages) => return Ok(fault(lab, set, &messages)),
    };
    let findings = findings(lab, set, compiled.messages());
    if !findings.is_empty() {
        return Ok(Attempt::Blamed(findings));
    }
    let foreign = compiled.foreign()?;
    if let Some(file) = foreign.first() {
        return Ok(took_in(lab, set, file));
    }
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let checks = match lab.exercises.len() == asked.len() {
        true => Checks::All,
        false => Checks::Of(&asked),
    };
    Ok(match compiled.with_checks(checks)? {
        Ok(built) => Attempt::Built(built),
        Err(messages) => fault(lab, set, &messages),
    })
}

/// The exercises whose source reaches past the façade.
fn findings(lab: &Lab, set: &BTreeSet<String>, messages: &[Message]) -> BTreeMap<String, Out> {
    within(lab, set)
        .map(|exercise| (exercise, lints::bypasses(messages, exercise, &lab.dir())))
        .filter(|(_, found)| !found.is_empty())
        .map(|(exercise, found)| (exercise.name.clone(), Out::Findings(found)))
        .collect()
}

/// The compiler has read a file that is neither given nor handed in. Which exercise has brought it
/// in shows when each is built alone.
fn took_in<'s>(lab: &Lab, set: &BTreeSet<String>, file: &str) -> Attempt<'s> {
    let mut exercises = within(lab, set);
    let (Some(exercise), None) = (exercises.next(), exercises.next()) else {
        return Attempt::Unclear(format!("it takes in `{file}`"));
    };
    let place = Location {
        file: lints::files(exercise, &lab.dir()).swap_remove(0),
        line: 1,
        column: 1,
    };
    // Which file it is may be somebody's secret.
    let text = "takes in a file that is not its own: an answer must not".to_owned();
    let hostile = true;
    let finding = Finding {
        place,
        text,
        hostile,
    };
    Attempt::Blamed([(exercise.name.clone(), Out::Findings(vec![finding]))].into())
}

/// Builds the skeleton with the checks of those exercises: whether the grader itself can.
///
/// # Errors
///
/// Why it cannot.
pub(super) fn pristine(lab: &Lab, stage: &mut Stage, asked: &BTreeSet<String>) -> Result<()> {
    let nothing = Answer::default();
    match build(lab, &nothing, stage, &BTreeSet::new(), asked)? {
        Attempt::Built(_) => Ok(()),
        Attempt::Unclear(why) => Err(anyhow!(why)),
        Attempt::Blamed(_) => Err(anyhow!("the skeleton is blamed")),
    }
}

fn fault<'s>(lab: &Lab, set: &BTreeSet<String>, messages: &[Message]) -> Attempt<'s> {
    let blamed = blame(lab, within(lab, set), messages);
    if !blamed.is_empty() {
        return Attempt::Blamed(blamed);
    }
    let errors = messages.iter().filter(|message| message.is_error());
    let texts: Vec<&str> = errors.map(|message| message.text.as_str()).collect();
    Attempt::Unclear(format!("it does not build: {}", texts.join("; ")))
}

fn within<'l>(lab: &'l Lab, set: &'l BTreeSet<String>) -> impl Iterator<Item = &'l Exercise> {
    let exercises = lab.exercises.iter();
    exercises.filter(|exercise| set.contains(&exercise.name))
}
