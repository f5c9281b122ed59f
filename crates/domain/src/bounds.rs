//! Bounds: between which shares an indicator can still end while reports are missing.
//!
//! A missing report may hold any counts whose part above is within its part below. Sums are therefore open: enough new
//! dossiers, all of them counted above or none, bring the share as near to 100% or to 0% as one likes. Sets of
//! procedures are closed: they cannot outgrow the catalogue. Where stocks count, a missing report can even take away what
//! is counted now. A verdict stands only if no such report could change it.

use serde::{Deserialize, Serialize};

use crate::indicator::Ratio;
use crate::target::{Direction, Threshold, Verdict};

/// The lowest and the highest share that an indicator can still come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Nothing lower is possible.
    pub low: Ratio,
    /// Whether `low` itself is possible, or only shares above it.
    pub low_is_reached: bool,
    /// Nothing higher is possible.
    pub high: Ratio,
    /// Whether `high` itself is possible, or only shares below it.
    pub high_is_reached: bool,
    /// Whether it can still be that nothing happened at all (0/0).
    pub may_be_nothing: bool,
}

impl Bounds {
    /// Of a sum to which a missing report may add.
    #[must_use]
    pub const fn of_open_sum(ratio: Ratio) -> Self {
        Self {
            low: Ratio { numerator: 0, denominator: 1 },
            low_is_reached: ratio.numerator == 0,
            high: Ratio { numerator: 1, denominator: 1 },
            high_is_reached: ratio.numerator == ratio.denominator,
            may_be_nothing: ratio.denominator == 0,
        }
    }

    /// Of an indicator that counts stocks: a missing report may be the first or the last one, and then takes the place of
    /// what is counted now.
    #[must_use]
    pub const fn of_stocks() -> Self {
        Self {
            low: Ratio { numerator: 0, denominator: 1 },
            low_is_reached: true,
            high: Ratio { numerator: 1, denominator: 1 },
            high_is_reached: true,
            may_be_nothing: true,
        }
    }

    /// Of sets: the counts with the fewest above for the most below, and with the most above.
    #[must_use]
    pub const fn of_sets(low: Ratio, high: Ratio, may_be_nothing: bool) -> Self {
        Self { low, low_is_reached: true, high, high_is_reached: true, may_be_nothing }
    }

    /// The verdict, if every report that is still missing leaves it as it is.
    #[must_use]
    pub fn certain(self, threshold: Threshold) -> Option<Verdict> {
        if self.may_be_nothing {
            return None;
        }
        let reaches = |ratio: Ratio| threshold.is_reached_by(ratio);
        let equals = |ratio: Ratio| threshold.compare(ratio).is_eq();
        let (all_reach, none_reaches) = match threshold.direction {
            Direction::AtLeast | Direction::Exactly => {
                (reaches(self.low), !reaches(self.high) || (equals(self.high) && !self.high_is_reached))
            }
            Direction::AtMost => (reaches(self.high), !reaches(self.low) || (equals(self.low) && !self.low_is_reached)),
        };
        match (all_reach, none_reaches) {
            (true, _) => Some(Verdict::Met),
            (_, true) => Some(Verdict::Missed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> Ratio {
        Ratio { numerator, denominator }
    }

    #[test]
    fn an_open_sum_is_certain_only_at_the_ends() {
        let at = |direction, percent| Threshold { direction, ..Threshold::percent(percent) };
        for (numerator, denominator, threshold, expected) in [
            (99, 100, at(Direction::AtLeast, 50), None),
            (99, 100, at(Direction::AtLeast, 0), Some(Verdict::Met)),
            (0, 0, at(Direction::AtLeast, 0), None), // it may be that nothing happened
            (99, 100, at(Direction::AtLeast, 100), Some(Verdict::Missed)),
            (99, 100, at(Direction::Exactly, 100), Some(Verdict::Missed)),
            (100, 100, at(Direction::AtLeast, 100), None),
            (1, 100, at(Direction::AtMost, 0), Some(Verdict::Missed)),
            (0, 100, at(Direction::AtMost, 0), None),
            (1, 100, at(Direction::AtMost, 100), Some(Verdict::Met)),
            (1, 100, at(Direction::AtMost, 2), None),
        ] {
            let bounds = Bounds::of_open_sum(ratio(numerator, denominator));
            assert_eq!(bounds.certain(threshold), expected, "{numerator}/{denominator} {threshold:?}");
        }
    }

    #[test]
    fn nothing_is_certain_of_stocks() {
        for percent in [0, 50, 100] {
            assert_eq!(Bounds::of_stocks().certain(Threshold::percent(percent)), None);
        }
    }

    #[test]
    fn sets_are_certain_as_soon_as_the_rest_of_the_catalogue_cannot_change_them() {
        for (low, high, percent, expected) in [
            (ratio(8, 10), ratio(10, 10), 80, Some(Verdict::Met)),
            (ratio(8, 11), ratio(11, 11), 80, None),
            (ratio(1, 10), ratio(7, 9), 80, Some(Verdict::Missed)),
            (ratio(1, 10), ratio(8, 10), 80, None),
        ] {
            let bounds = Bounds::of_sets(low, high, false);
            assert_eq!(bounds.certain(Threshold::percent(percent)), expected, "{low:?} {high:?}");
        }
    }
}
