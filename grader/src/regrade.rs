//! Results that were found with other checks, found again with those of today.
//!
//! The one idea: what has not changed is not run. An exercise whose checks, kit and toolchain are
//! the same keeps its verdicts, and only its points are counted anew. What comes out lies beside
//! the results, in `RESULTS/regrade`, until somebody has looked at the difference and says to
//! replace them; then the old rows move to `RESULTS/history`, with the reason.
//!
//! What is not here: what a class is graded with ([`crate::batch`]).

mod difference;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anstream::eprintln;
use anyhow::{Context, Result};

use crate::batch;
use crate::cache::{Cache, Form};
use crate::error::BadInput;
use crate::grade::{Effort, Grader, Only};
use crate::intake::Answer;
use crate::lab::{Exercise, Lab};
use crate::progress::Progress;
use crate::report::{CheckReport, ExerciseReport, Report, escape, flaky};
use crate::results::{Class, Outcome, Results, Row};
use crate::stage::Worker;
use crate::template::Template;
use crate::tree::{Tree, entries, name};
use crate::verdict::Verdict;
use crate::workers;
pub use difference::{Change, Difference};

/// What is asked for.
#[derive(Debug)]
pub struct Regrade<'r> {
    /// The course.
    pub tree: &'r Tree,
    /// The lab.
    pub lab: &'r Lab,
    /// What was found before.
    pub results: &'r Results,
    /// How many answers are graded at once.
    pub jobs: usize,
}

/// An answer with the exercises of it that have to be run, and the rows of all who handed it in.
type Waiting = ((String, BTreeSet<String>), Vec<Row>);

/// What an answer's exercises come to, where they had to be run.
type Fresh = BTreeMap<String, Report>;

impl Regrade<'_> {
    /// Runs what has changed, and gives the new results, which lie in `RESULTS/regrade`. Started
    /// again, it goes on. Blocks until all is run.
    ///
    /// # Errors
    ///
    /// Where results cannot be read or written, or the grader itself fails.
    pub fn run(&self) -> Result<Results> {
        let progress = Progress::over(self.results.class().people.len());
        progress.doing("preparing the stage");
        let template = Template::prepare(self.tree, &[&self.lab.name])?;
        let cache = Cache::of(self.tree, self.lab, &template, false)?;
        let class = Class {
            people: self.results.class().people.clone(),
            ..batch::facts(self.lab, self.results.class().repeat, &cache)
        };
        let new = self.begin(class)?;
        let mut waiting: BTreeMap<(String, BTreeSet<String>), Vec<Row>> = BTreeMap::new();
        for row in self.results.rows()? {
            let known = new.row(&row.person.id).ok().flatten();
            if known.is_some_and(|known| known.answer == row.answer) {
                progress.done("there already");
                continue;
            }
            let stale = self.stale(&row, new.class());
            match (&row.answer, stale.is_empty()) {
                (Some(answer), false) => {
                    waiting
                        .entry((answer.clone(), stale))
                        .or_default()
                        .push(row);
                }
                _ => {
                    new.put(&self.renewed(&row, &Fresh::new(), new.class()))?;
                    progress.done("nothing to run");
                }
            }
        }
        self.grade(
            &template,
            &cache,
            &new,
            waiting.into_iter().collect(),
            &progress,
        )?;
        Ok(new)
    }

    /// Where new results go. What is left of another regrade is of no use.
    fn begin(&self, class: Class) -> Result<Results> {
        let dir = self.results.dir().join("regrade");
        let fits = |there: Results| there.class().same_as(&class).is_ok();
        if dir.exists() && !Results::open(&dir).is_ok_and(fits) {
            let failed = || format!("removing {}", dir.display());
            std::fs::remove_dir_all(&dir).with_context(failed)?;
        }
        Results::begin(&dir, class)
    }

    /// The exercises of a row that have to be run: those that rest on something else now, and those
    /// that nobody could judge.
    fn stale(&self, row: &Row, new: &Class) -> BTreeSet<String> {
        let old = self.results.class();
        let Some(report) = row.report() else {
            return BTreeSet::new();
        };
        let basis = |class: &Class, name: &str| class.exercise(name).map(|it| it.basis.clone());
        let fresh = |exercise: &&Exercise| {
            let same = basis(old, &exercise.name) == basis(new, &exercise.name);
            let of = report.exercises.iter().find(|of| of.name == exercise.name);
            let known = |of: &ExerciseReport| {
                let checks = exercise.checks.iter();
                checks.clone().count() == of.checks.len()
                    && checks
                        .zip(&of.checks)
                        .all(|(check, known)| check.id() == known.id)
            };
            let judged = |of: &ExerciseReport| {
                of.checks
                    .iter()
                    .all(|check| check.judged.verdict != Verdict::Broken)
            };
            let whole = of.is_some_and(|of| known(of) && judged(of));
            row.basis == old.basis && same && whole
        };
        let exercises = self
            .lab
            .exercises
            .iter()
            .filter(|exercise| !fresh(exercise));
        exercises.map(|exercise| exercise.name.clone()).collect()
    }

    /// Runs each answer once, and writes the rows of all who handed it in.
    fn grade(
        &self,
        template: &Template,
        cache: &Cache,
        new: &Results,
        waiting: Vec<Waiting>,
        progress: &Progress,
    ) -> Result<()> {
        let mut failed = None;
        workers::each(
            self.jobs,
            &waiting,
            || Worker::new(template),
            |worker, ((answer, stale), rows)| -> Result<()> {
                let fresh = self.run_exercises(worker, cache, answer, stale)?;
                for row in rows {
                    new.put(&self.renewed(row, &fresh, new.class()))?;
                    progress.done(&format!("graded {}", escape::line(&row.person.name)));
                }
                Ok(())
            },
            |_, done| {
                if let Err(error) = done {
                    let said = escape::text(&format!("grader: {error:#}"));
                    progress.print(|| eprintln!("{said}"));
                    failed.get_or_insert(error);
                }
            },
        );
        let what = "what was graded is kept: run it again, and it goes on";
        failed.map_or(Ok(()), |error| Err(error.context(what)))
    }

    fn run_exercises(
        &self,
        worker: &mut Worker,
        cache: &Cache,
        answer: &str,
        stale: &BTreeSet<String>,
    ) -> Result<Fresh> {
        let files = self.results.answer(answer)?;
        let remarks = Vec::new();
        let taken = Answer { files, remarks };
        let repeat = self.results.class().repeat.max(1);
        let mut run = |only: Only| -> Result<Report> {
            let grader = Grader {
                tree: self.tree,
                lab: self.lab,
                only,
                effort: Effort::Full,
                // What is recalled agrees with itself.
                cache: (repeat == 1).then_some(cache),
                form: Form::Mark,
            };
            let mut reports = Vec::new();
            for _ in 0..repeat {
                let stage = worker.stage(&self.lab.name)?;
                reports.push(grader.grade_answer(stage, answer, &taken, None)?.report);
            }
            Ok(flaky::agree(self.lab, reports))
        };
        if stale.len() == self.lab.exercises.len() {
            let report = run(Only::All)?;
            return Ok(stale
                .iter()
                .map(|name| (name.clone(), report.clone()))
                .collect());
        }
        let each = stale.iter().map(|name| {
            let report = run(Only::Exercise(name.clone()))?;
            Ok((name.clone(), report))
        });
        each.collect()
    }

    /// A row as it is now: what was run comes from there, everything else from before, with the
    /// points of today.
    fn renewed(&self, row: &Row, fresh: &Fresh, new: &Class) -> Row {
        let outcome = match &row.outcome {
            Outcome::Graded(report) => Outcome::Graded(Box::new(self.report(report, fresh))),
            other => other.clone(),
        };
        Row {
            outcome,
            basis: new.basis.clone(),
            ..row.clone()
        }
    }

    fn report(&self, old: &Report, fresh: &Fresh) -> Report {
        let exercises = self.lab.exercises.iter().filter_map(|exercise| {
            let report = fresh.get(&exercise.name).unwrap_or(old);
            let known = report
                .exercises
                .iter()
                .find(|it| it.name == exercise.name)?;
            let checks = exercise
                .checks
                .iter()
                .zip(&known.checks)
                .map(|(check, known)| CheckReport {
                    flaky: known.flaky.clone(),
                    ..CheckReport::new(check, known.judged.clone())
                });
            Some(ExerciseReport::new(
                exercise,
                known.remark.clone(),
                checks.collect(),
            ))
        });
        let (subject, remarks) = (old.subject.clone(), old.remarks.clone());
        let sandbox = fresh.values().next().unwrap_or(old).sandbox.clone();
        Report {
            sandbox,
            ..Report::new(subject, self.lab, remarks, exercises.collect())
        }
    }
}

