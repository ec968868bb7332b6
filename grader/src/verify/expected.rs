//! What must come of a subject, and what is not as it must be.

use anyhow::Result;

use crate::grade::Graded;
use crate::mutant::Mutant;
use crate::report::text::name;
use crate::report::{CheckReport, Report};
use crate::subject::Subject;
use crate::verdict::Verdict;

/// What is not as it must be with what came of a subject.
pub(super) fn complaints(subject: &Subject, graded: &Result<Graded>) -> Vec<String> {
    match graded {
        Ok(graded) => judge(subject, graded),
        Err(error) => vec![format!("could not be graded: {error:#}")],
    }
}

/// What is not as it must be with a subject that was graded.
pub(super) fn judge(subject: &Subject, graded: &Graded) -> Vec<String> {
    let report = &graded.report;
    let mut complaints = Vec::new();
    match subject {
        Subject::Solution | Subject::Accepted(_) | Subject::Submission(_) => {
            complaints.extend(not_passed(report));
        }
        Subject::Sample(sample) => complaints.extend(sample.complaints(report)),
        Subject::Skeleton => {
            for check in report.checks() {
                match check.judged.verdict {
                    Verdict::NotWritten | Verdict::Fail => {}
                    Verdict::Pass => complaints.push(format!("{} passes, and must not", check.id)),
                    other => complaints.push(describe(check, other)),
                }
            }
        }
        Subject::Mutant(mutant) => {
            // Then every check fails, and none has caught the mistake.
            complaints.extend(
                graded
                    .refused
                    .iter()
                    .map(|why| format!("its source is refused: {why}")),
            );
            complaints.extend(not_killed(mutant, report));
            complaints.extend(keeps_too_much(mutant, report));
            complaints.extend(misnamed(mutant, report));
        }
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
        .map(|check| describe(check, check.judged.verdict))
}

fn not_killed(mutant: &Mutant, report: &Report) -> Vec<String> {
    let mut complaints = Vec::new();
    for check in report.checks() {
        let promised = mutant.killed_by.contains(&check.id);
        match check.judged.verdict {
            Verdict::DoesNotBuild | Verdict::Broken | Verdict::Missing | Verdict::Forged => {
                complaints.push(describe(check, check.judged.verdict));
            }
            Verdict::Pass if promised => {
                complaints.push(format!("{} does not catch it, and must", check.id));
            }
            _ => {}
        }
    }
    complaints
}

/// What a hollow answer earns above what it may keep.
fn keeps_too_much(mutant: &Mutant, report: &Report) -> Option<String> {
    let keeps = mutant.keeps?;
    let mut exercises = report.exercises.iter();
    let exercise = exercises.find(|exercise| exercise.name == mutant.exercise)?;
    let earned = exercise.score.earned;
    (earned > keeps).then(|| format!("it earns {earned} points, and may keep {keeps}"))
}

/// Where a picture calls the bug by a name that it does not have.
fn misnamed(mutant: &Mutant, report: &Report) -> Vec<String> {
    let Some(right) = &mutant.bug else {
        return Vec::new();
    };
    let named = |check: &CheckReport| {
        let bug = check.judged.failure.as_ref()?.bug()?;
        (bug.kind.name() != right).then(|| format!("{} names the bug wrongly: {bug}", check.id))
    };
    report.checks().filter_map(named).collect()
}

fn describe(check: &CheckReport, verdict: Verdict) -> String {
    let judged = &check.judged;
    let detail = judged.detail.as_deref().unwrap_or_default();
    format!(
        "{} is `{}`: {} {detail}",
        check.id,
        name(verdict),
        judged.why
    )
}
