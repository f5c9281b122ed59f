//! The rules that figures are read by: the form, the windows of months, procedures, lists, and indicators.

use baocao_domain::edition::{Edition, SideHead, TermHead};
use baocao_domain::form::{Form, OverTime};
use baocao_domain::indicator::{Better, Count};
use baocao_domain::procedure::{Catalogue, ProcedureList};
use baocao_domain::regime::Regime;
use baocao_domain::target::Span;
use baocao_domain::unit::Tier;

use super::table::{Cell, Table};

/// What every column and single field of the form is, and how its months are folded.
pub(super) fn form(form: &Form) -> Table<'_> {
    let mut table = Table::new(&["kind", "code", "number", "heading", "over_time", "parts", "owed_by"]);
    for column in &form.columns {
        table.rows.push(vec![
            Cell::text("column"),
            Cell::text(column.code.as_str()),
            Cell::Count(column.number.into()),
            Cell::text(column.heading.as_str()),
            Cell::text(over_time(column.over_time)),
            Cell::Absent,
            Cell::Absent,
        ]);
    }
    for total in &form.derived {
        let parts: Vec<&str> = total.parts.iter().map(|part| form.columns[*part].code.as_str()).collect();
        table.rows.push(vec![
            Cell::text("derived"),
            Cell::text(total.code.as_str()),
            Cell::Count(total.number.into()),
            Cell::text(total.heading.as_str()),
            Cell::Absent,
            Cell::text(parts.join("+")),
            Cell::Absent,
        ]);
    }
    for field in &form.single_fields {
        table.rows.push(vec![
            Cell::text("single_field"),
            Cell::text(field.code.as_str()),
            Cell::Absent,
            Cell::text(field.heading.as_str()),
            Cell::text(over_time(field.over_time)),
            Cell::Absent,
            Cell::text(tiers(&field.owed_by)),
        ]);
    }
    table
}

/// First and last day of every month of the year to date, and which spans count it.
pub(super) fn months<'a>(edition: &Edition, regime: &Regime) -> Table<'a> {
    let mut table = Table::new(&["month", "from", "to"]);
    table.columns.extend(Span::ALL.map(|span| span.code().into()));
    for month in &edition.year_to_date_months {
        let window = month.window(regime.calendar.window_rule);
        let mut row =
            vec![Cell::text(month.to_string()), Cell::text(window.from.to_string()), Cell::text(window.to.to_string())];
        row.extend(Span::ALL.map(|span| Cell::flag(regime.months_of(span, edition.id.period).contains(month))));
        table.rows.push(row);
    }
    table
}

/// One row per procedure of the catalogue.
pub(super) fn procedures(catalogue: &Catalogue) -> Table<'_> {
    let mut table = Table::new(&["procedure", "name", "level", "field", "competence", "in_force_from"]);
    for procedure in catalogue.procedures() {
        table.rows.push(vec![
            Cell::text(procedure.code.as_str()),
            Cell::text(procedure.name.as_str()),
            Cell::text(procedure.level.code()),
            Cell::text(procedure.field.as_str()),
            Cell::text(procedure.competence.code()),
            Cell::text_if(procedure.in_force_from),
        ]);
    }
    table
}

/// One row per stay of a procedure in a list.
pub(super) fn lists(lists: &[ProcedureList]) -> Table<'_> {
    let mut table = Table::new(&["list", "procedure", "from", "to"]);
    for list in lists {
        for (procedure, memberships) in &list.members {
            for membership in memberships {
                table.rows.push(vec![
                    Cell::text(list.code.as_str()),
                    Cell::text(procedure.as_str()),
                    Cell::text(membership.from.to_string()),
                    Cell::text_if(membership.to),
                ]);
            }
        }
    }
    table
}

/// One row per indicator: how it is counted.
pub(super) fn indicators(edition: &Edition) -> Table<'_> {
    let mut table = Table::new(&["indicator", "name", "noun", "count", "scope", "better"]);
    for side in ["numerator", "denominator"] {
        let cells = ["columns", "single_fields", "levels", "list", "competence", "fields"];
        table.columns.extend(cells.map(|cell| format!("{side}_{cell}").into()));
    }
    table.columns.push("basis".into());
    for head in &edition.indicators {
        let mut row = vec![
            Cell::text(head.code.as_str()),
            Cell::text(head.name.as_str()),
            Cell::text(head.noun.as_str()),
            Cell::text(match head.count {
                Count::Sum => "sum",
                Count::DistinctProcedures => "distinct_procedures",
            }),
            Cell::text(head.scope.code()),
            Cell::text(match head.better {
                Better::Higher => "higher",
                Better::Lower => "lower",
            }),
        ];
        row.extend(side(&head.numerator));
        row.extend(side(&head.denominator));
        row.push(Cell::text(head.basis.as_str()));
        table.rows.push(row);
    }
    table
}

/// What counts on one side. Names of fields have spaces and commas, so a bar stands between them.
fn side(side: &SideHead) -> [Cell<'_>; 6] {
    let levels: Vec<&str> = side.filter.levels.iter().map(|level| level.code()).collect();
    [
        Cell::text(terms(&side.columns)),
        Cell::text(terms(&side.single_fields)),
        Cell::text(levels.join(" ")),
        side.filter.list.as_ref().map_or(Cell::Absent, |list| Cell::text(list.as_str())),
        Cell::text(tiers(&side.filter.competence)),
        Cell::text(side.filter.fields.join("|")),
    ]
}

/// `online+direct`, with weights `3*online+direct`.
fn terms(terms: &[TermHead]) -> String {
    let term = |term: &TermHead| match term.weight {
        1 => term.code.clone(),
        weight => format!("{weight}*{}", term.code),
    };
    terms.iter().map(term).collect::<Vec<_>>().join("+")
}

fn tiers(tiers: &[Tier]) -> String {
    tiers.iter().map(|tier| tier.code()).collect::<Vec<_>>().join(" ")
}

const fn over_time(over_time: OverTime) -> &'static str {
    match over_time {
        OverTime::Sum => "sum",
        OverTime::First => "first",
        OverTime::Last => "last",
    }
}
