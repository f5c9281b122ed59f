//! Sentences on targets: by which decisions and over which days, how units stand, who missed.

use baocao_domain::edition::IndicatorHead;
use baocao_domain::indicator::Better;
use baocao_domain::rounding::{count_in_prose, percent_text, percent_text_beside};
use baocao_domain::target::{Span, Verdict};
use baocao_domain::wording;

use super::{NAMES_MAX, counted};
use crate::reading::{Reading, outcome_of};
use crate::results::{Standing, VERDICTS, of_record};
use crate::words;

/// What is said where no decision applies to the period.
pub(crate) const NO_TARGET: &str = "Không có chỉ tiêu được giao áp dụng cho kỳ báo cáo.";

/// By which decisions, and over which days.
pub(crate) fn decisions(reading: &Reading<'_>) -> String {
    let decisions: Vec<String> = reading.edition.decisions.iter().map(words::decision_in_full).collect();
    format!("Chỉ tiêu được giao tại {}. {}.", decisions.join("; "), spans(reading))
}

/// A span in running text.
const fn result_of(span: Span) -> &'static str {
    match span {
        Span::Period => "kết quả trong kỳ báo cáo",
        Span::QuarterToDate => "kết quả lũy kế quý",
        Span::YearToDate => "kết quả lũy kế",
    }
}

/// Over which days results are progress, and over which they are judged.
fn spans(reading: &Reading<'_>) -> String {
    let with_days = |span| format!("{} ({})", result_of(span), wording::window(reading.window(span)));
    match reading.record_spans().as_slice() {
        [Span::Period] => format!("{} là căn cứ đánh giá đạt, chưa đạt", words::capitalised(&with_days(Span::Period))),
        [span] if reading.is_the_period(*span) => format!(
            "{} là căn cứ đánh giá đạt, chưa đạt, trong kỳ này cũng là kết quả của kỳ báo cáo",
            words::capitalised(&with_days(*span))
        ),
        [span] => format!(
            "{} phản ánh tiến độ thực hiện; {} là căn cứ đánh giá đạt, chưa đạt",
            words::capitalised(&with_days(Span::Period)),
            with_days(*span)
        ),
        spans => {
            let all: Vec<String> = spans.iter().map(|span| with_days(*span)).collect();
            format!(
                "Căn cứ đánh giá đạt, chưa đạt của từng chỉ tiêu theo quyết định giao, gồm: {}; kết quả trong kỳ báo \
                 cáo của chỉ tiêu đánh giá lũy kế phản ánh tiến độ thực hiện",
                all.join("; ")
            )
        }
    }
}

/// How the province stands on an indicator: `tính chung toàn tỉnh đạt 59,16% (64.771/109.477 hồ sơ)`.
fn province(reading: &Reading<'_>, head: &IndicatorHead) -> Option<String> {
    let outcome = outcome_of(reading.edition.province(), &head.code, reading.span_of(&head.code))?;
    let ratio = outcome.ratio;
    let share = match &outcome.judgement {
        Some(judgement) => percent_text_beside(ratio, judgement.threshold),
        None => percent_text(ratio, 2),
    };
    let verb = if head.better == Better::Lower { "chiếm" } else { "đạt" };
    Some(format!(
        "tính chung toàn {} {verb} {} ({}/{} {})",
        words::kind_of_province(&reading.edition.letterhead),
        share?,
        count_in_prose(ratio.numerator),
        count_in_prose(ratio.denominator),
        head.noun
    ))
}

/// How the province and the units with a target stand on an indicator.
pub(crate) fn standing(reading: &Reading<'_>, head: &IndicatorHead, standing: &Standing) -> String {
    let province = province(reading, head).map_or_else(String::new, |province| format!("{province}; "));
    let verdicts: Vec<String> = VERDICTS
        .into_iter()
        .filter(|verdict| standing.count(*verdict) > 0 || *verdict == Verdict::Met)
        .map(|verdict| format!("{} {}", counted(standing.count(verdict), "đơn vị"), verdict.in_words().to_lowercase()))
        .collect();
    let over = match reading.record_spans_of(&head.code).as_slice() {
        [Span::YearToDate] => "lũy kế có",
        [Span::QuarterToDate] => "lũy kế quý có",
        [Span::Period] => "trong kỳ có",
        _ => "có",
    };
    format!(
        "{}: {province}trong {} được giao chỉ tiêu, {over} {}.",
        words::capitalised(&head.name),
        counted(standing.units(), "đơn vị"),
        verdicts.join(", ")
    )
}

/// How the province stands on an indicator that nobody has a target for.
pub(crate) fn without_target(reading: &Reading<'_>, head: &IndicatorHead) -> String {
    let state = province(reading, head).unwrap_or_else(|| {
        let outcome = outcome_of(reading.edition.province(), &head.code, reading.span_of(&head.code));
        let is_known = outcome.is_some_and(|outcome| outcome.bounds.is_none());
        if is_known { format!("không phát sinh {}", head.noun) } else { "chưa có đủ số liệu".to_owned() }
    });
    format!("{}: {state}.", words::capitalised(&head.name))
}

/// What the results are for where no decision applies.
pub(crate) fn to_follow(reading: &Reading<'_>) -> String {
    let days = wording::window(reading.window(Span::YearToDate));
    format!("Kết quả lũy kế ({days}) của các chỉ số để theo dõi như sau:")
}

/// Who missed an indicator, and for whom reports are missing that could still change it.
pub(crate) fn missed(reading: &Reading<'_>, head: &IndicatorHead) -> Vec<String> {
    let mut sentences = Vec::new();
    for (verdict, label) in
        [(Verdict::Missed, "Đơn vị chưa đạt"), (Verdict::Uncertain, "Đơn vị chưa đủ số liệu để đánh giá")]
    {
        let rows = of_record(reading, verdict);
        let named: Vec<String> = rows
            .iter()
            .filter(|(_, row)| row.head.code == head.code)
            .map(|(unit, row)| {
                let name = words::name(reading.edition, unit);
                let beside = match verdict {
                    Verdict::Missed => row.share(row.outcome.ratio),
                    _ => row.range(),
                };
                beside.map_or_else(|| name.clone(), |beside| format!("{name} ({beside})"))
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
