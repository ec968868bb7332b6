//! Proves that a lab keeps its promises, by grading answers whose outcome is known.
//!
//! The one idea: expected outcomes are data. The solution passes every check, an accepted design
//! every check of its exercise, the skeleton compiles without warnings and fails every check
//! without hanging, each mutant fails the checks that it names, and each sample comes out as it
//! says.

mod expected;
mod job;
mod summary;
mod table;
mod tally;
mod wanted;

use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::accepted::Accepted;
use crate::cache::{Cache, Form};
use crate::contract::{self, Review};
use crate::error::Exit;
use crate::grade::{Effort, Graded, Grader, Only, Outcome, Together};
use crate::lab::{Check, Exercise, Kind, Lab};
use crate::mutant::Mutant;
use crate::progress::Progress;
use crate::stage::{Stage, Worker};
use crate::subject::Subject;
use crate::template::Template;
use crate::tree::Tree;
use crate::workers;
use job::{Job, Numbered};
use tally::{Tally, Tried};
pub use wanted::Wanted;

/// How a proof is done.
#[derive(Debug, Clone, Copy, Args)]
pub struct How {
    /// How many subjects are graded at once.
    #[arg(long, value_name = "N", default_value_t = workers::cores())]
    pub jobs: usize,
    /// Builds each mutant by itself, as a submission is.
    #[arg(long)]
    pub apart: bool,
    /// Searches the specifications' scenarios beyond their scope, for this long in each check;
    /// nothing is recalled.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub deep: Option<u64>,
    /// Also proves what was proven before and rests on nothing that has changed.
    #[arg(long)]
    pub all: bool,
}

/// Grades what is known about some labs, prints for each which check caught which mutant, and says
/// what is not as it must be.
///
/// # Errors
///
/// Where a lab's files are wrong, or the grader itself fails.
pub fn run(tree: &Tree, labs: &[Lab], wanted: &Wanted, how: How) -> Result<Exit> {
    let known = wanted.known(tree, labs)?;
    let progress = Progress::over(known.len());
    progress.doing("preparing the stage");
    let of = |lab: &Lab| -> Vec<&Subject> {
        let known = known.iter().filter(|known| known.lab.name == lab.name);
        known.map(|known| &known.subject).collect()
    };
    let labs: Vec<&Lab> = labs.iter().filter(|lab| !of(lab).is_empty()).collect();
    let names: Vec<&str> = labs.iter().map(|lab| &*lab.name).collect();
    let template = Template::prepare(tree, &names)?;
    let proofs: Vec<Proof> = labs
        .into_iter()
        .map(|lab| {
            let whole = lab.exercises.iter();
            let whole = whole.filter(|exercise| wanted.every_mutant_of(&exercise.name));
            Ok(Proof {
                tree,
                lab,
                wanted,
                how,
                contract: contract::review(tree, lab, whole)?,
                subjects: of(lab),
                cache: Cache::of(tree, lab, &template, how.all)?,
                progress: &progress,
                began: OnceLock::new(),
            })
        })
        .collect::<Result<_>>()?;
    let mut tallies: Vec<Tally> = proofs.iter().map(Tally::of).collect();
    let left = recall(&proofs, &mut tallies);
    let jobs: Vec<(usize, Job)> = proofs
        .iter()
        .zip(&left)
        .enumerate()
        .flat_map(|(at, (proof, left))| proof.jobs(left).map(move |job| (at, job)))
        .collect();
    workers::each(
        how.jobs,
        &jobs,
        || Worker::new(&template),
        |worker, (at, job)| proofs[*at].work(worker, job),
        |(at, _), graded| tallies[*at].add(graded),
    );
    let rows: Vec<summary::Row> = tallies.iter().map(Tally::row).collect();
    if wanted.everything() {
        progress.print(|| {
            print!("\n{}", summary::render(&rows));
            // Once more: whoever sees only the end of a long log sees why.
            for line in tallies.iter().flat_map(Tally::not_as_it_must_be) {
                println!("{line}");
            }
        });
    }
    let proven = rows.iter().all(|row| row.complaints == 0);
    Ok(if proven { Exit::Done } else { Exit::Unproven })
}

/// Hands over what is known of all labs' subjects, and gives for each lab those that are left.
fn recall<'p>(proofs: &'p [Proof], tallies: &mut [Tally]) -> Vec<Vec<Numbered<'p>>> {
    let mut left: Vec<Vec<Numbered>> = proofs.iter().map(|_| Vec::new()).collect();
    let each = proofs.iter().enumerate();
    let subjects: Vec<(usize, Numbered)> = each
        .flat_map(|(at, proof)| proof.numbered().map(move |subject| (at, subject)))
        .collect();
    workers::each(
        proofs.first().map_or(1, |proof| proof.how.jobs),
        &subjects,
        || (),
        |(), (at, (_, subject))| proofs[*at].recall(subject),
        |(at, (number, subject)), known| match known {
            Ok(None) => left[*at].push((*number, subject)),
            Ok(Some(graded)) => tallies[*at].add(vec![Tried::once(*number, Ok(graded))]),
            Err(error) => tallies[*at].add(vec![Tried::once(*number, Err(error))]),
        },
    );
    let (all, new) = (subjects.len(), left.iter().map(Vec::len).sum::<usize>());
    if let (Some(proof), true) = (proofs.first(), new < all) {
        proof.say(&format!("{} of {all} were graded before", all - new));
    }
    left
}

/// One lab, and what of it is to be proved.
struct Proof<'p> {
    tree: &'p Tree,
    lab: &'p Lab,
    wanted: &'p Wanted,
    how: How,
    /// How the checks of the exercises that are proved whole stand to the contract.
    contract: Review,
    subjects: Vec<&'p Subject>,
    cache: Cache,
    progress: &'p Progress,
    /// When the first of its subjects was begun that are not known from before.
    began: OnceLock<Instant>,
}

