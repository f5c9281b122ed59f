//! Rows of targets: what decisions expect of whom.

use std::collections::BTreeSet;

use baocao_domain::ids::IndicatorCode;
use baocao_domain::indicator::Indicator;
use baocao_domain::period::{PeriodKey, WindowRule};
use baocao_domain::procedure::Eligibility;
use baocao_domain::target::{Direction, Span, Target, Threshold};
use jiff::civil::Date;

use super::decisions::Decisions;
use super::fault::Faults;
use super::head::SCOPES;
use super::reach::{Ranks, selector};
use super::source::{Row, Table};
use super::units::Units;
use super::words::{date_of_periods, hundred, names, one_of, optional, percentage, quoted, tier_below, year};

/// The most days that may pass until a new procedure counts: a year.
pub const ELIGIBLE_AFTER_DAYS_MAX: u16 = 366;

/// The threshold of an exception: nothing is expected.
const EXEMPT: &str = "exempt";

const DIRECTIONS: [(&str, Direction); 3] = [
    (Direction::AtLeast.code(), Direction::AtLeast),
    (Direction::AtMost.code(), Direction::AtMost),
    (Direction::Exactly.code(), Direction::Exactly),
];

const SPANS: [(&str, Span); 3] = [
    (Span::Period.code(), Span::Period),
    (Span::QuarterToDate.code(), Span::QuarterToDate),
    (Span::YearToDate.code(), Span::YearToDate),
];

/// What targets refer to.
pub(super) struct Known<'a> {
    pub(super) units: &'a Units,
    pub(super) decisions: &'a Decisions,
    /// The codes of indicators, those with a fault elsewhere included; none if one could not be read.
    pub(super) codes: Option<BTreeSet<IndicatorCode>>,
    /// All versions; none when one of them could not be read.
    pub(super) indicators: Option<&'a [Indicator]>,
    /// Where windows begin and end.
    pub(super) window_rule: Option<WindowRule>,
}

/// Reads the targets.
pub(super) fn read(table: &Table, known: &Known<'_>, faults: &mut Faults) -> Vec<Target> {
    let mut ranks = Ranks::new(known.units);
    let mut targets = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let Some(target) = target(row, known, faults) else { continue };
        check_use(row, &target, known, faults);
        let key = (target.indicator.clone(), target.year, target.applies_from);
        if let Some((unit, other)) = ranks.clash(row, &target.selector, key, PartialEq::eq) {
            let place = other.place();
            let message = format!("selector: {unit} has two targets of equal rank for this indicator and year");
            row.fault(faults, format!("{message} (see {place}); expected one, or a decision that applies later"));
        }
        targets.push(target);
    }
    targets
}

fn target(row: &Row, known: &Known<'_>, faults: &mut Faults) -> Option<Target> {
    let decision = row.get("decision", faults, |cell| known.decisions.number(cell));
    let year = row.get("year", faults, year);
    let selector = selector(row, known.units, faults);
    let indicator = row.get("indicator", faults, |cell| indicator(cell, known.codes.as_ref()));
    let threshold = threshold(row, faults);
    let window = row.get("window", faults, one_of(&SPANS));
    let scope = row.get("scope", faults, optional(one_of(&SCOPES)));
    let competence = row.get("competence", faults, optional(tier_below));
    let after_days = row.get("eligible_after_days", faults, optional(days));
    let until = row.get("eligible_until", faults, optional(date_of_periods));
    let basis = row.text("basis", faults);
    let decision = decision?;
    let eligibility = match (after_days?, until?) {
        (None, None) => None,
        (after_days, until) => Some(Eligibility { after_days: after_days.unwrap_or(0), until }),
    };
    Some(Target {
        applies_from: known.decisions.applies_from(&decision)?,
        decision,
        year: year?,
        indicator: indicator?,
        selector: selector?,
        threshold: threshold?,
        window: window?,
        scope: scope?,
        competence: competence?,
        eligibility,
        basis: basis?,
    })
}

/// The code of a known indicator.
pub(super) fn indicator(given: &str, known: Option<&BTreeSet<IndicatorCode>>) -> Result<IndicatorCode, String> {
    let code = IndicatorCode::parse(given).map_err(|error| error.to_string())?;
    match known {
        Some(known) if !known.contains(&code) => {
            let known = names(known.iter().map(IndicatorCode::as_str));
            Err(format!("{code} is unknown; expected {known}"))
        }
        _ => Ok(code),
    }
}

fn days(cell: &str) -> Result<u16, String> {
    let is_plain = !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
    let days = cell.parse().ok().filter(|days| is_plain && *days <= ELIGIBLE_AFTER_DAYS_MAX);
    days.ok_or_else(|| format!("{}; expected a number of days up to {ELIGIBLE_AFTER_DAYS_MAX}", quoted(cell)))
}

/// The threshold with its direction; within, none for an exception.
fn threshold(row: &Row, faults: &mut Faults) -> Option<Option<Threshold>> {
    if row.cell("threshold") == EXEMPT {
        let is_plain = row.cell("direction").is_empty();
        if !is_plain {
            let direction = quoted(row.cell("direction"));
            row.fault(faults, format!("direction: {direction}; expected none where units are exempt"));
        }
        return is_plain.then_some(None);
    }
    let direction = row.get("direction", faults, one_of(&DIRECTIONS));
    let percentage =
        row.get("threshold", faults, |cell| percentage(cell).map_err(|error| format!("{error}, or {EXEMPT}")));
    let (direction, (value, scale)) = (direction?, percentage?);
    if direction == Direction::Exactly && value != hundred(scale) {
        let given = row.cell("threshold");
        row.fault(faults, format!("direction: = with {given}; expected = only with 100, else >= or <="));
        return None;
    }
    Some(Some(Threshold { value, scale, direction }))
}

/// What the row says may be sound, and yet no window be judged by it.
fn check_use(row: &Row, target: &Target, known: &Known<'_>, faults: &mut Faults) {
    if let Some(rule) = known.window_rule {
        let (year, applies_from) = (target.year, target.applies_from);
        let ends: Vec<Date> = ends_of_months(year, rule).into_iter().filter(|end| *end >= applies_from).collect();
        let is_in_force = |version: &Indicator| ends.iter().any(|end| version.is_in_force(*end));
        let versions = known.indicators.map(|all| all.iter().filter(|version| version.code == target.indicator));
        if ends.is_empty() {
            let message =
                format!("year: no month of {year} ends on or after {applies_from}, when its decision applies");
            row.fault(faults, format!("{message}; expected a later year, or an earlier applies_from"));
        } else if versions.is_some_and(|mut versions| !versions.any(is_in_force)) {
            let message =
                format!("indicator: no version of {} is in force at the end of a month of {year}", target.indicator);
            row.fault(faults, format!("{message} from {applies_from} on; expected one that is"));
        }
    }
    let mut versions = known.indicators.unwrap_or_default().iter().filter(|version| version.code == target.indicator);
    let narrowing = ["competence", "eligible_after_days", "eligible_until"];
    if let Some(column) = narrowing.into_iter().find(|column| !row.cell(column).is_empty())
        && versions.any(|version| !version.denominator.single_fields.is_empty())
    {
        let message = format!("{column}: {} counts single fields, which belong to no procedure", target.indicator);
        row.fault(faults, format!("{message}; expected nothing here"));
    }
}

fn ends_of_months(year: i16, rule: WindowRule) -> Vec<Date> {
    (1..=12).filter_map(|month| PeriodKey::month(year, month).ok()).map(|month| month.window(rule).to).collect()
}
