//! What was filed: the reports that were owed, and the figures of those that are in.

use baocao_domain::edition::{Edition, SealedReport, UnitResult};
use baocao_domain::regime::Regime;

use super::table::{Cell, Table, push_row};
use crate::sealed::{Owed, Sealed};

/// One row per report that was owed over the months of the year to date.
pub(super) fn reports<'a>(edition: &'a Edition, sealed: &'a Sealed<'a>) -> Table<'a> {
    let mut table =
        Table::new(&["unit", "month", "included", "due", "status", "revision", "received_at", "late", "nil"]);
    for (unit, owed) in sealed.units(edition) {
        for Owed { month, due, report } in owed {
            let of = |cell: fn(&SealedReport) -> Cell<'a>| report.map_or(Cell::Absent, cell);
            table.rows.push(vec![
                Cell::text(unit.code.as_str()),
                Cell::text(month.to_string()),
                Cell::flag(unit.is_included),
                Cell::text(due.iso()),
                Cell::text(if report.is_some() { "reported" } else { "missing" }),
                of(|report| Cell::Count(report.revision.into())),
                of(|report| Cell::text(report.received_at.iso())),
                report.map_or(Cell::Absent, |report| Cell::flag(report.received_at > *due)),
                of(|report| Cell::flag(report.nil)),
            ]);
        }
    }
    table
}

/// Every report that counts, by month, then in the order of the units.
fn in_order<'a>(edition: &'a Edition, sealed: &'a Sealed<'a>) -> Vec<(&'a UnitResult, &'a SealedReport)> {
    let mut reports: Vec<_> = sealed
        .units(edition)
        .flat_map(|(unit, owed)| owed.iter().filter_map(move |owed| Some((unit, owed.report?))))
        .collect();
    reports.sort_by_key(|(_, report)| report.month);
    reports
}

/// The single fields that were given: one row per month × unit × field.
pub(super) fn single_fields<'a>(edition: &'a Edition, sealed: &'a Sealed<'a>) -> Table<'a> {
    let mut table = Table::new(&["month", "unit", "revision", "single_field", "value"]);
    for (unit, report) in in_order(edition, sealed) {
        for (field, value) in &report.figures.single_fields {
            table.rows.push(vec![
                Cell::text(report.month.to_string()),
                Cell::text(unit.code.as_str()),
                Cell::Count(report.revision.into()),
                Cell::text(field.as_str()),
                Cell::Count(*value),
            ]);
        }
    }
    table
}

/// The head of a figure: where a row of the form was filed.
struct Filed<'a> {
    month: String,
    unit: &'a str,
    revision: u32,
    procedure: &'a str,
    level: Option<&'static str>,
    values: &'a [i64],
}

/// Every filed row that counts, by month, then in the order of the units, then by procedure.
fn filed<'a>(edition: &'a Edition, regime: &'a Regime, sealed: &'a Sealed<'a>) -> impl Iterator<Item = Filed<'a>> {
    in_order(edition, sealed).into_iter().flat_map(move |(unit, report)| {
        report.figures.rows.iter().map(move |(procedure, values)| Filed {
            month: report.month.to_string(),
            unit: unit.code.as_str(),
            revision: report.revision,
            procedure: procedure.as_str(),
            level: regime.catalogue.get(procedure).map(|procedure| procedure.level.code()),
            values,
        })
    })
}

/// One row per month × unit × procedure × filed column.
pub(super) fn figures_csv(edition: &Edition, regime: &Regime, sealed: &Sealed<'_>) -> String {
    let mut out = String::from("month,unit,revision,procedure,level,column,value\n");
    for row in filed(edition, regime, sealed) {
        for (column, value) in edition.form.columns.iter().zip(row.values) {
            push_row(
                &mut out,
                &[
                    Cell::text(&row.month),
                    Cell::text(row.unit),
                    Cell::Count(row.revision.into()),
                    Cell::text(row.procedure),
                    row.level.map_or(Cell::Absent, Cell::text),
                    Cell::text(column.code.as_str()),
                    Cell::Count(*value),
                ],
            );
        }
    }
    out
}

/// The same, compact: the columns once, then one array per month × unit × procedure.
pub(super) fn figures_json(edition: &Edition, regime: &Regime, sealed: &Sealed<'_>) -> serde_json::Value {
    let head = ["month", "unit", "revision", "procedure", "level"];
    let columns: Vec<&str> =
        head.into_iter().chain(edition.form.columns.iter().map(|column| column.code.as_str())).collect();
    let rows: Vec<Vec<serde_json::Value>> = filed(edition, regime, sealed)
        .map(|row| {
            let mut cells: Vec<serde_json::Value> =
                vec![row.month.into(), row.unit.into(), row.revision.into(), row.procedure.into(), row.level.into()];
            cells.extend(row.values.iter().map(|value| serde_json::Value::from(*value)));
            cells
        })
        .collect();
    serde_json::json!({ "edition": edition.id.to_string(), "columns": columns, "rows": rows })
}
