//! Whether a sample came out as it says.

use crate::report::text::name;
use crate::report::{ExerciseReport, Report};
use crate::sample::{Expected, Sample};

impl Sample {
    /// What came out in another way than is written, for the exercises that were graded.
    pub fn complaints(&self, report: &Report) -> Vec<String> {
        let mut complaints = Vec::new();
        for exercise in &report.exercises {
            let mut expected = self.expected.iter();
            if let Some(expected) = expected.find(|expected| expected.exercise == exercise.name) {
                complaints.extend(points(expected, exercise));
                complaints.extend(verdicts(expected, exercise));
            }
        }
        complaints
    }
}

fn points(expected: &Expected, exercise: &ExerciseReport) -> Option<String> {
    let (earned, wanted) = (exercise.score.earned, expected.points);
    let failed = || {
        let failed = exercise.checks.iter().filter(|check| !check.score.full());
        let failed: Vec<String> = failed
            .map(|check| format!("{} is `{}`", check.id, name(check.judged.verdict)))
            .collect();
        match failed.join(", ") {
            none if none.is_empty() => String::new(),
            some => format!(" ({some})"),
        }
    };
    (earned != wanted).then(|| {
        format!(
            "{} earns {earned} points, and must earn {wanted}{}",
            exercise.name,
            failed()
        )
    })
}

fn verdicts<'r>(
    expected: &'r Expected,
    exercise: &'r ExerciseReport,
) -> impl Iterator<Item = String> {
    exercise.checks.iter().filter_map(|check| {
        let (found, wanted) = (check.judged.verdict, *expected.verdicts.get(&check.id)?);
        (found != wanted).then(|| {
            format!(
                "{} is `{}`, and must be `{}`",
                check.id,
                name(found),
                name(wanted)
            )
        })
    })
}
