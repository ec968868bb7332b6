//! Proves that a lab keeps its promises, by grading answers whose outcome is known.
//!
//! The one idea: expected outcomes are data. The solution and every accepted design get full marks, the
//! skeleton compiles without warnings and fails every check without hanging, and each mutant fails
//! the checks that it names.

mod table;
mod wanted;

use anstream::println;
use anyhow::Result;

use crate::error::Exit;
use crate::grade::{Graded, Grader, Only};
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::progress::Progress;
use crate::report::Report;
use crate::report::text::name;
use crate::stage::template::Template;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::verdict::Verdict;
use crate::workers;
pub use wanted::Wanted;

/// Grades what is known about a lab, prints the table, and says what is not as it must be.
///
/// # Errors
///
/// Where the lab's files are wrong, or the grader itself fails.
pub fn run(tree: &Tree, labs: &[Lab], wanted: &Wanted, jobs: usize) -> Result<Exit> {
    let known = wanted.known(tree, labs)?;
    let mut exit = Exit::Done;
    for lab in labs {
        let subjects: Vec<&Subject> = known
            .iter()
            .filter(|known| known.lab.name == lab.name)
            .map(|known| &known.subject)
            .collect();
        if !subjects.is_empty() {
            exit = exit.max(prove(tree, lab, &subjects, wanted, jobs)?);
        }
    }
    Ok(exit)
}

fn prove(
    tree: &Tree,
    lab: &Lab,
    subjects: &[&Subject],
    wanted: &Wanted,
    jobs: usize,
) -> Result<Exit> {
    let progress = Progress::over(subjects.len());
    progress.doing(&format!("preparing the stage of {}", lab.name));
    let template = Template::prepare(tree, &[&lab.name])?;
    let mut table = table::Table::new(lab);
    let mut complaints: Vec<String> = Vec::new();
    workers::each(
        &template,
        &lab.name,
        jobs,
        subjects,
        |stage, subject| {
            let only = match (subject, &wanted.exercise) {
                (Subject::Mutant(mutant), _) => Only::Exercise(mutant.exercise.clone()),
                (_, Some(only)) => Only::Exercise(only.clone()),
                (_, None) => Only::All,
            };
            Grader { tree, lab, only }.grade(stage, subject)
        },
        |subject, graded| {
            let found = match graded {
                Ok(graded) => {
                    if let Subject::Mutant(mutant) = subject {
                        table.add(mutant, &graded.report);
                    }
                    judge(subject, &graded)
                }
                Err(error) => vec![format!("could not be graded: {error:#}")],
            };
            let state = if found.is_empty() {
                "as it must be"
            } else {
                "NOT as it must be"
            };
            progress.done(&format!("{}: {state}", subject.name()));
            complaints.extend(
                found
                    .iter()
                    .map(|text| format!("{}: {text}", subject.name())),
            );
        },
    )?;
    drop(progress);
    if subjects
        .iter()
        .any(|subject| matches!(subject, Subject::Mutant(_)))
    {
        print!("{}", table.render());
    }
    complaints.extend(
        table
            .idle()
            .filter(|check| wanted.every_mutant_of(check.exercise()))
            .map(|check| check.id())
            .map(|id| format!("check {id}: no mutant is caught by it")),
    );
    for complaint in &complaints {
        println!("{complaint}");
    }
    let proven = match subjects.len() {
        1 => "1 subject".to_owned(),
        n => format!("{n} subjects"),
    };
    if complaints.is_empty() {
        let each = if subjects.len() == 1 { "" } else { "each " };
        println!("{}: {proven}, {each}as it must be", lab.name);
        Ok(Exit::Done)
    } else {
        println!("{}: {proven}; complaints: {}", lab.name, complaints.len());
        Ok(Exit::Unproven)
    }
}

/// What is not as it must be with a subject.
fn judge(subject: &Subject, graded: &Graded) -> Vec<String> {
    let report = &graded.report;
    let mut complaints = Vec::new();
    match subject {
        Subject::Solution | Subject::Accepted { .. } | Subject::Submission(_) => {
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
        Subject::Mutant(mutant) => complaints.extend(not_killed(mutant, report)),
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
