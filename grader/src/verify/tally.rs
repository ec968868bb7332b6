//! What came of a lab's subjects, gathered while others are still graded.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anstream::println;
use anyhow::Result;

use super::summary::{Costs, Row};
use super::table::Table;
use super::{Proof, expected};
use crate::grade::Graded;
use crate::subject::Subject;

/// What came of a subject, the last time that it was tried.
pub(super) struct Tried {
    /// Its place.
    pub(super) at: usize,
    pub(super) graded: Result<Graded>,
    /// What was not as it must be the time before.
    pub(super) before: Vec<String>,
}

impl Tried {
    pub(super) fn once(at: usize, graded: Result<Graded>) -> Self {
        Tried {
            at,
            graded,
            before: Vec::new(),
        }
    }
}

/// What is known so far about one lab. It prints itself when all is known.
pub(super) struct Tally<'p> {
    proof: &'p Proof<'p>,
    took: Duration,
    table: Table<'p>,
    costs: Costs,
    /// Complaints about each subject, by its place.
    complaints: BTreeMap<usize, Vec<String>>,
    /// What was a complaint once, and not when it was tried again.
    unsteady: Vec<String>,
    idle: Vec<String>,
}

impl<'p> Tally<'p> {
    pub(super) fn of(proof: &'p Proof<'p>) -> Self {
        Tally {
            proof,
            took: Duration::ZERO,
            table: Table::new(proof.lab),
            costs: Costs::default(),
            complaints: BTreeMap::new(),
            unsteady: Vec::new(),
            idle: Vec::new(),
        }
    }

    /// Takes in what came of some subjects.
    pub(super) fn add(&mut self, tried: Vec<Tried>) {
        for tried in tried {
            self.add_one(tried);
        }
        if self.complaints.len() == self.proof.subjects.len() {
            self.finish();
        }
    }

    fn add_one(&mut self, tried: Tried) {
        let Tried { at, graded, before } = tried;
        let subject = self.proof.subjects[at];
        if let Ok(graded) = &graded {
            match subject {
                Subject::Mutant(mutant) => self.table.add(at, mutant, &graded.report),
                Subject::Skeleton | Subject::Sample(_) => {}
                _ => self.costs.add(&graded.report),
            }
        }
        let found = expected::complaints(subject, &graded);
        let not = if found.is_empty() { "" } else { "NOT " };
        let name = subject.name();
        let progress = self.proof.progress;
        progress.done(&format!("{name}: {not}as it must be"));
        let about = |complaint| format!("{name}: {complaint}");
        if found.is_empty() {
            let once = |complaint| format!("{name}: only the first time: {complaint}");
            self.unsteady.extend(before.into_iter().map(once));
        }
        self.complaints
            .insert(at, found.into_iter().map(about).collect());
    }

    fn finish(&mut self) {
        let began = self.proof.began.get();
        self.took = began.map_or(Duration::ZERO, Instant::elapsed);
        let idle = self.table.idle();
        let asked = idle.filter(|check| self.proof.wanted.every_mutant_of(check.exercise()));
        let complaint = |id: &str| format!("check {id}: no mutant is caught by it");
        self.idle = asked.map(|check| complaint(check.id())).collect();
        self.proof.progress.print(|| {
            if self.table.counts()[0] > 0 {
                print!("{}", self.table.render());
            }
            if let Some(slowest) = self.costs.render() {
                println!("{slowest}");
            }
            if let Some(count) = &self.proof.contract.count {
                println!("contract: {count}");
            }
            for line in self.not_as_it_must_be() {
                println!("{line}");
            }
            println!("{}: {}", self.proof.lab.name, self.summary());
        });
    }

    /// A line for each complaint, and for what was one the first time.
    pub(super) fn not_as_it_must_be(&self) -> impl Iterator<Item = &String> {
        self.complaints().chain(&self.unsteady)
    }

    fn complaints(&self) -> impl Iterator<Item = &String> {
        let subjects = self.complaints.values().flatten();
        subjects
            .chain(&self.idle)
            .chain(&self.proof.contract.complaints)
    }

    fn summary(&self) -> String {
        match (self.proof.subjects.len(), self.complaints().count()) {
            (1, 0) => "1 subject, as it must be".to_owned(),
            (n, 0) => format!("{n} subjects, each as it must be"),
            (1, complaints) => format!("1 subject; complaints: {complaints}"),
            (n, complaints) => format!("{n} subjects; complaints: {complaints}"),
        }
    }

    /// The lab in numbers.
    pub(super) fn row(&self) -> Row {
        Row {
            lab: self.proof.lab.name.clone(),
            subjects: self.proof.subjects.len(),
            checks: self.proof.lab.checks().count(),
            mutants: self.table.counts(),
            complaints: self.complaints().count(),
            took: self.took,
        }
    }
}
