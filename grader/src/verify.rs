//! Proves that a lab keeps its promises, by grading answers whose outcome is known.
//!
//! The one idea: expected outcomes are data. The solution and the sample `complete` pass every check, an
//! accepted design every check of its exercise, the skeleton compiles without warnings and fails every check
//! without hanging, and each mutant fails the checks that it names.

mod summary;
mod table;
mod wanted;

use std::time::Instant;

use anstream::println;
use anyhow::Result;

use crate::accepted::Accepted;
use crate::contract;
use crate::error::Exit;
use crate::grade::{Effort, Graded, Grader, Only};
use crate::lab::{Check, Kind, Lab};
use crate::mutant::Mutant;
use crate::progress::Progress;
use crate::report::Report;
use crate::report::text::name;
use crate::stage::Stage;
use crate::stage::template::Template;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::verdict::Verdict;
use crate::workers;
pub use wanted::Wanted;

/// Grades what is known about some labs, prints for each which check caught which mutant, and says what is not
/// as it must be.
///
/// # Errors
///
/// Where a lab's files are wrong, or the grader itself fails.
pub fn run(tree: &Tree, labs: &[Lab], wanted: &Wanted, jobs: usize) -> Result<Exit> {
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
            subjects: &subjects,
        };
        rows.push(proof.run(&template, &progress, jobs)?);
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
    subjects: &'p [&'p Subject],
}

impl Proof<'_> {
    fn run(&self, template: &Template, progress: &Progress, jobs: usize) -> Result<summary::Row> {
        let began = Instant::now();
        let mut table = table::Table::new(self.lab);
        let mut costs = summary::Costs::default();
        let mut complaints: Vec<String> = Vec::new();
        workers::each(
            template,
            &self.lab.name,
            jobs,
            self.subjects,
            |stage, subject| self.grade(stage, subject),
            |subject, graded| {
                let found = match graded {
                    Ok(graded) => {
                        match subject {
                            Subject::Mutant(mutant) => table.add(mutant, &graded.report),
                            Subject::Skeleton => {}
                            _ => costs.add(&graded.report),
                        }
                        judge(subject, &graded)
                    }
                    Err(error) => vec![format!("could not be graded: {error:#}")],
                };
                let not = if found.is_empty() { "" } else { "NOT " };
                progress.done(&format!("{}: {not}as it must be", subject.name()));
                let told = |text| format!("{}: {text}", subject.name());
                complaints.extend(found.into_iter().map(told));
            },
        )?;
        complaints.extend(
            table
                .idle()
                .filter(|check| self.wanted.every_mutant_of(check.exercise()))
                .map(|check| format!("check {}: no mutant is caught by it", check.id())),
        );
        let whole = self.lab.exercises.iter();
        let whole = whole.filter(|exercise| self.wanted.every_mutant_of(&exercise.name));
        let contract = contract::review(self.tree, self.lab, whole)?;
        complaints.extend(contract.complaints);
        progress.print(|| {
            if table.counts()[0] > 0 {
                print!("{}", table.render());
            }
            if let Some(slowest) = costs.render() {
                println!("{slowest}");
            }
            if let Some(count) = contract.count {
                println!("contract: {count}");
            }
            for complaint in &complaints {
                println!("{complaint}");
            }
            println!("{}: {}", self.lab.name, self.told(complaints.len()));
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
        .grade(stage, subject)
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

    fn told(&self, complaints: usize) -> String {
        match (self.subjects.len(), complaints) {
            (1, 0) => "1 subject, as it must be".to_owned(),
            (n, 0) => format!("{n} subjects, each as it must be"),
            (1, complaints) => format!("1 subject; complaints: {complaints}"),
            (n, complaints) => format!("{n} subjects; complaints: {complaints}"),
        }
    }
}

/// What is not as it must be with a subject.
fn judge(subject: &Subject, graded: &Graded) -> Vec<String> {
    let report = &graded.report;
    let mut complaints = Vec::new();
    match subject {
        Subject::Solution | Subject::Accepted(_) | Subject::Submission(_) => {
            complaints.extend(not_passed(report));
        }
        Subject::Skeleton => {
            for check in report.checks() {
                match check.judged.verdict {
                    Verdict::Fail => {}
                    Verdict::Pass => complaints.push(format!("{} passes, and must not", check.id)),
                    other => complaints.push(told(check, other)),
                }
            }
        }
        Subject::Mutant(mutant) => {
            // Then every check fails, and none has caught the mistake.
            complaints.extend(
                graded
                    .refused
                    .iter()
                    .map(|why| format!("its source is refused: {why}")),
            );
            complaints.extend(not_killed(mutant, report));
        }
    }
    if matches!(subject, Subject::Skeleton | Subject::Solution) {
        complaints.extend(
            graded
                .warnings
                .iter()
                .map(|warning| format!("a warning:\n{warning}")),
        );
    }
    complaints
}

fn not_passed(report: &Report) -> impl Iterator<Item = String> {
    report
        .checks()
        .filter(|check| check.judged.verdict != Verdict::Pass)
        .map(|check| told(check, check.judged.verdict))
}

fn not_killed(mutant: &Mutant, report: &Report) -> Vec<String> {
    let mut complaints = Vec::new();
    for check in report.checks() {
        let promised = mutant.killed_by.contains(&check.id);
        match check.judged.verdict {
            Verdict::DoesNotBuild | Verdict::Broken | Verdict::Missing | Verdict::Forged => {
                complaints.push(told(check, check.judged.verdict));
            }
            Verdict::Pass if promised => {
                complaints.push(format!("{} does not catch it, and must", check.id));
            }
            _ => {}
        }
    }
    complaints
}

fn told(check: &crate::report::CheckReport, verdict: Verdict) -> String {
    let judged = &check.judged;
    let detail = judged.detail.as_deref().unwrap_or_default();
    format!(
        "{} is `{}`: {} {detail}",
        check.id,
        name(verdict),
        judged.why
    )
}
