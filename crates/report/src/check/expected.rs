//! What a document of an edition must say, made from the edition alone.

use baocao_domain::edition::{Edition, Filing, Outcome, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::rounding::{
    count_in_prose, count_text, distance_text, partition_text, percent_text, percent_text_beside, threshold_in_words,
    threshold_text,
};
use baocao_domain::target::{Direction, Threshold, Verdict};
use baocao_domain::wording;

use crate::annex::{APART, CHANGES_MAX, NOT_OWED, days_late, name_with_notes, where_all_are};
use crate::counts::{Counts, NO_FIGURES, groups, is_all_missing};
use crate::reading::Reading;
use crate::results::{ResultRow, judged, of_record, rows};
use crate::scorecard::{Shown, field_rows};
use crate::sentences::targets::NO_TARGET;
use crate::{fields, thresholds, words};

/// Figures and names in the body of the report, in no order.
pub(super) fn body(reading: &Reading<'_>) -> Vec<String> {
    let edition = reading.edition;
    let mut wanted = dossier_sentences(&Counts::of(edition, &edition.province().subtree));
    let units = i64::try_from(edition.reporting().count()).unwrap_or(i64::MAX);
    wanted.push(format!("Có {} cơ quan, đơn vị", count_in_prose(units)));
    wanted.extend(services(edition));
    wanted.extend(
        edition
            .missing()
            .map(|(unit, months)| format!("{} ({})", words::name(edition, unit), wording::periods(&months))),
    );
    wanted.extend(
        edition.restatement.iter().map(|told| format!("đính chính số liệu, kết quả của bản công bố {}", told.of)),
    );
    if !reading.has_targets() {
        wanted.push(NO_TARGET.to_owned());
        return wanted;
    }
    wanted.extend(edition.decisions.iter().map(|decision| format!("Quyết định số {}", decision.number)));
    let in_all =
        |verdict, code: &_| of_record(reading, verdict).iter().filter(|(_, row)| row.head.code == *code).count();
    for head in &edition.indicators {
        for verdict in [Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain] {
            let units = i64::try_from(in_all(verdict, &head.code)).unwrap_or(i64::MAX);
            if units > 0 {
                wanted.push(format!("{} đơn vị {}", count_in_prose(units), verdict.in_words().to_lowercase()));
            }
        }
    }
    wanted
}

fn dossier_sentences(all: &Counts) -> Vec<String> {
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
        let overdue = count_in_prose(all.overdue());
        wanted.push(format!("{overdue} hồ sơ đã quá hạn (chiếm {})", share(all.overdue_share())));
    }
    wanted
}

fn services(edition: &Edition) -> Vec<String> {
    let online = || edition.services.iter().filter(|(level, _)| *level != ServiceLevel::One);
    let total: i64 = online().map(|(_, count)| count).sum();
    if total == 0 {
        return Vec::new();
    }
    let levels = online().map(|(level, count)| format!("{} DVCTT {}", count_in_prose(*count), level.in_words()));
    [format!("cung cấp {} dịch vụ công", count_in_prose(total))].into_iter().chain(levels).collect()
}

/// The rows of the annex of dossiers, then those of the single fields.
pub(super) fn dossiers(reading: &Reading<'_>) -> Vec<String> {
    let edition = reading.edition;
    let row = |counts: Counts| counts.in_order().map(count_text).join(" ");
    let mut wanted = Vec::new();
    for group in groups(edition) {
        wanted.push(format!("{} {}", group.heading(), row(Counts::of_group(reading, group))));
        wanted.extend(edition.group(group).map(|unit| {
            let figures = match unit {
                unit if unit.filings.is_empty() => NOT_OWED.to_owned(),
                unit if is_all_missing(unit) => NO_FIGURES.to_owned(),
                unit => row(Counts::of(edition, &unit.own)),
            };
            format!("{} {figures}", name_with_notes(reading, unit))
        }));
    }
    wanted.push(format!("Tổng cộng {}", row(Counts::of(edition, &edition.province().subtree))));
    for (i, field) in edition.form.single_fields.iter().enumerate() {
        let of_groups = groups(edition).map(|group| fields::text(fields::of_group(reading, group)[i]));
        let all = fields::text(edition.province().subtree_fields[i]);
        wanted.push(format!("{} {} {all}", field.heading, of_groups.collect::<Vec<_>>().join(" ")));
    }
    wanted
}

/// The rows of the annex of results: a unit's name stands before its first, an indicator's before the first of it.
pub(super) fn results(reading: &Reading<'_>) -> Vec<String> {
    let mut wanted = Vec::new();
    for (unit, rows) in judged(reading) {
        for (i, row) in rows.iter().enumerate() {
            let name = if i == 0 { words::name(reading.edition, unit) } else { String::new() };
            let is_first = i == 0 || rows[i - 1].head.code != row.head.code;
            let indicator = if is_first { row.head.short_name.as_str() } else { "" };
            let threshold = row.judgement().map_or_else(String::new, |j| threshold(reading, j.threshold));
            let label = row.role.label();
            let verdict = row.verdict_text().unwrap_or_default();
            let figures = figures_of(row.outcome);
            wanted.push(format!("{name} {indicator} {label} {threshold} {figures} {verdict}"));
        }
    }
    wanted
}

