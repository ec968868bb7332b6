//! A moment in time, as rubrics and platforms write it (RFC 3339).

use toml::value::{Datetime, Offset};

/// A moment, and how far the clocks of its place are ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Since 1970, UTC.
    seconds: i64,
    /// In minutes.
    offset: i64,
}

impl Moment {
    /// Seconds since 1970, UTC.
    pub const fn since_1970(seconds: i64) -> Self {
        Moment { seconds, offset: 0 }
    }

    /// `2026-11-30T23:59:00+01:00`; without an offset, with that one. `None` for what lacks its
    /// date or its time.
    pub fn parse(text: &str, offset: i64) -> Option<Self> {
        Moment::of(&text.parse().ok()?, Some(offset))
    }

    /// The same, as TOML has it; `None` also where neither it nor the caller knows an offset.
    pub fn of(written: &Datetime, offset: Option<i64>) -> Option<Self> {
        let (date, time) = (written.date?, written.time?);
        let offset = match written.offset {
            None => offset?,
            Some(Offset::Z) => 0,
            Some(Offset::Custom { minutes }) => minutes.into(),
        };
        let days = days(date.year.into(), date.month.into(), date.day.into());
        let hours = days * 24 + i64::from(time.hour);
        let minutes = hours * 60 + i64::from(time.minute) - offset;
        let seconds = minutes * 60 + i64::from(time.second.unwrap_or(0));
        Some(Moment { seconds, offset })
    }

    /// How many minutes its place is ahead of UTC.
    pub fn offset(self) -> i64 {
        self.offset
    }

    /// By how many seconds it is after another; negative where it is before it.
    pub fn seconds_after(self, other: Moment) -> i64 {
        self.seconds - other.seconds
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. A year begins in March here, so that
/// the day that only some have is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn moments_are_counted_from_1970_whatever_their_offset() {
        let seconds = |text| Moment::parse(text, 60).map(|moment| moment.seconds);
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:00:00Z"), Some(951_825_600));
        assert_eq!(seconds("2026-11-30T23:59:00+01:00"), Some(1_796_079_540));
        assert_eq!(seconds("2026-11-30T22:59:00.5Z"), Some(1_796_079_540));
        assert_eq!(seconds("2026-11-30T17:59:00-05:00"), Some(1_796_079_540));
        assert_eq!(seconds("2026-11-30T23:59:00"), Some(1_796_079_540));
    }

    #[test]
    fn what_lacks_a_part_is_no_moment() {
        for text in ["2026-11-30", "23:59:00", "soon"] {
            assert_eq!(Moment::parse(text, 0), None, "{text}");
        }
        let bare = "2026-11-30T23:59:00".parse().expect("TOML has it");
        assert_eq!(Moment::of(&bare, None), None);
    }
}
