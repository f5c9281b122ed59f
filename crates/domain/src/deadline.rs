//! Deadlines (hạn gửi) per tier: so many working or calendar days after the window, at an hour.
//!
//! Decree 09/2019/NĐ-CP, Điều 8.5: at least one working day after the data close, and a deadline per level for a report
//! that passes several. Some regimes count working days, others name dates: Bắc Kạn's report for quarter III of 2021
//! was due on Saturday 18/9 and Sunday 19/9. So a deadline in calendar days is kept where it falls, weekend or not.
//! The province has no deadline of its own: it reports what the tiers below it have filed.

use std::num::NonZeroU8;

use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use serde::{Deserialize, Serialize};

use crate::days_off::DaysOff;
use crate::instant::Instant;
use crate::unit::Tier;

/// How many days after the last day of the window, at least one; that day itself does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Working days (ngày làm việc).
    Working(NonZeroU8),
    /// Calendar days, not moved off weekends and holidays.
    Calendar(NonZeroU8),
}

impl Days {
    /// So many working days; `None` for 0.
    #[must_use]
    pub fn working(days: u8) -> Option<Self> {
        NonZeroU8::new(days).map(Self::Working)
    }

    /// So many calendar days; `None` for 0.
    #[must_use]
    pub fn calendar(days: u8) -> Option<Self> {
        NonZeroU8::new(days).map(Self::Calendar)
    }

    /// The day so many days after this one.
    #[must_use]
    pub fn after(self, day: Date, days_off: &DaysOff) -> Date {
        match self {
            Self::Working(days) => days_off.working_day_after(day, days.get()),
            Self::Calendar(days) => day.saturating_add(i64::from(days.get()).days()),
        }
    }
}

/// The deadline of one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The day, counted from the last day of the window.
    pub days: Days,
    /// The hour of that day on the legal clock.
    pub time: Time,
}

impl Deadline {
    /// When reports on a window with this last day are due.
    #[must_use]
    pub fn after(self, last_day: Date, days_off: &DaysOff) -> Instant {
        Instant::at(self.days.after(last_day, days_off), self.time)
    }
}

/// One deadline per tier that reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// Of departments (sở, ban, ngành).
    pub department: Deadline,
    /// Of districts (huyện, thành phố); without effect where the tier is absent.
    pub district: Deadline,
    /// Of communes (xã, phường, thị trấn).
    pub commune: Deadline,
}

impl Deadlines {
    /// The same deadline for every tier.
    #[must_use]
    pub const fn uniform(deadline: Deadline) -> Self {
        Self { department: deadline, district: deadline, commune: deadline }
    }

    /// A tier's deadline; `None` for the province, which has none of its own.
    #[must_use]
    pub const fn of(&self, tier: Tier) -> Option<Deadline> {
        match tier {
            Tier::Province => None,
            Tier::Department => Some(self.department),
            Tier::District => Some(self.district),
            Tier::Commune => Some(self.commune),
        }
    }

    /// These deadlines with another for one tier; `None` for the province, which has none of its own.
    #[must_use]
    pub const fn with(self, tier: Tier, deadline: Deadline) -> Option<Self> {
        match tier {
            Tier::Province => None,
            Tier::Department => Some(Self { department: deadline, ..self }),
            Tier::District => Some(Self { district: deadline, ..self }),
            Tier::Commune => Some(Self { commune: deadline, ..self }),
        }
    }

    /// When the first tier's reports on a window with this last day are due.
    #[must_use]
    pub fn earliest(&self, last_day: Date, days_off: &DaysOff) -> Instant {
        let [department, district, commune] = self.after(last_day, days_off);
        department.min(district).min(commune)
    }

    /// When the last tier's are due.
    #[must_use]
    pub fn latest(&self, last_day: Date, days_off: &DaysOff) -> Instant {
        let [department, district, commune] = self.after(last_day, days_off);
        department.max(district).max(commune)
    }

    fn after(&self, last_day: Date, days_off: &DaysOff) -> [Instant; 3] {
        [self.department, self.district, self.commune].map(|deadline| deadline.after(last_day, days_off))
    }
}

/// The deadlines of a named preset, see [`PRESETS`].
#[must_use]
pub fn preset(name: &str) -> Option<Deadlines> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, deadlines)| *deadlines)
}

