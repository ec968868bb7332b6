//! Points with a fraction.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Points in thousandths: sums and shares of them are exact, and the same on every machine.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Points(i64);

/// Thousandths in a point.
const WHOLE: i64 = 1000;

impl Points {
    /// None.
    pub const ZERO: Points = Points(0);

    /// This number of whole points.
    pub const fn whole(points: u32) -> Self {
        Points(points as i64 * WHOLE)
    }

    /// What a person wrote as a number, to the nearest thousandth. `None` for what is not finite or
    /// above a million.
    pub fn from_number(number: f64) -> Option<Self> {
        let most = 1e6;
        (number.abs() <= most).then(|| Points((number * WHOLE as f64).round() as i64))
    }

    /// These points once for each 1 of `factor`, which counts as a number.
    #[must_use]
    pub fn times(self, factor: Points) -> Self {
        self.share(factor, Points(WHOLE))
    }

    /// The same share of these as `part` is of `of`, to the nearest thousandth, halves away from
    /// zero. All of them where `of` is none.
    #[must_use]
    pub fn share(self, part: Points, of: Points) -> Self {
        if of.0 == 0 {
            return self;
        }
        Points(divide(i128::from(self.0) * i128::from(part.0), of.0.into()))
    }

    /// To `places` places after the point, at most three, halves away from zero.
    #[must_use]
    pub fn rounded(self, places: u32) -> Self {
        let unit = 10_i64.pow(3_u32.saturating_sub(places));
        Points(divide(self.0.into(), unit.into()) * unit)
    }

    /// With that mark between points and their fraction, and no zeros at the end.
    pub fn with_mark(self, mark: char) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (points, fraction) = (self.0.abs() / WHOLE, self.0.abs() % WHOLE);
        if fraction == 0 {
            return format!("{sign}{points}");
        }
        let fraction = format!("{fraction:03}");
        format!("{sign}{points}{mark}{}", fraction.trim_end_matches('0'))
    }
}

/// To the nearest, halves away from zero.
fn divide(number: i128, by: i128) -> i64 {
    let (number, by) = (number * by.signum(), by.abs());
    let nearest = (number + by / 2 * number.signum()) / by;
    i64::try_from(nearest).unwrap_or(i64::MAX)
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.with_mark('.'))
    }
}

impl std::ops::Add for Points {
    type Output = Points;

    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Points {
    type Output = Points;

    fn sub(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, |sum, more| sum + more)
    }
}

#[cfg(test)]
mod tests {
    use super::Points;

    fn points(number: f64) -> Points {
        Points::from_number(number).expect("it is finite")
    }

    #[test]
    fn points_are_written_without_zeros_that_say_nothing() {
        let written = [0.0, 52.5, -3.0, -0.125, 7.25].map(|number| points(number).to_string());
        assert_eq!(written, ["0", "52.5", "-3", "-0.125", "7.25"]);
        assert_eq!(points(52.5).with_mark(','), "52,5");
        assert_eq!(Points::from_number(f64::NAN), None);
        assert_eq!(Points::from_number(1e9), None);
    }

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        assert_eq!(points(10.0).share(points(1.0), points(3.0)), points(3.333));
        assert_eq!(points(10.0).share(points(2.0), points(3.0)), points(6.667));
        assert_eq!(
            points(-10.0).share(points(2.0), points(3.0)),
            points(-6.667)
        );
        assert_eq!(points(10.0).share(points(1.0), Points::ZERO), points(10.0));
        assert_eq!(points(10.0).times(points(1.5)), points(15.0));
    }

    #[test]
    fn places_are_rounded_half_away_from_zero() {
        assert_eq!(points(2.345).rounded(2), points(2.35));
        assert_eq!(points(-2.345).rounded(2), points(-2.35));
        assert_eq!(points(2.5).rounded(0), points(3.0));
        assert_eq!(points(2.125).rounded(3), points(2.125));
    }
}
