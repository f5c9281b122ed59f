//! Days off (ngày nghỉ): weekends, the holidays that are decided for a year, and a computed stand-in until they are.
//!
//! Which days of Tết are off, which neighbour of 2 September, and which Saturdays are worked in exchange, the Prime
//! Minister decides anew each year (Bộ luật Lao động 2019, Điều 112.3), usually in the autumn before. Those days are
//! data. A year without any row of data still needs deadlines, so its holidays are computed from the law, and whoever
//! plans with them is told ([`DaysOff::warning_for`]).

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::lunar::{lunar_new_year, solar_of};
use crate::wording;

/// The first year under the Labour Code of 2019 (law 45/2019/QH14).
const LABOUR_CODE_2019_FROM: i16 = 2021;

/// The days off and the days worked that data gives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DaysOff {
    /// Days off beside Saturdays and Sundays, with the name of the holiday.
    pub off: BTreeMap<Date, String>,
    /// Saturdays and Sundays that are worked in exchange for a day off (làm bù).
    pub worked: BTreeSet<Date>,
}

impl DaysOff {
    /// Whether data gives any day of the year; if it does, it gives all of them.
    #[must_use]
    pub fn has_data(&self, year: i16) -> bool {
        self.off.keys().chain(&self.worked).any(|day| day.year() == year)
    }

    /// Whether offices are closed on this day.
    #[must_use]
    pub fn is_off(&self, day: Date) -> bool {
        if self.worked.contains(&day) {
            return false;
        }
        if is_weekend(day) || self.off.contains_key(&day) {
            return true;
        }
        !self.has_data(day.year()) && statutory(day.year()).contains_key(&day)
    }

    /// The n-th working day after this day; the day itself does not count.
    #[must_use]
    pub fn working_day_after(&self, day: Date, n: u8) -> Date {
        let mut last = day;
        for _ in 0..n {
            last = last.saturating_add(1.day());
            while self.is_off(last) && last < Date::MAX {
                last = last.saturating_add(1.day());
            }
        }
        last
    }

    /// What readers must know of a year whose days off are computed, in Vietnamese; `None` if data gives them.
    #[must_use]
    pub fn warning_for(&self, year: i16) -> Option<String> {
        if self.has_data(year) {
            return None;
        }
        let law = if year < LABOUR_CODE_2019_FROM {
            "Điều 115 Bộ luật Lao động năm 2012"
        } else {
            "Điều 112 Bộ luật Lao động năm 2019"
        };
        let lunar = tet(year).map_or_else(
            || "chưa gồm Tết Nguyên đán và Giỗ Tổ Hùng Vương".to_owned(),
            |days| {
                let [from, .., to] = days.map(wording::day);
                format!("Tết Nguyên đán tính từ ngày {from} đến ngày {to}")
            },
        );
        Some(format!(
            "Năm {year} chưa có lịch nghỉ lễ chính thức: ngày nghỉ được tính theo {law} ({lunar}), \
             có thể khác với lịch nghỉ được quyết định hằng năm."
        ))
    }
}

/// The holidays that the Labour Code gives for a year, with the days that make up for those on a weekend.
///
/// From 2021 the law of 2019, Điều 112; before, the law of 2012, Điều 115, which has one day for 2 September. Years
/// before 2013 are counted alike. Where the law leaves a choice:
/// - Tết Nguyên đán (5 days): the last day of the twelfth month and the first four of the new year;
/// - the second day of Quốc khánh: the neighbour that makes the longer row of days off. On a Thursday, a Sunday or a
///   Monday that is 3 September, on a Friday, a Saturday or a Tuesday 1 September; on a Wednesday both are alike, and 1
///   September is taken. So it was decided in 2021–2025.
///
/// A holiday on a Saturday or Sunday is made up for on the next working day (law of 2019, Điều 111.3; law of 2012, Điều
/// 115.3). Outside 2000–2100 the two holidays of the lunar calendar are left out.
#[must_use]
pub fn statutory(year: i16) -> BTreeMap<Date, &'static str> {
    let holidays = holidays(year);
    let mut days: BTreeMap<Date, &'static str> = holidays.iter().map(|(day, holiday)| (*day, holiday.name)).collect();
    for (day, holiday) in holidays.iter().filter(|(day, _)| is_weekend(*day)) {
        let mut makes_up = *day;
        while is_weekend(makes_up) || days.contains_key(&makes_up) {
            makes_up = makes_up.saturating_add(1.day());
        }
        days.insert(makes_up, holiday.made_up);
    }
    days
}

