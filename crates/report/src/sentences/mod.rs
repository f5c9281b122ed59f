//! The sentences of the report: official Vietnamese around the figures of an edition.

pub(crate) mod changes;
pub(crate) mod targets;

use baocao_domain::edition::{Cause, Edition, Filing, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::rounding::{count_in_prose, partition_text, percent_text};
use baocao_domain::wording;
use jiff::civil::{Date, date};

use crate::annex::{self, Annex};
use crate::counts::{Counts, groups};
use crate::reading::Reading;
use crate::results::late_filings;
use crate::{fields, words};

/// Names that are listed in a sentence; where there are more, the annex has them.
const NAMES_MAX: usize = 20;

/// The day of Circular 01/2020/TT-VPCP: reports on periods that ended before it do not rest on it.
const CIRCULAR_ISSUED: Date = date(2020, 10, 21);

/// What is reported, and why.
pub(crate) fn opening(edition: &Edition) -> String {
    let basis = if edition.window.to < CIRCULAR_ISSUED {
        ""
    } else {
        "Thực hiện Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020 của Bộ trưởng, Chủ nhiệm Văn phòng Chính phủ \
         quy định chế độ báo cáo định kỳ và quản lý, sử dụng, khai thác Hệ thống thông tin báo cáo của Văn phòng Chính \
         phủ, "
    };
    format!(
        "{basis}{} báo cáo kết quả công tác kiểm soát thủ tục hành chính (TTHC), thực hiện cơ chế một cửa, một cửa liên \
         thông và thực hiện TTHC trên môi trường điện tử trên địa bàn {} {} như sau:",
        words::issuer(&edition.letterhead),
        edition.letterhead.province,
        edition.id.period.in_words()
    )
}

/// A count with its noun, held together at the end of a line.
fn counted(count: i64, noun: &str) -> String {
    format!("{}\u{a0}{}", count_in_prose(count), noun.replace(' ', "\u{a0}"))
}

/// What was received, resolved, and is pending.
pub(crate) fn dossiers(edition: &Edition) -> Vec<String> {
    let all = Counts::of(edition, &edition.province().subtree);
    let period = words::capitalised(&edition.id.period.in_words());
    let head = format!(
        "{period} ({}), trên địa bàn {}",
        wording::window(edition.window),
        words::kind_of_province(&edition.letterhead)
    );
    let Some(received) = partition_text(&all.received_parts(), 2) else {
        let is_known = edition.province().subtree_coverage.is_complete();
        let state =
            if is_known { "không phát sinh hồ sơ TTHC" } else { "chưa có đủ số liệu về hồ sơ TTHC" };
        return vec![format!("{head} {state}."), format!("{} nêu tại Phụ lục I.", what_the_annex_holds(edition))];
    };
    let [online, other] = all.received_parts().map(|count| counted(count, "hồ sơ"));
    let mut sentences = vec![format!(
        "{head} đã tiếp nhận {} TTHC, trong đó: tiếp nhận trực tuyến {online} (chiếm {}); tiếp nhận trực tiếp, qua dịch \
         vụ bưu chính và từ kỳ trước chuyển qua {other} (chiếm {}), riêng từ kỳ trước chuyển qua {}.",
        counted(all.received(), "hồ sơ"),
        received[0],
        received[1],
        counted(all.carried_over(), "hồ sơ"),
    )];
    let parts = all.resolved_parts();
    let mut states = Vec::new();
    if let Some(shares) = partition_text(&parts, 2) {
        let [early, on_time, late] = parts.map(|count| counted(count, "hồ sơ"));
        states.push(format!(
            "Tổng số đã giải quyết {}, trong đó: trước hạn {early} (đạt {}), đúng hạn {on_time} (đạt {}), quá \
             hạn {late} (chiếm {}).",
            counted(all.resolved(), "hồ sơ"),
            shares[0],
            shares[1],
            shares[2],
        ));
    }
    if all.pending() > 0 {
        states.push(format!(
            "Còn {} đang giải quyết, trong đó có {} đã quá hạn (chiếm {}).",
            counted(all.pending(), "hồ sơ"),
            counted(all.overdue(), "hồ sơ"),
            percent_text(all.overdue_share(), 2).unwrap_or_default(),
        ));
    }
    sentences.extend((!states.is_empty()).then(|| states.join(" ")));
    let held = what_the_annex_holds(edition);
    sentences.push(format!("{held} nêu tại Phụ lục I; tổng hợp theo nhóm đơn vị như sau:"));
    sentences
}

fn what_the_annex_holds(edition: &Edition) -> &'static str {
    if fields::are_filed(edition) {
        "Số liệu của từng cơ quan, đơn vị và các chỉ tiêu đơn"
    } else {
        "Số liệu của từng cơ quan, đơn vị"
    }
}

/// Who reports, and which services are on offer.
pub(crate) fn services(reading: &Reading<'_>) -> Vec<String> {
    let edition = reading.edition;
    let count = |units: usize| count_in_prose(i64::try_from(units).unwrap_or(i64::MAX));
    let groups: Vec<String> = groups(edition)
        .map(|group| (group, edition.group(group).filter(|unit| !unit.filings.is_empty()).count()))
        .filter(|(_, units)| *units > 0)
        .map(|(group, units)| format!("{} {}", count(units), group.heading().to_lowercase()))
        .collect();
    let mut sentences = vec![format!(
        "Có {} cơ quan, đơn vị trên địa bàn {} báo cáo số liệu giải quyết TTHC, gồm: {}.",
        count(edition.reporting().count()),
        words::kind_of_province(&edition.letterhead),
        groups.join("; ")
    )];
    let apart: Vec<String> =
        edition.reporting().filter(|unit| !reading.is_added(unit)).map(|unit| words::name(edition, unit)).collect();
    if (1..=NAMES_MAX).contains(&apart.len()) {
        sentences.push(format!("Số liệu của các đơn vị sau không cộng vào số liệu chung: {}.", apart.join("; ")));
    } else if !apart.is_empty() {
        sentences.push(format!("Số liệu của {} đơn vị không cộng vào số liệu chung.", count(apart.len())));
    }
    sentences.extend(online_services(edition));
    sentences
}

