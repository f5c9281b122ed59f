//! The annexes of the report, on landscape pages of the same file, each numbered from 1.

use baocao_domain::edition::{Edition, Filing, Outcome, Span, UnitResult};
use baocao_domain::indicator::Count;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::PeriodKey;
use baocao_domain::rounding::{count_text, percent_text_beside, threshold_text};
use baocao_domain::target::Verdict;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use crate::counts::{Counts, is_all_missing};
use crate::font::{Face, Fonts};
use crate::page::{Flow, Geometry, Length, mm, pt};
use crate::results::{NONE, judged, measured, spans, spans_coincide};
use crate::table::{Cell, Column, HeadCell, Row, Table, numbering};
use crate::text::{Align, Block, Style, paragraph};
use crate::words;

/// Size of text in tables.
const SIZE: i64 = 10;
/// Columns of form II.06a.
const COLUMNS: usize = 13;
/// Room for the notes under a table.
const NOTES: Length = pt(36);
/// The title of each annex, in order.
pub(crate) const TITLES: [&str; 4] = [
    "KẾT QUẢ GIẢI QUYẾT HỒ SƠ THỦ TỤC HÀNH CHÍNH",
    "KẾT QUẢ THỰC HIỆN CHỈ TIÊU ĐƯỢC GIAO",
    "CÁC ĐƠN VỊ CHƯA ĐẠT CHỈ TIÊU ĐƯỢC GIAO",
    "CÁC ĐƠN VỊ GỬI BÁO CÁO CHẬM, CHƯA GỬI BÁO CÁO",
];
/// Their numbers.
pub(crate) const NUMERALS: [&str; 4] = ["I", "II", "III", "IV"];
/// What stands in place of the figures of a unit whose reports are all missing.
pub(crate) const NO_FIGURES: &str = "Chưa có số liệu";

/// All annexes that the edition calls for.
pub(crate) fn all(
    fonts: &'static Fonts,
    edition: &Edition,
    issue: Option<&IssueRecord>,
    mark: Option<&'static str>,
) -> Vec<Flow> {
    let draw: [fn(&mut Flow, &Edition); 4] = [dossiers, results, missed, filings];
    let count = if has_filings(edition) { 4 } else { 3 };
    (0..count)
        .map(|i| {
            let mut flow = Flow::new(fonts, Geometry::LANDSCAPE, mark);
            head(&mut flow, edition, issue, i);
            draw[i](&mut flow, edition);
            flow
        })
        .collect()
}

/// Whether a report of the edition is late or missing.
pub(crate) fn has_filings(edition: &Edition) -> bool {
    troubled(edition).next().is_some()
}

fn head(flow: &mut Flow, edition: &Edition, issue: Option<&IssueRecord>, i: usize) {
    let centred = |style| Block::plain(style, Align::Centre);
    paragraph(flow, &format!("Phụ lục {}", NUMERALS[i]), centred(Style::bold(14)));
    paragraph(flow, TITLES[i], centred(Style::bold(13)));
    let period = edition.id.period.in_words();
    let period = match i {
        0 | 3 => format!("Kỳ báo cáo: {period} ({})", wording::window(edition.window)),
        2 => format!("Lũy kế {}", wording::window(edition.year_to_date)),
        _ if spans_coincide(edition) => format!("Lũy kế: {period} ({})", wording::window(edition.year_to_date)),
        _ => format!(
            "Tiến độ: {period} ({}); lũy kế: {}",
            wording::window(edition.window),
            wording::window(edition.year_to_date)
        ),
    };
    paragraph(flow, &period, centred(Style::regular(13)));
    let letterhead = &edition.letterhead;
    let source = format!(
        "(Kèm theo Báo cáo số {} {} của {})",
        words::number(letterhead, issue),
        words::date_of_issue(edition, issue),
        words::issuer_in_full(letterhead)
    );
    paragraph(flow, &source, centred(Style::italic(13)));
    flow.gap(pt(6));
}

fn unit_of_measure(flow: &mut Flow, text: &str) {
    paragraph(flow, text, Block::plain(Style::italic(11), Align::Right).keep(pt(60)));
    flow.gap(pt(2));
}

fn note(flow: &mut Flow, text: &str) {
    paragraph(flow, text, Block::plain(Style::italic(11), Align::Justified).above(pt(4)));
}

/// A row over the whole width, where a table has nothing to say.
fn nothing(columns: usize, text: &str) -> Row {
    Row::new(vec![Cell::new(text).over(columns).face(Face::Italic).align(Align::Centre)])
}

// ---- Phụ lục I --------------------------------------------------------------------------------------------------