/// What a holiday is called, and the day that makes up for it.
struct Holiday {
    name: &'static str,
    made_up: &'static str,
}

const NEW_YEAR: Holiday = Holiday { name: "Tết Dương lịch", made_up: "Nghỉ bù Tết Dương lịch" };
const TET: Holiday = Holiday { name: "Tết Nguyên đán", made_up: "Nghỉ bù Tết Nguyên đán" };
const HUNG_KINGS: Holiday =
    Holiday { name: "Giỗ Tổ Hùng Vương", made_up: "Nghỉ bù Giỗ Tổ Hùng Vương" };
const VICTORY: Holiday = Holiday { name: "Ngày Chiến thắng", made_up: "Nghỉ bù Ngày Chiến thắng" };
const LABOUR: Holiday =
    Holiday { name: "Ngày Quốc tế lao động", made_up: "Nghỉ bù Ngày Quốc tế lao động" };
const NATIONAL: Holiday = Holiday { name: "Quốc khánh", made_up: "Nghỉ bù Quốc khánh" };

/// The holidays themselves, in the order in which they are made up for.
fn holidays(year: i16) -> Vec<(Date, Holiday)> {
    let solar = |month, day, holiday| Date::new(year, month, day).ok().map(|day| (day, holiday));
    let mut all = Vec::with_capacity(11);
    all.extend(solar(1, 1, NEW_YEAR));
    all.extend(tet(year).into_iter().flatten().map(|day| (day, TET)));
    all.extend(solar_of(year, 3, 10).map(|day| (day, HUNG_KINGS)));
    all.extend(solar(4, 30, VICTORY));
    all.extend(solar(5, 1, LABOUR));
    let second = Date::new(year, 9, 2).ok();
    let beside = second.filter(|_| year >= LABOUR_CODE_2019_FROM).map(beside_national_day);
    all.extend(second.into_iter().chain(beside).map(|day| (day, NATIONAL)));
    all
}

/// The last day of the twelfth lunar month and the first four of the new year.
fn tet(year: i16) -> Option<[Date; 5]> {
    lunar_new_year(year).map(|first| [-1, 0, 1, 2, 3].map(|n| first.saturating_add(n.days())))
}

