//! What lateness costs.

use super::{Moment, Points};

const DAY: i64 = 24 * 60 * 60;

/// What lateness costs.
#[derive(Debug, Clone)]
pub(super) struct Late {
    /// Up to this number of seconds, late is not late.
    pub(super) grace: i64,
    /// Off what was earned, for each day that was begun after the due date.
    pub(super) percent: Points,
    /// What comes later earns nothing.
    pub(super) days: Option<i64>,
}

/// What came of lateness.
#[derive(Debug, PartialEq)]
pub(super) enum Lateness {
    InTime,
    /// How many days were begun, and what percentage of what was earned is left.
    Reduced(i64, Points),
    /// How many days were begun, which is too many.
    TooLate(i64),
}

impl Late {
    pub(super) fn of(&self, due: Moment, submitted: Moment) -> Lateness {
        let late = submitted.seconds_after(due);
        if late <= self.grace.max(0) {
            return Lateness::InTime;
        }
        let begun = late.div_euclid(DAY) + i64::from(late.rem_euclid(DAY) > 0);
        if self.days.is_some_and(|days| begun > days) {
            return Lateness::TooLate(begun);
        }
        let hundred = Points::whole(100);
        let days = u32::try_from(begun).unwrap_or(u32::MAX);
        let off = self.percent.times(Points::whole(days));
        Lateness::Reduced(begun, (hundred - off.min(hundred)).max(Points::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_when_it_is_begun_and_grace_is_no_lateness() {
        let late = Late {
            grace: 900,
            percent: Points::whole(10),
            days: Some(3),
        };
        let after = |seconds| {
            let due = Moment::since_1970(1_000_000);
            late.of(due, Moment::since_1970(1_000_000 + seconds))
        };
        let left = Points::whole;
        assert_eq!(after(-5), Lateness::InTime);
        assert_eq!(after(900), Lateness::InTime);
        assert_eq!(after(901), Lateness::Reduced(1, left(90)));
        assert_eq!(after(DAY), Lateness::Reduced(1, left(90)));
        assert_eq!(after(DAY + 1), Lateness::Reduced(2, left(80)));
        assert_eq!(after(3 * DAY), Lateness::Reduced(3, left(70)));
        assert_eq!(after(3 * DAY + 1), Lateness::TooLate(4));
    }

    #[test]
    fn no_more_is_taken_than_there_is() {
        let late = Late {
            grace: 0,
            percent: Points::whole(40),
            days: None,
        };
        let due = Moment::since_1970(0);
        let left = late.of(due, Moment::since_1970(9 * DAY));
        assert_eq!(left, Lateness::Reduced(9, Points::ZERO));
    }
}
