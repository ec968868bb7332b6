//! Takes everybody's files, grades each answer once, and writes the rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::eprintln;
use anyhow::{Error, Result};
use sha2::{Digest, Sha256};

use super::Batch;
use super::handed::Handed;
use super::people::Entry;
use crate::cache::{Cache, Form};
use crate::error::{BadInput, Exit};
use crate::files::hex;
use crate::grade::{Effort, Grader, Only};
use crate::intake::{self, Answer};
use crate::lab::Lab;
use crate::progress::Progress;
use crate::report::{Report, escape, flaky};
use crate::results::{Class, Outcome, Person, Results, Row};
use crate::stage::Worker;
use crate::template::Template;
use crate::workers;

/// No row names more of what was found.
const MOST_FOUND: usize = 50;

/// What came of it.
#[derive(Debug)]
pub struct Done {
    /// The results as they are now.
    pub results: Results,
    /// How many rows of this run were there already.
    pub kept: usize,
    /// How many rows it has written.
    pub written: usize,
    /// What the process exits with.
    pub exit: Exit,
}

/// A row whose answer is to be graded: all but what comes of it, and the remarks on its intake.
struct Waiting {
    row: Row,
    remarks: Vec<String>,
}

pub(super) fn run(batch: &Batch, entries: Vec<Entry>) -> Result<Done> {
    let ids = entries.iter().map(|entry| entry.person.id.clone());
    let ids = ids.collect();
    let own = entries
        .into_iter()
        .filter(|entry| batch.shard.has(&entry.person.id));
    let own: Vec<Entry> = own.collect();
    let progress = Progress::over(own.len());
    progress.doing("preparing the stage");
    let template = Template::prepare(batch.tree, &[&batch.lab.name])?;
    let cache = Cache::of(batch.tree, batch.lab, &template, false)?;
    let class = Class {
        people: ids,
        ..facts(batch.lab, batch.repeat, &cache)
    };
    let results = Results::begin(batch.out, class)?;
    let mut desk = Desk {
        batch,
        results,
        progress,
        kept: 0,
        written: 0,
    };
    let mut waiting: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
    for entry in &own {
        if let Some((answer, one)) = desk.take_in(entry)? {
            waiting.entry(answer).or_default().push(one);
        }
    }
    let failed = desk.grade(&template, &cache, waiting);
    desk.hand_over(failed)
}

/// What the class is graded with.
pub(crate) fn facts(lab: &Lab, repeat: u32, cache: &Cache) -> Class {
    let mut class = Class::of(lab, String::new(), repeat, |exercise| cache.basis(exercise));
    // Points and claims are in reports, too.
    let whole = serde_json::to_vec(&class).expect("facts are JSON");
    class.basis = hex(&Sha256::digest(whole)[..16]);
    class
}

struct Desk<'b> {
    batch: &'b Batch<'b>,
    results: Results,
    progress: Progress,
    kept: usize,
    written: usize,
}