/// 1 or 3 September, see [`statutory`].
fn beside_national_day(second_september: Date) -> Date {
    match second_september.weekday() {
        Weekday::Thursday | Weekday::Sunday | Weekday::Monday => second_september.saturating_add(1.day()),
        _ => second_september.saturating_sub(1.day()),
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The statutory weekdays off of a year, in one line: `01/01 15/02-16/02`.
    fn weekdays_off(year: i16) -> String {
        let days: Vec<String> = statutory(year)
            .into_keys()
            .filter(|day| !is_weekend(*day))
            .map(|day| format!("{}/{}", day.day(), day.month()))
            .collect();
        days.join(" ")
    }

    #[test]
    fn statutory_days_fall_on_these_weekdays() {
        for (year, expected) in [
            (2018, "1/1 15/2 16/2 19/2 20/2 21/2 25/4 30/4 1/5 3/9"), // Tết over a weekend; 2/9 was a Sunday
            (2020, "1/1 24/1 27/1 28/1 29/1 30/1 2/4 30/4 1/5 2/9"),  // one day for Quốc khánh
            (2021, "1/1 11/2 12/2 15/2 16/2 17/2 21/4 30/4 3/5 2/9 3/9"),
            (2022, "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9"), // as it was decided for 2022
            (2023, "2/1 23/1 24/1 25/1 26/1 27/1 1/5 2/5 3/5 1/9 4/9"), // 29 and 30/4 and 2/9 on a weekend
            (2024, "1/1 9/2 12/2 13/2 14/2 15/2 18/4 30/4 1/5 2/9 3/9"),
            (2026, "1/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 1/9 2/9"), // 10/3 was a Sunday
        ] {
            assert_eq!(weekdays_off(year), expected, "{year}");
        }
    }

    #[test]
    fn a_holiday_keeps_its_name_and_its_substitute_says_so() {
        let days = statutory(2018);
        assert_eq!(days.len(), 13); // 10 days of the law of 2012, three of them on weekends
        for (day, name) in [
            (date(2018, 2, 15), "Tết Nguyên đán"),
            (date(2018, 2, 18), "Tết Nguyên đán"),
            (date(2018, 2, 20), "Nghỉ bù Tết Nguyên đán"),
            (date(2018, 4, 25), "Giỗ Tổ Hùng Vương"),
            (date(2018, 9, 2), "Quốc khánh"),
            (date(2018, 9, 3), "Nghỉ bù Quốc khánh"),
        ] {
            assert_eq!(days.get(&day), Some(&name), "{day}");
        }
    }

    #[test]
    fn every_year_has_its_ten_or_eleven_holidays_on_working_days() {
        for year in crate::period::YEARS {
            let holidays = if year < 2021 { 10 } else { 11 };
            let on_weekdays = statutory(year).into_keys().filter(|day| !is_weekend(*day)).count();
            assert_eq!(on_weekdays, holidays, "{year}");
        }
    }

    #[test]
    fn the_two_days_of_quoc_khanh_join_a_weekend_if_they_can() {
        for (year, expected) in [
            (2021, [2, 3]), // Thursday
            (2022, [1, 2]), // Friday
            (2023, [1, 4]), // Saturday
            (2024, [2, 3]), // Monday
            (2025, [1, 2]), // Tuesday
            (2026, [1, 2]), // Wednesday
            (2029, [3, 4]), // Sunday
        ] {
            let september = expected.map(|day| date(year, 9, day));
            let computed = statutory(year).into_keys().filter(|day| day.month() == 9 && !is_weekend(*day));
            assert_eq!(computed.collect::<Vec<_>>(), september, "{year}");
        }
    }

    /// 2024: Tết 8–14/2; 29/4 off in exchange for Saturday 4/5.
    fn data_of_2024() -> DaysOff {
        let tet = (8..=14).map(|day| (date(2024, 2, day), "Tết Nguyên đán".to_owned()));
        let swap = (date(2024, 4, 29), "Hoán đổi ngày làm việc".to_owned());
        DaysOff { off: tet.chain([swap]).collect(), worked: BTreeSet::from([date(2024, 5, 4)]) }
    }

    #[test]
    fn data_of_a_year_stands_in_place_of_the_computed_days() {
        let (data, none) = (data_of_2024(), DaysOff::default());
        for (day, with_data, computed) in [
            (date(2024, 2, 7), false, false),
            (date(2024, 2, 8), true, false),
            (date(2024, 2, 15), false, true),
            (date(2024, 4, 29), true, false),
            (date(2024, 5, 4), false, true), // a Saturday that is worked
            (date(2024, 5, 5), true, true),  // a Sunday
            (date(2024, 9, 3), false, true), // data of a year is complete: what it does not give is worked
            (date(2023, 9, 4), true, true),  // another year is computed
            (date(2025, 1, 29), true, true),
        ] {
            assert_eq!((data.is_off(day), none.is_off(day)), (with_data, computed), "{day}");
        }
        assert_eq!(data.working_day_after(date(2024, 5, 3), 1), date(2024, 5, 4));
        assert_eq!(data.working_day_after(date(2024, 5, 3), 2), date(2024, 5, 6));
        assert_eq!(data.working_day_after(date(2024, 5, 3), 0), date(2024, 5, 3));
    }

    #[test]
    fn a_year_without_data_is_warned_of() {
        assert_eq!((data_of_2024().has_data(2024), data_of_2024().warning_for(2024)), (true, None));
        for (year, expected) in [
            (
                2026,
                "Năm 2026 chưa có lịch nghỉ lễ chính thức: ngày nghỉ được tính theo Điều 112 Bộ luật Lao động năm 2019 \
                 (Tết Nguyên đán tính từ ngày 16/02/2026 đến ngày 20/02/2026), có thể khác với lịch nghỉ được quyết \
                 định hằng năm.",
            ),
            (
                2018,
                "Năm 2018 chưa có lịch nghỉ lễ chính thức: ngày nghỉ được tính theo Điều 115 Bộ luật Lao động năm 2012 \
                 (Tết Nguyên đán tính từ ngày 15/02/2018 đến ngày 19/02/2018), có thể khác với lịch nghỉ được quyết \
                 định hằng năm.",
            ),
            (
                2101,
                "Năm 2101 chưa có lịch nghỉ lễ chính thức: ngày nghỉ được tính theo Điều 112 Bộ luật Lao động năm 2019 \
                 (chưa gồm Tết Nguyên đán và Giỗ Tổ Hùng Vương), có thể khác với lịch nghỉ được quyết định hằng năm.",
            ),
        ] {
            assert_eq!(data_of_2024().warning_for(year).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_year_of_which_only_a_worked_day_is_given_has_data() {
        let worked = DaysOff { worked: BTreeSet::from([date(2026, 8, 22)]), ..DaysOff::default() };
        assert!(worked.has_data(2026) && !worked.is_off(date(2026, 9, 2)) && !worked.is_off(date(2026, 8, 22)));
    }
}
