//! What a regrade changes for one person. Pure.

use std::fmt;

use crate::grades;
use crate::report::{CheckReport, Report, escape, text};
use crate::results::{Class, Row};
use crate::rubric::{Grade, Rubric};
use crate::score::Score;
use crate::verdict::Verdict;

/// What changes for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whose row it is.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The checks that come out otherwise, or pay something else.
    pub changes: Vec<Change>,
    /// The grade before and after.
    pub grades: (Option<Grade>, Option<Grade>),
}

/// One check before and after; nothing on the side where it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub check: String,
    /// Before.
    pub before: Option<(Verdict, Score)>,
    /// After.
    pub after: Option<(Verdict, Score)>,
}

impl Difference {
    /// The difference between two rows of one person, each graded by the rubric of its time;
    /// nothing if there is none.
    pub fn of(old: (&Row, &Class, &Rubric), new: (&Row, &Class, &Rubric)) -> Option<Difference> {
        let changes = match (old.0.report(), new.0.report()) {
            (Some(old), Some(new)) => changes(old, new),
            _ => Vec::new(),
        };
        let grade = |(row, class, rubric)| grades::grade(row, class, rubric);
        let grades = (grade(old), grade(new));
        let points = |grade: &Option<Grade>| {
            let grade = grade.as_ref()?;
            Some((grade.earned, grade.of, grade.open, grade.held.clone()))
        };
        let same = points(&grades.0) == points(&grades.1);
        let person = &new.0.person;
        (!changes.is_empty() || !same).then(|| Difference {
            id: person.id.clone(),
            name: person.name.clone(),
            changes,
            grades,
        })
    }
}

fn changes(old: &Report, new: &Report) -> Vec<Change> {
    let side = |check: &CheckReport| (check.judged.verdict, check.score);
    let find = |report: &Report, id: &str| report.checks().find(|it| it.id == id).map(side);
    let gone = old.checks().filter(|check| find(new, &check.id).is_none());
    let ids = new.checks().chain(gone).map(|check| check.id.as_str());
    let changes = ids.map(|id| Change {
        check: id.to_owned(),
        before: find(old, id),
        after: find(new, id),
    });
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = |grade: &Option<Grade>| match grade {
            None => "no grade".to_owned(),
            Some(grade) => format!("{} of {}", grade.earned, grade.of),
        };
        let (before, after) = (grade(&self.grades.0), grade(&self.grades.1));
        let name = escape::line(&self.name);
        writeln!(f, "{} ({name}): {before} -> {after}", self.id)?;
        for change in &self.changes {
            let side = |side: Option<(Verdict, Score)>| match side {
                None => "not there".to_owned(),
                Some((verdict, score)) => {
                    format!("{} ({} of {})", text::name(verdict), score.earned, score.of)
                }
            };
            let (before, after) = (side(change.before), side(change.after));
            writeln!(f, "  {}: {before} -> {after}", change.check)?;
        }
        Ok(())
    }
}
