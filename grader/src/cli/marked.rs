//! The grades of a class, for the commands that give them out.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;

use crate::error::BadInput;
use crate::grades::{self, Marked};
use crate::report::view::{self, Reader};
use crate::report::{Report, note};
use crate::results::{Class, Outcome, Results, Row};
use crate::rubric::{Moment, Rubric};

#[derive(Debug, Args)]
pub(super) struct MarkedArgs {
    /// Results of `grader batch`; of several attempts several, the first attempt first.
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// How points become grades. RESULTS/rubric.toml if it is there.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
}

/// A class and its grades.
pub(super) struct MarkedClass {
    /// Of the last attempt.
    pub(super) results: Results,
    rubric: Rubric,
    pub(super) marked: Vec<Marked>,
}

impl MarkedArgs {
    /// Reads results and rubric, and grades.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where one of them is not as it has to be.
    pub(super) fn read(&self) -> Result<MarkedClass> {
        let mut attempts = Vec::new();
        let mut last: Option<Results> = None;
        for dir in &self.results {
            let results = Results::open(dir)?;
            let own = results.class();
            let class = last.as_ref().map(Results::class);
            if let Some(class) = class.filter(|class| class.lab != own.lab) {
                let problem = format!("holds results of lab `{}`, not `{}`", own.lab, class.lab);
                return Err(BadInput::new(dir, problem, "name attempts at one lab").into());
            }
            attempts.push(results.rows()?);
            last = Some(results);
        }
        let results = last.expect("clap asks for one");
        let class = results.class();
        let rubric = rubric(self.rubric.as_deref(), results.dir(), class)?;
        let marked = grades::of(class, attempts, &rubric.0);
        let rubric = known(rubric, &marked)?;
        Ok(MarkedClass {
            results,
            rubric,
            marked,
        })
    }
}

/// The rubric, and the file that it was read from.
fn rubric(
    named: Option<&Path>,
    results: &Path,
    class: &Class,
) -> Result<(Rubric, Option<PathBuf>)> {
    let usual = results.join("rubric.toml");
    let path = named.or_else(|| usual.is_file().then_some(&usual));
    Ok(match path {
        None => (Rubric::plain(class), None),
        Some(path) => (Rubric::read(path, class)?, Some(path.to_owned())),
    })
}

/// The rubric, if it speaks of nobody but those in the class.
fn known((rubric, path): (Rubric, Option<PathBuf>), marked: &[Marked]) -> Result<Rubric> {
    let ids = || marked.iter().map(|marked| marked.row.person.id.clone());
    let stranger = rubric
        .students()
        .find(|student| !ids().any(|id| id == *student));
    if let (Some(student), Some(path)) = (stranger, &path) {
        let remedy = match manifest::nearest(student, ids()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "expected an id as in the folder `rows`".to_owned(),
        };
        let problem = format!("names student `{student}`, who has no row");
        return Err(BadInput::new(path, problem, remedy).into());
    }
    Ok(rubric)
}

impl MarkedClass {
    /// What is on the page of a person, with the grade among the remarks; nothing for a student
    /// whose grade is held.
    pub(super) fn shown_to(&self, reader: Reader, marked: &Marked) -> Option<Row> {
        if reader == Reader::Student && self.held(marked).is_some() {
            return None;
        }
        let mut row = marked.row.clone();
        if let (Outcome::Graded(report), Some(grade)) = (&mut row.outcome, &marked.grade) {
            let rules = note::rules(report, grade);
            if reader == Reader::Student {
                **report = self.shown_now(report);
            }
            report.remarks.extend(rules);
        }
        Some(row)
    }

    /// Why a person's grade is held, if it is.
    pub(super) fn held(&self, marked: &Marked) -> Option<&str> {
        self.rubric.held(&marked.row.person.id)
    }

    /// A report as its student may see it now.
    pub(super) fn for_student(&self, report: &Report) -> Report {
        view::for_reader(self.shown_now(report), Reader::Student)
    }

    /// A report with those checks only that may be shown now.
    fn shown_now(&self, report: &Report) -> Report {
        let now = self.rubric.at(now());
        view::shown(report.clone(), |exercise, check| {
            self.rubric.visible(&exercise.name, &check.id).at(now)
        })
    }
}

fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment::since_1970(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
