//! Thresholds and what is lacking to them, worded by direction.
//!
//! Where every target is a minimum, a head says so once and cells hold the bare percentage; else each cell says what it
//! means: `tối thiểu 50%`, `phải đạt 100%`, `tối đa 2%`. In the same way a number that is lacking is told from one that
//! is too many.

use baocao_domain::edition::{Edition, IndicatorHead, SideHead};
use baocao_domain::form::OverTime;
use baocao_domain::indicator::Count;
use baocao_domain::rounding::{count_text, threshold_in_words, threshold_text};
use baocao_domain::target::{Direction, Threshold, Verdict};

use crate::reading::Reading;
use crate::results::ResultRow;

/// The head of the column of thresholds.
pub(crate) fn head(reading: &Reading<'_>) -> &'static str {
    if reading.states_minima_only() { "Giao tối thiểu" } else { "Mức giao" }
}

/// A threshold in such a column.
pub(crate) fn text(reading: &Reading<'_>, threshold: Threshold) -> String {
    if reading.states_minima_only() { threshold_text(threshold) } else { threshold_in_words(threshold) }
}

/// A threshold beside a share, in words where it is no minimum: `giao 80%`, `phải đạt 100%`, `giao tối đa 2%`.
pub(crate) fn beside_a_share(threshold: Threshold) -> String {
    match threshold.direction {
        Direction::AtLeast => format!("giao {}", threshold_text(threshold)),
        Direction::AtMost => format!("giao {}", threshold_in_words(threshold)),
        Direction::Exactly => threshold_in_words(threshold),
    }
}

/// The head of the column of what is lacking.
pub(crate) fn shortfall_head(reading: &Reading<'_>) -> &'static str {
    if reading.states_maxima() { "Còn thiếu hoặc vượt" } else { "Còn thiếu" }
}

/// By how much a target was missed: `15 hồ sơ`; where some targets are maxima, `thiếu 15 hồ sơ` or `vượt 3 hồ sơ`.
pub(crate) fn shortfall(reading: &Reading<'_>, row: &ResultRow<'_>) -> Option<String> {
    let judgement = row.judgement().filter(|judgement| judgement.verdict == Verdict::Missed)?;
    let count = count_text(judgement.threshold.shortfall(row.outcome.ratio));
    let sign = match judgement.threshold.direction {
        Direction::AtMost => "vượt ",
        Direction::AtLeast | Direction::Exactly if reading.states_maxima() => "thiếu ",
        Direction::AtLeast | Direction::Exactly => "",
    };
    Some(format!("{sign}{count} {}", row.head.noun))
}

/// The head of the column of new cases.
pub(crate) fn new_cases_head(reading: &Reading<'_>) -> &'static str {
    if is_about_online_dossiers(reading) { "Hồ sơ trực tuyến mới cần có" } else { "Số mới cần có" }
}

/// How many new cases would reach the threshold: only where what is counted happens in the period, one by one.
pub(crate) fn new_cases(edition: &Edition, row: &ResultRow<'_>) -> Option<String> {
    let counts = [&row.head.numerator, &row.head.denominator].into_iter().all(|side| counts_cases(edition, side));
    if row.head.count != Count::Sum || !counts {
        return None;
    }
    let needed = row.judgement()?.threshold.new_cases_needed(row.outcome.ratio)?;
    Some(format!("{} {}", count_text(needed), row.head.noun))
}

/// Whether every case counts once, when it happens: no weights, no stocks.
fn counts_cases(edition: &Edition, side: &SideHead) -> bool {
    let form = &edition.form;
    let of_column = |code: &str| form.position(code).map(|position| form.columns[position].over_time);
    let of_field = |code: &str| form.single_field(code).map(|position| form.single_fields[position].over_time);
    let columns = side.columns.iter().map(|term| (term.weight, of_column(&term.code)));
    let fields = side.single_fields.iter().map(|term| (term.weight, of_field(&term.code)));
    columns.chain(fields).all(|(weight, over_time)| weight == 1 && over_time == Some(OverTime::Sum))
}

/// What the last columns of the table of misses mean.
pub(crate) fn notes(reading: &Reading<'_>) -> [String; 2] {
    if is_about_online_dossiers(reading) {
        return [
            "Còn thiếu: số cần thêm vào tử số, với mẫu số như đã có, để đạt mức giao tối thiểu.".to_owned(),
            "Hồ sơ trực tuyến mới cần có: số hồ sơ trực tuyến phải tiếp nhận thêm, tính cả vào tử số và mẫu số, để đạt \
             mức giao tối thiểu; không tính đối với chỉ tiêu đếm dịch vụ và mức giao 100%."
                .to_owned(),
        ];
    }
    let (too_many, counted_below) = if reading.states_maxima() {
        (
            " Vượt: số cần bớt khỏi tử số, với mẫu số như đã có, để không quá mức giao tối đa.",
            " (đối với mức giao tối đa: chỉ tính vào mẫu số)",
        )
    } else {
        ("", "")
    };
    [
        format!("Còn thiếu: số cần thêm vào tử số, với mẫu số như đã có, để đạt mức giao.{too_many}"),
        format!(
            "Số mới cần có: số phải phát sinh thêm, tính cả vào tử số và mẫu số{counted_below}, để đạt mức giao; không \
             tính đối với chỉ tiêu đếm dịch vụ, số đầu kỳ, số cuối kỳ, số có trọng số và khi phát sinh thêm bao nhiêu \
             cũng không đạt."
        ),
    ]
}

/// Whether every target is a minimum, and all dossiers that count above came online.
fn is_about_online_dossiers(reading: &Reading<'_>) -> bool {
    let comes_online = |head: &IndicatorHead| {
        let above = &head.numerator;
        head.noun == "hồ sơ" && above.single_fields.is_empty() && above.columns.iter().all(|term| term.code == "online")
    };
    let mut sums = reading.edition.indicators.iter().filter(|head| head.count == Count::Sum);
    reading.states_minima_only() && sums.all(comes_online)
}
