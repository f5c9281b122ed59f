//! What was made of the figures of a period: every unit's totals, and those of its single fields.

use baocao_domain::edition::Edition;
use baocao_domain::fold::{Coverage, FieldTotal};
use baocao_domain::unit::PeerGroup;

use super::table::{Cell, Table};

/// One row per unit, in the order of the tree: who it is, what it filed, and its totals over the period's months.
pub(super) fn units(edition: &Edition) -> Table<'_> {
    let printed = edition.form.printed_order();
    let mut table = Table::new(&[
        "unit",
        "name",
        "tier",
        "group",
        "parent",
        "included",
        "own_reported",
        "own_obliged",
        "subtree_reported",
        "subtree_obliged",
    ]);
    for side in ["own", "subtree"] {
        table.columns.extend(printed.iter().map(|code| format!("{side}_{code}").into()));
    }
    for unit in &edition.units {
        let (own, subtree) = (unit.own_coverage(), unit.subtree_coverage);
        let mut row = vec![
            Cell::text(unit.code.as_str()),
            Cell::text(unit.name.as_str()),
            Cell::text(unit.tier.code()),
            Cell::text(unit.group.map_or("", PeerGroup::letter)),
            Cell::text(unit.parent.as_ref().map_or("", |code| code.as_str())),
            Cell::flag(unit.is_included),
            Cell::Count(own.reported),
            Cell::Count(own.obliged),
            Cell::Count(subtree.reported),
            Cell::Count(subtree.obliged),
        ];
        for (coverage, values) in [(own, &unit.own), (subtree, &unit.subtree)] {
            // Where no report is in, there is no figure: a zero would be a statement that nobody made.
            let is_known = coverage.reported > 0;
            row.extend(printed.iter().map(|code| Cell::count_if(is_known, edition.value(values, code.as_str()))));
        }
        table.rows.push(row);
    }
    table
}

/// One row per unit and single field that it, or a unit below it, owes.
pub(super) fn single_fields(edition: &Edition) -> Table<'_> {
    let mut table = Table::new(&[
        "unit",
        "single_field",
        "own",
        "own_reported",
        "own_obliged",
        "subtree",
        "subtree_reported",
        "subtree_obliged",
    ]);
    for unit in &edition.units {
        let totals = unit.own_fields.iter().zip(&unit.subtree_fields);
        for (field, (own, subtree)) in edition.form.single_fields.iter().zip(totals) {
            if subtree.coverage.obliged == 0 {
                continue;
            }
            let mut row = vec![Cell::text(unit.code.as_str()), Cell::text(field.code.as_str())];
            row.extend([own, subtree].into_iter().flat_map(total));
            table.rows.push(row);
        }
    }
    table
}

fn total<'a>(total: &FieldTotal) -> [Cell<'a>; 3] {
    let Coverage { reported, obliged } = total.coverage;
    [Cell::count_if(reported > 0, total.value), Cell::Count(reported), Cell::Count(obliged)]
}
