//! Targets (chỉ tiêu được giao) and verdicts.
//!
//! A verdict compares integers: `numerator × 100 × 10^scale ≥ threshold × denominator`, in 128 bits. A rounded
//! percentage is never compared. Nothing happened (0/0) is neither met nor missed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{IndicatorCode, UnitCode};
use crate::indicator::Ratio;

/// A percentage as a decision states it: 57,5 is `value` 575 with `scale` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// The percentage without its decimal comma.
    pub value: i64,
    /// How many of its digits stand behind the comma.
    pub scale: u8,
}

/// A target: what a decision expects of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The decision's number: `1045/QĐ-UBND`.
    pub decision: String,
    /// The day of its issue. The target applies to every window that ends on or after it, in its year.
    pub issued: Date,
    /// The year that it is for.
    pub year: i16,
    /// What is measured.
    pub indicator: IndicatorCode,
    /// Of whom it is expected.
    pub unit: UnitCode,
    /// At least so much (tối thiểu).
    pub threshold: Threshold,
    /// Where the unit is named: in the text, or inferred from it.
    pub basis: String,
}

/// The judgement on one indicator of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Đạt.
    Met,
    /// Chưa đạt.
    Missed,
    /// Không phát sinh: the denominator is zero.
    NotApplicable,
    /// Chưa đủ số liệu: reports are missing that could still change it.
    Uncertain,
}

impl Target {
    /// Whether the target applies to a window of this year that ends on this day: from the decision's issue on.
    #[must_use]
    pub fn applies(&self, window_ends: Date, year: i16) -> bool {
        self.year == year && self.issued <= window_ends
    }
}

impl Threshold {
    /// A whole percentage.
    #[must_use]
    pub const fn percent(value: i64) -> Self {
        Self { value, scale: 0 }
    }

    const fn unit(self) -> i128 {
        10_i128.pow(self.scale as u32)
    }

    /// Whether the ratio reaches the threshold.
    #[must_use]
    pub fn is_reached_by(self, ratio: Ratio) -> bool {
        let reached = i128::from(ratio.numerator) * 100 * self.unit();
        reached >= i128::from(self.value) * i128::from(ratio.denominator)
    }

    /// How many more the numerator would have needed: ⌈threshold × denominator / 100⌉ − numerator, never below zero.
    #[must_use]
    pub fn shortfall(self, ratio: Ratio) -> i64 {
        let whole = 100 * self.unit();
        let needed = (i128::from(self.value) * i128::from(ratio.denominator) + whole - 1).div_euclid(whole);
        i64::try_from((needed - i128::from(ratio.numerator)).max(0)).unwrap_or(i64::MAX)
    }

    /// How many new cases, each counted above and below, would reach the threshold:
    /// ⌈(threshold × denominator − 100 × numerator) / (100 − threshold)⌉, never below zero.
    ///
    /// None where no number of them does: at 100% a case that was missed stays missed.
    #[must_use]
    pub fn new_cases_needed(self, ratio: Ratio) -> Option<i64> {
        if self.is_reached_by(ratio) {
            return Some(0);
        }
        let whole = 100 * self.unit();
        let gain = whole - i128::from(self.value);
        if gain <= 0 {
            return None;
        }
        let lacking = i128::from(self.value) * i128::from(ratio.denominator) - whole * i128::from(ratio.numerator);
        i64::try_from((lacking + gain - 1).div_euclid(gain)).ok()
    }
}

impl Verdict {
    /// Judges a ratio. `complete` says that no report is missing in its scope and window.
    #[must_use]
    pub fn of(ratio: Ratio, threshold: Threshold, complete: bool) -> Self {
        match (complete, ratio.denominator) {
            (false, _) => Self::Uncertain,
            (true, 0) => Self::NotApplicable,
            (true, _) if threshold.is_reached_by(ratio) => Self::Met,
            (true, _) => Self::Missed,
        }
    }

    /// As open data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "MET",
            Self::Missed => "MISSED",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::Uncertain => "UNCERTAIN",
        }
    }

    /// As official documents write it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Met => "Đạt",
            Self::Missed => "Chưa đạt",
            Self::NotApplicable => "Không phát sinh",
            Self::Uncertain => "Chưa đủ số liệu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numerator: i64, denominator: i64, percent: i64, verdict: Verdict, shortfall: i64) {
        let (ratio, threshold) = (Ratio { numerator, denominator }, Threshold::percent(percent));
        assert_eq!(Verdict::of(ratio, threshold, true), verdict, "{numerator}/{denominator} against {percent}%");
        assert_eq!(threshold.shortfall(ratio), shortfall, "{numerator}/{denominator} against {percent}%");
    }

    #[test]
    fn verdicts_are_judged_on_integers() {
        check(50, 100, 50, Verdict::Met, 0);
        check(49_996, 100_000, 50, Verdict::Missed, 4); // prints as 50,00% and is missed all the same
        check(1, 3, 33, Verdict::Met, 0);
        check(0, 0, 50, Verdict::NotApplicable, 0);
        check(0, 1, 50, Verdict::Missed, 1);
        check(i64::MAX, i64::MAX, 100, Verdict::Met, 0);
        check(4, 5, 80, Verdict::Met, 0);
        check(7, 9, 80, Verdict::Missed, 1);
    }

    #[test]
    fn new_cases_reach_the_threshold_and_one_fewer_does_not() {
        let reaches = |(numerator, denominator): (i64, i64), threshold: Threshold, more: i64| {
            threshold.is_reached_by(Ratio { numerator: numerator + more, denominator: denominator + more })
        };
        for (above, below, threshold, needed) in [
            (466, 1_000, Threshold::percent(50), 68),
            (49_996, 100_000, Threshold::percent(50), 8),
            (3_946, 4_512, Threshold::percent(90), 1_148),
            (5_426, 7_632, Threshold::percent(90), 14_428),
            (0, 1, Threshold::percent(50), 1),
            (99, 200, Threshold { value: 575, scale: 1 }, 38),
            (0, 10, Threshold::percent(99), 990),
        ] {
            assert_eq!(threshold.new_cases_needed(Ratio { numerator: above, denominator: below }), Some(needed));
            assert!(reaches((above, below), threshold, needed), "{above}/{below} and {needed} new ones");
            assert!(!reaches((above, below), threshold, needed - 1), "{above}/{below}: one fewer is enough");
        }
        for (above, below, percent, needed) in
            [(50, 100, 50, Some(0)), (0, 0, 50, Some(0)), (10, 10, 100, Some(0)), (9, 10, 100, None)]
        {
            let ratio = Ratio { numerator: above, denominator: below };
            assert_eq!(Threshold::percent(percent).new_cases_needed(ratio), needed, "{above}/{below} at {percent}%");
        }
    }

    #[test]
    fn a_threshold_may_have_decimals() {
        let threshold = Threshold { value: 575, scale: 1 };
        assert!(threshold.is_reached_by(Ratio { numerator: 575, denominator: 1000 }));
        assert!(!threshold.is_reached_by(Ratio { numerator: 574, denominator: 1000 }));
    }

    #[test]
    fn a_missing_report_makes_it_uncertain() {
        let ratio = Ratio { numerator: 9, denominator: 10 };
        assert_eq!(Verdict::of(ratio, Threshold::percent(50), false), Verdict::Uncertain);
    }
}