/// The services on offer by level: those of mức độ 1 only inform, and are no online services.
fn online_services(edition: &Edition) -> Option<String> {
    let levels: Vec<(ServiceLevel, i64)> =
        edition.services.iter().copied().filter(|(level, count)| *level != ServiceLevel::One && *count > 0).collect();
    let total = levels.iter().map(|(_, count)| count).sum();
    let parts = levels.iter().map(|(level, count)| {
        let part = format!("{} {}", counted(*count, "DVCTT"), level.in_words());
        // The share of the highest level of either vocabulary is what the Government sets goals for.
        let is_highest = matches!(level, ServiceLevel::Four | ServiceLevel::Full);
        let ratio = Ratio { numerator: *count, denominator: total };
        let share = percent_text(ratio, 1).filter(|_| is_highest);
        share.map_or(part.clone(), |share| format!("{part} (đạt {share})"))
    });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| {
        format!(
            "Cổng dịch vụ công của {} cung cấp {} công trực tuyến (DVCTT), trong đó có {}.",
            words::kind_of_province(&edition.letterhead),
            counted(total, "dịch vụ"),
            parts.join("; ")
        )
    })
}

/// Whose reports are in, late, missing.
pub(crate) fn filings(reading: &Reading<'_>) -> Vec<String> {
    let edition = reading.edition;
    let all: Vec<&Filing> =
        edition.units.iter().flat_map(|unit| unit.filings.iter().map(|owed| &owed.filing)).collect();
    let count = |accept: fn(&Filing) -> bool| {
        i64::try_from(all.iter().filter(|filing| accept(filing)).count()).unwrap_or(i64::MAX)
    };
    let reports = |count| if count == 0 { "không có báo cáo".to_owned() } else { counted(count, "báo cáo") };
    let received = count(|filing| matches!(filing, Filing::Reported { .. }));
    let missing = match count(|filing| *filing == Filing::Missing) {
        0 => String::new(),
        count => format!("; còn {} chưa nhận được", counted(count, "báo cáo")),
    };
    let annex = annex::numeral(reading, Annex::Filings);
    let annex = annex.map(|numeral| format!(" Chi tiết nêu tại Phụ\u{a0}lục\u{a0}{numeral}.")).unwrap_or_default();
    let mut sentences = vec![format!(
        "Tổng số báo cáo tháng phải gửi trong kỳ ({}) là {}; đã nhận {}, trong đó {} gửi chậm, {} nêu rõ không phát \
         sinh hồ sơ{missing}.{annex}",
        wording::periods(&edition.months),
        reports(count(|_| true)),
        if missing.is_empty() { format!("đủ {}", reports(received)) } else { reports(received) },
        reports(count(|filing| matches!(filing, Filing::Reported { late: true, .. }))),
        reports(count(|filing| matches!(filing, Filing::Reported { nil: true, .. }))),
    )];
    let with_months = |unit: &UnitResult, months: &[PeriodKey]| {
        format!("{} ({})", words::name(edition, unit), wording::periods(months))
    };
    let late = late_filings(reading);
    if (1..=NAMES_MAX).contains(&late.len()) {
        let named: Vec<String> = late.iter().map(|(unit, months)| with_months(unit, months)).collect();
        sentences.push(format!("Đơn vị gửi chậm: {}.", named.join("; ")));
    }
    let missing: Vec<String> = edition.missing().map(|(unit, months)| with_months(unit, &months)).collect();
    if !missing.is_empty() {
        sentences.push(format!(
            "Chưa có số liệu của: {}. Các tổng số trong Báo cáo chưa gồm số liệu này.",
            missing.join("; ")
        ));
    }
    sentences
}

/// What the reader must know to read the figures rightly.
pub(crate) fn notes(edition: &Edition) -> Vec<String> {
    let mut notes =
        vec![format!("Số liệu chốt lúc {}, bản công bố {}.", wording::moment(edition.sealed_at), edition.id)];
    match &edition.cause {
        Cause::Locked => {}
        Cause::ExtensionFiled { unit, reason } => {
            let name = edition.unit(unit).map_or_else(|| unit.to_string(), |unit| words::name(edition, unit));
            notes.push(format!("Bản công bố này gồm cả báo cáo được gia hạn của {name} (lý do: {reason})."));
        }
        Cause::ExtensionExpired { unit, reason } => {
            let name = edition.unit(unit).map_or_else(|| unit.to_string(), |unit| words::name(edition, unit));
            notes.push(format!("Hết thời gian gia hạn (lý do gia hạn: {reason}), {name} chưa gửi báo cáo."));
        }
        Cause::Reopened { reason } => {
            notes.push(format!("Bản công bố này được lập sau khi mở lại kỳ báo cáo (lý do: {reason})."));
        }
        Cause::MonthRestated { edition: month } => notes.push(format!(
            "Bản công bố này tính theo số liệu đính chính của {} (bản công bố {month}).",
            month.period.in_words()
        )),
    }
    notes.extend(edition.remarks.iter().cloned());
    notes
}

/// The last sentence.
pub(crate) fn closing(edition: &Edition) -> String {
    let subject = words::uncapitalised(&words::subject(edition));
    format!("Trên đây là Báo cáo {subject}, {} trân trọng báo cáo./.", words::issuer(&edition.letterhead))
}
