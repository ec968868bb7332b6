//! From verdicts to points. Pure: no disk, no clock.
//!
//! The one idea: points mean that the answer is right in what its exercise is about. An answer that
//! does nothing keeps many small promises (nobody ever waits for it, so nobody waits in vain), so
//! where a check at the core of an exercise fails, claims of progress pay nothing, and all others
//! together no more than the exercise says.

use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// Points of a check, an exercise or a lab.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Score {
    /// Points that were earned.
    pub earned: u32,
    /// Points that can be earned.
    pub of: u32,
    /// Points that nobody can judge before an instructor has looked: neither earned nor lost.
    pub open: u32,
}

/// What a check means for the rest of its exercise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    #[default]
    Plain,
    /// It fails for the mistake that the exercise is about.
    Core,
    /// It claims progress or parallelism, which is worth nothing without the core.
    Progress,
}

impl Role {
    /// Whether it is the usual one.
    pub fn is_plain(&self) -> bool {
        *self == Role::Plain
    }
}

/// What an exercise comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Its points.
    pub score: Score,
    /// Points of checks that passed, and that do not count because the core fails.
    pub withheld: u32,
}

impl Total {
    /// The points of an exercise, of which an answer keeps at most `keeps` if its core fails. A
    /// check that nobody can judge has not failed.
    pub fn of(checks: impl Iterator<Item = (Role, Score)> + Clone, keeps: u32) -> Self {
        let whole: Score = checks.clone().map(|(_, score)| score).sum();
        let failed = |(role, score): (Role, Score)| {
            role == Role::Core && score.earned + score.open < score.of
        };
        if !checks.clone().any(failed) {
            return Total {
                score: whole,
                withheld: 0,
            };
        }
        let counts = checks.filter(|(role, _)| *role != Role::Progress);
        let earned: u32 = counts.map(|(_, score)| score.earned).sum();
        let earned = earned.min(keeps);
        Total {
            score: Score { earned, ..whole },
            withheld: whole.earned - earned,
        }
    }
}

impl Score {
    /// The points of one check.
    pub fn of(points: u32, verdict: Verdict) -> Self {
        let (earned, open) = match verdict {
            Verdict::Pass => (points, 0),
            Verdict::Broken => (0, points),
            _ => (0, 0),
        };
        Score {
            earned,
            of: points,
            open,
        }
    }

    /// Whether every point was earned.
    pub fn full(&self) -> bool {
        self.earned == self.of
    }

    /// The same as points on top of a total: they add to what is earned, not to what can be.
    pub fn as_bonus(self) -> Self {
        Score { of: 0, ..self }
    }
}

impl std::iter::Sum for Score {
    fn sum<I: Iterator<Item = Score>>(scores: I) -> Self {
        scores.fold(Score::default(), |sum, score| Score {
            earned: sum.earned + score.earned,
            of: sum.of + score.of,
            open: sum.open + score.open,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four checks: the core (4 points), progress (3), and two others (2 and 1).
    fn total(core: Verdict, progress: Verdict, others: Verdict) -> Total {
        let checks = [
            (Role::Core, Score::of(4, core)),
            (Role::Progress, Score::of(3, progress)),
            (Role::Plain, Score::of(2, others)),
            (Role::Plain, Score::of(1, others)),
        ];
        Total::of(checks.into_iter(), 2)
    }

    fn earned(total: Total) -> (u32, u32) {
        (total.score.earned, total.withheld)
    }

    #[test]
    fn where_the_core_holds_each_check_counts_for_itself() {
        use Verdict::{Fail, Pass};
        assert_eq!(earned(total(Pass, Pass, Pass)), (10, 0));
        assert_eq!(earned(total(Pass, Fail, Pass)), (7, 0));
        assert_eq!(earned(total(Pass, Pass, Fail)), (7, 0));
    }

    #[test]
    fn where_the_core_fails_progress_pays_nothing_and_the_rest_little() {
        use Verdict::{Deadlock, Fail, Pass};
        assert_eq!(earned(total(Fail, Pass, Pass)), (2, 4));
        assert_eq!(earned(total(Deadlock, Pass, Fail)), (0, 3));
        assert_eq!(earned(total(Fail, Fail, Fail)), (0, 0));
    }

    #[test]
    fn what_the_grader_could_not_judge_takes_no_point() {
        use Verdict::{Broken, Pass};
        let total = total(Broken, Pass, Pass);
        assert_eq!(earned(total), (6, 0));
        assert_eq!(total.score.open, 4);
    }
}
