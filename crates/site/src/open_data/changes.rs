//! What an edition changed of the one before it: one row per value.

use baocao_domain::edition::EditionId;
use baocao_domain::restatement::{Restatement, Value};
use serde_json::json;

use super::table::{Cell, Table};

/// Every change, in the order of the restatement.
pub(super) fn changes<'a>(edition: EditionId, restatement: &'a Restatement) -> Table<'a> {
    let mut table = Table::new(&[
        "edition", "of", "unit", "item", "subject", "scope", "span", "old", "old_of", "new", "new_of", "why",
    ]);
    for change in &restatement.changes {
        let item = &change.item;
        let subject = item.subject();
        let mut row = vec![
            Cell::text(edition.to_string()),
            Cell::text(restatement.of.to_string()),
            Cell::text(change.unit.as_str()),
            Cell::text(item.code()),
            if subject.is_empty() { Cell::Absent } else { Cell::text(subject) },
            item.scope().map_or(Cell::Absent, |scope| Cell::text(scope.code())),
            item.span().map_or(Cell::Absent, |span| Cell::text(span.code())),
        ];
        row.extend(value(change.old.as_ref()));
        row.extend(value(change.new.as_ref()));
        row.push(Cell::text(change.why.code()));
        table.rows.push(row);
    }
    table
}

/// A value; what is one of so many stands in two cells.
fn value<'a>(value: Option<&Value>) -> [Cell<'a>; 2] {
    let of = |part, whole| [Cell::Count(part), Cell::Count(whole)];
    let one = |cell| [cell, Cell::Absent];
    match value {
        None => one(Cell::Absent),
        Some(Value::Count(count)) => one(Cell::Count(*count)),
        Some(Value::Flag(is_set)) => one(Cell::flag(*is_set)),
        Some(Value::Ratio(ratio)) => of(ratio.numerator, ratio.denominator),
        Some(Value::Coverage(coverage)) => of(coverage.reported, coverage.obliged),
        Some(Value::Rank(rank)) => of(rank.place.into(), rank.of.into()),
        Some(other) => one(Cell::text(other.data())),
    }
}

/// The edition that is restated, and the reports behind it, for the head.
pub(super) fn head(restatement: &Restatement) -> serde_json::Value {
    let sources = restatement.sources.iter().map(|source| {
        json!({
            "unit": source.unit,
            "month": source.month.to_string(),
            "before": source.before,
            "now": source.now,
            "note": source.note,
        })
    });
    json!({ "of": restatement.of.to_string(), "sources": sources.collect::<Vec<_>>() })
}
