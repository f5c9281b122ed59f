//! The page of an edition: the province's figures, who is missing, results against targets, and what to download.

use askama::Template;
use baocao_domain::edition::{Cause, DecisionHead, Edition, Filing, Span, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::rounding::{count_text, percent_text};
use baocao_domain::target::Verdict;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use super::parts::{self, Download, FigureLine, IndicatorRows, Measured, NO_FIGURES};
use crate::chart::{Piece, pieces};
use crate::{PublishedDocument, SiteFile, words};

#[derive(Template)]
#[template(path = "edition.html")]
pub(super) struct EditionPage<'a> {
    edition: &'a Edition,
    period: String,
    window: String,
    year_to_date: String,
    sealed_at: String,
    decisions: Vec<String>,
    coverage: String,
    correction: Option<Correction>,
    headline: Option<Headline>,
    figures: Vec<FigureLine>,
    indicators: Vec<IndicatorRows<'a>>,
    missing: Vec<Named<'a>>,
    late: Vec<Named<'a>>,
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
    services: String,
    services_4: String,
    services_4_share: Option<String>,
}

/// A unit with a remark.
struct Named<'a> {
    name: String,
    district: Option<&'a str>,
    href: String,
    remark: String,
}

struct Group<'a> {
    group: PeerGroup,
    tables: Vec<TargetTable<'a>>,
}

struct TargetTable<'a> {
    name: &'a str,
    noun: &'a str,
    summary: String,
    lines: Vec<TargetLine<'a>>,
}

struct TargetLine<'a> {
    place: String,
    name: &'a str,
    href: Option<String>,
    measured: Measured,
}

struct UnitTable<'a> {
    group: PeerGroup,
    lines: Vec<UnitLine<'a>>,
}

struct UnitLine<'a> {
    name: String,
    district: Option<&'a str>,
    href: String,
    values: Option<[String; 6]>,
    status: String,
    document: Option<String>,
}

/// The columns of the table of units.
const UNIT_COLUMNS: [&str; 6] = ["received", "online", "resolved", "late", "pending", "pending_overdue"];

pub(super) fn page<'a>(edition: &'a Edition, documents: &[PublishedDocument], data: &[SiteFile]) -> EditionPage<'a> {
    let province = edition.province();
    let is_known = province.subtree_coverage.reported > 0;
    EditionPage {
        edition,
        period: edition.id.period.in_words(),
        window: wording::window(edition.window),
        year_to_date: wording::window(edition.year_to_date),
        sealed_at: wording::moment(edition.sealed_at),
        decisions: edition.decisions.iter().map(decision).collect(),
        coverage: parts::coverage_text(province.subtree_coverage),
        correction: correction(edition),
        headline: is_known.then(|| headline(edition, &province.subtree)),
        figures: if is_known { parts::figure_lines(edition, &province.subtree) } else { Vec::new() },
        indicators: parts::indicator_rows(edition, province),
        missing: missing(edition),
        late: late(edition),
        groups: PeerGroup::ALL.into_iter().filter_map(|group| targets_of(edition, group)).collect(),
        unit_tables: PeerGroup::ALL.into_iter().filter_map(|group| units_of(edition, group, documents)).collect(),
        downloads: data.iter().map(Download::data).collect(),
        documents: documents
            .iter()
            .filter(|document| document.unit.is_none())
            .map(|document| Download::document(document, ""))
            .collect(),
    }
}

fn decision(decision: &DecisionHead) -> String {
    format!("Quyết định số {} ngày {}", decision.number, wording::day(decision.issued))
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
            Cause::Locked | Cause::ExtensionFiled { .. } => None,
        },
    })
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
    let services = edition.services;
    let all_services = services.level_2 + services.level_3 + services.level_4;
    Headline {
        received: count_text(value("received")),
        online: count_text(value("online")),
        online_share: share(value("online"), value("received")),
        resolved: count_text(value("resolved")),
        resolved_shares: shares.collect(),
        pending: count_text(value("pending")),
        overdue: count_text(value("pending_overdue")),
        overdue_share: share(value("pending_overdue"), value("pending")),
        services: count_text(all_services),
        services_4: count_text(services.level_4),
        services_4_share: percent_text(Ratio { numerator: services.level_4, denominator: all_services }, 1),
    }
}

fn unit_href(unit: &UnitResult) -> String {
    format!("units/{}.html", unit.code)
}

fn missing(edition: &Edition) -> Vec<Named<'_>> {
    edition
        .missing()
        .map(|(unit, months)| Named {
            name: unit.name.clone(),
            district: parts::district_of(edition, unit),
            href: unit_href(unit),
            remark: months.iter().map(|month| month.in_words()).collect::<Vec<_>>().join(", "),
        })
        .collect()
}

fn late(edition: &Edition) -> Vec<Named<'_>> {
    let filings =
        edition.units.iter().flat_map(|unit| unit.filings.iter().map(move |(month, filing)| (unit, month, filing)));
    filings
        .filter_map(|(unit, month, filing)| match filing {
            Filing::Reported { received_at, late: true, .. } => Some(Named {
                name: unit.name.clone(),
                district: parts::district_of(edition, unit),
                href: unit_href(unit),
                remark: format!("báo cáo {} nhận lúc {}", month.in_words(), wording::moment(*received_at)),
            }),
            Filing::Reported { .. } | Filing::Missing => None,
        })
        .collect()
}

/// Results against targets of one group; none where no decision names a unit of it.
fn targets_of(edition: &Edition, group: PeerGroup) -> Option<Group<'_>> {
    let tables: Vec<TargetTable<'_>> = edition
        .indicators
        .iter()
        .filter_map(|head| {
            let judged: Vec<_> = edition
                .group(group)
                .filter_map(|unit| {
                    let outcome = parts::outcome(unit, &head.code, Span::YearToDate)?;
                    Some((unit, outcome, outcome.judgement.as_ref()?.verdict))
                })
                .collect();
            let ranked: Vec<_> =
                judged.iter().map(|(_, outcome, _)| outcome.coverage.is_complete().then_some(outcome.ratio)).collect();
            let verdicts: Vec<Verdict> = judged.iter().map(|(_, _, verdict)| *verdict).collect();
            let placed = parts::ranks(&ranked).into_iter().zip(judged).collect();
            let lines: Vec<_> = parts::by_place(placed)
                .into_iter()
                .filter_map(|(place, (unit, ..))| {
                    Some(TargetLine {
                        place: place.map_or_else(|| "–".into(), count_text),
                        name: &unit.name,
                        href: (!unit.filings.is_empty()).then(|| unit_href(unit)),
                        measured: parts::measured(unit, &head.code)?,
                    })
                })
                .collect();
            (!lines.is_empty()).then(|| TargetTable {
                name: &head.name,
                noun: &head.noun,
                summary: summary(&verdicts),
                lines,
            })
        })
        .collect();
    (!tables.is_empty()).then_some(Group { group, tables })
}

/// `đạt: 3/6 đơn vị; chưa đạt: 2; không phát sinh: 1`.
fn summary(verdicts: &[Verdict]) -> String {
    let count = |wanted| count_text(verdicts.iter().filter(|verdict| **verdict == wanted).map(|_| 1).sum());
    let all = count_text(verdicts.iter().map(|_| 1).sum());
    let mut text = format!("đạt: {}/{all} đơn vị", count(Verdict::Met));
    for verdict in [Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain] {
        if verdicts.contains(&verdict) {
            text.push_str(&format!("; {}: {}", verdict.in_words().to_lowercase(), count(verdict)));
        }
    }
    text
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
