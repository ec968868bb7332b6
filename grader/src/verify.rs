//! Proves that a lab keeps its promises, by grading answers whose outcome is known.
//!
//! The one idea: expected outcomes are data. The solution and the sample `complete` pass every
//! check, an accepted design every check of its exercise, the skeleton compiles without warnings and
//! fails every check without hanging, and each mutant fails the checks that it names.

mod expected;
mod job;
mod summary;
mod table;
mod together;
mod wanted;

use std::collections::BTreeMap;
use std::time::Instant;

use anstream::{eprintln, println};
use anyhow::Result;
use clap::Args;

use crate::accepted::Accepted;
use crate::error::Exit;
use crate::grade::{Effort, Graded, Grader, Only};
use crate::lab::{Check, Kind, Lab};
use crate::mutant::Mutant;
use crate::progress::Progress;
use crate::stage::Stage;
use crate::stage::template::Template;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::workers;
use job::Job;
pub use wanted::Wanted;

/// How a proof is done.
#[derive(Debug, Clone, Copy, Args)]
pub struct How {
    /// How many subjects are graded at once.
    #[arg(long, value_name = "N", default_value_t = crate::workers::cores())]
    pub jobs: usize,
    /// Builds each mutant by itself, as a submission is.
    #[arg(long)]
    pub apart: bool,
}

/// Grades what is known about some labs, prints for each which check caught which mutant, and says
/// what is not as it must be.
///
/// # Errors
///
/// Where a lab's files are wrong, or the grader itself fails.
pub fn run(tree: &Tree, labs: &[Lab], wanted: &Wanted, how: How) -> Result<Exit> {
    let known = wanted.known(tree, labs)?;
    let labs: Vec<&Lab> = labs
        .iter()
        .filter(|lab| known.iter().any(|known| known.lab.name == lab.name))
        .collect();
    let progress = Progress::over(known.len());
    progress.doing("preparing the stage");
    let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
    let template = Template::prepare(tree, &names)?;
    let mut rows = Vec::new();
    for lab in labs {
        let subjects: Vec<&Subject> = known
            .iter()
            .filter(|known| known.lab.name == lab.name)
            .map(|known| &known.subject)
            .collect();
        let proof = Proof {
            tree,
            lab,
            wanted,
            how,
            subjects: &subjects,
            progress: &progress,
        };
        rows.push(proof.run(&template)?);
    }
    drop(progress);
    if wanted.everything() {
        print!("\n{}", summary::render(&rows));
    }
    let proven = rows.iter().all(|row| row.complaints == 0);
    Ok(if proven { Exit::Done } else { Exit::Unproven })
}

/// One lab, and what of it is to be proved.
struct Proof<'p> {
    tree: &'p Tree,
    lab: &'p Lab,
    wanted: &'p Wanted,
    how: How,
    subjects: &'p [&'p Subject],
    progress: &'p Progress,
}

impl Proof<'_> {
    fn run(&self, template: &Template) -> Result<summary::Row> {
        let began = Instant::now();
        let mut table = table::Table::new(self.lab);
        let mut costs = summary::Costs::default();
        let mut complaints: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        workers::each(
            template,
            &self.lab.name,
            self.how.jobs,
            // Who names a mutant wants to see it as a student's answer is seen.
            &job::plan(
                self.lab,
                self.subjects,
                self.how.apart || self.wanted.names_mutants(),
            ),
            |stage, job| match job {
                Job::Alone((at, subject)) => vec![(*at, self.grade(stage, subject))],
                Job::Together(exercise, mutants) => self.together(stage, exercise, mutants),
            },
            |_, graded| {
                for (at, graded) in graded {
                    let subject = self.subjects[at];
                    let found = match graded {
                        Ok(graded) => {
                            match subject {
                                Subject::Mutant(mutant) => table.add(at, mutant, &graded.report),
                                Subject::Skeleton => {}
                                _ => costs.add(&graded.report),
                            }
                            expected::judge(subject, &graded)
                        }
                        Err(error) => vec![format!("could not be graded: {error:#}")],
                    };
                    let not = if found.is_empty() { "" } else { "NOT " };
                    self.progress
                        .done(&format!("{}: {not}as it must be", subject.name()));
                    let told = |text| format!("{}: {text}", subject.name());
                    complaints.insert(at, found.into_iter().map(told).collect());
                }
            },
        )?;
        let mut complaints: Vec<String> = complaints.into_values().flatten().collect();
        complaints.extend(
            table
                .idle()
                .filter(|check| self.wanted.every_mutant_of(check.exercise()))
                .map(|check| format!("check {}: no mutant is caught by it", check.id())),
        );
        self.progress.print(|| {
            if table.counts()[0] > 0 {
                print!("{}", table.render());
            }
            if let Some(slowest) = costs.render() {
                println!("{slowest}");
            }
            for complaint in &complaints {
                println!("{complaint}");
            }
            println!("{}: {}", self.lab.name, self.summary(complaints.len()));
        });
        Ok(summary::Row {
            lab: self.lab.name.clone(),
            subjects: self.subjects.len(),
            checks: self.lab.checks().count(),
            mutants: table.counts(),
            complaints: complaints.len(),
            took: began.elapsed(),
        })
    }

    fn grade(&self, stage: &mut Stage, subject: &Subject) -> Result<Graded> {
        self.grader(subject).grade(stage, subject)
    }

    fn grader<'s>(&'s self, subject: &'s Subject) -> Grader<'s> {
        let (only, effort) = match (subject, &self.wanted.exercise) {
            (Subject::Mutant(mutant), _) => (self.to_prove(mutant), Effort::For(&mutant.killed_by)),
            // All else is the solution's.
            (Subject::Accepted(Accepted { exercise, .. }), _) | (_, Some(exercise)) => {
                (Only::Exercise(exercise.clone()), Effort::Full)
            }
            (_, None) => (Only::All, Effort::Full),
        };
        let (tree, lab) = (self.tree, self.lab);
        Grader {
            tree,
            lab,
            only,
            effort,
        }
    }

    fn say(&self, text: &str) {
        self.progress.print(|| eprintln!("{text}"));
    }

    /// What has to be run to prove that a mutant is caught: the checks that it names. If those are all models, also the others:
    /// it is marked unless one of them catches it. If one is a rule, the whole exercise, because a rule counts only beside
    /// what works. If mutants are asked for by name, all, because the author wants to see what catches them.
    fn to_prove(&self, mutant: &Mutant) -> Only {
        let exercise = self.lab.exercise(&mutant.exercise);
        let checks = || exercise.iter().flat_map(|exercise| &exercise.checks);
        let named = |check: &Check| mutant.killed_by.iter().any(|id| id == check.id());
        let runs = |check: &Check| matches!(check.kind, Kind::Test | Kind::Possible);
        let by_a_rule = checks().any(|check| named(check) && check.kind == Kind::Lint);
        if by_a_rule || self.wanted.names_mutants() {
            return Only::Exercise(mutant.exercise.clone());
        }
        let enough = checks().any(|check| named(check) && runs(check));
        let needed = checks().filter(|check| named(check) || (!enough && runs(check)));
        Only::Checks(needed.map(|check| check.id().to_owned()).collect())
    }

    fn summary(&self, complaints: usize) -> String {
        match (self.subjects.len(), complaints) {
            (1, 0) => "1 subject, as it must be".to_owned(),
            (n, 0) => format!("{n} subjects, each as it must be"),
            (1, complaints) => format!("1 subject; complaints: {complaints}"),
            (n, complaints) => format!("{n} subjects; complaints: {complaints}"),
        }
    }
}
