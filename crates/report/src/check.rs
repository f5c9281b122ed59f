//! The CHECKED step: reads a finished document back and holds it against the edition.
//!
//! Nothing is taken over from the code that drew it but the formatting of numbers: expectations are made here from the
//! edition, and sought in the text that a reader of the PDF would get. White space is left out of the comparison, as
//! lines break where they must.

use baocao_domain::edition::{Edition, Filing, Outcome, Span, UnitResult};
use baocao_domain::ids::UnitCode;
use baocao_domain::indicator::Ratio;
use baocao_domain::rounding::{
    count_in_prose, count_text, distance_text, partition_text, percent_text, percent_text_beside, threshold_text,
};
use baocao_domain::target::Verdict;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use crate::annex::{NO_FIGURES, NUMERALS, TITLES, days_late, has_filings, name_with_gaps, new_dossiers};
use crate::counts::{Counts, is_all_missing};
use crate::font::Fonts;
use crate::results::{judged, spans, unit_outcomes};
use crate::scorecard::Shown;
use crate::{ReportError, pdf, text, words};

/// Faults that are named one by one; more are only counted.
const FAULTS_MAX: usize = 50;

/// Text of each page, read back from the bytes through the document's own Unicode maps.
///
/// # Errors
/// [`ReportError::Read`] if the bytes are not such a document.
pub fn text_of(pdf: &[u8]) -> Result<Vec<String>, ReportError> {
    pdf::page_texts(pdf)
}

/// Holds a report against its edition: pages and their numbers, every total, every unit's row, every verdict.
///
/// # Errors
/// [`ReportError::Unfaithful`] with all faults; [`ReportError::Read`] if the bytes are not a document.
pub fn check_report(pdf: &[u8], edition: &Edition) -> Result<(), ReportError> {
    let pages = text_of(pdf)?;
    let mut faults = Faults::default();
    let parts = parts(&pages, &mut faults);
    let annexes = if has_filings(edition) { 4 } else { 3 };
    if parts.len() != annexes + 1 {
        faults.add(format!("expected a body and {annexes} annexes, found {} parts", parts.len()));
    }
    let fonts = Fonts::get()?;
    let mut seek = |part: usize, what: &str, wanted: &str| {
        if !parts.get(part).is_some_and(|text| text.contains(&squashed(fonts, wanted))) {
            faults.add(format!("{what} is not in part {part}: {wanted}"));
        }
    };
    for wanted in body_figures(edition) {
        seek(0, "a figure", &wanted);
    }
    for (unit, months) in edition.missing() {
        seek(0, "a missing report", &format!("{} ({})", words::name(edition, unit), wording::periods(&months)));
    }
    for (i, title) in TITLES.iter().enumerate().take(annexes) {
        seek(i + 1, "a title", title);
    }
    for (name, row) in dossier_rows(edition) {
        seek(1, "a row", &format!("{name} {row}"));
    }
    for row in result_rows(edition) {
        seek(2, "a result", &row);
    }
    for row in missed_rows(edition) {
        seek(3, "a shortfall", &row);
    }
    for row in troubled(edition) {
        seek(4, "a late or missing report", &row);
    }
    faults.finish()
}

/// Holds a scorecard against its edition: one page, the unit, its figures, its results.
///
/// # Errors
/// [`ReportError::Unfaithful`] with all faults; [`ReportError::UnknownUnit`] if the edition has no such unit.
pub fn check_scorecard(pdf: &[u8], edition: &Edition, unit: &UnitCode) -> Result<(), ReportError> {
    let unit = edition.unit(unit).ok_or_else(|| ReportError::UnknownUnit(unit.clone()))?;
    let pages = text_of(pdf)?;
    let fonts = Fonts::get()?;
    let mut faults = Faults::default();
    if pages.len() != 1 {
        faults.add(format!("expected one page, found {}", pages.len()));
    }
    let page = squash(&pages.concat());
    let mut seek = |what: &str, wanted: &str| {
        if !page.contains(&squashed(fonts, wanted)) {
            faults.add(format!("{what} is missing: {wanted}"));
        }
    };
    seek("the name", &words::name(edition, unit));
    seek("the code", &format!("Mã đơn vị: {}", unit.code));
    seek("the edition", &edition.id.to_string());
    let shown = Shown::of(edition, unit);
    for (number, heading, own, subtree) in figures(edition, unit) {
        let own = if is_all_missing(unit) { NO_FIGURES.to_owned() } else { own };
        let own = if shown.own { own } else { String::new() };
        let subtree = if shown.subtree { subtree } else { String::new() };
        seek("a figure", &format!("({number}) {heading} {own} {subtree}"));
    }
    for head in &edition.indicators {
        for (span, _) in spans(edition) {
            for outcome in unit_outcomes(unit, *span).filter(|outcome| outcome.indicator == head.code) {
                let result = result(outcome);
                let verdict =
                    outcome.judgement.as_ref().map_or("Không giao", |judgement| judgement.verdict.in_words());
                seek("a result", &format!("{result} {verdict}"));
            }
        }
    }
    for (month, _) in unit.filings.iter().filter(|(_, filing)| *filing == Filing::Missing) {
        seek("what is missing", &format!("{} – – Chưa gửi", words::capitalised(&month.in_words())));
    }
    faults.finish()
}

