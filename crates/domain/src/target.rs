//! Targets (chỉ tiêu được giao) and verdicts.
//!
//! A target is a row of a decision: which indicator, of whom, how much, over which window. Where several are about one
//! unit, the most specific wins; at equal rank the one that applies later. A verdict compares integers:
//! `numerator × 100 × 10^scale ≥ threshold × denominator`, in 128 bits. A rounded percentage is never compared. Nothing
//! happened (0/0) is neither met nor missed.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::ids::IndicatorCode;
use crate::indicator::{Ratio, Scope};
use crate::procedure::Eligibility;
use crate::selector::{Selector, Specificity};
use crate::tree::Hierarchy;
use crate::unit::Tier;

/// On which side of a threshold the target lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Tối thiểu, từ … trở lên.
    #[default]
    #[serde(rename = ">=")]
    AtLeast,
    /// Tối đa, không quá.
    #[serde(rename = "<=")]
    AtMost,
    /// Phải đạt: only with 100%.
    #[serde(rename = "=")]
    Exactly,
}

impl Direction {
    /// As data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Exactly => "=",
        }
    }

    /// Whether a share that stands so to the percentage is on the right side.
    #[must_use]
    pub const fn admits(self, stands: Ordering) -> bool {
        match self {
            Self::AtLeast => stands.is_ge(),
            Self::AtMost => stands.is_le(),
            Self::Exactly => stands.is_eq(),
        }
    }

    /// As official documents write it before a percentage.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::AtLeast => "tối thiểu",
            Self::AtMost => "tối đa",
            Self::Exactly => "phải đạt",
        }
    }
}

/// A percentage as a decision states it, with its direction: 57,5 is `value` 575 with `scale` 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// The percentage without its decimal comma.
    pub value: i64,
    /// How many of its digits stand behind the comma.
    pub scale: u8,
    /// On which side of it the target lies.
    pub direction: Direction,
}

/// Over which months a target is judged for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The period itself.
    Period,
    /// From the first month of the quarter to the end of the period.
    QuarterToDate,
    /// From the first month of the year that is owed to the end of the period.
    YearToDate,
}

impl Span {
    /// All spans, the shortest first.
    pub const ALL: [Self; 3] = [Self::Period, Self::QuarterToDate, Self::YearToDate];

    /// As data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::QuarterToDate => "quarter_to_date",
            Self::YearToDate => "year_to_date",
        }
    }
}

/// A target: what a decision expects of units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The decision's number: `1045/QĐ-UBND`.
    pub decision: String,
    /// It is judged in windows that end on or after this day, in its year.
    pub applies_from: Date,
    /// The year that it is for.
    pub year: i16,
    /// What is measured.
    pub indicator: IndicatorCode,
    /// Of whom it is expected.
    pub selector: Selector,
    /// How much; none: an exception, nothing is expected of these units.
    pub threshold: Option<Threshold>,
    /// Over which months it is judged for the record.
    pub window: Span,
    /// Whose rows count; none: as the indicator says.
    pub scope: Option<Scope>,
    /// Only procedures of this competence count; none: all.
    pub competence: Option<Tier>,
    /// From when on new procedures count; none: always.
    pub eligibility: Option<Eligibility>,
    /// Where the units are named: in the text, or inferred from it.
    pub basis: String,
}

/// The target that holds for a unit, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective<'a> {
    /// The target.
    pub target: &'a Target,
    /// How specifically it is about the unit.
    pub specificity: Specificity,
    /// Other targets about the unit, which it displaces: the strongest first.
    pub displaced: Vec<&'a Target>,
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
    /// Whether the target applies to a window of this year that ends on this day.
    #[must_use]
    pub fn applies(&self, window_ends: Date, year: i16) -> bool {
        self.year == year && self.applies_from <= window_ends
    }

    /// Why the target holds for units that it is about, in words of official documents.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.selector {
            Selector::Unit(_) => "giao đích danh đơn vị".into(),
            Selector::TierBelow { tier, parent } => {
                format!("giao cho {} thuộc đơn vị {parent}", tier.units_in_words())
            }
            Selector::Group(group) => format!("giao cho nhóm {} ({})", group.letter(), group.heading()),
            Selector::Tier(tier) => format!("giao cho {}", tier.units_in_words()),
            Selector::All => "giao chung cho các đơn vị".into(),
        }
    }
}

