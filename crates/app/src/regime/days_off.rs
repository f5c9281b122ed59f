//! Rows of days off, and of the Saturdays and Sundays that are worked in exchange.

use std::collections::BTreeMap;

use baocao_domain::days_off::DaysOff;
use jiff::civil::{Date, Weekday};

use super::fault::Faults;
use super::source::{Row, Table};
use super::words::{date_of_periods, one_of};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Off,
    Work,
}

/// Reads the days off. Days before `first_year`, that of the first window, are slips: no deadline falls there.
pub(super) fn read(table: &Table, first_year: Option<i16>, faults: &mut Faults) -> DaysOff {
    let mut seen: BTreeMap<Date, &Row> = BTreeMap::new();
    let mut days_off = DaysOff::default();
    for row in &table.rows {
        let day = row.get("day", faults, |cell| plausible(cell, first_year));
        let kind = row.get("kind", faults, one_of(&[("off", Kind::Off), ("work", Kind::Work)]));
        let name = row.text("name", faults);
        row.text("basis", faults);
        let Some(day) = day else { continue };
        if let Some(first) = seen.get(&day) {
            let place = first.place();
            row.fault(faults, format!("day: {day} is given twice (see {place}); expected each day once"));
            continue;
        }
        seen.insert(day, row);
        match (kind, name) {
            (Some(Kind::Off), Some(name)) => {
                days_off.off.insert(day, name);
            }
            (Some(Kind::Work), _) if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) => {
                let weekday = day.weekday();
                row.fault(faults, format!("kind: {day} is a {weekday:?}; expected work only of a Saturday or Sunday"));
            }
            (Some(Kind::Work), _) => {
                days_off.worked.insert(day);
            }
            (Some(Kind::Off) | None, _) => {}
        }
    }
    days_off
}

fn plausible(cell: &str, first_year: Option<i16>) -> Result<Date, String> {
    let day = date_of_periods(cell)?;
    match first_year.filter(|first| day.year() < *first) {
        Some(first) => Err(format!("{day} is before the first month's window; expected a day of {first} or later")),
        None => Ok(day),
    }
}
