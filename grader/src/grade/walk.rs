//! One subject on its way through tokens, builds and runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::attempt::{self, Attempt};
use super::out::{Out, lines};
use super::{Effort, Graded, Grader, Only};
use crate::build::Message;
use crate::cache::Form;
use crate::error::BadInput;
use crate::intake::Answer;
use crate::jail::Jail;
use crate::lab::{Check, Exercise, Kind, Lab};
use crate::report::{CheckReport, ExerciseReport, Report};
use crate::run;
use crate::stage::{Built, Stage};
use crate::verdict::{Judged, Verdict, judge};
use crate::vet::{lints, tokens};

/// A check whose outcome does not matter may run this long: longer than any check of a right answer
/// takes.
const MOMENT: Duration = Duration::from_secs(2);

/// The checks of one subject may use so much time together: ten times what those of the slowest
/// right answer take.
const MOST: Duration = Duration::from_secs(30 * 60);

/// One subject on its way.
pub(super) struct Walk<'w> {
    pub(super) grader: &'w Grader<'w>,
    pub(super) answer: &'w Answer,
    pub(super) out: BTreeMap<String, Out>,
    pub(super) judged: BTreeMap<String, Judged>,
    pub(super) remarks: BTreeMap<String, String>,
    /// A set: what is recalled may be built once more, for what is not.
    pub(super) warnings: BTreeSet<String>,
    /// What it is compiled and checked in.
    jail: Jail,
    /// Its verdicts are kept in the first of these that takes them.
    pub(super) forms: &'static [Form],
    /// What its checks have used.
    spent: Duration,
    /// Exercises whose verdicts were known before.
    pub(super) recalled: BTreeSet<String>,
    /// Whom to tell what is known after each check.
    pub(super) told: Option<&'w dyn Fn(&Report)>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        grader: &'w Grader<'w>,
        answer: &'w Answer,
        jail: &Jail,
        forms: &'static [Form],
    ) -> Self {
        Walk {
            grader,
            answer,
            jail: jail.clone(),
            out: BTreeMap::new(),
            judged: BTreeMap::new(),
            remarks: BTreeMap::new(),
            warnings: BTreeSet::new(),
            forms,
            spent: Duration::ZERO,
            recalled: BTreeSet::new(),
            told: None,
        }
    }

    pub(super) fn lab(&self) -> &'w Lab {
        self.grader.lab
    }

    pub(super) fn read_tokens(&mut self) {
        for exercise in &self.lab().exercises {
            let mut findings = Vec::new();
            for file in &exercise.edit {
                let Some(text) = self.answer.files.get(file) else {
                    continue;
                };
                let path = format!("{}/{file}", self.lab().dir());
                match tokens::scan(&path, text, exercise.unsafe_code) {
                    Ok(found) => findings.extend(found),
                    Err(unread) => {
                        let out = Out::Unbuilt(unread.line());
                        self.out.insert(exercise.name.clone(), out);
                    }
                }
            }
            if !findings.is_empty() {
                self.out
                    .insert(exercise.name.clone(), Out::Findings(findings));
            }
        }
    }

    /// Builds as many exercises together as build together, then those left that build alone. One
    /// that teaches `unsafe` is always alone: what it does must not be another's to use.
    pub(super) fn build_and_run(&mut self, stage: &mut Stage) -> Result<()> {
        let asked = self.left();
        let kept = |exercise: &&Exercise| !self.out.contains_key(&exercise.name);
        let exercises = self.lab().exercises.iter().filter(kept);
        let (apart, together): (Vec<&Exercise>, Vec<&Exercise>) =
            exercises.partition(|exercise| exercise.unsafe_code);
        let name = |exercise: &Exercise| exercise.name.clone();
        let apart: Vec<String> = apart.into_iter().map(name).collect();
        let mut together: BTreeSet<String> = together.into_iter().map(name).collect();
        let alone = self.build_together(stage, &mut together, &asked)?;
        for name in alone {
            let remark = "does not build together with the other exercises; graded by itself";
            self.remarks.insert(name.clone(), remark.to_owned());
            self.build_alone(stage, &name)?;
            if self.out.contains_key(&name) {
                self.remarks.remove(&name);
            }
        }
        for name in apart.iter().filter(|name| asked.contains(*name)) {
            self.build_alone(stage, name)?;
        }
        Ok(())
    }

    /// Builds and runs as many as build together. Gives those that may build alone.
    fn build_together(
        &mut self,
        stage: &mut Stage,
        together: &mut BTreeSet<String>,
        asked: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>> {
        let mut alone: BTreeSet<String> = BTreeSet::new();
        // Nobody has asked about those that would be built.
        while !together.is_disjoint(asked) {
            let of_these = asked.intersection(together).cloned().collect();
            match attempt::build(self.lab(), self.answer, stage, together, &of_these)? {
                Attempt::Built(built) => {
                    self.run(together, &built)?;
                    break;
                }
                Attempt::Blamed(blamed) => {
                    for (name, out) in blamed {
                        together.remove(&name);
                        if matches!(out, Out::Unbuilt(_)) {
                            alone.insert(name.clone());
                        }
                        self.out.insert(name, out);
                    }
                }
                Attempt::Unclear(why) => {
                    for name in std::mem::take(together) {
                        self.out.insert(name.clone(), Out::Unbuilt(why.clone()));
                        alone.insert(name);
                    }
                }
            }
        }
        Ok(alone)
    }

    /// Builds one exercise over the skeleton, and runs its checks.
    fn build_alone(&mut self, stage: &mut Stage, name: &str) -> Result<()> {
        let set = BTreeSet::from([name.to_owned()]);
        let out = match attempt::build(self.lab(), self.answer, stage, &set, &set)? {
            Attempt::Built(built) => {
                self.out.remove(name);
                return self.run(&set, &built);
            }
            Attempt::Blamed(mut blamed) => {
                blamed.remove(name).context("blamed is what was built")?
            }
            // It points into no file of the student's, so it may be nobody's fault but the
            // grader's: a full disk, a linker that was killed.
            Attempt::Unclear(why) => match attempt::pristine(self.lab(), stage, &set) {
                Ok(()) => Out::Unbuilt(why),
                Err(error) => Out::Broken(format!("{error:#}")),
            },
        };
        self.out.insert(name.to_owned(), out);
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = String> + use<'w> {
        self.lab()
            .exercises
            .iter()
            .map(|exercise| exercise.name.clone())
    }

    /// Runs the checks that are wanted in a build that somebody else has made.
    pub(super) fn run_within(&mut self, built: &Built) -> Result<()> {
        let mut set: BTreeSet<String> = self.names().collect();
        set.retain(|name| !self.out.contains_key(name));
        self.run(&set, built)
    }

    fn run(&mut self, set: &BTreeSet<String>, built: &Built) -> Result<()> {
        let dir = self.lab().dir();
        let warnings = lints::warnings(built.messages(), |file| file.starts_with(&dir));
        self.warnings.extend(warnings);
        let there = run::list(built)?;
        if let Some(extra) = there
            .iter()
            .find(|id| !self.lab().checks().any(|c| c.id() == **id))
        {
            let path = self
                .grader
                .tree
                .checks(&self.lab().name)
                .join("checks.toml");
            let problem = format!("the checks have `{extra}`, which is not promised here");
            let remedy = "add it, or take it out of the checks";
            return Err(BadInput::new(&path, problem, remedy).into());
        }
        for exercise in self
            .lab()
            .exercises
            .iter()
            .filter(|e| set.contains(&e.name))
        {
            if self.recalled.contains(&exercise.name) {
                continue;
            }
            let wanted = |check: &&Check| {
                check.kind != Kind::Lint && self.grader.only.accepts(exercise, check)
            };
            for check in exercise.checks.iter().filter(wanted) {
                let judged = if self.spent >= MOST {
                    let why = "its other checks have used all the time that an answer may take";
                    Judged::new(Verdict::Hung, why)
                } else if there.iter().any(|id| id == check.id()) {
                    self.run_check(built, check)?
                } else {
                    Judged::new(Verdict::Missing, "the grader's own checks lack it")
                };
                let enough = matches!(self.grader.effort, Effort::UntilOneFails)
                    && judged.verdict != Verdict::Pass;
                self.judged.insert(check.id().to_owned(), judged);
                if let Some(told) = self.told {
                    told(&self.report(String::new()));
                }
                if enough {
                    return Ok(());
                }
            }
            for lint in lints::of(exercise) {
                let judged = self.lint(exercise, lint, built.messages());
                self.judged.insert(lint.id().to_owned(), judged);
            }
            self.keep(exercise, built.messages());
        }
        Ok(())
    }

    fn run_check(&mut self, built: &Built, check: &Check) -> Result<Judged> {
        let (whole, none) = (run::deadline(check), Duration::ZERO);
        let (deadline, deep) = match self.grader.effort {
            Effort::Deep(deep) => (whole + deep, deep),
            Effort::Full => (whole, none),
            Effort::For(asked) if asked.iter().any(|id| id == check.id()) => (whole, none),
            Effort::For(_) | Effort::UntilOneFails => (whole.min(MOMENT), none),
        };
        let began = Instant::now();
        let run = run::check(built, check, deadline, deep)?;
        let taken = began.elapsed();
        let dir = format!("{}/", self.lab().dir());
        let yours = |file: &str| {
            file.strip_prefix(&dir)
                .is_some_and(|file| self.lab().owner(file).is_some())
        };
        let judged = judge(&run, check.kind, yours);
        // By the clock at least a part of it, so that one who waits comes to an end, too.
        let used = judged.used.unwrap_or_else(|| taken.min(deadline));
        self.spent += used.max(taken / run::PATIENCE);
        Ok(judged)
    }

    /// A lint counts only beside an answer that does something: emptiness breaks no rule.
    fn lint(&self, exercise: &Exercise, lint: &Check, messages: &[Message]) -> Judged {
        let findings = lints::uses(messages, exercise, &lint.forbid, &self.lab().dir());
        let judged = || {
            let checks = exercise.checks.iter();
            checks.filter_map(|check| self.judged.get(check.id()))
        };
        let nobody_asked = !matches!(self.grader.only, Only::All | Only::Exercise(_));
        if !findings.is_empty() {
            Judged::new(Verdict::Fail, lines(&findings))
        } else if nobody_asked || judged().any(|judged| judged.verdict == Verdict::Pass) {
            Judged::new(Verdict::Pass, "")
        } else if let Some(unwritten) =
            judged().find(|judged| judged.verdict == Verdict::NotWritten)
        {
            unwritten.clone()
        } else {
            let why = "a rule counts only beside an answer that does something";
            Judged::new(Verdict::Fail, why)
        }
    }

    /// The verdict on a check, if there is one yet.
    pub(super) fn verdict_on(&self, exercise: &Exercise, check: &Check) -> Option<Judged> {
        let out = self.out.get(&exercise.name);
        match out.filter(|_| !self.recalled.contains(&exercise.name)) {
            Some(out) => Some(out.judged()),
            None => self.judged.get(check.id()).cloned(),
        }
    }

    pub(super) fn graded(self, name: &str) -> Graded {
        Graded {
            report: self.report(name.to_owned()),
            refused: self.out.values().filter_map(Out::refused).collect(),
            warnings: self.warnings.into_iter().collect(),
        }
    }

    /// What is known by now.
    fn report(&self, name: String) -> Report {
        let mut exercises = Vec::new();
        for exercise in &self.lab().exercises {
            let wanted = |check: &&Check| self.grader.only.accepts(exercise, check);
            let checks: Vec<CheckReport> = exercise
                .checks
                .iter()
                .filter(wanted)
                .map(|check| {
                    let judged = self.verdict_on(exercise, check);
                    let not_run = || Judged::new(Verdict::Broken, "it was not run");
                    CheckReport::new(check, judged.unwrap_or_else(not_run))
                })
                .collect();
            if !checks.is_empty() {
                let remark = self.remarks.get(&exercise.name).cloned();
                exercises.push(ExerciseReport::new(exercise, remark, checks));
            }
        }
        let mut remarks = self.answer.remarks.clone();
        if !self.jail.is_closed() {
            remarks.push("graded without a jail: its code could do what the grader can".to_owned());
        }
        Report {
            sandbox: self.jail.stamp(),
            ..Report::new(name, self.grader.lab, remarks, exercises)
        }
    }
}