/// Deadlines that regimes really have, by name. The hour is assumed in all of them: the sources name days only.
///
/// - `first-working-day`: 1 working day, every tier. The least that Decree 09/2019/NĐ-CP, Điều 8.5 allows (verified).
/// - `bac-kan-2021`: communes 2, departments 4, districts 5 calendar days. Bắc Kạn, report on the control of
///   administrative procedures for quarter III of 2021: 16, 18 and 19/9/2021 (verified; that other periods follow the
///   same count is inference).
/// - `khanh-hoa-2023`: 2 working days, every tier. Khánh Hòa 2023, general reporting regime: within 02 working days of
///   the close (verified).
/// - `two-tier-2025`: 3 calendar days, communes and departments. An inspectorate's regime of 2025: the 17th, for a
///   window to the 14th (verified). Districts ended on 01/7/2025; they are given the same.
pub const PRESETS: &[(&str, Deadlines)] = &[
    ("first-working-day", Deadlines::uniform(at_five(Days::Working(number(1))))),
    (
        "bac-kan-2021",
        Deadlines {
            department: at_five(Days::Calendar(number(4))),
            district: at_five(Days::Calendar(number(5))),
            commune: at_five(Days::Calendar(number(2))),
        },
    ),
    ("khanh-hoa-2023", Deadlines::uniform(at_five(Days::Working(number(2))))),
    ("two-tier-2025", Deadlines::uniform(at_five(Days::Calendar(number(3))))),
];

/// 17:00, the end of office hours.
const fn at_five(days: Days) -> Deadline {
    Deadline { days, time: time(17, 0, 0, 0) }
}

/// A number of days in [`PRESETS`]; never below one.
const fn number(days: u8) -> NonZeroU8 {
    NonZeroU8::MIN.saturating_add(days.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TIERS: [Tier; 3] = [Tier::Commune, Tier::Department, Tier::District];

    /// When communes, departments and districts are due, and the last of them.
    fn check(name: &str, last_day: Date, expected: [Date; 3]) {
        let (deadlines, days_off) = (preset(name).expect(name), DaysOff::default());
        let due = TIERS.map(|tier| deadlines.of(tier).expect("a tier below").after(last_day, &days_off));
        let at_five = expected.map(|day| Instant::at(day, time(17, 0, 0, 0)));
        assert_eq!(due, at_five, "{name} {last_day}");
        assert_eq!(Some(deadlines.latest(last_day, &days_off)), at_five.into_iter().max(), "{name} {last_day}");
    }

    #[test]
    fn presets_fall_due_as_their_sources_say() {
        let friday = date(2023, 7, 14);
        check("bac-kan-2021", date(2021, 9, 14), [date(2021, 9, 16), date(2021, 9, 18), date(2021, 9, 19)]);
        check("two-tier-2025", date(2025, 8, 14), [date(2025, 8, 17); 3]); // a Sunday
        check("khanh-hoa-2023", friday, [date(2023, 7, 18); 3]);
        check("first-working-day", friday, [date(2023, 7, 17); 3]);
    }

    #[test]
    fn calendar_days_do_not_move_and_working_days_do() {
        let before_tet = date(2026, 2, 14);
        check("two-tier-2025", before_tet, [date(2026, 2, 17); 3]); // mùng 1 Tết
        check("khanh-hoa-2023", before_tet, [date(2026, 2, 24); 3]);
    }

    #[test]
    fn names_are_unique_and_others_are_no_preset() {
        let names: std::collections::BTreeSet<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), PRESETS.len());
        assert_eq!(preset("bac-kan"), None);
    }

    #[test]
    fn a_tier_may_be_given_another_deadline_but_not_the_province() {
        let base = preset("first-working-day").expect("a preset");
        let noon = Deadline { days: Days::calendar(2).expect("2"), time: time(12, 0, 0, 0) };
        for tier in TIERS {
            let changed = base.with(tier, noon).expect("a tier below");
            for other in TIERS {
                let expected = if other == tier { Some(noon) } else { base.of(other) };
                assert_eq!(changed.of(other), expected, "{tier:?} {other:?}");
            }
        }
        assert_eq!((base.with(Tier::Province, noon), base.of(Tier::Province)), (None, None));
    }

    #[test]
    fn no_deadline_is_on_the_last_day_of_the_window() {
        assert_eq!((Days::working(0), Days::calendar(0)), (None, None));
        assert_eq!(number(1).get(), 1);
    }
}
