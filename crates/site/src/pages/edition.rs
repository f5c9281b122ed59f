//! The page of an edition: the province's figures, who is missing, results against targets, and what to download.

use askama::Template;
use baocao_domain::edition::{Cause, Edition, Filing, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::regime::Regime;
use baocao_domain::rounding::{count_text, percent_text};
use baocao_domain::target::Span;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use super::changes::{Changes, changes};
use super::parts::{self, Download, FieldLine, FigureLine, NO_FIGURES};
use super::ranking::{Overview, Ranking, overview, rankings};
use crate::chart::{Piece, pieces};
use crate::{PublishedDocument, SiteFile, spans, words};

/// The most units of a group whose tables stand on the page of the edition; those of a larger group stand on the pages of
/// the indicators only, which every reader would otherwise have to scroll past.
const GROUP_MAX: usize = 60;

#[derive(Template)]
#[template(path = "edition.html")]
pub(super) struct EditionPage<'a> {
    edition: &'a Edition,
    period: String,
    window: String,
    sealed_at: String,
    decisions: Vec<String>,
    coverage: String,
    correction: Option<Correction>,
    changes: Option<Changes<'a>>,
    headline: Option<Headline>,
    services: Option<String>,
    figures: Vec<FigureLine>,
    fields: Vec<FieldLine<'a>>,
    missing: Vec<Named<'a>>,
    late: Vec<Named<'a>>,
    has_targets: bool,
    spans: Vec<(&'static str, String)>,
    overview: Vec<Overview<'a>>,
    overview_groups: Vec<PeerGroup>,
    groups: Vec<Group<'a>>,
    unit_tables: Vec<UnitTable<'a>>,
    downloads: Vec<Download>,
    documents: Vec<Download>,
}

struct Correction {
    why: String,
    before: Option<String>,
    month: Option<String>,
}

/// The figures that a reader looks for first.
struct Headline {
    received: String,
    online: String,
    online_share: Option<String>,
    resolved: String,
    resolved_shares: Vec<(String, String, Piece)>,
    pending: String,
    overdue: String,
    overdue_share: Option<String>,
}

/// A unit with a remark.
struct Named<'a> {
    name: String,
    district: Option<&'a str>,
    href: String,
    remark: String,
    is_included: bool,
}

/// The results of one group.
struct Group<'a> {
    group: PeerGroup,
    units: String,
    /// None where the group is too large for this page.
    tables: Option<Vec<Ranking<'a>>>,
}

struct UnitTable<'a> {
    group: PeerGroup,
    lines: Vec<UnitLine<'a>>,
}

struct UnitLine<'a> {
    name: String,
    district: Option<&'a str>,
    is_included: bool,
    href: String,
    values: Option<[String; 6]>,
    status: String,
    document: Option<String>,
}

/// The columns of the table of units.
const UNIT_COLUMNS: [&str; 6] = ["received", "online", "resolved", "late", "pending", "pending_overdue"];

pub(super) fn page<'a>(
    edition: &'a Edition,
    regime: &Regime,
    documents: &[PublishedDocument],
    data: &[SiteFile],
) -> EditionPage<'a> {
    let province = edition.province();
    let is_known = province.subtree_coverage.reported > 0;
    let groups: Vec<PeerGroup> =
        PeerGroup::ALL.into_iter().filter(|group| edition.group(*group).any(parts::has_page)).collect();
    EditionPage {
        edition,
        period: edition.id.period.in_words(),
        window: wording::window(edition.window),
        sealed_at: wording::moment(edition.sealed_at),
        decisions: edition.decisions.iter().map(|head| wording::decision(&head.number, head.issued)).collect(),
        coverage: parts::coverage_text(province.subtree_coverage),
        correction: correction(edition),
        changes: changes(edition),
        headline: is_known.then(|| headline(edition, &province.subtree)),
        services: services(edition),
        figures: if is_known { parts::figure_lines(edition, &province.subtree) } else { Vec::new() },
        fields: parts::field_lines(edition, province),
        missing: missing(edition),
        late: late(edition),
        has_targets: edition.units.iter().flat_map(|unit| &unit.outcomes).any(|outcome| outcome.judgement.is_some()),
        spans: spans_of(edition, regime),
        overview: overview(edition, regime, &groups),
        groups: groups.iter().filter_map(|group| results_of(edition, regime, *group)).collect(),
        overview_groups: groups,
        unit_tables: PeerGroup::ALL.into_iter().filter_map(|group| units_of(edition, group, documents)).collect(),
        downloads: data.iter().map(Download::data).collect(),
        documents: documents
            .iter()
            .filter(|document| document.unit.is_none())
            .map(|document| Download::document(document, ""))
            .collect(),
    }
}

fn correction(edition: &Edition) -> Option<Correction> {
    let number = edition.id.number;
    let why = words::cause(edition);
    if number == 1 && why.is_none() {
        return None;
    }
    Some(Correction {
        why: why.unwrap_or_else(|| "kỳ báo cáo được chốt lại.".into()),
        before: (number > 1).then(|| format!("../{}/index.html", number - 1)),
        month: match &edition.cause {
            Cause::MonthRestated { edition } => Some(format!("../../{edition}/index.html")),
            Cause::Locked | Cause::ExtensionFiled { .. } | Cause::ExtensionExpired { .. } | Cause::Reopened { .. } => {
                None
            }
        },
    })
}

