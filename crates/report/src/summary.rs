//! The two tables in the body of the report: dossiers by group of units, and standings by indicator.

use baocao_domain::rounding::{count_text, partition_text, percent_text};

use crate::counts::{Counts, groups};
use crate::font::Face;
use crate::page::{Flow, mm, pt, tenths_mm};
use crate::reading::Reading;
use crate::results::{NONE, VERDICTS, standings as standings_of};
use crate::table::{Cell, Column, HeadCell, Row, Table};
use crate::text::{Align, Block, Style, paragraph};

/// Size of text in tables.
const SIZE: i64 = 11;

/// Dossiers by group of units, with the shares of the whole; nothing where there are none.
pub(crate) fn dossiers(flow: &mut Flow, reading: &Reading<'_>) {
    let edition = reading.edition;
    let all = Counts::of(edition, &edition.province().subtree);
    if all.received() == 0 {
        return;
    }
    let row = |label: &str, counts: Counts, face: Face| {
        let [early, on_time, late] = counts.resolved_parts();
        let counts = [
            counts.received(),
            counts.online(),
            counts.resolved(),
            early,
            on_time,
            late,
            counts.pending(),
            counts.overdue(),
        ];
        let cells = counts.iter().map(|count| Cell::new(count_text(*count)).face(face));
        Row::new([Cell::new(label).face(face)].into_iter().chain(cells).collect())
    };
    let mut rows: Vec<Row> =
        groups(edition).map(|group| row(group.heading(), Counts::of_group(reading, group), Face::Regular)).collect();
    rows.push(row("Tổng cộng", all, Face::Bold));
    let parts = partition_text(&all.resolved_parts(), 2).unwrap_or_else(|| vec![NONE.into(); 3]);
    let share = |ratio| percent_text(ratio, 2).unwrap_or_else(|| NONE.into());
    let online = partition_text(&all.received_parts(), 2).map_or_else(|| NONE.into(), |shares| shares[0].clone());
    let shares = [NONE.into(), online, NONE.into()].into_iter().chain(parts);
    let shares = shares.chain([NONE.into(), share(all.overdue_share())]);
    rows.push(Row::new(
        [Cell::new("Tỷ lệ").face(Face::Italic)]
            .into_iter()
            .chain(shares.map(|text: String| Cell::new(text).face(Face::Italic)))
            .collect(),
    ));
    let table = Table {
        columns: [Column::new(mm(37), Align::Left)]
            .into_iter()
            .chain(std::iter::repeat_n(Column::new(mm(16), Align::Right), 8))
            .collect(),
        head: vec![
            HeadCell::new(0, 0, "Nhóm đơn vị").over(2, 1),
            HeadCell::new(0, 1, "Tiếp nhận").over(1, 2),
            HeadCell::new(1, 1, "Tổng số"),
            HeadCell::new(1, 2, "Trực tuyến"),
            HeadCell::new(0, 3, "Đã giải quyết").over(1, 4),
            HeadCell::new(1, 3, "Tổng số"),
            HeadCell::new(1, 4, "Trước hạn"),
            HeadCell::new(1, 5, "Đúng hạn"),
            HeadCell::new(1, 6, "Quá hạn"),
            HeadCell::new(0, 7, "Đang giải quyết").over(1, 2),
            HeadCell::new(1, 7, "Tổng số"),
            HeadCell::new(1, 8, "Quá hạn"),
        ],
        rows,
        size: SIZE,
        keep: 0,
    };
    caption(flow, "Đơn vị tính: hồ sơ");
    table.draw(flow);
    flow.gap(pt(4));
}

/// How many units met and missed each indicator, as progress and for the record.
pub(crate) fn standings(flow: &mut Flow, reading: &Reading<'_>) {
    let mut rows = Vec::new();
    for head in &reading.edition.indicators {
        let standings = standings_of(reading, head);
        let last = standings.len().saturating_sub(1);
        for (i, (role, standing)) in standings.into_iter().enumerate() {
            let counts = [standing.units()].into_iter().chain(VERDICTS.map(|verdict| standing.count(verdict)));
            let counts = counts.map(|count| Cell::new(count_text(count)));
            let name = if i == 0 { Cell::new(&head.short_name) } else { Cell::going_on(&head.short_name) };
            let row = Row::new([name, Cell::new(role.label())].into_iter().chain(counts).collect());
            rows.push(if i < last { row.keeping_next() } else { row });
        }
    }
    if rows.is_empty() {
        return;
    }
    let number = Column::new(tenths_mm(175), Align::Right);
    let table = Table {
        columns: vec![
            Column::new(tenths_mm(595), Align::Left),
            Column::new(mm(18), Align::Left),
            number,
            number,
            number,
            number,
            number,
        ],
        head: vec![
            HeadCell::new(0, 0, "Chỉ tiêu").over(2, 1),
            HeadCell::new(0, 1, "Kết quả tính").over(2, 1),
            HeadCell::new(0, 2, "Số đơn vị").over(1, 5),
            HeadCell::new(1, 2, "Được giao"),
            HeadCell::new(1, 3, "Đạt"),
            HeadCell::new(1, 4, "Chưa đạt"),
            HeadCell::new(1, 5, "Không phát sinh"),
            HeadCell::new(1, 6, "Chưa đủ số liệu"),
        ],
        rows,
        size: SIZE,
        keep: 0,
    };
    caption(flow, "Đơn vị tính: cơ quan, đơn vị");
    table.draw(flow);
    flow.gap(pt(4));
}

fn caption(flow: &mut Flow, unit: &str) {
    let block = Block::plain(Style::italic(12), Align::Right);
    paragraph(flow, unit, block.above(pt(4)).keep(pt(90)));
    flow.gap(pt(2));
}