fn dossiers(flow: &mut Flow, edition: &Edition) {
    unit_of_measure(flow, "Đơn vị tính: Số hồ sơ TTHC");
    let number = Column::new(mm(16), Align::Right);
    let mut columns = vec![Column::new(mm(11), Align::Centre), Column::new(mm(60), Align::Left)];
    columns.extend(std::iter::repeat_n(number, COLUMNS - 2));
    let mut rows = Vec::new();
    for group in PeerGroup::ALL {
        let sum = Counts::of_group(edition, group);
        rows.push(counts_row(group.letter(), group.heading(), sum, Face::Bold).keeping_next());
        for (i, unit) in edition.group(group).enumerate() {
            rows.push(unit_row(edition, unit, i + 1));
        }
    }
    let province = edition.province();
    rows.push(counts_row("", "Tổng cộng", Counts::of(edition, &province.subtree), Face::Bold));
    Table { columns, head: head_of_form(), rows, size: SIZE, keep: NOTES }.draw(flow);
    let coverage = province.subtree_coverage;
    if !coverage.is_complete() {
        note(
            flow,
            &format!(
                "Tổng cộng tính trên {}/{} báo cáo tháng; số liệu chưa nhận được không tính là 0.",
                count_text(coverage.reported),
                count_text(coverage.obliged)
            ),
        );
    }
    if edition.group(PeerGroup::B).next().is_some() && edition.group(PeerGroup::C).next().is_some() {
        note(flow, "Mục B là số liệu của cơ quan cấp huyện, không gồm số liệu của xã, phường, thị trấn tại mục C.");
    }
}

fn head_of_form() -> Vec<HeadCell> {
    let mut head = vec![
        HeadCell::new(0, 0, "TT").over(3, 1),
        HeadCell::new(0, 1, "Đơn vị").over(3, 1),
        HeadCell::new(0, 2, "Số hồ sơ tiếp nhận").over(1, 4),
        HeadCell::new(1, 2, "Tổng số").over(2, 1),
        HeadCell::new(1, 3, "Trong kỳ").over(1, 2),
        HeadCell::new(2, 3, "Trực tuyến"),
        HeadCell::new(2, 4, "Trực tiếp, bưu chính"),
        HeadCell::new(1, 5, "Từ kỳ trước").over(2, 1),
        HeadCell::new(0, 6, "Số hồ sơ đã giải quyết").over(1, 4),
        HeadCell::new(0, 10, "Số hồ sơ đang giải quyết").over(1, 3),
    ];
    let parts = ["Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"];
    head.extend(parts.iter().enumerate().map(|(i, part)| HeadCell::new(1, 6 + i, *part).over(2, 1)));
    head.extend(numbering(
        3,
        &[
            "(1)",
            "(2)",
            "(3)=(4)+\n(5)+(6)",
            "(4)",
            "(5)",
            "(6)",
            "(7)=(8)+\n(9)+(10)",
            "(8)",
            "(9)",
            "(10)",
            "(11)=\n(12)+(13)",
            "(12)",
            "(13)",
        ],
    ));
    head
}

fn counts_row(mark: &str, name: &str, counts: Counts, face: Face) -> Row {
    let mut cells = vec![Cell::new(mark).face(face), Cell::new(name).face(face)];
    cells.extend(counts.in_order().iter().map(|count| Cell::new(count_text(*count)).face(face)));
    Row::new(cells)
}

/// The unit's own figures: a part that is missing is said beside its name, and a whole that is missing is no zero.
fn unit_row(edition: &Edition, unit: &UnitResult, number: usize) -> Row {
    if is_all_missing(unit) {
        let none = Cell::new(NO_FIGURES).over(COLUMNS - 2).face(Face::Italic).align(Align::Centre);
        return Row::new(vec![Cell::new(number.to_string()), Cell::new(words::name(edition, unit)), none]);
    }
    counts_row(&number.to_string(), &name_with_gaps(edition, unit), Counts::of(edition, &unit.own), Face::Regular)
}

/// The unit's name, and the months that its figures lack.
pub(crate) fn name_with_gaps(edition: &Edition, unit: &UnitResult) -> String {
    let name = words::name(edition, unit);
    match unit.missing_months().as_slice() {
        [] => name,
        months => format!("{name} (chưa có số liệu {})", wording::periods(months)),
    }
}

// ---- Phụ lục II -------------------------------------------------------------------------------------------------