/// Puts new results in the place of old ones, which move to `RESULTS/history`, with the reason.
/// Gives where to. Stopped and started again, it goes on.
///
/// # Errors
///
/// Where something cannot be written: then what was not replaced is still there.
pub fn replace(
    results: &mut Results,
    new: &Results,
    because: &str,
    difference: &str,
) -> Result<PathBuf> {
    let absent = new.gaps();
    if let Some(id) = absent.first() {
        let remedy = "run `grader regrade` to its end first";
        return Err(BadInput::new(new.dir(), format!("has no row of `{id}`"), remedy).into());
    }
    let kept = keep(results, because, difference)?;
    for row in new.rows()? {
        results.put(&row)?;
    }
    results.describe(new.class().clone())?;
    let done = new.dir();
    std::fs::remove_dir_all(done).with_context(|| format!("removing {}", done.display()))?;
    Ok(kept)
}

/// Copies results as they are to a folder of the history, which is there whole or not at all.
fn keep(results: &Results, because: &str, difference: &str) -> Result<PathBuf> {
    let history = results.dir().join("history");
    let failed = || format!("keeping the old rows in {}", history.display());
    std::fs::create_dir_all(&history).with_context(failed)?;
    let numbers = entries(&history)?;
    let numbers = numbers
        .iter()
        .filter_map(|path| name(path).parse::<u32>().ok());
    let number = numbers.max().unwrap_or(0) + 1;
    let dir = tempfile::tempdir_in(&history).with_context(failed)?;
    let copy = |file: &Path| -> std::io::Result<()> {
        let from = results.dir().join(file);
        let to = dir.path().join(file);
        std::fs::create_dir_all(to.parent().unwrap_or(&to))?;
        match from.is_file() {
            true => std::fs::copy(from, to).map(drop),
            false => Ok(()),
        }
    };
    for file in ["class.json", "rubric.toml"] {
        copy(Path::new(file)).with_context(failed)?;
    }
    for id in &results.class().people {
        copy(Path::new(&format!("rows/{id}.json"))).with_context(failed)?;
    }
    std::fs::write(dir.path().join("because.txt"), format!("{because}\n")).with_context(failed)?;
    std::fs::write(dir.path().join("difference.txt"), difference).with_context(failed)?;
    let kept = history.join(format!("{number:04}"));
    std::fs::rename(dir.keep(), &kept).with_context(failed)?;
    Ok(kept)
}
