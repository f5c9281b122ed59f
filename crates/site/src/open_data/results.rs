//! The tables of results: units with their totals, indicators, targets with their verdicts.

use baocao_domain::edition::{Edition, Outcome, Span, UnitResult};
use baocao_domain::ids::ColumnCode;
use baocao_domain::indicator::{Count, Scope};
use baocao_domain::period::PeriodKey;
use baocao_domain::rounding::{percent_text, threshold_text};
use baocao_domain::target::Verdict;
use baocao_domain::unit::{PeerGroup, Tier};

use super::table::{Cell, Table};
use crate::Sealed;

/// One row per unit, in the order of the tree: who it is, what it filed, and its totals over the period's months.
pub(super) fn units<'a>(edition: &'a Edition, sealed: &Sealed<'_>) -> Table<'a> {
    let printed = edition.form.printed_order();
    let mut table = Table::new(&[
        "unit",
        "name",
        "tier",
        "group",
        "parent",
        "reports",
        "months_owed",
        "months_reported",
        "reported",
        "missing",
        "ytd_reported",
        "ytd_missing",
    ]);
    for side in ["own", "subtree"] {
        table.columns.extend(printed.iter().map(|code| format!("{side}_{code}").into()));
    }
    for unit in &edition.units {
        let (reported, missing) = months(unit, &edition.months, sealed);
        let (ytd_reported, ytd_missing) = months(unit, &edition.year_to_date_months, sealed);
        let owes = !unit.filings.is_empty();
        let mut row = vec![
            Cell::text(unit.code.as_str()),
            Cell::text(unit.name.as_str()),
            Cell::text(tier(unit.tier)),
            Cell::text(unit.group.map_or("", PeerGroup::letter)),
            Cell::text(unit.parent.as_ref().map_or("", |code| code.as_str())),
            Cell::Count(i64::from(owes)),
            Cell::Count(if owes { length(&edition.months) } else { 0 }),
            Cell::Count(length(&reported)),
            Cell::text(spaced(&reported)),
            Cell::text(spaced(&missing)),
            Cell::text(spaced(&ytd_reported)),
            Cell::text(spaced(&ytd_missing)),
        ];
        let sides = [(!reported.is_empty(), &unit.own), (unit.subtree_coverage.reported > 0, &unit.subtree)];
        for (is_known, values) in sides {
            // Where no report is in, there is no figure: a zero would be a statement that nobody made.
            row.extend(printed.iter().map(|code| Cell::count_if(is_known, edition.value(values, code.as_str()))));
        }
        table.rows.push(row);
    }
    table
}

/// One row per unit × span × indicator, with the definition by which it was counted.
pub(super) fn indicators(edition: &Edition) -> Table<'_> {
    let mut table = Table::new(&[
        "edition",
        "unit",
        "indicator",
        "span",
        "from",
        "to",
        "scope",
        "count",
        "numerator_columns",
        "denominator_columns",
        "levels",
        "numerator",
        "denominator",
        "percent",
        "reported",
        "obliged",
    ]);
    for (unit, outcome) in outcomes(edition) {
        let Some(head) = edition.indicator(&outcome.indicator) else { continue };
        let window = match outcome.span {
            Span::Period => edition.window,
            Span::YearToDate => edition.year_to_date,
        };
        let is_known = outcome.coverage.reported > 0;
        table.rows.push(vec![
            Cell::text(edition.id.to_string()),
            Cell::text(unit.code.as_str()),
            Cell::text(head.code.as_str()),
            Cell::text(match outcome.span {
                Span::Period => "period",
                Span::YearToDate => "year_to_date",
            }),
            Cell::text(window.from.to_string()),
            Cell::text(window.to.to_string()),
            Cell::text(match head.scope {
                Scope::Own => "own",
                Scope::Subtree => "subtree",
            }),
            Cell::text(match head.count {
                Count::Sum => "sum",
                Count::DistinctProcedures => "distinct_procedures",
            }),
            Cell::text(plus(&head.numerator)),
            Cell::text(plus(&head.denominator)),
            Cell::text(head.levels.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")),
            Cell::count_if(is_known, outcome.ratio.numerator),
            Cell::count_if(is_known, outcome.ratio.denominator),
            percent_text(outcome.ratio, 2).map_or(Cell::Absent, |text| Cell::Decimal(with_point(&text))),
            Cell::Count(outcome.coverage.reported),
            Cell::Count(outcome.coverage.obliged),
        ]);
    }
    table
}

/// One row per target and span, with its verdict.
pub(super) fn targets(edition: &Edition) -> Table<'_> {
    let mut table = Table::new(&[
        "edition",
        "unit",
        "indicator",
        "span",
        "standing",
        "decision",
        "issued",
        "op",
        "threshold_pct",
        "numerator",
        "denominator",
        "verdict",
        "shortfall",
    ]);
    for (unit, outcome) in outcomes(edition) {
        let Some(judgement) = &outcome.judgement else { continue };
        let issued = edition.decisions.iter().find(|decision| decision.number == judgement.decision);
        let is_known = outcome.coverage.reported > 0;
        let (span, standing) = match outcome.span {
            Span::Period => ("period", "progress"),
            Span::YearToDate => ("year_to_date", "record"),
        };
        table.rows.push(vec![
            Cell::text(edition.id.to_string()),
            Cell::text(unit.code.as_str()),
            Cell::text(outcome.indicator.as_str()),
            Cell::text(span),
            Cell::text(standing),
            Cell::text(judgement.decision.as_str()),
            issued.map_or(Cell::Absent, |decision| Cell::text(decision.issued.to_string())),
            Cell::text(">="),
            Cell::Decimal(with_point(&threshold_text(judgement.threshold))),
            Cell::count_if(is_known, outcome.ratio.numerator),
            Cell::count_if(is_known, outcome.ratio.denominator),
            Cell::text(judgement.verdict.code()),
            Cell::count_if(judgement.verdict != Verdict::Uncertain, judgement.threshold.shortfall(outcome.ratio)),
        ]);
    }
    table
}

fn outcomes(edition: &Edition) -> impl Iterator<Item = (&UnitResult, &Outcome)> {
    edition.units.iter().flat_map(|unit| unit.outcomes.iter().map(move |outcome| (unit, outcome)))
}

/// Those of the months for which the unit's report is in, and those for which it is owed and missing.
fn months(unit: &UnitResult, months: &[PeriodKey], sealed: &Sealed<'_>) -> (Vec<PeriodKey>, Vec<PeriodKey>) {
    let (reported, other): (Vec<_>, Vec<_>) = months.iter().partition(|month| sealed.get(unit.id, **month).is_some());
    (reported, if unit.filings.is_empty() { Vec::new() } else { other })
}

fn length(months: &[PeriodKey]) -> i64 {
    i64::try_from(months.len()).unwrap_or(i64::MAX)
}

fn spaced(months: &[PeriodKey]) -> String {
    months.iter().map(PeriodKey::to_string).collect::<Vec<_>>().join(" ")
}

fn plus(columns: &[ColumnCode]) -> String {
    columns.iter().map(ColumnCode::as_str).collect::<Vec<_>>().join("+")
}

/// `1.234,50%` as data: `1234.50`.
fn with_point(text: &str) -> String {
    text.trim_end_matches('%').replace('.', "").replace(',', ".")
}

const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Province => "province",
        Tier::Department => "department",
        Tier::District => "district",
        Tier::Commune => "commune",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_of_documents_becomes_a_decimal_of_data() {
        assert_eq!(["31,52%", "50%", "57,5%", "1.234,50%"].map(with_point), ["31.52", "50", "57.5", "1234.50"]);
    }
}
