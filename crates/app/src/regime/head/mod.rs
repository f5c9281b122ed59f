//! `regime.toml`: names, calendar, form and indicators.
//!
//! The file's shape is proved by its types (a key that is not known is an error that names it); what types cannot say
//! is checked here, with the line of the value.

mod form;
mod raw;

use std::collections::BTreeSet;
use std::fmt::Display;

use baocao_domain::calendar::Calendar;
use baocao_domain::form::Form;
use baocao_domain::ids::UnitCode;
use baocao_domain::indicator::Indicator;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Letterhead;
use jiff::civil::Time;
use toml::Spanned;

use super::fault::Faults;
use super::source::{HEAD, text};
use super::units::date;
use raw::{RawCalendar, RawHead, RawHoliday, RawLetterhead, Text};

pub use form::COLUMNS_MAX;

/// What the head says, proved.
pub(super) struct Head {
    pub(super) name: String,
    pub(super) province: UnitCode,
    pub(super) letterhead: Letterhead,
    pub(super) calendar: Calendar,
    pub(super) first_month: PeriodKey,
    pub(super) form: Form,
    pub(super) indicators: Vec<Indicator>,
    pub(super) remarks: Vec<String>,
}

/// Reads the head; what it returns is whole only if no fault was added.
pub(super) fn read(source: &str, faults: &mut Faults) -> Option<Head> {
    let raw: RawHead = match toml::from_str(source) {
        Ok(raw) => raw,
        Err(error) => {
            faults.add(HEAD, error.span().map(|span| line_of(source, span.start)), error.message());
            return None;
        }
    };
    let mut check = Check { source, faults };
    let name = check.value(&raw.name, folder_name);
    let province = check.value(&raw.province, UnitCode::parse);
    let first_month = check.value(&raw.first_month, month);
    let letterhead = check.letterhead(&raw.letterhead);
    let calendar = check.calendar(&raw.calendar, &raw.holiday);
    let form = check.form(&raw.form);
    let indicators = form.as_ref().and_then(|form| check.indicators(form, &raw.indicator));
    let remarks = check.texts(&raw.remarks);
    Some(Head {
        name: name?,
        province: province?,
        letterhead: letterhead?,
        calendar: calendar?,
        first_month: first_month?,
        form: form?,
        indicators: indicators?,
        remarks: remarks?,
    })
}

struct Check<'a> {
    source: &'a str,
    faults: &'a mut Faults,
}

impl Check<'_> {
    fn fault<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        self.faults.add(HEAD, line_of(self.source, at.span().start), message);
    }

    fn value<T, E: Display>(&mut self, at: &Text, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        match parse(at.get_ref()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(at, error.to_string());
                None
            }
        }
    }

    fn text(&mut self, at: &Text) -> Option<String> {
        self.value(at, text)
    }

    fn texts(&mut self, at: &[Text]) -> Option<Vec<String>> {
        let read: Vec<_> = at.iter().map(|one| self.text(one)).collect();
        read.into_iter().collect()
    }

    fn letterhead(&mut self, raw: &RawLetterhead) -> Option<Letterhead> {
        let issuer = self.text(&raw.issuer);
        let issuer_place = self.text(&raw.issuer_place);
        let place = self.text(&raw.place);
        let province = self.text(&raw.province);
        let symbol = self.text(&raw.symbol);
        let addressee = self.text(&raw.addressee);
        let recipients = self.texts(&raw.recipients);
        let signatory_lines = self.texts(&raw.signatory_lines);
        let urging_organ = self.text(&raw.urging_organ);
        Some(Letterhead {
            issuer: issuer?,
            issuer_place: issuer_place?,
            place: place?,
            province: province?,
            symbol: symbol?,
            addressee: addressee?,
            recipients: recipients?,
            signatory_lines: signatory_lines?,
            urging_organ: urging_organ?,
        })
    }

    fn calendar(&mut self, raw: &RawCalendar, holidays: &[RawHoliday]) -> Option<Calendar> {
        let due_time = self.value(&raw.due_time, clock);
        let lock_time = self.value(&raw.lock_time, clock);
        for days in [&raw.due_working_days, &raw.lock_working_days] {
            if !(1..=60).contains(days.get_ref()) {
                self.fault(days, format!("{}; expected 1 to 60 working days", days.get_ref()));
            }
        }
        let mut days = BTreeSet::new();
        for holiday in holidays {
            self.text(&holiday.name);
            self.text(&holiday.basis);
            let Some(day) = self.value(&holiday.day, date) else { continue };
            if !days.insert(day) {
                self.fault(&holiday.day, format!("{day} is given twice"));
            }
        }
        Some(Calendar {
            window_rule: raw.window_rule,
            holidays: days,
            due_time: due_time?,
            due_working_days: *raw.due_working_days.get_ref(),
            lock_time: lock_time?,
            lock_working_days: *raw.lock_working_days.get_ref(),
        })
    }
}

/// A regime's name is also its folder's.
fn folder_name(name: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&name.len()) && name.chars().all(is_name) {
        return Ok(name.to_owned());
    }
    Err(format!("{name:?} is not a regime's name; expected such as lang-son-2022"))
}

fn month(key: &str) -> Result<PeriodKey, String> {
    let period = PeriodKey::parse(key).ok().filter(|period| period.is_month());
    period.ok_or_else(|| format!("{key:?} is not a month; expected such as 2022-M07"))
}

fn clock(time: &str) -> Result<Time, String> {
    let time_read = Some(time).filter(|time| time.len() == 5).and_then(|time| time.parse().ok());
    time_read.ok_or_else(|| format!("{time:?} is not a time of day; expected such as 17:00"))
}

fn line_of(source: &str, offset: usize) -> u64 {
    source.bytes().take(offset).filter(|byte| *byte == b'\n').map(|_| 1).sum::<u64>() + 1
}
