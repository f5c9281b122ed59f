//! Which periods of a year are closed, and when each opens, falls due, locks and is published.
//!
//! A window closes on its last day; reports are then due tier by tier ([`crate::deadline`]), counted over the days off
//! ([`crate::days_off`]). The lock counts from the day on which the last tier is due, and publication from the lock.
//! How many days, which hours and which of the longer periods is each regime's choice, so all of it is data here.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::days_off::DaysOff;
use crate::deadline::Deadlines;
use crate::instant::Instant;
use crate::period::{PeriodKey, Window, WindowRule};
use crate::unit::Tier;

/// A kind of period that is folded from months and may be closed beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongerPeriod {
    /// The four quarters (quý).
    Quarter,
    /// The two halves (6 tháng đầu năm, 6 tháng cuối năm).
    Half,
    /// The first nine months (9 tháng).
    NineMonths,
    /// The whole year (năm).
    Year,
}

impl LongerPeriod {
    /// What follows the year in the names of its periods.
    const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Quarter => &["-Q1", "-Q2", "-Q3", "-Q4"],
            Self::Half => &["-H1", "-H2"],
            Self::NineMonths => &["-9M"],
            Self::Year => &[""],
        }
    }
}

/// The calendar of a regime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Where windows begin and end.
    pub window_rule: WindowRule,
    /// The days on which offices are closed.
    pub days_off: DaysOff,
    /// When each tier's reports are due (hạn gửi).
    pub deadlines: Deadlines,
    /// The clock time at which the period locks (khóa kỳ).
    pub lock_time: Time,
    /// Locks on the n-th working day after the latest due day.
    pub lock_working_days: u8,
    /// Publishes on the n-th working day after the lock day, at this clock time; `None`: at the lock.
    pub publish: Option<(u8, Time)>,
    /// Which longer periods are closed beside the months.
    pub longer_periods: BTreeSet<LongerPeriod>,
}

/// The instants of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// First and last day counted.
    pub window: Window,
    /// From here on reports are accepted: the morning after the window's last day.
    pub opens: Instant,
    /// When the last tier is due. Reports received after the due of their own tier ([`Calendar::due`]) are late (chậm).
    pub due: Instant,
    /// From here on ordinary reports are refused and the period is closed; never before `due`.
    pub locks: Instant,
    /// From here on the edition may be shown to the public; never before `locks`.
    pub publishes: Instant,
}

