//! The page of one unit: what it filed, its results against targets, and its figures.

use askama::Template;
use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::regime::Regime;
use baocao_domain::target::Span;
use baocao_domain::wording;

use super::measure::{IndicatorRows, indicator_rows};
use super::parts::{self, Download, FieldLine, FigureLine, NO_FIGURES};
use crate::{PublishedDocument, spans, words};

#[derive(Template)]
#[template(path = "unit.html")]
pub(super) struct UnitPage<'a> {
    edition: &'a Edition,
    unit: &'a UnitResult,
    tier: &'static str,
    group: &'static str,
    parent: Option<Link>,
    children: Vec<Link>,
    period: String,
    window: String,
    spans: Vec<(&'static str, String)>,
    sealed_at: String,
    filings: Vec<(String, String)>,
    tables: Vec<FigureTable>,
    fields: Vec<FieldLine<'a>>,
    has_units_below: bool,
    indicators: Vec<IndicatorRows<'a>>,
    has_targets: bool,
    documents: Vec<Download>,
}

struct Link {
    name: String,
    href: String,
}

struct FigureTable {
    caption: &'static str,
    coverage: Option<String>,
    lines: Vec<FigureLine>,
}

pub(super) fn page<'a>(
    edition: &'a Edition,
    regime: &Regime,
    unit: &'a UnitResult,
    documents: &[PublishedDocument],
) -> UnitPage<'a> {
    let link = |unit: &UnitResult| Link { name: unit.name.clone(), href: format!("{}.html", unit.code) };
    let below = || edition.units.iter().filter(|other| other.parent.as_ref() == Some(&unit.code));
    UnitPage {
        edition,
        unit,
        tier: words::tier(unit.tier),
        group: unit.group.map_or("", |group| group.heading()),
        parent: unit
            .parent
            .as_ref()
            .and_then(|code| edition.unit(code))
            .filter(|parent| parts::has_page(parent))
            .map(link),
        children: below().filter(|child| parts::has_page(child)).map(link).collect(),
        period: edition.id.period.in_words(),
        window: wording::window(edition.window),
        spans: spans_of(edition, regime, unit),
        sealed_at: wording::moment(edition.sealed_at),
        filings: unit.filings.iter().map(|owed| (owed.month.in_words(), parts::filing_text(owed))).collect(),
        tables: figure_tables(edition, unit),
        fields: parts::field_lines(edition, unit),
        has_units_below: below().next().is_some(),
        indicators: indicator_rows(edition, regime, unit),
        has_targets: unit.outcomes.iter().any(|outcome| outcome.judgement.is_some()),
        documents: documents
            .iter()
            .filter(|document| document.unit.as_ref() == Some(&unit.code))
            .map(|document| Download::document(document, "../"))
            .collect(),
    }
}

/// The spans that the unit's results are shown over, with their days.
fn spans_of(edition: &Edition, regime: &Regime, unit: &UnitResult) -> Vec<(&'static str, String)> {
    let by_quarter = unit.judged_for_record().any(|(outcome, _)| outcome.span == Span::QuarterToDate);
    let shown = Span::ALL.into_iter().filter(|span| *span != Span::QuarterToDate || by_quarter);
    shown.map(|span| (words::span(span), wording::window(spans::window(edition, regime, span)))).collect()
}

fn figure_tables(edition: &Edition, unit: &UnitResult) -> Vec<FigureTable> {
    let has_units_below = edition.units.iter().any(|other| other.parent.as_ref() == Some(&unit.code));
    let lines = |is_known: bool, row| if is_known { parts::figure_lines(edition, row) } else { Vec::new() };
    let own = (!unit.filings.is_empty()).then(|| FigureTable {
        caption: "Số liệu của riêng đơn vị",
        coverage: None,
        lines: lines(unit.missing_months().len() < unit.filings.len(), &unit.own),
    });
    let subtree = has_units_below.then(|| FigureTable {
        caption: "Số liệu toàn địa bàn, gồm cả các đơn vị trực thuộc",
        coverage: Some(parts::coverage_text(unit.subtree_coverage)),
        lines: lines(unit.subtree_coverage.reported > 0, &unit.subtree),
    });
    own.into_iter().chain(subtree).collect()
}