/// The target that holds for the unit at this position in windows of this year that end on this day: the most specific,
/// at equal rank the one that applies later.
#[must_use]
pub fn effective<'a>(
    targets: impl IntoIterator<Item = &'a Target>,
    tree: &Hierarchy,
    position: usize,
    indicator: &IndicatorCode,
    (day, year): (Date, i16),
) -> Option<Effective<'a>> {
    let about = targets.into_iter().filter(|target| target.indicator == *indicator && target.applies(day, year));
    let mut ranked: Vec<(Specificity, &Target)> = about
        .filter_map(|target| target.selector.selects(tree, position).map(|specificity| (specificity, target)))
        .collect();
    ranked.sort_by_key(|(specificity, target)| std::cmp::Reverse((*specificity, target.applies_from)));
    let mut ranked = ranked.into_iter();
    let (specificity, target) = ranked.next()?;
    Some(Effective { target, specificity, displaced: ranked.map(|(_, target)| target).collect() })
}

impl Threshold {
    /// At least a whole percentage.
    #[must_use]
    pub const fn percent(value: i64) -> Self {
        Self { value, scale: 0, direction: Direction::AtLeast }
    }

    const fn unit(self) -> i128 {
        10_i128.pow(self.scale as u32)
    }

    /// Compares a share with the percentage, exactly.
    #[must_use]
    pub fn compare(self, ratio: Ratio) -> Ordering {
        let share = i128::from(ratio.numerator) * 100 * self.unit();
        share.cmp(&(i128::from(self.value) * i128::from(ratio.denominator)))
    }

    /// Whether the ratio reaches the threshold from the right side.
    #[must_use]
    pub fn is_reached_by(self, ratio: Ratio) -> bool {
        self.direction.admits(self.compare(ratio))
    }

    /// By how many the numerator misses the threshold, never below zero: ⌈threshold × denominator / 100⌉ − numerator too
    /// few, or numerator − ⌊threshold × denominator / 100⌋ too many.
    #[must_use]
    pub fn shortfall(self, ratio: Ratio) -> i64 {
        let whole = 100 * self.unit();
        let limit = i128::from(self.value) * i128::from(ratio.denominator);
        let numerator = i128::from(ratio.numerator);
        let short = match self.direction {
            Direction::AtLeast | Direction::Exactly => (limit + whole - 1).div_euclid(whole) - numerator,
            Direction::AtMost => numerator - limit.div_euclid(whole),
        };
        i64::try_from(short.max(0)).unwrap_or(i64::MAX)
    }

    /// How many new cases would reach the threshold. At least: each is counted above and below,
    /// ⌈(threshold × denominator − 100 × numerator) / (100 − threshold)⌉. At most: each is counted below only,
    /// ⌈(100 × numerator − threshold × denominator) / threshold⌉.
    ///
    /// None where no number of them does: at 100% a case that was missed stays missed, as at most 0% one that happened.
    #[must_use]
    pub fn new_cases_needed(self, ratio: Ratio) -> Option<i64> {
        if self.is_reached_by(ratio) {
            return Some(0);
        }
        let whole = 100 * self.unit();
        let above = whole * i128::from(ratio.numerator) - i128::from(self.value) * i128::from(ratio.denominator);
        let (lacking, gain) = match self.direction {
            Direction::AtLeast | Direction::Exactly => (-above, whole - i128::from(self.value)),
            Direction::AtMost => (above, i128::from(self.value)),
        };
        if gain <= 0 {
            return None;
        }
        i64::try_from((lacking + gain - 1).div_euclid(gain)).ok()
    }
}

