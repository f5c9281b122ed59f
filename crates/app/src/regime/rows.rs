//! Rows of procedures, targets and contacts, with their references to units and indicators.

use std::collections::BTreeSet;

use baocao_domain::ids::{IndicatorCode, ProcedureCode, UnitCode};
use baocao_domain::indicator::{Indicator, Procedure};
use baocao_domain::period::YEARS;
use baocao_domain::regime::Contact;
use baocao_domain::target::{Target, Threshold};

use super::fault::Faults;
use super::source::Row;
use super::units::{date, is_unknown, tier};

/// The most digits behind the point of a threshold.
pub const THRESHOLD_SCALE_MAX: usize = 4;

/// The longest e-mail address (RFC 5321, 4.5.3.1.3, without its angle brackets).
pub const EMAIL_LENGTH_MAX: usize = 254;

/// Levels of online service in a catalogue.
pub(super) const LEVELS: std::ops::RangeInclusive<u8> = 2..=4;

pub(super) fn procedures(rows: &[Row], faults: &mut Faults) -> Vec<Procedure> {
    let mut seen = BTreeSet::new();
    let mut procedures = Vec::with_capacity(rows.len());
    for row in rows {
        let code = row.get("code", faults, ProcedureCode::parse);
        let name = row.text("name", faults);
        let level = row.get("level", faults, level);
        let field = row.text("field", faults);
        let competence = row.get("competence", faults, tier);
        let Some(code) = code else { continue };
        if !seen.insert(code.clone()) {
            row.fault(faults, format!("code: {code} stands for two procedures; expected each code once"));
        }
        if let (Some(name), Some(level), Some(field), Some(competence)) = (name, level, field, competence) {
            procedures.push(Procedure { code, name, level, field, competence });
        }
    }
    procedures
}

/// `indicators` is none when the head could not be read: references to it are then not judged.
pub(super) fn targets(
    rows: &[Row],
    units: Option<&BTreeSet<UnitCode>>,
    indicators: Option<&[Indicator]>,
    faults: &mut Faults,
) -> Vec<Target> {
    let mut seen = BTreeSet::new();
    let mut targets = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(target) = target(row, faults) else { continue };
        if is_unknown(units, &target.unit) {
            row.fault(faults, format!("unit: no unit has the code {}", target.unit));
        }
        if let Some(known) = indicators.filter(|known| known.iter().all(|i| i.code != target.indicator)) {
            let known: Vec<_> = known.iter().map(|indicator| indicator.code.as_str()).collect();
            row.fault(faults, format!("indicator: {} is unknown; expected {}", target.indicator, known.join(", ")));
        }
        if !seen.insert((target.unit.clone(), target.indicator.clone(), target.year)) {
            row.fault(faults, "the unit has two targets for this indicator and year; expected one");
        }
        targets.push(target);
    }
    targets
}

fn target(row: &Row, faults: &mut Faults) -> Option<Target> {
    let decision = row.text("decision", faults);
    let issued = row.get("issued", faults, date);
    let year = row.get("year", faults, year);
    let unit = row.get("unit", faults, UnitCode::parse);
    let indicator = row.get("indicator", faults, IndicatorCode::parse);
    let threshold = row.get("threshold", faults, threshold);
    let basis = row.text("basis", faults);
    Some(Target {
        decision: decision?,
        issued: issued?,
        year: year?,
        indicator: indicator?,
        unit: unit?,
        threshold: threshold?,
        basis: basis?,
    })
}

pub(super) fn contacts(rows: &[Row], units: Option<&BTreeSet<UnitCode>>, faults: &mut Faults) -> Vec<Contact> {
    let mut seen = BTreeSet::new();
    let mut contacts = Vec::with_capacity(rows.len());
    for row in rows {
        let unit = row.get("unit", faults, UnitCode::parse);
        let addressee = row.text("addressee", faults);
        let email = row.get("email", faults, email);
        if let Some(unknown) = unit.as_ref().filter(|unit| is_unknown(units, unit)) {
            row.fault(faults, format!("unit: no unit has the code {unknown}"));
        }
        let (Some(unit), Some(addressee), Some(email)) = (unit, addressee, email) else { continue };
        if !seen.insert((unit.clone(), email.clone())) {
            row.fault(faults, format!("email: the unit {unit} has this mailbox twice"));
        }
        contacts.push(Contact { unit, addressee, email });
    }
    contacts
}

fn level(cell: &str) -> Result<u8, String> {
    let level = cell.parse().ok().filter(|level| LEVELS.contains(level));
    level.ok_or_else(|| format!("{cell:?}; expected {} to {}", LEVELS.start(), LEVELS.end()))
}

fn year(cell: &str) -> Result<i16, String> {
    let year = cell.parse().ok().filter(|year| YEARS.contains(year));
    year.ok_or_else(|| format!("{cell:?} is not a year from {} to {}", YEARS.start(), YEARS.end()))
}

fn threshold(cell: &str) -> Result<Threshold, String> {
    read_threshold(cell).ok_or_else(|| format!("{cell:?}; expected a percentage from 0 to 100, such as 80 or 57.5"))
}

fn read_threshold(cell: &str) -> Option<Threshold> {
    let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
    let is_written_out = cell.contains('.') != decimals.is_empty();
    let is_number = !whole.is_empty() && whole.len() <= 3 && decimals.len() <= THRESHOLD_SCALE_MAX;
    let digits = format!("{whole}{decimals}");
    if !is_written_out || !is_number || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = u8::try_from(decimals.len()).ok()?;
    let value: i64 = digits.parse().ok()?;
    (value <= 100 * 10_i64.pow(u32::from(scale))).then_some(Threshold { value, scale })
}

/// The shape that can stand in a mail header as it is: one @, no blank, quote, bracket or control character.
fn email(cell: &str) -> Result<String, String> {
    let is_word = |word: &str, also: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
    };
    let is_address = cell.split_once('@').is_some_and(|(local, domain)| {
        let is_local = local.split('.').all(|word| is_word(word, "_-+"));
        is_local && domain.contains('.') && domain.split('.').all(|word| is_word(word, "-"))
    });
    if is_address && cell.len() <= EMAIL_LENGTH_MAX {
        return Ok(cell.to_owned());
    }
    let given: String = cell.chars().take(EMAIL_LENGTH_MAX).collect();
    Err(format!("{given:?} is not an address; expected such as stttt@langson.example"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_percentage() {
        for (cell, expected) in [
            ("80", Some((80, 0))),
            ("57.5", Some((575, 1))),
            ("100.00", Some((10_000, 2))),
            ("0", Some((0, 0))),
            ("100.1", None),
            ("101", None),
            ("-1", None),
            ("57,5", None),
            ("57.", None),
            (".5", None),
            ("+5", None),
            ("", None),
            ("1.00001", None),
        ] {
            assert_eq!(threshold(cell).ok().map(|t| (t.value, t.scale)), expected, "{cell:?}");
        }
    }

    #[test]
    fn an_address_cannot_break_a_mail_header() {
        for (cell, accepted) in [
            ("stttt@langson.example", true),
            ("ubnd.05971@langson.example", true),
            ("", false),
            ("langson.example", false),
            ("a@b", false),
            ("a@@b.example", false),
            ("a@b.example\r\nBcc: c@d.example", false),
            ("a b@c.example", false),
            ("<a@b.example>", false),
            ("a@b..example", false),
            ("Sở@langson.example", false),
        ] {
            assert_eq!(email(cell).is_ok(), accepted, "{cell:?}");
        }
    }
}
