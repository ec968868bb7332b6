//! Which known mistake a failure looks like.
//!
//! The one idea: a mutant is known by the checks that catch it. An answer that fails exactly these
//! looks like it; one that fails these and a few more resembles it.

use std::collections::BTreeSet;

use crate::mutant::Mutant;
use crate::report::ExerciseReport;
use crate::verdict::Verdict;

/// The mutant that an exercise's failure looks like, and whether the same checks fail.
pub(super) fn of<'m>(
    exercise: &ExerciseReport,
    mutants: &'m [Mutant],
) -> Option<(&'m Mutant, bool)> {
    let wrong = |verdict: Verdict| {
        let unknown = [
            Verdict::Pass,
            Verdict::Broken,
            Verdict::Missing,
            Verdict::NotWritten,
        ];
        !unknown.contains(&verdict)
    };
    let failed = exercise
        .checks
        .iter()
        .filter(|check| wrong(check.judged.verdict));
    let failed: BTreeSet<&str> = failed.map(|check| check.id.as_str()).collect();
    let unbuilt = exercise.checks.iter().any(|check| {
        matches!(
            check.judged.verdict,
            Verdict::DoesNotBuild | Verdict::Forged
        )
    });
    if failed.is_empty() || unbuilt {
        return None;
    }
    let own = mutants
        .iter()
        .filter(|mutant| mutant.exercise == exercise.name);
    let like = own.filter_map(|mutant| {
        let caught: BTreeSet<&str> = mutant.killed_by.iter().map(String::as_str).collect();
        let near = caught.is_subset(&failed) && 2 * caught.len() >= failed.len();
        near.then_some((caught.len(), mutant))
    });
    // The first of those that share most.
    let (shared, mutant) = like.reduce(|best, other| match other.0 > best.0 {
        true => other,
        false => best,
    })?;
    Some((mutant, shared == failed.len()))
}