impl Verdict {
    /// Judges a ratio. `bounds` are those of an indicator whose missing reports could still change it.
    #[must_use]
    pub fn of(ratio: Ratio, bounds: Option<Bounds>, threshold: Threshold) -> Self {
        match (bounds, ratio.denominator) {
            (Some(bounds), _) => bounds.certain(threshold).unwrap_or(Self::Uncertain),
            (None, 0) => Self::NotApplicable,
            (None, _) if threshold.is_reached_by(ratio) => Self::Met,
            (None, _) => Self::Missed,
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
        assert_eq!(Verdict::of(ratio, None, threshold), verdict, "{numerator}/{denominator} against {percent}%");
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
            (99, 200, Threshold { value: 575, scale: 1, direction: Direction::AtLeast }, 38),
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
        let threshold = Threshold { value: 575, scale: 1, direction: Direction::AtLeast };
        assert!(threshold.is_reached_by(Ratio { numerator: 575, denominator: 1000 }));
        assert!(!threshold.is_reached_by(Ratio { numerator: 574, denominator: 1000 }));
    }

    #[test]
    fn a_missing_report_makes_it_uncertain() {
        let ratio = Ratio { numerator: 9, denominator: 10 };
        let bounds = Some(Bounds::of_open_sum(ratio));
        assert_eq!(Verdict::of(ratio, bounds, Threshold::percent(50)), Verdict::Uncertain);
        assert_eq!(Verdict::of(ratio, bounds, Threshold::percent(100)), Verdict::Missed, "no report can repair it");
    }

    #[test]
    fn at_most_counts_the_other_way() {
        let at_most = Threshold { direction: Direction::AtMost, ..Threshold::percent(2) };
        for (numerator, denominator, verdict, shortfall, needed) in [
            (2, 100, Verdict::Met, 0, Some(0)),
            (3, 100, Verdict::Missed, 1, Some(50)),
            (3, 149, Verdict::Missed, 1, Some(1)),
            (0, 0, Verdict::NotApplicable, 0, Some(0)),
        ] {
            let ratio = Ratio { numerator, denominator };
            assert_eq!(Verdict::of(ratio, None, at_most), verdict, "{numerator}/{denominator}");
            assert_eq!(at_most.shortfall(ratio), shortfall, "{numerator}/{denominator}");
            assert_eq!(at_most.new_cases_needed(ratio), needed, "{numerator}/{denominator}");
        }
        let none = Threshold { direction: Direction::AtMost, ..Threshold::percent(0) };
        assert_eq!(none.new_cases_needed(Ratio { numerator: 1, denominator: 9 }), None);
    }

    fn target(selector: &str, applies_from: Date, percent: Option<i64>) -> Target {
        Target {
            decision: format!("{selector} {applies_from}"),
            applies_from,
            year: 2022,
            indicator: IndicatorCode::parse("HS").expect("code"),
            selector: Selector::parse(selector).expect(selector),
            threshold: percent.map(Threshold::percent),
            window: Span::YearToDate,
            scope: None,
            competence: None,
            eligibility: None,
            basis: String::new(),
        }
    }

    #[test]
    fn the_most_specific_target_holds_then_the_later() {
        use jiff::civil::date;

        let (early, late) = (date(2022, 3, 1), date(2022, 6, 21));
        let targets = [
            target("all", late, Some(10)),
            target("tier:commune", early, Some(20)),
            target("tier:commune", late, Some(25)),
            target("tier:commune@178", early, Some(50)),
            target("unit:05974", early, None),
        ];
        let tree = crate::testing::tree();
        let of = |unit: &str, day: Date| {
            let position = tree.position(&crate::ids::UnitCode::parse(unit).expect("code")).expect(unit);
            let code = IndicatorCode::parse("HS").expect("code");
            effective(&targets, &tree, position, &code, (day, 2022))
                .map(|effective| (effective.target.threshold.map(|t| t.value), effective.displaced.len()))
        };
        let day = date(2022, 7, 14);
        assert_eq!(of("05971", day), Some((Some(50), 3)));
        assert_eq!(of("05974", day), Some((None, 4)), "an exception: nothing is expected");
        assert_eq!(of("06001", day), Some((Some(25), 2)), "the later decision");
        assert_eq!(of("06001", date(2022, 4, 14)), Some((Some(20), 0)), "before the later decision");
        assert_eq!(of("178", day), Some((Some(10), 0)));
        assert_eq!(of("20", day), None);
    }
}
