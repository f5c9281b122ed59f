//! Rows of obligations: who owes reports, month by month.

use std::collections::BTreeSet;

use baocao_domain::obligation::{Obligation, duty};
use baocao_domain::period::{PeriodKey, PeriodKind};
use baocao_domain::tree::Hierarchy;

use super::fault::Faults;
use super::reach::{Ranks, selector};
use super::source::{Row, Table};
use super::units::Units;
use super::words::{flag, month, optional};

/// Reads the obligations. `first_month` is none when the head could not be read: that somebody owes is then not judged.
pub(super) fn read(
    table: &Table,
    units: &Units,
    first_month: Option<PeriodKey>,
    faults: &mut Faults,
) -> Vec<Obligation> {
    let count_before = faults.count();
    let mut ranks = Ranks::new(units);
    let mut obligations = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let Some(obligation) = obligation(row, units, faults) else { continue };
        let months = (obligation.from, obligation.to);
        if let Some((unit, other)) = ranks.clash(row, &obligation.selector, months, share_a_month) {
            let place = other.place();
            row.fault(
                faults,
                format!("selector: {unit} has two rows of equal rank (see {place}); expected one a month"),
            );
        }
        obligations.push(obligation);
    }
    if let (Some(first), Some(tree)) = (first_month, &units.tree) {
        let is_sound = table.is_whole && faults.count() == count_before;
        if is_sound && !somebody_owes(&obligations, tree, first) {
            let message = format!("nobody owes a report from {first} on; expected a row with owes = 1");
            faults.add(&table.file, None, message);
        }
    }
    obligations
}

fn obligation(row: &Row, units: &Units, faults: &mut Faults) -> Option<Obligation> {
    let selector = selector(row, units, faults);
    let from = row.get("from", faults, month);
    let to = row.get("to", faults, optional(month));
    let owes = row.get("owes", faults, flag);
    let include_in_parent = row.get("include_in_parent", faults, flag);
    let basis = row.text("basis", faults);
    if let (Some(from), Some(Some(to))) = (from, to)
        && to < from
    {
        row.fault(faults, format!("to: {to} is before {from}; expected {from} or later, or nothing"));
        return None;
    }
    Some(Obligation {
        selector: selector?,
        from: from?,
        to: to?,
        owes: owes?,
        include_in_parent: include_in_parent?,
        basis: basis?,
    })
}

type Months = (PeriodKey, Option<PeriodKey>);

fn share_a_month(one: &Months, other: &Months) -> bool {
    let begins_in_time = |from: PeriodKey, to: Option<PeriodKey>| to.is_none_or(|to| from <= to);
    begins_in_time(one.0, other.1) && begins_in_time(other.0, one.1)
}

/// Whether a unit owes a report for any month from this one on. Duties change only where a row begins or has ended.
fn somebody_owes(obligations: &[Obligation], tree: &Hierarchy, first: PeriodKey) -> bool {
    let begins = obligations.iter().map(|rule| rule.from);
    let ended = obligations.iter().filter_map(|rule| month_after(rule.to?));
    let changes: BTreeSet<PeriodKey> = begins.chain(ended).filter(|month| *month > first).collect();
    std::iter::once(first)
        .chain(changes)
        .any(|month| (0..tree.nodes().len()).any(|position| duty(obligations, tree, position, month).owes))
}

fn month_after(month: PeriodKey) -> Option<PeriodKey> {
    match month.kind() {
        PeriodKind::Month(12) => PeriodKey::month(month.year() + 1, 1).ok(),
        PeriodKind::Month(number) => PeriodKey::month(month.year(), number + 1).ok(),
        PeriodKind::Quarter(_) | PeriodKind::Half(_) | PeriodKind::NineMonths | PeriodKind::Year => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spans_of_months_share_one_or_none() {
        let key = |text: &str| PeriodKey::parse(text).expect(text);
        let months = |from, to: &str| (key(from), Some(to).filter(|to| !to.is_empty()).map(key));
        for (one, other, expected) in [
            (("2022-M07", ""), ("2022-M07", ""), true),
            (("2022-M07", "2022-M08"), ("2022-M09", ""), false),
            (("2022-M07", "2022-M09"), ("2022-M09", "2022-M12"), true),
            (("2022-M07", "2022-M12"), ("2022-M08", "2022-M08"), true),
            (("2022-M01", "2022-M12"), ("2023-M01", "2023-M12"), false),
        ] {
            let (one, other) = (months(one.0, one.1), months(other.0, other.1));
            assert_eq!(share_a_month(&one, &other), expected, "{one:?} {other:?}");
            assert_eq!(share_a_month(&other, &one), expected, "{other:?} {one:?}");
        }
        assert_eq!(month_after(key("2022-M12")), Some(key("2023-M01")));
        assert_eq!(month_after(key("2022-M07")), Some(key("2022-M08")));
    }
}
