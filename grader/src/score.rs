//! From verdicts to points. Pure: no disk, no clock.

use serde::Serialize;

use crate::verdict::Verdict;

/// Points of a check, an exercise or a lab.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Points that were earned.
    pub earned: u32,
    /// Points that can be earned.
    pub of: u32,
    /// Points that nobody can judge before an instructor has looked: neither earned nor lost.
    pub open: u32,
}

impl Score {
    /// The points of one check.
    pub fn of(points: u32, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Score {
                earned: points,
                of: points,
                open: 0,
            },
            Verdict::Broken => Score {
                earned: 0,
                of: points,
                open: points,
            },
            _ => Score {
                earned: 0,
                of: points,
                open: 0,
            },
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
