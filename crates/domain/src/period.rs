//! Reporting periods (kỳ báo cáo) and their windows.
//!
//! A period is not a calendar month: under Decree 09/2019/NĐ-CP, article 12, month M runs from the 15th of M−1 to the
//! 14th of M. A quarter is exactly its three months and a year exactly its four quarters. Statistics regimes use
//! calendar months, so the first day is data ([`WindowRule`]). When a period opens, falls due and locks: see `calendar`.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// Years that a period may name.
pub const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// Month 1–12 (tháng).
    Month(i8),
    /// Quarter 1–4 (quý).
    Quarter(i8),
    /// Half-year 1–2 (6 tháng đầu năm, 6 tháng cuối năm).
    Half(i8),
    /// The first nine months (9 tháng).
    NineMonths,
    /// The whole year (năm).
    Year,
}

/// A period's name: `2022-M09`, `2022-Q3`, `2022-H2`, `2022-9M`, `2022`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PeriodKey {
    year: i16,
    kind: PeriodKind,
}

/// A text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no period: expected such as 2022-M09, 2022-Q3, 2022-H2, 2022-9M or 2022")]
pub struct BadPeriod(pub String);

/// On which day of the month windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowRule {
    /// 15th of the month before to the 14th (Decree 09/2019/NĐ-CP, article 12).
    FifteenthToFourteenth,
    /// First to last day of the month (statistics regimes).
    CalendarMonth,
}

/// First and last day counted, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day counted.
    pub from: Date,
    /// Last day counted (chốt số liệu).
    pub to: Date,
}

impl PeriodKey {
    /// Month 1–12 of a year.
    ///
    /// # Errors
    /// [`BadPeriod`] outside 2000–2100 or 1–12.
    pub fn month(year: i16, month: i8) -> Result<Self, BadPeriod> {
        Self::parse(&format!("{year}-M{month:02}"))
    }

    /// Reads a period's name.
    ///
    /// # Errors
    /// [`BadPeriod`] when the text names none.
    pub fn parse(text: &str) -> Result<Self, BadPeriod> {
        Self::read(text).ok_or_else(|| BadPeriod(text.chars().take(32).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.get(..4).filter(|head| head.bytes().all(|b| b.is_ascii_digit()))?;
        let year: i16 = digits.parse().ok().filter(|year| YEARS.contains(year))?;
        let kind = match &text[4..] {
            "" => PeriodKind::Year,
            "-9M" => PeriodKind::NineMonths,
            "-H1" => PeriodKind::Half(1),
            "-H2" => PeriodKind::Half(2),
            "-Q1" => PeriodKind::Quarter(1),
            "-Q2" => PeriodKind::Quarter(2),
            "-Q3" => PeriodKind::Quarter(3),
            "-Q4" => PeriodKind::Quarter(4),
            rest => {
                let number =
                    rest.strip_prefix("-M").filter(|n| n.len() == 2 && n.bytes().all(|b| b.is_ascii_digit()))?;
                PeriodKind::Month(number.parse().ok().filter(|month| (1..=12).contains(month))?)
            }
        };
        Some(Self { year, kind })
    }

    /// The year that the period belongs to (quarter I of 2022 begins in December 2021).
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// What kind of period it is.
    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    /// Whether units file figures for it: only months are filed, longer periods are folded from them.
    #[must_use]
    pub const fn is_month(self) -> bool {
        matches!(self.kind, PeriodKind::Month(_))
    }

    /// First and last month number of the period.
    #[must_use]
    pub const fn month_range(self) -> (i8, i8) {
        match self.kind {
            PeriodKind::Month(m) => (m, m),
            PeriodKind::Quarter(q) => (3 * q - 2, 3 * q),
            PeriodKind::Half(h) => (6 * h - 5, 6 * h),
            PeriodKind::NineMonths => (1, 9),
            PeriodKind::Year => (1, 12),
        }
    }

    /// The months that the period is folded from, in order.
    #[must_use]
    pub fn months(self) -> Vec<Self> {
        let (first, last) = self.month_range();
        (first..=last).map(|m| Self { year: self.year, kind: PeriodKind::Month(m) }).collect()
    }

    /// The months from the start of the year to the end of this period: the window of the verdict of record.
    #[must_use]
    pub fn year_to_date(self) -> Vec<Self> {
        let (_, last) = self.month_range();
        (1..=last).map(|m| Self { year: self.year, kind: PeriodKind::Month(m) }).collect()
    }

    /// The months from the start of the last quarter that the period touches to its end.
    #[must_use]
    pub fn quarter_to_date(self) -> Vec<Self> {
        let (_, last) = self.month_range();
        let first = (last - 1) / 3 * 3 + 1;
        (first..=last).map(|m| Self { year: self.year, kind: PeriodKind::Month(m) }).collect()
    }

    /// The last month of the year.
    #[must_use]
    pub const fn last_of_year(self) -> Self {
        Self { year: self.year, kind: PeriodKind::Month(12) }
    }

    /// The month before this one, across the year's end; for longer periods, the month before their first.
    #[must_use]
    pub const fn month_before(self) -> Self {
        let (first, _) = self.month_range();
        if first == 1 {
            return Self { year: self.year - 1, kind: PeriodKind::Month(12) };
        }
        Self { year: self.year, kind: PeriodKind::Month(first - 1) }
    }

    /// The period of the same kind before this one: what a ranking is compared with. The first nine months have the
    /// first nine months of the year before.
    #[must_use]
    pub const fn previous(self) -> Self {
        let year = self.year;
        match self.kind {
            PeriodKind::Month(1) => Self { year: year - 1, kind: PeriodKind::Month(12) },
            PeriodKind::Month(m) => Self { year, kind: PeriodKind::Month(m - 1) },
            PeriodKind::Quarter(1) => Self { year: year - 1, kind: PeriodKind::Quarter(4) },
            PeriodKind::Quarter(q) => Self { year, kind: PeriodKind::Quarter(q - 1) },
            PeriodKind::Half(1) => Self { year: year - 1, kind: PeriodKind::Half(2) },
            PeriodKind::Half(_) => Self { year, kind: PeriodKind::Half(1) },
            PeriodKind::NineMonths | PeriodKind::Year => Self { year: year - 1, kind: self.kind },
        }
    }

    /// First and last day counted, by the rule of the regime.
    #[must_use]
    pub fn window(self, rule: WindowRule) -> Window {
        let (first, last) = self.month_range();
        match rule {
            WindowRule::FifteenthToFourteenth => {
                let first_of_first = date(self.year, first, 1);
                let from = first_of_first.saturating_sub(1.month()).saturating_add(14.days());
                Window { from, to: date(self.year, last, 14) }
            }
            WindowRule::CalendarMonth => {
                Window { from: date(self.year, first, 1), to: date(self.year, last, 1).last_of_month() }
            }
        }
    }

    /// The month's place in time; longer periods sort right behind their last month.
    fn order(self) -> (i16, i8, u8) {
        let (_, last) = self.month_range();
        let length = match self.kind {
            PeriodKind::Month(_) => 0,
            PeriodKind::Quarter(_) => 1,
            PeriodKind::Half(_) => 2,
            PeriodKind::NineMonths => 3,
            PeriodKind::Year => 4,
        };
        (self.year, last, length)
    }
}

impl PartialOrd for PeriodKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// In the order in which periods close: months before the periods that contain them, older before newer.
impl Ord for PeriodKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl fmt::Display for PeriodKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.kind {
            PeriodKind::Month(m) => write!(f, "{year}-M{m:02}"),
            PeriodKind::Quarter(q) => write!(f, "{year}-Q{q}"),
            PeriodKind::Half(h) => write!(f, "{year}-H{h}"),
            PeriodKind::NineMonths => write!(f, "{year}-9M"),
            PeriodKind::Year => write!(f, "{year}"),
        }
    }
}

