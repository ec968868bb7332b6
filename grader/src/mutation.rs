//! Grades mistakes that a machine makes, to find claims that no check makes.
//!
//! The one idea: cargo-mutants makes the changes, the grader grades each as a submission, and each has
//! to lose at least one check. What survives is a hole in the checks, or equivalent to the solution:
//! then `grader/labs/<lab>/equivalent.toml` says why.
//!
//! What is not here: the mistakes that people make ([`crate::mutant`]), which name the checks that
//! must catch them.

mod changes;
mod equivalent;

use std::path::Path;

use anstream::println;
use anyhow::Result;

use crate::error::{BadInput, Exit};
use crate::grade::{Effort, Graded, Grader, Only};
use crate::lab::Lab;
use crate::progress::Progress;
use crate::stage::template::Template;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::verdict::Verdict;
use crate::workers;
use changes::Change;
use equivalent::Equivalents;

/// What a machine's change came to.
enum Fate {
    /// It does not compile.
    Unviable,
    /// A check fails.
    Caught,
    /// A check does not come to an end.
    Endless,
    /// Every check passes.
    Survived,
}

/// Grades the changes that `list` names (what `cargo mutants --list --json` wrote), and prints those
/// that survive without an explanation.
///
/// # Errors
///
/// [`BadInput`] where the list or the explanations are wrong; anything else is the grader's own failure.
pub fn run(
    tree: &Tree,
    lab: &Lab,
    list: &Path,
    exercise: Option<&str>,
    jobs: usize,
) -> Result<Exit> {
    if let Some(name) = exercise
        && lab.exercise(name).is_none()
    {
        let problem = format!("has no exercise `{name}`");
        return Err(BadInput::new(&tree.lab(&lab.name), problem, "see `grader list`").into());
    }
    let mut changes = changes::read(tree, lab, list)?;
    changes.retain(|change| exercise.is_none_or(|only| change.mutant.exercise == only));
    let mut explained = Equivalents::read(tree, lab)?;
    let progress = Progress::over(changes.len());
    progress.doing("preparing the stage");
    let template = Template::prepare(tree, &[&lab.name])?;
    let (mut viable, mut caught, mut endless) = (0, 0, 0);
    let mut survived: Vec<&Change> = Vec::new();
    let mut complaints: Vec<String> = Vec::new();
    workers::each(
        &template,
        &lab.name,
        jobs,
        &changes.iter().collect::<Vec<_>>(),
        |stage, change| {
            let only = Only::Exercise(change.mutant.exercise.clone());
            let effort = Effort::UntilOneFails;
            let subject = Subject::Mutant(change.mutant.clone());
            Grader {
                tree,
                lab,
                only,
                effort,
            }
            .grade(stage, &subject)
        },
        |change, graded| {
            let told = match graded.map(|graded| fate(&graded)) {
                Ok(Fate::Unviable) => "does not compile",
                Ok(Fate::Caught) => {
                    (viable, caught) = (viable + 1, caught + 1);
                    "caught"
                }
                Ok(Fate::Endless) => {
                    (viable, caught, endless) = (viable + 1, caught + 1, endless + 1);
                    "caught, does not end"
                }
                Ok(Fate::Survived) => {
                    viable += 1;
                    survived.push(change);
                    "SURVIVED"
                }
                Err(error) => {
                    complaints.push(format!("{change}: could not be graded: {error:#}"));
                    "could not be graded"
                }
            };
            progress.done(&format!("{change}: {told}"));
        },
    )?;
    drop(progress);
    let unexplained: Vec<&&Change> = survived
        .iter()
        .filter(|change| !explained.explains(change))
        .collect();
    for change in &unexplained {
        println!("{change}: survived\n{}", change.diff);
    }
    let known = |name: &str| exercise.is_none_or(|only| name == only);
    complaints.extend(explained.idle(|file| lab.owner(file).is_some_and(|e| known(&e.name))));
    for complaint in &complaints {
        println!("{complaint}");
    }
    println!(
        "{}: {} changes, {viable} viable, {caught} caught ({endless} of them do not end), {} survive, {} of them unexplained",
        lab.name,
        changes.len(),
        survived.len(),
        unexplained.len()
    );
    let proven = unexplained.is_empty() && complaints.is_empty();
    Ok(if proven { Exit::Done } else { Exit::Unproven })
}

fn fate(graded: &Graded) -> Fate {
    let verdicts = || graded.report.checks().map(|check| check.judged.verdict);
    // Behind the first that fails nothing was run.
    let failed = verdicts().find(|verdict| !matches!(verdict, Verdict::Pass | Verdict::Broken));
    match failed {
        None => Fate::Survived,
        Some(Verdict::DoesNotBuild) => Fate::Unviable,
        Some(Verdict::Hung | Verdict::NotExplored) => Fate::Endless,
        Some(_) => Fate::Caught,
    }
}
