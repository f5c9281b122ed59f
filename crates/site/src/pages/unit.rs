//! The page of one reporting unit: what it filed, its figures, and its results against targets.

use askama::Template;
use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::wording;

use super::parts::{self, Download, FigureLine, IndicatorRows, NO_FIGURES};
use crate::{PublishedDocument, words};

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
    year_to_date: String,
    sealed_at: String,
    filings: Vec<(String, String)>,
    tables: Vec<FigureTable>,
    indicators: Vec<IndicatorRows<'a>>,
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

pub(super) fn page<'a>(edition: &'a Edition, unit: &'a UnitResult, documents: &[PublishedDocument]) -> UnitPage<'a> {
    let link = |unit: &UnitResult| Link { name: unit.name.clone(), href: format!("{}.html", unit.code) };
    UnitPage {
        edition,
        unit,
        tier: words::tier(unit.tier),
        group: unit.group.map_or("", |group| group.heading()),
        parent: unit
            .parent
            .as_ref()
            .and_then(|code| edition.unit(code))
            .filter(|parent| !parent.filings.is_empty())
            .map(link),
        children: edition.reporting().filter(|child| child.parent.as_ref() == Some(&unit.code)).map(link).collect(),
        period: edition.id.period.in_words(),
        window: wording::window(edition.window),
        year_to_date: wording::window(edition.year_to_date),
        sealed_at: wording::moment(edition.sealed_at),
        filings: unit.filings.iter().map(|(month, filing)| (month.in_words(), parts::filing_text(filing))).collect(),
        tables: figure_tables(edition, unit),
        indicators: parts::indicator_rows(edition, unit),
        documents: documents
            .iter()
            .filter(|document| document.unit.as_ref() == Some(&unit.code))
            .map(|document| Download::document(document, "../"))
            .collect(),
    }
}

fn figure_tables(edition: &Edition, unit: &UnitResult) -> Vec<FigureTable> {
    let has_units_below = edition.units.iter().any(|other| other.parent.as_ref() == Some(&unit.code));
    let lines = |is_known: bool, row| if is_known { parts::figure_lines(edition, row) } else { Vec::new() };
    let own = FigureTable {
        caption: "Số liệu của riêng đơn vị",
        coverage: None,
        lines: lines(unit.missing_months().len() < unit.filings.len(), &unit.own),
    };
    let subtree = has_units_below.then(|| FigureTable {
        caption: "Số liệu toàn địa bàn, gồm cả các đơn vị trực thuộc",
        coverage: Some(parts::coverage_text(unit.subtree_coverage)),
        lines: lines(unit.subtree_coverage.reported > 0, &unit.subtree),
    });
    std::iter::once(own).chain(subtree).collect()
}