impl Proof<'_> {
    fn numbered(&self) -> impl Iterator<Item = Numbered<'_>> {
        self.subjects.iter().copied().enumerate()
    }

    /// Whether mutants are built each by itself: whoever names one wants to see it as a student's
    /// answer is seen.
    fn apart(&self) -> bool {
        self.how.apart || self.wanted.names_mutants()
    }

    /// What is known of a subject. A complaint is not: the machine may have been busy.
    fn recall(&self, subject: &Subject) -> Result<Option<Graded>> {
        let known = self.grader(subject).recall(subject)?;
        Ok(known.filter(|graded| expected::judge(subject, graded).is_empty()))
    }

    fn jobs<'s>(&'s self, left: &[Numbered<'s>]) -> impl Iterator<Item = Job<'s>> + use<'s> {
        job::plan(self.lab, left, self.apart()).into_iter()
    }

    fn work(&self, worker: &mut Worker, job: &Job) -> Vec<Tried> {
        self.began.get_or_init(Instant::now);
        let stage = match worker.stage(&self.lab.name) {
            Ok(stage) => stage,
            Err(error) => {
                let none = |(at, _): Numbered| Tried::once(at, Err(anyhow!("{error:#}")));
                return job.subjects().map(none).collect();
            }
        };
        let graded = match job {
            Job::Alone((at, subject)) => vec![(*at, self.grader(subject).grade(stage, subject))],
            Job::Together(exercise, mutants) => self.together(stage, exercise, mutants),
        };
        let tried = graded.into_iter();
        tried
            .map(|(at, graded)| self.try_again(stage, at, graded))
            .collect()
    }

    /// Grades once more what did not come out as it must, where everything is proved: of a thousand
    /// subjects on a busy machine, one may meet a limit that counts the clock on the wall. What it
    /// comes to the second time counts, and the first is told.
    fn try_again(&self, stage: &mut Stage, at: usize, first: Result<Graded>) -> Tried {
        let subject = self.subjects[at];
        let complaints = expected::complaints(subject, &first);
        if complaints.is_empty() || !self.wanted.everything() {
            return Tried::once(at, first);
        }
        Tried {
            at,
            graded: self.grader(subject).grade(stage, subject),
            before: complaints,
        }
    }

    /// Grades mutants of an exercise in one build, and those alone that do not fit into it.
    fn together(
        &self,
        stage: &mut Stage,
        exercise: &Exercise,
        mutants: &[Numbered],
    ) -> Vec<(usize, Result<Graded>)> {
        let (tree, lab) = (self.tree, self.lab);
        let subjects: Vec<&Subject> = mutants.iter().map(|(_, subject)| *subject).collect();
        let together = Together {
            tree,
            lab,
            exercise,
        };
        let grader = |subject| self.grader(subject);
        let outcomes = together.grade(stage, &subjects, grader, grader);
        self.say(&describe(exercise, &subjects, &outcomes));
        let places = mutants.iter().map(|(at, _)| *at);
        places
            .zip(outcomes.into_iter().map(|outcome| outcome.graded))
            .collect()
    }

    fn grader<'s>(&'s self, subject: &'s Subject) -> Grader<'s> {
        let (only, effort) = match (subject, &self.wanted.exercise) {
            // Whatever it earns counts, so all of it is run.
            (
                Subject::Mutant(Mutant {
                    exercise,
                    keeps: Some(_),
                    ..
                }),
                _,
            ) => (Only::Exercise(exercise.clone()), Effort::Full),
            (Subject::Mutant(mutant), _) => (self.to_prove(mutant), Effort::For(&mutant.killed_by)),
            // All else is the solution's.
            (Subject::Accepted(Accepted { exercise, .. }), _) | (_, Some(exercise)) => {
                (Only::Exercise(exercise.clone()), Effort::Full)
            }
            (_, None) => (Only::All, Effort::Full),
        };
        let form = match subject {
            // Whoever builds a mutant by itself wants its lines.
            Subject::Mutant(_) if !self.apart() => Form::Mutant,
            Subject::Sample(_) => Form::Sample,
            _ => Form::Mark,
        };
        let (tree, lab) = (self.tree, self.lab);
        Grader {
            tree,
            lab,
            only,
            effort: effort.deepened(self.how.deep),
            cache: self.how.deep.is_none().then_some(&self.cache),
            form,
        }
    }

    /// Says something that is not a result.
    fn say(&self, text: &str) {
        self.progress.print(|| anstream::eprintln!("{text}"));
    }

    /// What has to be run to prove that a mutant is caught: the checks that it names. If those are
    /// all models, also the others: it is marked unless one of them catches it. If one is a rule,
    /// the whole exercise, because a rule counts only beside what works. If mutants are asked for
    /// by name, all, because the author wants to see what catches them.
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
}

/// How many mutants share a build, and which do not.
fn describe(exercise: &Exercise, mutants: &[&Subject], outcomes: &[Outcome]) -> String {
    let each = mutants.iter().zip(outcomes);
    let alone = each.filter(|(_, outcome)| !outcome.shared);
    let alone: Vec<&str> = alone
        .filter_map(|(subject, _)| match subject {
            Subject::Mutant(mutant) => Some(mutant.name.as_str()),
            _ => None,
        })
        .collect();
    let (name, all) = (&exercise.name, mutants.len());
    match alone[..] {
        [] => format!("{name}: all {all} mutants share a build"),
        _ => {
            let (shared, alone) = (all - alone.len(), alone.join(", "));
            format!("{name}: {shared} of {all} mutants share a build, but not {alone}")
        }
    }
}
