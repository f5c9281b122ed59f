//! Phụ lục II: every indicator of every unit with a target.

use baocao_domain::edition::UnitResult;

use super::{NOTES, SIZE, columns, group_row, head_of, note, numbered};
use crate::page::{Flow, Length, pt};
use crate::reading::Reading;
use crate::restrictions;
use crate::results::{ResultRow, Role, days, judged, roles};
use crate::table::{Cell, Row, Table};
use crate::text::Align;
use crate::{thresholds, words};

/// So many rows of a unit are kept on one page; where there are more, only those of one indicator.
const KEPT_MAX: usize = 6;
/// Columns of the table, and which of them hold the results.
const COLUMNS: usize = 10;
const RESULTS: (usize, usize) = (5, 4);

pub(super) fn draw(flow: &mut Flow, reading: &Reading<'_>) {
    let labels: [&str; COLUMNS] = [
        "TT",
        "Đơn vị",
        "Chỉ tiêu",
        "Kết quả tính",
        thresholds::head(reading),
        "Tử số",
        "Mẫu số",
        "Kết quả",
        "Chênh lệch (điểm %)",
        "Đánh giá",
    ];
    let judged = judged(reading);
    let mut rows = Vec::new();
    let (mut group, mut number) = (None, 0);
    for (unit, results) in &judged {
        if unit.group != group {
            rows.extend(unit.group.map(|group| group_row(group, COLUMNS)));
            (group, number) = (unit.group, 0);
        }
        number += 1;
        rows.extend(unit_rows(reading, unit, results, number));
    }
    let roles: Vec<Role> = roles(judged.iter().flat_map(|(_, rows)| rows));
    let notes = notes(reading, &roles);
    let more = i64::try_from(notes.len() - 1).unwrap_or_default();
    let head = head_of(&labels, days(reading, &roles).map(|days| (RESULTS.0, RESULTS.1, days)));
    Table { columns: columns(&widths(reading)), head, rows, size: SIZE, keep: NOTES + more * pt(17) }.draw(flow);
    for text in notes {
        note(flow, &text);
    }
}

/// Widths in millimetres. Words of direction and longer labels take their room from names, which can wrap.
fn widths(reading: &Reading<'_>) -> [(Length, Align); COLUMNS] {
    let (name, indicator, threshold) = if reading.states_minima_only() { (50, 58, 15) } else { (45, 53, 25) };
    let (name, label) = if reading.is_judged_by_year() { (name, 15) } else { (name - 4, 19) };
    let number = (18, Align::Right);
    [
        (10, Align::Centre),
        (name, Align::Left),
        (indicator, Align::Left),
        (label, Align::Left),
        (threshold, Align::Right),
        number,
        number,
        number,
        number,
        (27, Align::Left),
    ]
}

/// The rows of a unit: its name stands once, and that of each indicator.
fn unit_rows<'a>(
    reading: &'a Reading<'_>,
    unit: &'a UnitResult,
    results: &'a [ResultRow<'_>],
    number: usize,
) -> impl Iterator<Item = Row> {
    let [number, name] = numbered(number, reading.edition, unit);
    let is_of_one = |i: usize, j: usize| {
        results.get(i).zip(results.get(j)).is_some_and(|(one, other)| one.head.code == other.head.code)
    };
    results.iter().enumerate().map(move |(i, result)| {
        let indicator = &result.head.short_name;
        let names = if i == 0 {
            [Cell::new(&number), Cell::new(&name), Cell::new(indicator)]
        } else {
            let is_first = !is_of_one(i - 1, i);
            let indicator = if is_first { Cell::new(indicator) } else { Cell::going_on(indicator) };
            [Cell::going_on(&number), Cell::going_on(format!("{name} (tiếp theo)")), indicator]
        };
        let row = Row::new(names.into_iter().chain(cells(reading, result).map(Cell::new)).collect());
        let goes_on = i + 1 < results.len() && (results.len() <= KEPT_MAX || is_of_one(i, i + 1));
        if goes_on { row.keeping_next() } else { row }
    })
}

fn cells(reading: &Reading<'_>, result: &ResultRow<'_>) -> [String; COLUMNS - 3] {
    let [numerator, denominator, share, distance] = result.measured();
    let threshold = result.judgement().map(|judgement| thresholds::text(reading, judgement.threshold));
    [
        result.role.label().to_owned(),
        threshold.unwrap_or_default(),
        numerator,
        denominator,
        share,
        distance,
        result.verdict_text().unwrap_or_default(),
    ]
}

/// What is progress and what is judged, and what targets narrow down.
fn notes(reading: &Reading<'_>, roles: &[Role]) -> Vec<String> {
    let of_record = roles.iter().filter(|role| role.is_of_record);
    let of_record: Vec<String> =
        of_record.map(|role| format!("kết quả {}", words::uncapitalised(role.label()))).collect();
    let of_record = words::capitalised(&of_record.join(", "));
    let has_progress = roles.iter().any(|role| !role.is_of_record);
    let first = match (reading.is_judged_by_year(), has_progress) {
        (true, true) => "Kết quả trong kỳ là tiến độ thực hiện; kết quả lũy kế là căn cứ đánh giá.".to_owned(),
        (true, false) => "Kết quả lũy kế là căn cứ đánh giá; kỳ báo cáo trùng với thời gian tính lũy kế.".to_owned(),
        (false, true) => {
            format!("{of_record} là căn cứ đánh giá; dòng “Tiến độ” là kết quả của kỳ báo cáo, để theo dõi.")
        }
        (false, false) => format!("{of_record} là căn cứ đánh giá."),
    };
    [first].into_iter().chain(restrictions::of_all(reading)).collect()
}
