//! The grades of a class: each person's row, by a rubric. Pure.
//!
//! The one idea: results of several attempts are several folders, and the rubric says which of a
//! person's rows counts.

use std::collections::BTreeMap;

use crate::results::{Class, Outcome, Row};
use crate::rubric::{Attempts, Circumstances, Grade, Points, Rubric};

/// One person's row, and what it is worth.
#[derive(Debug, Clone)]
pub struct Marked {
    /// The row that counts.
    pub row: Row,
    /// Its grade; nothing where there is nothing to grade.
    pub grade: Option<Grade>,
}

impl Marked {
    /// The points to give out, or why there are none.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub fn mark(&self) -> Result<Points, String> {
        let Some(grade) = &self.grade else {
            return Err(match &self.row.outcome {
                Outcome::NotGraded { problem, .. } => format!("not graded: {problem}"),
                Outcome::Missing | Outcome::Graded(_) => "nothing was handed in".to_owned(),
            });
        };
        if let Some(held) = &grade.held {
            return Err(format!("held: {held}"));
        }
        if grade.open > Points::ZERO {
            return Err(format!("{} points wait for the instructor", grade.open));
        }
        Ok(grade.earned)
    }
}

/// The grade of one row.
pub fn grade(row: &Row, class: &Class, rubric: &Rubric) -> Option<Grade> {
    let student = &row.person.id;
    let about = Circumstances {
        student,
        submitted: row
            .submitted
            .as_deref()
            .and_then(|stamp| rubric.moment(stamp)),
        late: row.late,
    };
    match &row.outcome {
        Outcome::Graded(report) => Some(rubric.grade(report, &about)),
        Outcome::NotGraded { .. } => None,
        Outcome::Missing => rubric.nothing(student, Points::whole(class.points())),
    }
}

/// Everybody's grade, by their ids. `attempts` are results of the same lab, the first attempt
/// first.
pub fn of(class: &Class, attempts: Vec<Vec<Row>>, rubric: &Rubric) -> Vec<Marked> {
    let mut chosen: BTreeMap<String, Marked> = BTreeMap::new();
    for row in attempts.into_iter().flatten() {
        let grade = grade(&row, class, rubric);
        let marked = Marked { row, grade };
        let id = marked.row.person.id.clone();
        match chosen.get(&id) {
            Some(before) if !counts_more(&marked, before, rubric) => (),
            _ => {
                chosen.insert(id, marked);
            }
        }
    }
    chosen.into_values().collect()
}

/// Whether an attempt counts, and not one before it.
fn counts_more(later: &Marked, before: &Marked, rubric: &Rubric) -> bool {
    let handed_in = |marked: &Marked| marked.row.outcome != Outcome::Missing;
    if !handed_in(later) || !handed_in(before) {
        return handed_in(later);
    }
    match rubric.attempts {
        Attempts::Best => {
            let earned = |marked: &Marked| marked.grade.as_ref().map(|grade| grade.earned);
            earned(later) >= earned(before)
        }
        Attempts::Latest => {
            let at = |marked: &Marked| rubric.moment(marked.row.submitted.as_deref()?);
            match (at(later), at(before)) {
                (Some(later), Some(before)) => later >= before,
                _ => true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::results::Person;
    use crate::rubric::samples::{class, report};
    use crate::verdict::Verdict::{Broken, Fail, Pass};

    fn row(outcome: Outcome, submitted: &str) -> Row {
        Row {
            person: Person {
                id: "jdoe".to_owned(),
                ..Person::default()
            },
            source: Vec::new(),
            submitted: (!submitted.is_empty()).then(|| submitted.to_owned()),
            late: false,
            attempt: None,
            answer: None,
            basis: String::new(),
            outcome,
        }
    }

    fn graded(verdicts: [crate::verdict::Verdict; 4], submitted: &str) -> Row {
        row(Outcome::Graded(Box::new(report(verdicts))), submitted)
    }

    fn chosen(rubric: &str, attempts: [Row; 2]) -> Result<Points, String> {
        let rubric = Rubric::parse(Path::new("rubric.toml"), rubric, &class()).expect("a rubric");
        let attempts = attempts.map(|row| vec![row]).to_vec();
        let [marked] = &of(&class(), attempts, &rubric)[..] else {
            panic!("one person");
        };
        marked.mark()
    }

    #[test]
    fn of_several_attempts_the_latest_or_the_best_counts() {
        let good = || graded([Pass, Pass, Pass, Fail], "2026-11-01T10:00:00");
        let bad = || graded([Pass, Fail, Fail, Fail], "2026-11-02T10:00:00");
        let points = |points| Ok(Points::whole(points));
        assert_eq!(chosen("", [good(), bad()]), points(4));
        assert_eq!(chosen("", [bad(), good()]), points(4));
        assert_eq!(chosen("attempts = \"best\"", [good(), bad()]), points(10));
        let undated = graded([Pass, Fail, Fail, Fail], "");
        assert_eq!(chosen("", [good(), undated]), points(4));
        assert_eq!(chosen("", [good(), row(Outcome::Missing, "")]), points(10));
    }

    #[test]
    fn what_cannot_be_given_out_says_why() {
        let not = Outcome::NotGraded {
            problem: "it is empty".to_owned(),
            found: Vec::new(),
        };
        let nothing = || row(Outcome::Missing, "");
        let told = |rubric, last| chosen(rubric, [nothing(), last]).expect_err("no points");
        assert_eq!(told("", row(not, "")), "not graded: it is empty");
        assert_eq!(told("", nothing()), "nothing was handed in");
        let broken = graded([Broken, Pass, Pass, Pass], "");
        assert_eq!(told("", broken), "4 points wait for the instructor");
        let held = "[[hold]]\nstudent = \"jdoe\"\nbecause = \"a talk\"\n";
        assert_eq!(told(held, graded([Pass; 4], "")), "held: a talk");
        let zero = chosen("missing = \"zero\"", [nothing(), nothing()]);
        assert_eq!(zero, Ok(Points::ZERO));
    }
}