/// Body and annexes, each as one text without white space; says where a page is not numbered as it must be.
fn parts(pages: &[String], faults: &mut Faults) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut expected = 1;
    for (i, page) in pages.iter().enumerate() {
        let first = page.lines().next().unwrap_or_default();
        let begins =
            i == 0 || NUMERALS.get(parts.len().wrapping_sub(1)).is_some_and(|n| first == format!("Phụ lục {n}"));
        if begins {
            parts.push(squash(page));
            expected = 1;
            continue;
        }
        expected += 1;
        let numbered = first.split(' ').next() == Some(expected.to_string().as_str());
        if !numbered {
            faults.add(format!("page {} should bear the number {expected}, but begins {first:?}", i + 1));
        }
        if let Some(part) = parts.last_mut() {
            // A sentence goes on over the page's end, the page's head does not belong to it.
            part.push_str(&squash(page.split_once('\n').map_or("", |(_, rest)| rest)));
        }
    }
    parts
}

fn body_figures(edition: &Edition) -> Vec<String> {
    let all = Counts::of(edition, &edition.province().subtree);
    let share = |ratio| percent_text(ratio, 2).unwrap_or_default();
    let mut wanted = Vec::new();
    if let Some(shares) = partition_text(&all.received_parts(), 2) {
        wanted.push(format!("đã tiếp nhận {} hồ sơ TTHC", count_in_prose(all.received())));
        for ((way, count), share) in ["trực tuyến", "chuyển qua"].iter().zip(all.received_parts()).zip(shares) {
            wanted.push(format!("{way} {} hồ sơ (chiếm {share})", count_in_prose(count)));
        }
    }
    if let Some(shares) = partition_text(&all.resolved_parts(), 2) {
        wanted.push(format!("đã giải quyết {} hồ sơ", count_in_prose(all.resolved())));
        let words = ["trước hạn", "đúng hạn", "quá hạn"];
        for ((word, count), share) in words.iter().zip(all.resolved_parts()).zip(shares) {
            let verb = if *word == "quá hạn" { "chiếm" } else { "đạt" };
            wanted.push(format!("{word} {} hồ sơ ({verb} {share})", count_in_prose(count)));
        }
    }
    if all.pending() > 0 {
        wanted.push(format!("Còn {} hồ sơ đang giải quyết", count_in_prose(all.pending())));
        wanted.push(format!(
            "{} hồ sơ đã quá hạn (chiếm {})",
            count_in_prose(all.overdue()),
            share(all.overdue_share())
        ));
    }
    let units = i64::try_from(edition.reporting().count()).unwrap_or(i64::MAX);
    wanted.push(format!("Có {} cơ quan, đơn vị", count_in_prose(units)));
    let levels = edition.services;
    let total = levels.level_2 + levels.level_3 + levels.level_4;
    if let Some(share) = percent_text(Ratio { numerator: levels.level_4, denominator: total }, 1) {
        wanted.push(format!("cung cấp {} dịch vụ công", count_in_prose(total)));
        wanted.push(format!("{} DVCTT mức độ 4 (đạt {share})", count_in_prose(levels.level_4)));
    }
    wanted
}

fn dossier_rows(edition: &Edition) -> Vec<(String, String)> {
    let row = |counts: Counts| counts.in_order().map(count_text).join(" ");
    let mut rows = vec![("Tổng cộng".to_owned(), row(Counts::of(edition, &edition.province().subtree)))];
    for group in PeerGroup::ALL {
        rows.push((group.heading().to_owned(), row(Counts::of_group(edition, group))));
        rows.extend(edition.group(group).map(|unit| {
            if is_all_missing(unit) {
                return (words::name(edition, unit), NO_FIGURES.to_owned());
            }
            (name_with_gaps(edition, unit), row(Counts::of(edition, &unit.own)))
        }));
    }
    rows
}