fn results(flow: &mut Flow, edition: &Edition) {
    let widths = [(10, Align::Centre), (50, Align::Left), (58, Align::Left), (15, Align::Left), (15, Align::Right)];
    let widths = widths.into_iter().chain([18, 18, 18, 18].map(|width| (width, Align::Right)));
    let columns = columns(widths.chain([(27, Align::Left)]));
    let labels = ["TT", "Đơn vị", "Chỉ tiêu", "Kết quả tính", "Giao tối thiểu", "Tử số", "Mẫu số", "Kết quả"];
    let labels = labels.into_iter().chain(["Chênh lệch (điểm %)", "Đánh giá"]);
    let mut rows = Vec::new();
    let mut group = None;
    let mut number = 0;
    for (unit, outcomes) in by_unit(edition) {
        if unit.group != group
            && let Some(peer) = unit.group
        {
            rows.push(group_row(peer, columns.len()));
        }
        number = if unit.group == group { number + 1 } else { 1 };
        group = unit.group;
        let last = outcomes.len() - 1;
        rows.extend(outcomes.into_iter().enumerate().map(|(i, cells)| {
            let head = match i {
                0 => [Cell::new(number.to_string()), Cell::new(words::name(edition, unit))],
                _ => [Cell::going_on(), Cell::going_on()],
            };
            let row = Row::new(head.into_iter().chain(cells.into_iter().map(Cell::new)).collect());
            if i < last { row.keeping_next() } else { row }
        }));
    }
    if rows.is_empty() {
        rows.push(nothing(columns.len(), "Không có chỉ tiêu được giao áp dụng cho kỳ báo cáo."));
    }
    Table { columns, head: simple_head(labels), rows, size: SIZE, keep: NOTES }.draw(flow);
    if spans_coincide(edition) {
        note(flow, "Kết quả lũy kế là căn cứ đánh giá; kỳ báo cáo trùng với thời gian tính lũy kế.");
    } else {
        note(flow, "Kết quả trong kỳ là tiến độ thực hiện; kết quả lũy kế là căn cứ đánh giá.");
    }
}

/// Units with a target, each with the cells of its rows: by indicator, then by span.
fn by_unit(edition: &Edition) -> Vec<(&UnitResult, Vec<Vec<String>>)> {
    let mut units: Vec<(&UnitResult, Vec<Vec<String>>)> = Vec::new();
    let mut all: Vec<&UnitResult> = edition.units.iter().collect();
    all.sort_by_key(|unit| (unit.group, &unit.code));
    for unit in all {
        let mut rows = Vec::new();
        for head in &edition.indicators {
            for (span, label) in spans(edition) {
                let found = unit.judged(*span).find(|(outcome, _)| outcome.indicator == head.code);
                let Some((outcome, judgement)) = found else { continue };
                let mut cells = vec![head.short_name.clone(), (*label).to_owned(), threshold_text(judgement.threshold)];
                cells.extend(measured(outcome));
                cells.push(judgement.verdict.in_words().to_owned());
                rows.push(cells);
            }
        }
        if !rows.is_empty() {
            units.push((unit, rows));
        }
    }
    units
}

// ---- Phụ lục III ------------------------------------------------------------------------------------------------

fn missed(flow: &mut Flow, edition: &Edition) {
    let widths = [(11, Align::Centre), (62, Align::Left), (58, Align::Left)];
    let columns = columns(widths.into_iter().chain([16, 17, 17, 17, 23, 26].map(|width| (width, Align::Right))));
    let labels = ["TT", "Đơn vị", "Chỉ tiêu", "Giao tối thiểu", "Đạt", "Tử số", "Mẫu số", "Còn thiếu"];
    let labels = labels.into_iter().chain(["Hồ sơ trực tuyến mới cần có"]);
    let mut rows: Vec<Row> = judged(edition, Span::YearToDate)
        .filter(|(_, _, judgement)| judgement.verdict == Verdict::Missed)
        .enumerate()
        .map(|(i, (unit, outcome, judgement))| {
            let head = edition.indicator(&outcome.indicator);
            let (short, noun) = head.map_or(("", ""), |head| (head.short_name.as_str(), head.noun.as_str()));
            let (ratio, threshold) = (outcome.ratio, judgement.threshold);
            let cells = [
                (i + 1).to_string(),
                words::name(edition, unit),
                short.to_owned(),
                threshold_text(threshold),
                percent_text_beside(ratio, threshold).unwrap_or_else(|| NONE.into()),
                count_text(ratio.numerator),
                count_text(ratio.denominator),
                format!("{} {noun}", count_text(threshold.shortfall(ratio))),
                new_dossiers(edition, outcome)
                    .map_or_else(|| NONE.into(), |count| format!("{} {noun}", count_text(count))),
            ];
            Row::new(cells.into_iter().map(Cell::new).collect())
        })
        .collect();
    if rows.is_empty() {
        rows.push(nothing(columns.len(), "Không có đơn vị chưa đạt chỉ tiêu được giao."));
    }
    Table { columns, head: simple_head(labels), rows, size: SIZE, keep: NOTES }.draw(flow);
    note(flow, "Còn thiếu: số cần thêm vào tử số, với mẫu số như đã có, để đạt mức giao tối thiểu.");
    note(
        flow,
        "Hồ sơ trực tuyến mới cần có: số hồ sơ trực tuyến phải tiếp nhận thêm, tính cả vào tử số và mẫu số, để đạt mức \
         giao tối thiểu; không tính đối với chỉ tiêu đếm dịch vụ và mức giao 100%.",
    );
}

