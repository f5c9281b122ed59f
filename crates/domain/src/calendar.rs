//! Working days, and when a period opens, falls due, locks and is published.
//!
//! Decree 09/2019/NĐ-CP, article 8.5: the deadline is at least one working day after the data close. How many days and
//! which hours is each regime's choice, so both are data here.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::period::{PeriodKey, Window, WindowRule};

/// The calendar of a regime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Where windows begin and end.
    pub window_rule: WindowRule,
    /// Public holidays: days off that are not Saturdays or Sundays.
    pub holidays: BTreeSet<Date>,
    /// The clock time at which reports are due (hạn gửi).
    pub due_time: Time,
    /// Due on the n-th working day after the window, at least the first.
    pub due_working_days: u8,
    /// The clock time at which the period locks (khóa kỳ).
    pub lock_time: Time,
    /// Locks on the n-th working day after the due day.
    pub lock_working_days: u8,
}

/// The instants of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// First and last day counted.
    pub window: Window,
    /// From here on reports are accepted: the morning after the window's last day.
    pub opens: Instant,
    /// Reports received later are late (chậm).
    pub due: Instant,
    /// From here on ordinary reports are refused and the period is closed.
    pub locks: Instant,
    /// From here on the edition may be shown to the public.
    pub publishes: Instant,
}

impl Calendar {
    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// The n-th working day after this day; the day itself does not count.
    #[must_use]
    pub fn working_day_after(&self, day: Date, n: u8) -> Date {
        let mut last = day;
        for _ in 0..n {
            last = last.saturating_add(1.day());
            while !self.is_working_day(last) && last < Date::MAX {
                last = last.saturating_add(1.day());
            }
        }
        last
    }

    /// When the period opens, falls due, locks and is published. A longer period shares the instants of its last month.
    #[must_use]
    pub fn schedule(&self, period: PeriodKey) -> Schedule {
        let window = period.window(self.window_rule);
        let due_day = self.working_day_after(window.to, self.due_working_days);
        let lock_day = self.working_day_after(due_day, self.lock_working_days);
        let locks = Instant::at(lock_day, self.lock_time);
        Schedule {
            window,
            opens: Instant::at(window.to.saturating_add(1.day()), Time::midnight()),
            due: Instant::at(due_day, self.due_time),
            locks,
            publishes: locks,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn lang_son_2022() -> Calendar {
        Calendar {
            window_rule: WindowRule::FifteenthToFourteenth,
            holidays: BTreeSet::from([date(2022, 9, 1), date(2022, 9, 2)]),
            due_time: time(17, 0, 0, 0),
            due_working_days: 1,
            lock_time: time(12, 0, 0, 0),
            lock_working_days: 1,
        }
    }

    fn check(period: &str, due: &str, locks: &str) {
        let schedule = lang_son_2022().schedule(PeriodKey::parse(period).expect(period));
        assert_eq!((schedule.due.iso(), schedule.locks.iso()), (due.to_owned(), locks.to_owned()), "{period}");
    }

    #[test]
    fn due_on_the_first_working_day_and_locked_at_noon_of_the_next() {
        check("2022-M07", "2022-07-15T17:00:00+07:00", "2022-07-18T12:00:00+07:00"); // a Friday, then a Monday
        check("2022-M08", "2022-08-15T17:00:00+07:00", "2022-08-16T12:00:00+07:00"); // the window ends on a Sunday
        check("2022-M09", "2022-09-15T17:00:00+07:00", "2022-09-16T12:00:00+07:00");
        check("2022-Q3", "2022-09-15T17:00:00+07:00", "2022-09-16T12:00:00+07:00");
    }

    #[test]
    fn a_holiday_is_not_a_working_day() {
        assert_eq!(lang_son_2022().working_day_after(date(2022, 8, 31), 1), date(2022, 9, 5));
    }
}
