//! Grades mistakes that a machine makes, to find claims that no check makes.
//!
//! The one idea: cargo-mutants makes the changes, the grader grades each as a submission, and each
//! has to lose at least one check. What survives is a hole in the checks, or equivalent to the
//! solution: then `grader/labs/<lab>/equivalent.toml` says why.
//!
//! What is not here: the mistakes that people make ([`crate::mutant`]), which name the checks that
//! must catch them.

mod changes;
mod equivalent;

use std::path::Path;

use anstream::println;
use anyhow::Result;

use crate::cache::Form;
use crate::error::{BadInput, Exit};
use crate::grade::{Effort, Graded, Grader, Only, Together};
use crate::lab::{Exercise, Kind, Lab};
use crate::progress::Progress;
use crate::stage::Worker;
use crate::subject::Subject;
use crate::template::Template;
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

/// Grades the changes that `list` names (what `cargo mutants --list --json` wrote), and prints
/// those that survive without an explanation.
///
/// # Errors
///
/// [`BadInput`] where the list or the explanations are wrong; anything else is the grader's own
/// failure.
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
    let mut tally = Tally::default();
    workers::each(
        jobs,
        &together(lab, &changes),
        || Worker::new(&template),
        |worker, (exercise, changes)| grade(tree, lab, worker, exercise, changes),
        |(_, changes), graded| match graded {
            Ok(graded) => changes.iter().zip(graded).for_each(|(change, graded)| {
                let came_to = tally.count(change, graded);
                progress.done(&format!("{change}: {came_to}"));
            }),
            Err(error) => tally.complaints.push(format!("not graded: {error:#}")),
        },
    );
    drop(progress);
    let asked = |file: &str| {
        let owner = lab.owner(file);
        owner.is_some_and(|owner| exercise.is_none_or(|only| owner.name == only))
    };
    Ok(tally.conclude(lab, changes.len(), &mut explained, asked))
}

/// How many changes share a build at most: so that all workers have something to do.
const TOGETHER: usize = 32;

/// Changes that may share a build: some of each exercise.
fn together<'c>(lab: &'c Lab, changes: &'c [Change]) -> Vec<(&'c Exercise, &'c [Change])> {
    let same = |one: &Change, other: &Change| one.mutant.exercise == other.mutant.exercise;
    let some = changes
        .chunk_by(same)
        .flat_map(|changes| changes.chunks(TOGETHER));
    some.filter_map(|changes| Some((lab.exercise(&changes[0].mutant.exercise)?, changes)))
        .collect()
}

/// Grades changes of one exercise, in one build as far as they can share one.
fn grade(
    tree: &Tree,
    lab: &Lab,
    worker: &mut Worker,
    exercise: &Exercise,
    changes: &[Change],
) -> Result<Vec<Result<Graded>>> {
    let grader = |only| Grader {
        tree,
        lab,
        only,
        effort: Effort::UntilOneFails,
        cache: None,
        form: Form::Mutant,
    };
    let subjects = changes.iter();
    let subjects = subjects.map(|change| Subject::Mutant(change.mutant.clone()));
    let subjects: Vec<Subject> = subjects.collect();
    let together = Together {
        tree,
        lab,
        exercise,
    };
    let outcomes = together.grade(
        worker.stage(&lab.name)?,
        &subjects.iter().collect::<Vec<_>>(),
        |_| grader(without_lints(exercise)),
        |_| grader(Only::Exercise(exercise.name.clone())),
    );
    let graded = outcomes.into_iter().map(|outcome| outcome.graded);
    Ok(graded.collect())
}

/// The checks of an exercise that are not lints. No machine's change takes what a lint forbids.
fn without_lints(exercise: &Exercise) -> Only {
    let checks = exercise.checks.iter();
    let checks = checks.filter(|check| check.kind != Kind::Lint);
    Only::Checks(checks.map(|check| check.id().to_owned()).collect())
}

/// What the changes came to.
#[derive(Default)]
struct Tally<'c> {
    viable: usize,
    caught: usize,
    endless: usize,
    survived: Vec<&'c Change>,
    complaints: Vec<String>,
}

impl<'c> Tally<'c> {
    /// Counts a change, and says what it came to.
    fn count(&mut self, change: &'c Change, graded: Result<Graded>) -> &'static str {
        let fate = match graded {
            Ok(graded) => fate(&graded),
            Err(error) => {
                let complaint = format!("{change}: could not be graded: {error:#}");
                self.complaints.push(complaint);
                return "could not be graded";
            }
        };
        self.viable += usize::from(!matches!(fate, Fate::Unviable));
        self.caught += usize::from(matches!(fate, Fate::Caught | Fate::Endless));
        match fate {
            Fate::Unviable => "does not compile",
            Fate::Caught => "caught",
            Fate::Endless => {
                self.endless += 1;
                "caught, does not end"
            }
            Fate::Survived => {
                self.survived.push(change);
                "SURVIVED"
            }
        }
    }

    /// Prints what survived without an explanation, and explanations of what does not survive in a
    /// file that was asked about.
    fn conclude(
        mut self,
        lab: &Lab,
        changes: usize,
        explained: &mut Equivalents,
        asked: impl Fn(&str) -> bool,
    ) -> Exit {
        let mut unexplained = 0;
        for change in &self.survived {
            if !explained.explains(change) {
                unexplained += 1;
                println!("{change}: survived\n{}", change.diff);
            }
        }
        self.complaints.extend(explained.idle(asked));
        for complaint in &self.complaints {
            println!("{complaint}");
        }
        println!(
            "{}: {changes} changes, {} viable, {} caught ({} of them do not end), {} survive, \
             {unexplained} of them unexplained",
            lab.name,
            self.viable,
            self.caught,
            self.endless,
            self.survived.len(),
        );
        if unexplained == 0 && self.complaints.is_empty() {
            Exit::Done
        } else {
            Exit::Unproven
        }
    }
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