impl Calendar {
    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        !self.days_off.is_off(day)
    }

    /// The n-th working day after this day; the day itself does not count.
    #[must_use]
    pub fn working_day_after(&self, day: Date, n: u8) -> Date {
        self.days_off.working_day_after(day, n)
    }

    /// When the reports of a tier are due. The province's stands for the latest of the tiers below it.
    #[must_use]
    pub fn due(&self, period: PeriodKey, tier: Tier) -> Instant {
        let last_day = period.window(self.window_rule).to;
        match self.deadlines.of(tier) {
            Some(deadline) => deadline.after(last_day, &self.days_off),
            None => self.deadlines.latest(last_day, &self.days_off),
        }
    }

    /// When the period opens, falls due, locks and is published. A longer period shares the instants of its last month.
    #[must_use]
    pub fn schedule(&self, period: PeriodKey) -> Schedule {
        let window = period.window(self.window_rule);
        let due = self.deadlines.latest(window.to, &self.days_off);
        let lock_day = self.working_day_after(due.local_date(), self.lock_working_days);
        let locks = Instant::at(lock_day, self.lock_time).max(due);
        let publishes = self.publish.map_or(locks, |(working_days, time)| {
            Instant::at(self.working_day_after(lock_day, working_days), time).max(locks)
        });
        Schedule {
            window,
            opens: Instant::at(window.to.saturating_add(1.day()), Time::midnight()),
            due,
            locks,
            publishes,
        }
    }

    /// The periods of a year that are closed: every month and the chosen longer periods, in the order in which they
    /// close. None outside 2000–2100.
    #[must_use]
    pub fn periods_of(&self, year: i16) -> Vec<PeriodKey> {
        let months = (1..=12).filter_map(|month| PeriodKey::month(year, month).ok());
        let suffixes = self.longer_periods.iter().flat_map(|longer| longer.suffixes());
        let longer = suffixes.filter_map(|suffix| PeriodKey::parse(&format!("{year}{suffix}")).ok());
        let mut periods: Vec<PeriodKey> = months.chain(longer).collect();
        periods.sort();
        periods
    }

    /// What readers must know of the days off of these years, in Vietnamese.
    #[must_use]
    pub fn warnings(&self, years: impl IntoIterator<Item = i16>) -> Vec<String> {
        years.into_iter().filter_map(|year| self.days_off.warning_for(year)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::{date, time};

    use super::*;
    use crate::deadline::{Days, Deadline, preset};

    fn lang_son_2022() -> Calendar {
        let quoc_khanh = [date(2022, 9, 1), date(2022, 9, 2)].map(|day| (day, "Quốc khánh".to_owned()));
        Calendar {
            window_rule: WindowRule::FifteenthToFourteenth,
            days_off: DaysOff { off: BTreeMap::from(quoc_khanh), worked: BTreeSet::new() },
            deadlines: preset("first-working-day").expect("a preset"),
            lock_time: time(12, 0, 0, 0),
            lock_working_days: 1,
            publish: None,
            longer_periods: BTreeSet::from([LongerPeriod::Quarter, LongerPeriod::Half, LongerPeriod::Year]),
        }
    }

    /// No data of days off; otherwise as Lạng Sơn.
    fn computed(deadlines: &str) -> Calendar {
        let deadlines = preset(deadlines).expect(deadlines);
        Calendar { days_off: DaysOff::default(), deadlines, ..lang_son_2022() }
    }

    fn key(period: &str) -> PeriodKey {
        PeriodKey::parse(period).expect(period)
    }

    fn check(calendar: &Calendar, period: &str, due: &str, locks: &str) {
        let schedule = calendar.schedule(key(period));
        let expected = [due, locks].map(|text| format!("{text}:00+07:00"));
        assert_eq!([schedule.due.iso(), schedule.locks.iso()], expected, "{period}");
        assert_eq!(schedule.publishes, schedule.locks, "{period}");
    }

    #[test]
    fn due_on_the_first_working_day_and_locked_at_noon_of_the_next() {
        let calendar = lang_son_2022();
        check(&calendar, "2022-M07", "2022-07-15T17:00", "2022-07-18T12:00"); // a Friday, then a Monday
        check(&calendar, "2022-M08", "2022-08-15T17:00", "2022-08-16T12:00"); // the window ends on a Sunday
        check(&calendar, "2022-M09", "2022-09-15T17:00", "2022-09-16T12:00");
        check(&calendar, "2022-Q3", "2022-09-15T17:00", "2022-09-16T12:00");
        check(&calendar, "2022-H2", "2022-12-15T17:00", "2022-12-16T12:00");
        check(&calendar, "2022", "2022-12-15T17:00", "2022-12-16T12:00");
    }

    #[test]
    fn a_holiday_is_not_a_working_day() {
        let calendar = lang_son_2022();
        assert_eq!(calendar.working_day_after(date(2022, 8, 31), 1), date(2022, 9, 5));
        assert!(calendar.is_working_day(date(2022, 8, 31)) && !calendar.is_working_day(date(2022, 9, 1)));
    }

    #[test]
    fn bac_kan_is_due_tier_by_tier_and_locks_after_the_last() {
        let calendar = computed("bac-kan-2021");
        for (tier, due) in [
            (Tier::Commune, "2021-09-16T17:00:00+07:00"),
            (Tier::Department, "2021-09-18T17:00:00+07:00"), // a Saturday
            (Tier::District, "2021-09-19T17:00:00+07:00"),   // a Sunday
            (Tier::Province, "2021-09-19T17:00:00+07:00"),
        ] {
            assert_eq!(calendar.due(key("2021-Q3"), tier).iso(), due, "{tier:?}");
        }
        check(&calendar, "2021-Q3", "2021-09-19T17:00", "2021-09-20T12:00");
    }

    #[test]
    fn the_latest_due_may_be_any_tiers() {
        let late = Deadline { days: Days::working(3).expect("3"), time: time(9, 0, 0, 0) };
        for tier in [Tier::Department, Tier::District, Tier::Commune] {
            let deadlines = computed("first-working-day").deadlines.with(tier, late).expect("a tier below");
            let calendar = Calendar { deadlines, ..lang_son_2022() };
            check(&calendar, "2022-M09", "2022-09-19T09:00", "2022-09-20T12:00");
        }
    }

    #[test]
    fn a_window_that_ends_in_tet_is_due_after_it() {
        let calendar = computed("first-working-day");
        check(&calendar, "2021-M02", "2021-02-18T17:00", "2021-02-19T12:00"); // mùng 3; made up for until 17/2
        check(&calendar, "2024-M02", "2024-02-16T17:00", "2024-02-19T12:00"); // mùng 5; made up for until 15/2
        check(&calendar, "2026-M02", "2026-02-23T17:00", "2026-02-24T12:00"); // two days before the last of the year
        let decided = (8..=14).map(|day| (date(2024, 2, day), "Tết Nguyên đán".to_owned()));
        let days_off = DaysOff { off: decided.collect(), worked: BTreeSet::new() };
        check(&Calendar { days_off, ..calendar }, "2024-M02", "2024-02-15T17:00", "2024-02-16T12:00");
    }

    #[test]
    fn longer_periods_share_the_window_and_the_instants_of_their_last_month() {
        let fifteenth = WindowRule::FifteenthToFourteenth;
        for (rule, period, from, to, locks) in [
            (fifteenth, "2022-H1", date(2021, 12, 15), date(2022, 6, 14), "2022-06-16T12:00:00+07:00"),
            (fifteenth, "2022-H2", date(2022, 6, 15), date(2022, 12, 14), "2022-12-16T12:00:00+07:00"),
            (fifteenth, "2022-9M", date(2021, 12, 15), date(2022, 9, 14), "2022-09-16T12:00:00+07:00"),
            (fifteenth, "2022", date(2021, 12, 15), date(2022, 12, 14), "2022-12-16T12:00:00+07:00"),
            (WindowRule::CalendarMonth, "2022-H1", date(2022, 1, 1), date(2022, 6, 30), "2022-07-04T12:00:00+07:00"),
            (WindowRule::CalendarMonth, "2022-H2", date(2022, 7, 1), date(2022, 12, 31), "2023-01-04T12:00:00+07:00"),
            (WindowRule::CalendarMonth, "2022-9M", date(2022, 1, 1), date(2022, 9, 30), "2022-10-04T12:00:00+07:00"),
            (WindowRule::CalendarMonth, "2022", date(2022, 1, 1), date(2022, 12, 31), "2023-01-04T12:00:00+07:00"),
        ] {
            let calendar = Calendar { window_rule: rule, ..lang_son_2022() };
            let (schedule, months) = (calendar.schedule(key(period)), key(period).months());
            let last_month = months.last().map(|month| calendar.schedule(*month)).expect("a month");
            assert_eq!(schedule.window, Window { from, to }, "{period} {rule:?}");
            assert_eq!(schedule.locks.iso(), locks, "{period} {rule:?}");
            assert_eq!(schedule, Schedule { window: schedule.window, ..last_month }, "{period} {rule:?}");
        }
    }

    #[test]
    fn publication_follows_the_lock_and_is_never_before_it() {
        for (publish, expected) in [
            (None, "2022-07-18T12:00:00+07:00"),
            (Some((2, time(8, 0, 0, 0))), "2022-07-20T08:00:00+07:00"),
            (Some((0, time(15, 30, 0, 0))), "2022-07-18T15:30:00+07:00"),
            (Some((0, time(8, 0, 0, 0))), "2022-07-18T12:00:00+07:00"),
        ] {
            let calendar = Calendar { publish, ..lang_son_2022() };
            assert_eq!(calendar.schedule(key("2022-M07")).publishes.iso(), expected, "{publish:?}");
        }
        let without_pause = Calendar { lock_working_days: 0, ..lang_son_2022() }.schedule(key("2022-M07"));
        assert_eq!(without_pause.locks, without_pause.due);
    }

    #[test]
    fn the_chosen_periods_of_a_year_stand_in_closing_order() {
        use LongerPeriod::{Half, NineMonths, Quarter, Year};
        let names = |longer: &[LongerPeriod]| {
            let longer_periods = longer.iter().copied().collect();
            let periods = Calendar { longer_periods, ..lang_son_2022() }.periods_of(2022);
            periods.iter().map(|period| period.to_string().replace("2022-", "")).collect::<Vec<_>>().join(" ")
        };
        for (longer, expected) in [
            (&[][..], "M01 M02 M03 M04 M05 M06 M07 M08 M09 M10 M11 M12"),
            (
                &[Year, NineMonths, Half, Quarter],
                "M01 M02 M03 Q1 M04 M05 M06 Q2 H1 M07 M08 M09 Q3 9M M10 M11 M12 Q4 H2 2022",
            ),
            (&[Half, Year], "M01 M02 M03 M04 M05 M06 H1 M07 M08 M09 M10 M11 M12 H2 2022"),
            (&[NineMonths], "M01 M02 M03 M04 M05 M06 M07 M08 M09 9M M10 M11 M12"),
        ] {
            assert_eq!(names(longer), expected);
        }
        assert_eq!((lang_son_2022().periods_of(1999), lang_son_2022().periods_of(2101)), (vec![], vec![]));
    }

    #[test]
    fn years_without_data_are_named() {
        let warnings = lang_son_2022().warnings(2021..=2023);
        let years = warnings.iter().map(|warning| warning.chars().take(8).collect::<String>());
        assert_eq!(years.collect::<Vec<_>>(), ["Năm 2021", "Năm 2023"]);
    }
}
