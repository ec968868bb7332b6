//! Exercises whose verdicts are known from before, and those that are worth being known.

use std::collections::BTreeSet;

use super::walk::Walk;
use super::{Effort, Only};
use crate::build::Message;
use crate::cache::{Entry, Form};
use crate::lab::{Check, Exercise, Kind};
use crate::vet::lints;

impl Walk<'_> {
    /// Looks up the exercises that are asked about, in one of those forms.
    pub(super) fn recall(&mut self, forms: &[Form]) {
        let Some(cache) = self.grader.cache else {
            return;
        };
        for exercise in &self.lab().exercises {
            let asked: Vec<&Check> = self.asked(exercise).collect();
            if !self.judges_whole(&asked) {
                continue;
            }
            let known = forms.iter().find_map(|form| {
                let entry = cache.get(&cache.key(exercise, &self.answer.files, *form))?;
                let judged = asked.iter().map(|check| entry.judged(check.id()));
                let judged: Vec<_> = judged.collect::<Option<_>>()?;
                Some((entry.warnings, judged))
            });
            if let Some((warnings, judged)) = known {
                let ids = asked.iter().map(|check| check.id().to_owned());
                self.judged.extend(ids.zip(judged));
                self.warnings.extend(warnings);
                self.recalled.insert(exercise.name.clone());
            }
        }
    }

    /// The exercises that are asked about and not known.
    pub(super) fn left(&self) -> BTreeSet<String> {
        let asked = self.lab().exercises.iter();
        asked
            .filter(|exercise| self.grader.only.asks_about(exercise))
            .map(|exercise| exercise.name.clone())
            .filter(|name| !self.recalled.contains(name))
            .collect()
    }

    /// Keeps the verdicts on an exercise that was built with the others, as it should be.
    pub(super) fn keep(&self, exercise: &Exercise, messages: &[Message]) {
        let own = lints::files(exercise, &self.lab().dir());
        let warnings = lints::warnings(messages, |file| own.iter().any(|own| own == file));
        self.keep_as(self.forms, exercise, warnings);
    }

    /// Keeps the verdicts on exercises of a sample that are taken out. Those on an answer are found
    /// anew each time, and those on a mutant prove nothing.
    pub(super) fn keep_those_out(&self) {
        let out = |exercise: &&Exercise| self.out.contains_key(&exercise.name);
        let new = |exercise: &&Exercise| !self.recalled.contains(&exercise.name);
        if self.grader.form == Form::Sample {
            for exercise in self.lab().exercises.iter().filter(out).filter(new) {
                self.keep_as(&[Form::Sample], exercise, Vec::new());
            }
        }
    }

    /// Keeps the verdicts on an exercise in the first of those forms that takes them.
    fn keep_as(&self, forms: &[Form], exercise: &Exercise, warnings: Vec<String>) {
        let Some(cache) = self.grader.cache else {
            return;
        };
        let asked: Vec<&Check> = self.asked(exercise).collect();
        if self.remarks.contains_key(&exercise.name) || !self.judges_whole(&asked) {
            return;
        }
        let judged = asked
            .iter()
            .map(|check| Some((check.id(), self.verdict_on(exercise, check)?)));
        let Some(judged) = judged.collect::<Option<Vec<_>>>() else {
            return;
        };
        for form in forms {
            if let Some(entry) = Entry::of(*form, warnings.clone(), &judged) {
                return cache.put(&cache.key(exercise, &self.answer.files, *form), entry);
            }
        }
    }

    /// Whether there are verdicts, and they come out as when all is graded: not where grading ends
    /// with the first that fails, and of a lint not without the checks that it counts beside.
    fn judges_whole(&self, asked: &[&Check]) -> bool {
        let lint = asked.iter().any(|check| check.kind == Kind::Lint);
        match (&self.grader.only, self.grader.effort) {
            _ if asked.is_empty() => false,
            (_, Effort::UntilOneFails) => false,
            (Only::Checks(_), _) => !lint,
            (Only::All | Only::Exercise(_), _) => true,
        }
    }

    fn asked<'e>(&self, exercise: &'e Exercise) -> impl Iterator<Item = &'e Check> {
        let checks = exercise.checks.iter();
        checks.filter(|check| self.grader.only.accepts(exercise, check))
    }
}
