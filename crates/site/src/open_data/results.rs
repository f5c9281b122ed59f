//! The table of results: every indicator of every unit over every span, with its bounds, its verdict and its place.

use baocao_domain::bounds::Bounds;
use baocao_domain::edition::{Edition, Judgement, Outcome};
use baocao_domain::regime::Regime;
use baocao_domain::rounding::{percent_text, threshold_text};
use baocao_domain::target::Verdict;

use super::table::{Cell, Table};
use crate::spans;

/// How a result was counted, and what came out.
const COUNTED: [&str; 15] = [
    "edition",
    "unit",
    "indicator",
    "span",
    "from",
    "to",
    "scope",
    "competence",
    "eligible_after_days",
    "eligible_until",
    "numerator",
    "denominator",
    "percent",
    "reported",
    "obliged",
];
/// Between what it can still end.
const BOUNDS: [&str; 7] = [
    "low_numerator",
    "low_denominator",
    "low_reached",
    "high_numerator",
    "high_denominator",
    "high_reached",
    "may_be_nothing",
];
/// Against which target, and where it stands.
const JUDGED: [&str; 10] = [
    "decision",
    "issued",
    "selector",
    "direction",
    "threshold_pct",
    "of_record",
    "verdict",
    "shortfall",
    "rank",
    "ranked",
];

/// One row per unit × span × indicator, also where there is no target. Codes and numbers only: no cell needs quoting.
pub(super) fn results<'a>(edition: &'a Edition, regime: &Regime) -> Table<'a> {
    let mut table = Table::new(&[COUNTED.as_slice(), &BOUNDS, &JUDGED].concat());
    for unit in &edition.units {
        for outcome in &unit.outcomes {
            let mut row = vec![Cell::text(edition.id.to_string()), Cell::text(unit.code.as_str())];
            row.extend(counted(edition, regime, outcome));
            row.extend(bounds(outcome.bounds));
            row.extend(judged(edition, outcome));
            row.push(outcome.rank.map_or(Cell::Absent, |rank| Cell::Count(rank.place.into())));
            row.push(outcome.rank.map_or(Cell::Absent, |rank| Cell::Count(rank.of.into())));
            table.rows.push(row);
        }
    }
    table
}

fn counted<'a>(edition: &Edition, regime: &Regime, outcome: &'a Outcome) -> [Cell<'a>; 13] {
    let window = spans::window(edition, regime, outcome.span);
    let is_known = outcome.coverage.reported > 0;
    [
        Cell::text(outcome.indicator.as_str()),
        Cell::text(outcome.span.code()),
        Cell::text(window.from.to_string()),
        Cell::text(window.to.to_string()),
        Cell::text(outcome.scope.code()),
        outcome.competence.map_or(Cell::Absent, |tier| Cell::text(tier.code())),
        outcome.eligibility.map_or(Cell::Absent, |rule| Cell::Count(rule.after_days.into())),
        Cell::text_if(outcome.eligibility.and_then(|rule| rule.until)),
        Cell::count_if(is_known, outcome.ratio.numerator),
        Cell::count_if(is_known, outcome.ratio.denominator),
        percent_text(outcome.ratio, 2).map_or(Cell::Absent, |text| Cell::Decimal(with_point(&text))),
        Cell::Count(outcome.coverage.reported),
        Cell::Count(outcome.coverage.obliged),
    ]
}

fn bounds<'a>(bounds: Option<Bounds>) -> [Cell<'a>; 7] {
    let Some(bounds) = bounds else { return [const { Cell::Absent }; 7] };
    [
        Cell::Count(bounds.low.numerator),
        Cell::Count(bounds.low.denominator),
        Cell::flag(bounds.low_is_reached),
        Cell::Count(bounds.high.numerator),
        Cell::Count(bounds.high.denominator),
        Cell::flag(bounds.high_is_reached),
        Cell::flag(bounds.may_be_nothing),
    ]
}

fn judged<'a>(edition: &'a Edition, outcome: &'a Outcome) -> [Cell<'a>; 8] {
    let Some(judgement) = &outcome.judgement else { return [const { Cell::Absent }; 8] };
    let Judgement { decision, selector, threshold, verdict, is_of_record } = judgement;
    let issued = edition.decisions.iter().find(|head| head.number == *decision).and_then(|head| head.issued);
    [
        Cell::text(decision.as_str()),
        Cell::text_if(issued),
        Cell::text(selector.to_string()),
        Cell::text(threshold.direction.code()),
        Cell::Decimal(with_point(&threshold_text(*threshold))),
        Cell::flag(*is_of_record),
        Cell::text(verdict.code()),
        Cell::count_if(*verdict != Verdict::Uncertain, threshold.shortfall(outcome.ratio)),
    ]
}

/// `1.234,50%` as data: `1234.50`.
fn with_point(text: &str) -> String {
    text.trim_end_matches('%').replace('.', "").replace(',', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_of_documents_becomes_a_decimal_of_data() {
        assert_eq!(["31,52%", "50%", "57,5%", "1.234,50%"].map(with_point), ["31.52", "50", "57.5", "1234.50"]);
    }
}