fn threshold(reading: &Reading<'_>, threshold: Threshold) -> String {
    if reading.states_minima_only() { threshold_text(threshold) } else { threshold_in_words(threshold) }
}

/// Numerator, denominator, share and distance: dashes where nothing is known or nothing can be said.
fn figures_of(outcome: &Outcome) -> String {
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

fn fraction(ratio: Ratio) -> String {
    format!("{} {}", count_text(ratio.numerator), count_text(ratio.denominator))
}

/// The rows of the annex of misses.
pub(super) fn missed(reading: &Reading<'_>) -> Vec<String> {
    let rows = of_record(reading, Verdict::Missed);
    let wanted = rows.iter().filter_map(|(_, row)| {
        let needed = thresholds::new_cases(reading.edition, row).unwrap_or_else(|| "–".to_owned());
        Some(format!("{} {} {needed}", fraction(row.outcome.ratio), shortfall(reading, row)?))
    });
    wanted.collect()
}

fn shortfall(reading: &Reading<'_>, row: &ResultRow<'_>) -> Option<String> {
    let judgement = row.judgement()?;
    let sign = match judgement.threshold.direction {
        Direction::AtMost => "vượt",
        _ if reading.states_maxima() => "thiếu",
        _ => "",
    };
    let count = count_text(judgement.threshold.shortfall(row.outcome.ratio));
    Some(format!("{sign} {count} {}", row.head.noun))
}

/// The rows of the annex of late and missing reports.
pub(super) fn filings(edition: &Edition) -> Vec<String> {
    let mut wanted = Vec::new();
    for unit in &edition.units {
        for owed in &unit.filings {
            let received = match owed.filing {
                Filing::Reported { late: false, .. } => continue,
                Filing::Reported { received_at, .. } => {
                    format!("{} {}", wording::moment(received_at), days_late(owed.due, received_at))
                }
                Filing::Missing => "Chưa gửi –".to_owned(),
            };
            let (name, month) = (words::name(edition, unit), words::capitalised(&owed.month.in_words()));
            wanted.push(format!("{name} {month} {} {received}", wording::moment(owed.due)));
        }
    }
    wanted
}

/// The rows of the annex of changes: the values behind the names, and where all of them are.
pub(super) fn changes(edition: &Edition) -> Vec<String> {
    let Some(restatement) = &edition.restatement else { return Vec::new() };
    let rows = restatement.for_people().into_iter().take(CHANGES_MAX).map(|change| {
        let [old, new] = change.values_in_words(edition);
        format!("{} {} {old} {new}", words::name_of_change(edition, change), change.item.in_words(edition))
    });
    rows.chain([where_all_are(edition, restatement)]).collect()
}

/// What a unit's scorecard says, in no order.
pub(super) fn scorecard(reading: &Reading<'_>, unit: &UnitResult) -> Vec<String> {
    let edition = reading.edition;
    let mut wanted = vec![words::name(edition, unit), format!("Mã đơn vị: {}", unit.code), edition.id.to_string()];
    if !reading.is_added(unit) {
        wanted.push(APART.to_owned());
    }
    let shown = Shown::of(reading, unit);
    let of_shown = |own: String, subtree: String| {
        let own = if shown.own { own } else { String::new() };
        let subtree = if shown.subtree { subtree } else { String::new() };
        format!("{own} {subtree}")
    };
    for (number, heading, own, subtree) in figures(edition, unit) {
        let own = match unit {
            unit if unit.filings.is_empty() => "–".to_owned(),
            unit if is_all_missing(unit) => NO_FIGURES.to_owned(),
            _ => own,
        };
        wanted.push(format!("({number}) {heading} {}", of_shown(own, subtree)));
    }
    for (number, heading, own, subtree) in field_rows(reading, unit) {
        wanted.push(format!("{number} {heading} {}", of_shown(fields::text(own), fields::text(subtree))));
    }
    for row in rows(reading, unit) {
        let verdict = row.verdict().map_or("Không giao", Verdict::in_words);
        wanted.push(format!("{} {verdict}", figures_of(row.outcome)));
        let rank = row.outcome.rank.filter(|_| row.role.is_of_record);
        wanted.extend(rank.map(|rank| format!("{} xếp thứ {}/{}", row.head.short_name, rank.place, rank.of)));
    }
    let missing = unit.filings.iter().filter(|owed| owed.filing == Filing::Missing);
    wanted.extend(missing.map(|owed| format!("{} – – Chưa gửi", words::capitalised(&owed.month.in_words()))));
    wanted
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
