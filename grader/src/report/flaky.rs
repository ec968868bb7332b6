//! Several gradings of one answer as one.
//!
//! The one idea: a verdict that changes from run to run says something of the machine, or of the
//! check, as well as of the answer; so it never costs a point by itself. The better verdict counts,
//! the check is marked, and the process says that somebody has to look ([`crate::error::Exit`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CheckReport, ExerciseReport, Report};
use crate::lab::Lab;
use crate::verdict::Verdict;

/// How a check came out that came out differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaky {
    /// How often it came out how.
    pub verdicts: BTreeMap<Verdict, u32>,
    /// What was said where it did not pass.
    pub why: String,
}

/// One report of several on the same answer.
///
/// # Panics
///
/// Where there is none.
pub fn agree(lab: &Lab, mut reports: Vec<Report>) -> Report {
    let first = reports.remove(0);
    if reports
        .iter()
        .all(|other| verdicts(other).eq(verdicts(&first)))
    {
        return first;
    }
    let Report {
        subject,
        sandbox,
        remarks,
        exercises,
        ..
    } = first;
    let exercises = exercises.into_iter().enumerate().map(|(at, exercise)| {
        let others: Vec<_> = reports.iter().map(|report| &report.exercises[at]).collect();
        let checks = exercise.checks.iter().enumerate();
        let checks = checks.map(|(at, check)| {
            let others = others.iter().map(|other| &other.checks[at]);
            merged(check, others)
        });
        let checks = checks.collect();
        let of = lab
            .exercise(&exercise.name)
            .expect("a report is of its lab");
        ExerciseReport::new(of, exercise.remark, checks)
    });
    let exercises = exercises.collect();
    Report {
        sandbox,
        ..Report::new(subject, lab, remarks, exercises)
    }
}

fn verdicts(report: &Report) -> impl Iterator<Item = Verdict> {
    report.checks().map(|check| check.judged.verdict)
}

/// The better one of a check's results, marked if they differ.
fn merged<'c>(first: &CheckReport, others: impl Iterator<Item = &'c CheckReport>) -> CheckReport {
    let (mut best, mut worst) = (first, first);
    let mut verdicts: BTreeMap<Verdict, u32> = [(first.judged.verdict, 1)].into();
    // A grader that could not judge once has judged the other time.
    let worth = |check: &CheckReport| match check.judged.verdict {
        Verdict::Pass => 2,
        Verdict::Broken | Verdict::Missing => 0,
        _ => 1,
    };
    for other in others {
        *verdicts.entry(other.judged.verdict).or_default() += 1;
        if worth(other) > worth(best) {
            best = other;
        }
        if worth(other) < worth(worst) {
            worst = other;
        }
    }
    let why = worst.judged.why.clone();
    let differ = verdicts.len() > 1;
    CheckReport {
        flaky: differ.then_some(Flaky { verdicts, why }),
        ..best.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Kind;
    use crate::score::{Role, Score};
    use crate::verdict::Judged;

    fn check(verdict: Verdict) -> CheckReport {
        CheckReport {
            id: "one::is_one".to_owned(),
            kind: Kind::Test,
            role: Role::Plain,
            claim: "One is one.".to_owned(),
            score: Score::of(2, verdict),
            judged: Judged::new(verdict, format!("{verdict:?}")),
            flaky: None,
        }
    }

    fn of(verdicts: &[Verdict]) -> CheckReport {
        let checks: Vec<CheckReport> = verdicts.iter().map(|verdict| check(*verdict)).collect();
        merged(&checks[0], checks[1..].iter())
    }

    #[test]
    fn verdicts_that_agree_are_one() {
        assert_eq!(of(&[Verdict::Fail; 3]), check(Verdict::Fail));
    }

    #[test]
    fn the_better_of_two_verdicts_counts_and_the_check_is_marked() {
        for verdicts in [
            [Verdict::Hung, Verdict::Pass, Verdict::Pass],
            [Verdict::Pass, Verdict::Hung, Verdict::Pass],
        ] {
            let check = of(&verdicts);
            assert_eq!(
                (check.judged.verdict, check.score.earned),
                (Verdict::Pass, 2)
            );
            let flaky = check.flaky.expect("it is marked");
            assert_eq!(
                flaky.verdicts,
                [(Verdict::Pass, 2), (Verdict::Hung, 1)].into()
            );
            assert_eq!(flaky.why, "Hung");
        }
    }

    #[test]
    fn what_the_grader_could_judge_once_it_has_judged() {
        let check = of(&[Verdict::Broken, Verdict::Fail]);
        assert_eq!((check.judged.verdict, check.score.open), (Verdict::Fail, 0));
    }
}
