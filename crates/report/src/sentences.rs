//! The sentences of the report: official Vietnamese around the figures of an edition.

use baocao_domain::edition::{Cause, Edition, Filing, Outcome, Span, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::period::PeriodKey;
use baocao_domain::rounding::{count_in_prose, partition_text, percent_text, percent_text_beside};
use baocao_domain::target::Verdict;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use crate::counts::Counts;
use crate::results::{Standing, late_filings, spans_coincide, unit_outcomes};
use crate::{annex, words};

/// Names that are listed in a sentence; where there are more, the annex has them.
const NAMES_MAX: usize = 20;

/// What is reported, and why.
pub(crate) fn opening(edition: &Edition) -> String {
    format!(
        "Thực hiện Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020 của Bộ trưởng, Chủ nhiệm Văn phòng Chính phủ \
         quy định chế độ báo cáo định kỳ và quản lý, sử dụng, khai thác Hệ thống thông tin báo cáo của Văn phòng Chính \
         phủ, {} báo cáo kết quả công tác kiểm soát thủ tục hành chính (TTHC), thực hiện cơ chế một cửa, một cửa liên \
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
        return vec![format!("{head} {state}.")];
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
    sentences.push("Số liệu của từng cơ quan, đơn vị nêu tại Phụ lục I; tổng hợp theo nhóm đơn vị như sau:".into());
    sentences
}

/// Who reports, and which services are on offer.
pub(crate) fn services(edition: &Edition) -> Vec<String> {
    let count = |units: usize| count_in_prose(i64::try_from(units).unwrap_or(i64::MAX));
    let groups: Vec<String> = PeerGroup::ALL
        .into_iter()
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
    let levels = edition.services;
    let total = levels.level_2 + levels.level_3 + levels.level_4;
    let ratio = Ratio { numerator: levels.level_4, denominator: total };
    if let Some(share) = percent_text(ratio, 1) {
        sentences.push(format!(
            "Cổng dịch vụ công của {} cung cấp {} công trực tuyến (DVCTT), trong đó có {} mức độ 2; {} mức độ 3; {} \
             mức độ 4 (đạt {share}).",
            words::kind_of_province(&edition.letterhead),
            counted(total, "dịch vụ"),
            counted(levels.level_2, "DVCTT"),
            counted(levels.level_3, "DVCTT"),
            counted(levels.level_4, "DVCTT"),
        ));
    }
    sentences
}

/// By which decisions, and over which days.
pub(crate) fn decisions(edition: &Edition) -> String {
    let decisions: Vec<String> = edition
        .decisions
        .iter()
        .map(|decision| format!("Quyết định số {} {}", decision.number, wording::day_in_full(decision.issued)))
        .collect();
    let (window, to_date) = (wording::window(edition.window), wording::window(edition.year_to_date));
    let spans = if spans_coincide(edition) {
        format!(
            "Kết quả lũy kế ({to_date}) là căn cứ đánh giá đạt, chưa đạt, trong kỳ này cũng là kết quả của kỳ báo cáo"
        )
    } else {
        format!(
            "Kết quả trong kỳ báo cáo ({window}) phản ánh tiến độ thực hiện; kết quả lũy kế ({to_date}) là căn cứ đánh \
             giá đạt, chưa đạt"
        )
    };
    format!("Chỉ tiêu được giao tại {}. {spans}.", decisions.join("; "))
}

/// How the province and the units with a target stand on an indicator.
pub(crate) fn standing(edition: &Edition, standing: &Standing) -> String {
    let head = edition.indicator(&standing.indicator);
    let (name, noun) = head.map_or(("", ""), |head| (head.name.as_str(), head.noun.as_str()));
    let province = unit_outcomes(edition.province(), Span::YearToDate)
        .find(|outcome| outcome.indicator == standing.indicator)
        .and_then(|outcome| {
            let share = percent_text(outcome.ratio, 2)?;
            let ratio = outcome.ratio;
            let (num, den) = (count_in_prose(ratio.numerator), count_in_prose(ratio.denominator));
            Some(format!(
                "tính chung toàn {} đạt {share} ({num}/{den} {noun}); trong",
                words::kind_of_province(&edition.letterhead)
            ))
        })
        .unwrap_or_else(|| "trong".to_owned());
    let verdicts: Vec<String> = [Verdict::Met, Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain]
        .into_iter()
        .filter(|verdict| standing.count(*verdict) > 0 || *verdict == Verdict::Met)
        .map(|verdict| format!("{} {}", counted(standing.count(verdict), "đơn vị"), verdict.in_words().to_lowercase()))
        .collect();
    format!(
        "{}: {province} {} được giao chỉ tiêu, lũy kế có {}.",
        words::capitalised(name),
        counted(standing.units(), "đơn vị"),
        verdicts.join(", ")
    )
}

/// Who missed an indicator, and for whom reports are missing that could still change it.
pub(crate) fn missed(edition: &Edition, standing: &Standing) -> Vec<String> {
    let mut sentences = Vec::new();
    for (verdict, label) in
        [(Verdict::Missed, "Đơn vị chưa đạt"), (Verdict::Uncertain, "Đơn vị chưa đủ số liệu để đánh giá")]
    {
        let named: Vec<String> = edition
            .units
            .iter()
            .filter_map(|unit| {
                let outcome = judged(unit, standing, verdict)?;
                let threshold = outcome.judgement.as_ref()?.threshold;
                let share = percent_text_beside(outcome.ratio, threshold).filter(|_| verdict == Verdict::Missed);
                let name = words::name(edition, unit);
                Some(share.map_or_else(|| name.clone(), |share| format!("{name} ({share})")))
            })
            .collect();
        match named.len() {
            0 => {}
            1..=NAMES_MAX => sentences.push(format!("{label}: {}.", named.join("; "))),
            count => {
                let count = counted(i64::try_from(count).unwrap_or(i64::MAX), "đơn vị");
                sentences.push(format!("{label}: {count}, nêu tại Phụ lục II."));
            }
        }
    }
    sentences
}

fn judged<'a>(unit: &'a UnitResult, standing: &Standing, verdict: Verdict) -> Option<&'a Outcome> {
    unit_outcomes(unit, Span::YearToDate).find(|outcome| {
        outcome.indicator == standing.indicator
            && outcome.judgement.as_ref().is_some_and(|judgement| judgement.verdict == verdict)
    })
}

/// Whose reports are in, late, missing.
pub(crate) fn filings(edition: &Edition) -> Vec<String> {
    let all: Vec<&Filing> =
        edition.units.iter().flat_map(|unit| unit.filings.iter().map(|(_, filing)| filing)).collect();
    let count = |accept: fn(&Filing) -> bool| {
        i64::try_from(all.iter().filter(|filing| accept(filing)).count()).unwrap_or(i64::MAX)
    };
    let reports = |count| if count == 0 { "không có báo cáo".to_owned() } else { counted(count, "báo cáo") };
    let received = count(|filing| matches!(filing, Filing::Reported { .. }));
    let missing = match count(|filing| *filing == Filing::Missing) {
        0 => String::new(),
        count => format!("; còn {} chưa nhận được", counted(count, "báo cáo")),
    };
    let annex = if annex::has_filings(edition) { " Chi tiết nêu tại Phụ\u{a0}lục\u{a0}IV." } else { "" };
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
    let late = late_filings(edition);
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