/// How many new online dossiers would reach the threshold: only where dossiers are counted.
pub(crate) fn new_dossiers(edition: &Edition, outcome: &Outcome) -> Option<i64> {
    edition.indicator(&outcome.indicator).filter(|head| head.count == Count::Sum)?;
    outcome.judgement.as_ref()?.threshold.new_cases_needed(outcome.ratio)
}

// ---- Phụ lục IV -------------------------------------------------------------------------------------------------

fn filings(flow: &mut Flow, edition: &Edition) {
    let columns = columns(
        [
            (11, Align::Centre),
            (76, Align::Left),
            (34, Align::Left),
            (52, Align::Left),
            (52, Align::Left),
            (22, Align::Right),
        ]
        .into_iter(),
    );
    let labels = ["TT", "Đơn vị", "Kỳ báo cáo", "Hạn gửi", "Ngày gửi", "Số ngày chậm"];
    let rows = troubled(edition)
        .enumerate()
        .map(|(i, (unit, month, filing))| {
            let due = edition.due(month);
            let (received, late) = match filing {
                Filing::Reported { received_at, .. } => (
                    wording::moment(*received_at),
                    due.map_or_else(|| NONE.to_owned(), |due| days_late(due, *received_at)),
                ),
                Filing::Missing => ("Chưa gửi".to_owned(), NONE.to_owned()),
            };
            let due = due.map_or_else(|| NONE.to_owned(), wording::moment);
            let name = words::name(edition, unit);
            let cells = [(i + 1).to_string(), name, words::capitalised(&month.in_words()), due, received, late];
            Row::new(cells.into_iter().map(Cell::new).collect())
        })
        .collect();
    Table { columns, head: simple_head(labels.into_iter()), rows, size: SIZE, keep: NOTES }.draw(flow);
    note(
        flow,
        "Số ngày chậm tính theo ngày lịch, từ ngày đến hạn đến ngày gửi; gửi trong ngày đến hạn nhưng sau giờ đến \
         hạn ghi “Trong ngày”.",
    );
}

/// Days on the calendar from the due day to the day of receipt; a report of the due day is late by hours only.
pub(crate) fn days_late(due: Instant, received_at: Instant) -> String {
    let days = received_at.local_date().duration_since(due.local_date()).as_hours() / 24;
    if days > 0 { count_text(days) } else { "Trong ngày".to_owned() }
}

/// Reports that are late or missing.
fn troubled(edition: &Edition) -> impl Iterator<Item = (&UnitResult, PeriodKey, &Filing)> {
    edition.units.iter().flat_map(|unit| {
        unit.filings
            .iter()
            .filter(|(_, filing)| matches!(filing, Filing::Missing | Filing::Reported { late: true, .. }))
            .map(move |(month, filing)| (unit, *month, filing))
    })
}

// ---- common -----------------------------------------------------------------------------------------------------

fn columns(widths: impl Iterator<Item = (Length, Align)>) -> Vec<Column> {
    widths.map(|(width, align)| Column::new(mm(width), align)).collect()
}

/// A head of one row, with the row of column numbers under it.
fn simple_head<'a>(labels: impl Iterator<Item = &'a str>) -> Vec<HeadCell> {
    let mut head: Vec<HeadCell> = labels.enumerate().map(|(i, label)| HeadCell::new(0, i, label)).collect();
    let numbers: Vec<String> = (1..=head.len()).map(|i| format!("({i})")).collect();
    head.extend(numbering(1, &numbers.iter().map(String::as_str).collect::<Vec<_>>()));
    head
}

fn group_row(group: PeerGroup, columns: usize) -> Row {
    let letter = Cell::new(group.letter()).face(Face::Bold);
    Row::new(vec![letter, Cell::new(group.heading()).face(Face::Bold).over(columns - 1)]).keeping_next()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn days_late_are_those_of_the_calendar() {
        let due = Instant::at(date(2022, 7, 15), time(17, 0, 0, 0));
        for (day, hour, expected) in [(15, 19, "Trong ngày"), (16, 8, "1"), (18, 9, "3"), (31, 17, "16")] {
            assert_eq!(days_late(due, Instant::at(date(2022, 7, day), time(hour, 0, 0, 0))), expected, "day {day}");
        }
    }
}
