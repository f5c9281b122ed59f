//! Rows of decisions: what targets and delegations refer to by number.

use std::collections::BTreeMap;

use baocao_domain::regime::Decision;
use jiff::civil::Date;

use super::fault::Faults;
use super::source::{Row, Table};
use super::words::{date_of_periods, names, optional, text};

/// The decisions, and what other rows may refer to.
pub(super) struct Decisions {
    pub(super) all: Vec<Decision>,
    /// By number, with the day from which on targets are judged, if that could be read; none if a number could not be.
    by_number: Option<BTreeMap<String, Option<Date>>>,
}

impl Decisions {
    /// The number of a known decision.
    pub(super) fn number(&self, given: &str) -> Result<String, String> {
        match &self.by_number {
            Some(known) if !known.contains_key(given) => {
                let known = names(known.keys().map(String::as_str));
                Err(format!("no decision has the number {given:?}; expected {known}"))
            }
            _ => Ok(given.to_owned()),
        }
    }

    /// The day from which on the targets of a decision are judged.
    pub(super) fn applies_from(&self, number: &str) -> Option<Date> {
        self.by_number.as_ref()?.get(number).copied().flatten()
    }
}

/// Reads the decisions.
pub(super) fn read(table: &Table, faults: &mut Faults) -> Decisions {
    let mut by_number: BTreeMap<String, Option<Date>> = BTreeMap::new();
    let mut all = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let number = row.cell("decision");
        let (decision, applies_from) = decision(row, faults);
        if by_number.insert(number.to_owned(), applies_from).is_some() {
            row.fault(faults, format!("decision: {number} is given twice; expected each number once"));
        }
        all.extend(decision);
    }
    let is_whole = table.is_whole && by_number.keys().all(|number| text(number).is_ok());
    Decisions { all, by_number: Some(by_number).filter(|_| is_whole) }
}

fn decision(row: &Row, faults: &mut Faults) -> (Option<Decision>, Option<Date>) {
    let number = row.get("decision", faults, text);
    let issued = row.get("issued", faults, optional(date_of_periods));
    let applies_from = row.get("applies_from", faults, date_of_periods);
    let title = row.text("title", faults);
    row.text("basis", faults);
    let decision = match (number, issued, title) {
        (Some(number), Some(issued), Some(title)) => Some(Decision { number, issued, title }),
        _ => None,
    };
    (decision, applies_from)
}