/// The rows of a unit with a target, one after the other: its name stands once, before the first.
fn result_rows(edition: &Edition) -> Vec<String> {
    let rows_of = |unit: &UnitResult| {
        let mut rows = Vec::new();
        for head in &edition.indicators {
            for (span, label) in spans(edition) {
                for (outcome, judgement) in unit.judged(*span).filter(|(outcome, _)| outcome.indicator == head.code) {
                    let threshold = threshold_text(judgement.threshold);
                    let verdict = judgement.verdict.in_words();
                    rows.push(format!("{} {label} {threshold} {} {verdict}", head.short_name, result(outcome)));
                }
            }
        }
        rows
    };
    edition
        .units
        .iter()
        .map(|unit| (unit, rows_of(unit)))
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(unit, rows)| format!("{} {}", words::name(edition, unit), rows.join(" ")))
        .collect()
}

/// Numerator, denominator, share and distance: dashes where nothing is known or nothing can be said.
fn result(outcome: &Outcome) -> String {
    let ratio = outcome.ratio;
    if outcome.coverage.reported == 0 {
        return "– – – –".to_owned();
    }
    let none = || "–".to_owned();
    let (share, distance) = match &outcome.judgement {
        None => (percent_text(ratio, 2), None),
        Some(judgement) => {
            let distance =
                distance_text(ratio, judgement.threshold).filter(|_| judgement.verdict != Verdict::Uncertain);
            (percent_text_beside(ratio, judgement.threshold), distance)
        }
    };
    format!("{} {} {}", fraction(ratio), share.unwrap_or_else(none), distance.unwrap_or_else(none))
}

fn missed_rows(edition: &Edition) -> Vec<String> {
    judged(edition, Span::YearToDate)
        .filter(|(_, _, judgement)| judgement.verdict == Verdict::Missed)
        .map(|(_, outcome, judgement)| {
            let noun = edition.indicator(&outcome.indicator).map_or("", |head| head.noun.as_str());
            let needed = new_dossiers(edition, outcome).map(|count| format!("{} {noun}", count_text(count)));
            format!(
                "{} {} {noun} {}",
                fraction(outcome.ratio),
                count_text(judgement.threshold.shortfall(outcome.ratio)),
                needed.unwrap_or_else(|| "–".to_owned())
            )
        })
        .collect()
}

fn troubled(edition: &Edition) -> Vec<String> {
    let mut rows = Vec::new();
    for unit in &edition.units {
        for (month, filing) in &unit.filings {
            let Some(due) = edition.due(*month) else { continue };
            let received = match filing {
                Filing::Reported { late: false, .. } => continue,
                Filing::Reported { received_at, .. } => {
                    format!("{} {}", wording::moment(*received_at), days_late(due, *received_at))
                }
                Filing::Missing => "Chưa gửi –".to_owned(),
            };
            let (name, month) = (words::name(edition, unit), words::capitalised(&month.in_words()));
            rows.push(format!("{name} {month} {} {received}", wording::moment(due)));
        }
    }
    rows
}

/// Number, heading, own figure and figure with everything below, by column.
fn figures<'a>(edition: &'a Edition, unit: &'a UnitResult) -> Vec<(u8, &'a str, String, String)> {
    let form = &edition.form;
    let filed = form.columns.iter().map(|column| (column.number, column.heading.as_str(), column.code.as_str()));
    let derived = form.derived.iter().map(|column| (column.number, column.heading.as_str(), column.code.as_str()));
    let value = |row: &[i64], code: &str| count_text(edition.value(row, code));
    filed
        .chain(derived)
        .map(|(number, heading, code)| (number, heading, value(&unit.own, code), value(&unit.subtree, code)))
        .collect()
}

fn fraction(ratio: Ratio) -> String {
    format!("{} {}", count_text(ratio.numerator), count_text(ratio.denominator))
}

/// As the documents write it, without white space.
fn squashed(fonts: &Fonts, expected: &str) -> String {
    squash(&text::clean(fonts, expected))
}

fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[derive(Default)]
struct Faults {
    named: Vec<String>,
    more: usize,
}

impl Faults {
    fn add(&mut self, fault: String) {
        if self.named.len() < FAULTS_MAX {
            self.named.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Result<(), ReportError> {
        if self.named.is_empty() {
            return Ok(());
        }
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        Err(ReportError::Unfaithful(self.named))
    }
}