impl TryFrom<String> for PeriodKey {
    type Error = BadPeriod;
    fn try_from(text: String) -> Result<Self, BadPeriod> {
        Self::parse(&text)
    }
}

impl From<PeriodKey> for String {
    fn from(key: PeriodKey) -> String {
        key.to_string()
    }
}

impl PeriodKey {
    /// As official documents write it: "tháng 9 năm 2022", "quý III năm 2022".
    #[must_use]
    pub fn in_words(self) -> String {
        const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];
        let year = self.year;
        match self.kind {
            PeriodKind::Month(m) => format!("tháng {m} năm {year}"),
            PeriodKind::Quarter(q) => {
                let roman = usize::try_from(q - 1).ok().and_then(|i| ROMAN.get(i)).copied().unwrap_or("?");
                format!("quý {roman} năm {year}")
            }
            PeriodKind::Half(1) => format!("6 tháng đầu năm {year}"),
            PeriodKind::Half(_) => format!("6 tháng cuối năm {year}"),
            PeriodKind::NineMonths => format!("9 tháng năm {year}"),
            PeriodKind::Year => format!("năm {year}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, from: Date, to: Date) {
        let window = PeriodKey::parse(key).expect(key).window(WindowRule::FifteenthToFourteenth);
        assert_eq!((window.from, window.to), (from, to), "{key}");
    }

    #[test]
    fn windows_of_decree_09_2019() {
        check("2022-M01", date(2021, 12, 15), date(2022, 1, 14));
        check("2022-M03", date(2022, 2, 15), date(2022, 3, 14));
        check("2022-M09", date(2022, 8, 15), date(2022, 9, 14));
        check("2022-Q1", date(2021, 12, 15), date(2022, 3, 14));
        check("2022-Q3", date(2022, 6, 15), date(2022, 9, 14));
        check("2022-H2", date(2022, 6, 15), date(2022, 12, 14));
        check("2022-9M", date(2021, 12, 15), date(2022, 9, 14));
        check("2022", date(2021, 12, 15), date(2022, 12, 14));
    }

    #[test]
    fn a_name_reads_back_and_nothing_else_is_a_name() {
        for key in ["2022-M09", "2022-Q3", "2022-H1", "2022-9M", "2022"] {
            assert_eq!(PeriodKey::parse(key).expect(key).to_string(), key);
        }
        for text in ["", "2022-M00", "2022-M13", "2022-M9", "2022-Q5", "1999", "22-M01", "2022-M0１", "năm2", "2022 "]
        {
            assert!(PeriodKey::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn months_close_before_the_quarter_that_contains_them() {
        let mut keys = ["2022-Q3", "2022-M10", "2022-M09", "2022-9M", "2022-M07", "2023-M01", "2022"]
            .map(|key| PeriodKey::parse(key).expect(key));
        keys.sort();
        let order = keys.map(|key| key.to_string());
        assert_eq!(order, ["2022-M07", "2022-M09", "2022-Q3", "2022-9M", "2022-M10", "2022", "2023-M01"]);
    }
}
