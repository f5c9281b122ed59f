//! The words of letters, in the wording of official Vietnamese correspondence. Numbers as in the documents.

use baocao_domain::edition::{Edition, Outcome, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::issue::IssueRecord;
use baocao_domain::notice::NoticeKind;
use baocao_domain::rounding::{
    count_in_prose, count_text, partition_text, percent_text, percent_text_beside, threshold_in_words,
};
use baocao_domain::target::{Direction, Span, Verdict};
use baocao_domain::unit::Tier;
use baocao_domain::wording;

/// Subject and text of a notice to a unit.
#[must_use]
pub fn notice_letter(edition: &Edition, unit: &UnitResult, kind: NoticeKind, addressee: &str) -> (String, String) {
    match kind {
        NoticeKind::Missed => missed(edition, unit, addressee),
        NoticeKind::Corrected => corrected(edition, unit, addressee),
    }
}

fn missed(edition: &Edition, unit: &UnitResult, addressee: &str) -> (String, String) {
    let lines: Vec<String> =
        unit.judged_for_record().filter_map(|(outcome, _)| missed_line(edition, outcome)).collect();
    let count = lines.len();
    let period = edition.id.period.in_words();
    let name = organ(unit);
    let subject = format!("[Đôn đốc] {name}: {count:02} chỉ tiêu chưa đạt – kỳ {period}{}", restated(edition));
    let decisions: Vec<String> =
        edition.decisions.iter().map(|decision| wording::decision(&decision.number, decision.issued)).collect();
    let text = format!(
        "Kính gửi: {addressee}\n\n\
         Căn cứ {decisions}; theo số liệu chốt {sealed}, {name} còn {count:02} chỉ \
         tiêu chưa đạt:\n\n{lines}.\n\n\
         Đề nghị {name} làm rõ nguyên nhân, khẩn trương có giải pháp khắc phục để hoàn thành chỉ tiêu được giao.\n\
         Số liệu do đơn vị báo cáo; nếu có sai lệch, đề nghị phản hồi về {organ}.\n\
         Phiếu kết quả của đơn vị kỳ {period} (lần công bố {number:02}) gửi kèm theo thư này.{replaced}\n\n\
         Trân trọng./.\n",
        decisions = decisions.join(", "),
        sealed = sealed(edition),
        lines = lines.join(";\n"),
        organ = edition.letterhead.urging_organ,
        number = edition.id.number,
        replaced = if edition.id.number > 1 {
            "\nSố liệu kỳ này đã được đính chính; thư này thay cho thư đã gửi trước đây về cùng kỳ (nếu có)."
        } else {
            ""
        },
    );
    (subject, text)
}

/// `- {tên chỉ tiêu}: giao tối thiểu 50%, lũy kế từ ngày … đến ngày … đạt 46,60% (466/1.000 hồ sơ), còn thiếu 34 hồ sơ`
fn missed_line(edition: &Edition, outcome: &Outcome) -> Option<String> {
    let judgement = outcome.judgement.as_ref().filter(|judgement| judgement.verdict == Verdict::Missed)?;
    let head = edition.indicator(&outcome.indicator)?;
    let ratio = outcome.ratio;
    Some(format!(
        "- {name}: giao {threshold}, {window} đạt {share} ({above}/{below} {noun}), {off} {lacking} {noun}",
        name = head.name,
        threshold = threshold_in_words(judgement.threshold),
        window = span_in_words(edition, outcome.span),
        off = if judgement.threshold.direction == Direction::AtMost { "vượt" } else { "còn thiếu" },
        share = percent_text_beside(ratio, judgement.threshold)?,
        above = count_text(ratio.numerator),
        below = count_text(ratio.denominator),
        lacking = count_in_prose(judgement.threshold.shortfall(ratio)),
        noun = head.noun,
    ))
}

/// The days over which an outcome is taken.
fn span_in_words(edition: &Edition, span: Span) -> String {
    match span {
        Span::Period => wording::window(edition.window),
        Span::QuarterToDate => format!("lũy kế từ đầu quý đến ngày {}", wording::day(edition.window.to)),
        Span::YearToDate => format!("lũy kế {}", wording::window(edition.year_to_date)),
    }
}

fn corrected(edition: &Edition, unit: &UnitResult, addressee: &str) -> (String, String) {
    let period = edition.id.period.in_words();
    let name = organ(unit);
    let subject = format!("[Đính chính] {name}: không còn chỉ tiêu chưa đạt – kỳ {period}");
    let text = format!(
        "Kính gửi: {addressee}\n\n\
         Theo số liệu đính chính, chốt {sealed} (lần công bố {number:02}), {name} không còn chỉ tiêu chưa đạt trong kỳ \
         {period}. Thư đôn đốc đã gửi trước đây về kỳ này không còn giá trị.\n\
         Phiếu kết quả của đơn vị gửi kèm theo thư này.\n\n\
         Trân trọng./.\n",
        sealed = sealed(edition),
        number = edition.id.number,
    );
    (subject, text)
}

/// Subject and text of the letter that brings leadership the issued report.
#[must_use]
pub fn report_letter(edition: &Edition, record: &IssueRecord, addressee: &str) -> (String, String) {
    let (period, symbol) = (edition.id.period.in_words(), &edition.letterhead.symbol);
    let number = format!("{:02}/{symbol}", record.number);
    let subject = format!(
        "Báo cáo số {number} ngày {} về công tác kiểm soát thủ tục hành chính {period}",
        wording::day(record.date)
    );
    let judged = |verdict: Verdict| {
        let is = |unit: &&UnitResult| unit.verdicts_of_record().contains(&verdict);
        edition.units.iter().filter(is).count()
    };
    let missing: Vec<String> =
        edition.missing().map(|(unit, months)| format!("{} ({})", unit.name, wording::periods(&months))).collect();
    let missing = if missing.is_empty() {
        "Tất cả cơ quan, đơn vị đã gửi báo cáo".to_owned()
    } else {
        format!("Chưa có số liệu của: {}", missing.join("; "))
    };
    let text = format!(
        "Kính gửi: {addressee}\n\n\
         Xin gửi kèm theo thư này Báo cáo số {number} ngày {date} về kết quả công tác kiểm soát thủ tục hành chính, thực \
         hiện cơ chế một cửa, một cửa liên thông và thực hiện thủ tục hành chính trên môi trường điện tử trên địa bàn \
         {province} {period}; số liệu chốt {sealed}. Một số kết quả chính:\n\n\
         {figures}\
         - {missed:02} cơ quan, đơn vị có ít nhất một chỉ tiêu chưa đạt (lũy kế);\n\
         - {missing}.\n\n\
         Trân trọng./.\n",
        date = wording::day(record.date),
        province = edition.letterhead.province,
        sealed = sealed(edition),
        figures = figures(edition).concat(),
        missed = judged(Verdict::Missed),
    );
    (subject, text)
}

/// What was received, resolved and is pending, each with its shares; nothing of what did not occur.
fn figures(edition: &Edition) -> Vec<String> {
    let row = &edition.province().subtree;
    let value = |column| edition.value(row, column);
    let mut lines = Vec::new();
    let (received, online) = (value("received"), value("online"));
    if let Some(share) = percent_text(Ratio { numerator: online, denominator: received }, 2) {
        lines.push(format!(
            "- Tiếp nhận {} hồ sơ, trong đó trực tuyến {} hồ sơ (chiếm {share});\n",
            count_in_prose(received),
            count_in_prose(online)
        ));
    }
    let parts = ["early", "on_time", "late"].map(value);
    if let Some(shares) = partition_text(&parts, 2) {
        let [early, on_time, late] = parts.map(count_in_prose);
        lines.push(format!(
            "- Đã giải quyết {} hồ sơ: trước hạn {early} hồ sơ (đạt {}), đúng hạn {on_time} hồ sơ (đạt {}), quá hạn {late} \
             hồ sơ (chiếm {});\n",
            count_in_prose(value("resolved")),
            shares[0],
            shares[1],
            shares[2]
        ));
    }
    let (pending, overdue) = (value("pending"), value("pending_overdue"));
    if let Some(share) = percent_text(Ratio { numerator: overdue, denominator: pending }, 2) {
        lines.push(format!(
            "- Đang giải quyết {} hồ sơ, trong đó đã quá hạn {} hồ sơ (chiếm {share});\n",
            count_in_prose(pending),
            count_in_prose(overdue)
        ));
    }
    lines
}

/// Who answers for the unit's results: the department itself, or the people's committee of a place.
fn organ(unit: &UnitResult) -> String {
    if unit.tier == Tier::Department {
        return unit.name.clone();
    }
    let mut letters = unit.name.chars();
    let place: String = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
    format!("UBND {place}")
}

fn sealed(edition: &Edition) -> String {
    format!("lúc {}", wording::moment(edition.sealed_at))
}

fn restated(edition: &Edition) -> String {
    if edition.id.number > 1 { format!(" (đính chính, lần {:02})", edition.id.number) } else { String::new() }
}