impl Desk<'_> {
    /// Takes in what somebody handed in, and writes the row if there is nothing to grade. Gives the
    /// name of the answer otherwise.
    fn take_in(&mut self, entry: &Entry) -> Result<Option<(String, Waiting)>> {
        // A damaged row is none.
        let known = self.results.row(&entry.person.id).ok().flatten();
        let mut row = blank(&entry.person, &self.results.class().basis);
        let Some(handed) = &entry.handed else {
            // The roster may be longer than what is graded today.
            if known.is_none() {
                self.settle(known.as_ref(), &row)?;
            } else {
                self.keep(&row);
            }
            return Ok(None);
        };
        row.source.clone_from(&handed.source);
        row.submitted.clone_from(&handed.submitted);
        (row.late, row.attempt) = (handed.late, handed.attempt);
        let answer = match self.take(handed)? {
            Ok(answer) => answer,
            Err(refused) => {
                row.outcome = refused;
                self.settle(known.as_ref(), &row)?;
                return Ok(None);
            }
        };
        let name = self.results.keep(&answer.files)?;
        row.answer = Some(name.clone());
        let remarks = [&handed.remarks[..], &answer.remarks].concat();
        let one = Waiting { row, remarks };
        match known.as_ref().and_then(|known| still_good(known, &one)) {
            Some(report) => {
                self.settle(known.as_ref(), &one.with(report))?;
                Ok(None)
            }
            None => Ok(Some((name, one))),
        }
    }

    /// Finds the answer in what was handed in; what the row says if there is none.
    fn take(&self, handed: &Handed) -> Result<Result<Answer, Outcome>> {
        if let Some(problem) = &handed.refused {
            let (problem, found) = (problem.clone(), Vec::new());
            return Ok(Err(Outcome::NotGraded { problem, found }));
        }
        let label = handed.source.first().map_or("", String::as_str);
        let label = Path::new(label);
        let mut found = Vec::new();
        let taken = handed.open(label).and_then(|mut bundle| {
            let Batch { tree, lab, .. } = self.batch;
            let answer = intake::answer(tree, lab, &mut bundle, self.batch.accept_near_names);
            found = bundle.names().take(MOST_FOUND).map(str::to_owned).collect();
            answer
        });
        match taken {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => match error.downcast_ref::<BadInput>() {
                Some(bad) => {
                    let problem = bad.within(label);
                    Ok(Err(Outcome::NotGraded { problem, found }))
                }
                None => Err(error.context(format!("taking in {}", label.display()))),
            },
        }
    }

    /// Writes a row, unless it is there as it should be.
    fn settle(&mut self, known: Option<&Row>, row: &Row) -> Result<()> {
        if known == Some(row) {
            self.keep(row);
            return Ok(());
        }
        self.results.put(row)?;
        self.written += 1;
        self.progress
            .done(&format!("written: {}", escape::line(&row.person.name)));
        Ok(())
    }

    fn keep(&mut self, row: &Row) {
        self.kept += 1;
        self.progress.pass(&format!(
            "there already: {}",
            escape::line(&row.person.name)
        ));
    }

    /// Grades each answer once, and writes the rows of all who handed it in. Gives the first thing
    /// that went wrong, after which others may have been graded.
    fn grade(
        &mut self,
        template: &Template,
        cache: &Cache,
        waiting: BTreeMap<String, Vec<Waiting>>,
    ) -> Option<Error> {
        let waiting: Vec<(String, Vec<Waiting>)> = waiting.into_iter().collect();
        let (batch, results, progress) = (self.batch, &self.results, &self.progress);
        // Nothing more is graded once nothing can be written.
        let full = AtomicBool::new(false);
        let mut failed = None;
        let mut written = 0;
        workers::each(
            batch.jobs,
            &waiting,
            || Worker::new(template),
            |worker, (answer, rows)| -> Result<()> {
                if full.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let report = grade(batch, results, cache, worker, answer)?;
                for one in rows {
                    let row = one.with(report.clone());
                    results
                        .put(&row)
                        .inspect_err(|_| full.store(true, Ordering::Relaxed))?;
                    progress.done(&format!("graded {}", escape::line(&row.person.name)));
                }
                Ok(())
            },
            |(_, rows), graded| match graded {
                Ok(()) => written += rows.len(),
                Err(error) => {
                    let names: Vec<&str> = rows.iter().map(|one| &*one.row.person.name).collect();
                    let said = format!("grader: {}: {error:#}", names.join(", "));
                    progress.print(|| eprintln!("{}", escape::text(&said)));
                    failed.get_or_insert(error);
                }
            },
        );
        self.written += written;
        failed
    }

    fn hand_over(self, failed: Option<Error>) -> Result<Done> {
        if let Some(error) = failed {
            let what = "what was graded is kept: run it again, and it goes on";
            return Err(error.context(what));
        }
        let shard = self.batch.shard;
        self.results.tidy(|id| shard.has(id))?;
        let mut exit = Exit::Done;
        if !shard.is_part() {
            self.results.forget_answers()?;
            exit = exit_of(&self.results.rows()?);
        }
        let Desk {
            results,
            kept,
            written,
            ..
        } = self;
        Ok(Done {
            results,
            kept,
            written,
            exit,
        })
    }
}

/// What a process exits with that has written these rows, as `grader grade` does.
pub(crate) fn exit_of(rows: &[Row]) -> Exit {
    let exit = |row: &Row| match &row.outcome {
        Outcome::NotGraded { .. } => Exit::NotGraded,
        Outcome::Graded(report) if report.needs_instructor() => Exit::Broken,
        Outcome::Graded(_) | Outcome::Missing => Exit::Done,
    };
    rows.iter().map(exit).max().unwrap_or(Exit::Done)
}

/// Grades an answer as often as is asked for.
fn grade(
    batch: &Batch,
    results: &Results,
    cache: &Cache,
    worker: &mut Worker,
    name: &str,
) -> Result<Report> {
    let answer = Answer {
        files: results.answer(name)?,
        remarks: Vec::new(),
    };
    let grader = Grader {
        tree: batch.tree,
        lab: batch.lab,
        only: Only::All,
        effort: Effort::Full,
        // What is recalled agrees with itself.
        cache: (batch.repeat == 1).then_some(cache),
        form: Form::Mark,
    };
    let mut reports = Vec::new();
    for _ in 0..batch.repeat.max(1) {
        let stage = worker.stage(&batch.lab.name)?;
        reports.push(grader.grade_answer(stage, name, &answer, None)?.report);
    }
    Ok(flaky::agree(batch.lab, reports))
}

fn blank(person: &Person, basis: &str) -> Row {
    Row {
        person: person.clone(),
        source: Vec::new(),
        submitted: None,
        late: false,
        attempt: None,
        answer: None,
        basis: basis.to_owned(),
        outcome: Outcome::Missing,
    }
}

/// What is known of the same answer, if it need not be graded again. What the grader could not
/// judge is tried again.
fn still_good(known: &Row, new: &Waiting) -> Option<Report> {
    let same = known.basis == new.row.basis && known.answer == new.row.answer;
    let report = known.report().filter(|report| same && !report.broken())?;
    Some(report.clone())
}

impl Waiting {
    fn with(&self, report: Report) -> Row {
        let outcome = Outcome::Graded(Box::new(Report {
            subject: self.row.person.name.clone(),
            remarks: self.remarks.clone(),
            ..report
        }));
        Row {
            outcome,
            ..self.row.clone()
        }
    }
}