/// The spans that results are judged or shown over, with their days.
fn spans_of(edition: &Edition, regime: &Regime) -> Vec<(&'static str, String)> {
    let is_there = |span: &Span| edition.units.iter().flat_map(|unit| &unit.outcomes).any(|o| o.span == *span);
    let spans = Span::ALL.into_iter().filter(is_there);
    spans.map(|span| (words::span(span), wording::window(spans::window(edition, regime, span)))).collect()
}

fn headline(edition: &Edition, row: &[i64]) -> Headline {
    let value = |column| edition.value(row, column);
    let share = |numerator, denominator| percent_text(Ratio { numerator, denominator }, 2);
    let lines = parts::figure_lines(edition, row);
    let resolved = ["early", "on_time", "late"];
    let drawn = pieces(&resolved.map(value)).unwrap_or_default();
    let shares = resolved.iter().zip(drawn).filter_map(|(column, piece)| {
        let number = edition.form.columns.iter().find(|c| c.code.as_str() == *column)?.number;
        let line = lines.iter().find(|line| line.number == number)?;
        Some((line.value.clone(), line.share.clone(), piece))
    });
    Headline {
        received: count_text(value("received")),
        online: count_text(value("online")),
        online_share: share(value("online"), value("received")),
        resolved: count_text(value("resolved")),
        resolved_shares: shares.collect(),
        pending: count_text(value("pending")),
        overdue: count_text(value("pending_overdue")),
        overdue_share: share(value("pending_overdue"), value("pending")),
    }
}

/// `1.819 dịch vụ công trực tuyến, gồm 383 dịch vụ mức độ 2, …; mức độ 4 chiếm 57,5%`, in the vocabulary of the edition.
/// A service of level 1 is information only, not an online service; none where there is no online service.
fn services(edition: &Edition) -> Option<String> {
    let online: Vec<(ServiceLevel, i64)> =
        edition.services.iter().filter(|(level, count)| *level != ServiceLevel::One && *count > 0).copied().collect();
    let denominator = online.iter().map(|(_, count)| count).sum();
    let (highest, numerator) = *online.last()?;
    let share = percent_text(Ratio { numerator, denominator }, 1)?;
    let levels: Vec<String> =
        online.iter().map(|(level, count)| format!("{} dịch vụ {}", count_text(*count), level.in_words())).collect();
    Some(format!(
        "{} dịch vụ công trực tuyến, gồm {}; dịch vụ {} chiếm {share}",
        count_text(denominator),
        levels.join(", "),
        highest.in_words()
    ))
}

fn unit_href(unit: &UnitResult) -> String {
    format!("units/{}.html", unit.code)
}

fn named<'a>(edition: &'a Edition, unit: &UnitResult, remark: String) -> Named<'a> {
    Named {
        name: unit.name.clone(),
        district: parts::district_of(edition, unit),
        href: unit_href(unit),
        remark,
        is_included: unit.is_included,
    }
}

fn missing(edition: &Edition) -> Vec<Named<'_>> {
    edition.missing().map(|(unit, months)| named(edition, unit, wording::periods(&months))).collect()
}

fn late(edition: &Edition) -> Vec<Named<'_>> {
    let filings = edition.units.iter().flat_map(|unit| unit.filings.iter().map(move |owed| (unit, owed)));
    filings
        .filter_map(|(unit, owed)| match owed.filing {
            Filing::Reported { received_at, late: true, .. } => {
                let (received, due) = (wording::moment(received_at), wording::moment(owed.due));
                let remark = format!("báo cáo {} nhận lúc {received} (hạn gửi {due})", owed.month.in_words());
                Some(named(edition, unit, remark))
            }
            Filing::Reported { .. } | Filing::Missing => None,
        })
        .collect()
}

/// The results of one group, every indicator after the other; none where no indicator is about it.
fn results_of<'a>(edition: &'a Edition, regime: &Regime, group: PeerGroup) -> Option<Group<'a>> {
    let units = edition.group(group).count();
    let tables: Vec<Ranking<'_>> =
        edition.indicators.iter().flat_map(|head| rankings(edition, regime, group, head, "")).collect();
    (!tables.is_empty()).then(|| Group {
        group,
        units: count_text(i64::try_from(units).unwrap_or(i64::MAX)),
        tables: (units <= GROUP_MAX).then_some(tables),
    })
}

fn units_of<'a>(edition: &'a Edition, group: PeerGroup, documents: &[PublishedDocument]) -> Option<UnitTable<'a>> {
    let lines: Vec<UnitLine<'a>> = edition
        .group(group)
        .filter(|unit| !unit.filings.is_empty())
        .map(|unit| {
            let missing = unit.missing_months().len();
            let is_known = missing < unit.filings.len();
            UnitLine {
                name: unit.name.clone(),
                district: parts::district_of(edition, unit),
                is_included: unit.is_included,
                href: unit_href(unit),
                values: is_known.then(|| UNIT_COLUMNS.map(|column| count_text(edition.value(&unit.own, column)))),
                status: match (missing, is_known) {
                    (0, _) => "đủ".into(),
                    (_, false) => "chưa gửi".into(),
                    (_, true) => format!("{}/{}", unit.filings.len() - missing, unit.filings.len()),
                },
                document: documents
                    .iter()
                    .find(|document| document.unit.as_ref() == Some(&unit.code))
                    .map(|document| document.path.clone()),
            }
        })
        .collect();
    (!lines.is_empty()).then_some(UnitTable { group, lines })
}
