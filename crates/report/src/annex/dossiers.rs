//! Phụ lục I: the 13 columns of form II.06a by unit, and the single fields of the form by group of units.

use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::rounding::count_text;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

use super::{NOTES, SIZE, columns, head_of, note, unit_of_measure};
use crate::counts::{Counts, NO_FIGURES, groups, is_all_missing};
use crate::font::Face;
use crate::page::{Flow, mm, pt};
use crate::reading::Reading;
use crate::table::{Cell, Column, HeadCell, Row, Table, numbering};
use crate::text::{Align, Block, Style, paragraph};
use crate::{fields, words};

/// Columns of form II.06a.
const COLUMNS: usize = 13;
/// What stands in place of the figures of a unit that owes no report.
pub(crate) const NOT_OWED: &str = "Không phải báo cáo";
/// Beside a unit whose figures are not added into the province's.
pub(crate) const APART: &str = "(không cộng vào số liệu chung)";

pub(super) fn draw(flow: &mut Flow, reading: &Reading<'_>) {
    let edition = reading.edition;
    unit_of_measure(flow, "Đơn vị tính: Số hồ sơ TTHC");
    let number = Column::new(mm(16), Align::Right);
    let mut columns = vec![Column::new(mm(11), Align::Centre), Column::new(mm(60), Align::Left)];
    columns.extend(std::iter::repeat_n(number, COLUMNS - 2));
    let mut rows = Vec::new();
    for group in groups(edition) {
        let sum = Counts::of_group(reading, group);
        rows.push(counts_row(group.letter(), group.heading(), sum, Face::Bold).keeping_next());
        for (i, unit) in edition.group(group).enumerate() {
            rows.push(unit_row(reading, unit, i + 1));
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
    if fields::are_filed(edition) {
        single_fields(flow, reading);
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
    let numbers = [
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
    ];
    head.extend(numbering(3, &numbers));
    head
}

fn counts_row(mark: &str, name: &str, counts: Counts, face: Face) -> Row {
    let mut cells = vec![Cell::new(mark).face(face), Cell::new(name).face(face)];
    cells.extend(counts.in_order().iter().map(|count| Cell::new(count_text(*count)).face(face)));
    Row::new(cells)
}

/// The unit's own figures: a part that is missing is said beside its name, and a whole that is missing, or that nobody
/// owes, is no zero.
fn unit_row(reading: &Reading<'_>, unit: &UnitResult, number: usize) -> Row {
    let name = name_with_notes(reading, unit);
    let without_figures = |why: &str| {
        let why = Cell::new(why).over(COLUMNS - 2).face(Face::Italic).align(Align::Centre);
        Row::new(vec![Cell::new(number.to_string()), Cell::new(&name), why])
    };
    if unit.filings.is_empty() {
        return without_figures(NOT_OWED);
    }
    if is_all_missing(unit) {
        return without_figures(NO_FIGURES);
    }
    counts_row(&number.to_string(), &name, Counts::of(reading.edition, &unit.own), Face::Regular)
}

/// The unit's name, whether its figures are left out of the totals, and the months that its figures lack.
pub(crate) fn name_with_notes(reading: &Reading<'_>, unit: &UnitResult) -> String {
    let name = name_with_mark(reading, unit);
    match unit.missing_months().as_slice() {
        months if months.is_empty() || is_all_missing(unit) => name,
        months => format!("{name} (chưa có số liệu {})", wording::periods(months)),
    }
}

fn name_with_mark(reading: &Reading<'_>, unit: &UnitResult) -> String {
    let name = words::name(reading.edition, unit);
    if reading.is_added(unit) { name } else { format!("{name} {APART}") }
}

/// One row for each single field: the totals of the groups, and of the province.
fn single_fields(flow: &mut Flow, reading: &Reading<'_>) {
    let edition: &Edition = reading.edition;
    let groups: Vec<PeerGroup> = groups(edition).collect();
    let totals: Vec<_> = groups.iter().map(|group| fields::of_group(reading, *group)).collect();
    let rows = edition.form.single_fields.iter().enumerate().map(|(i, field)| {
        let of_groups = totals.iter().map(|group| fields::text(group[i]));
        let all = edition.province().subtree_fields.get(i).copied().unwrap_or_default();
        let cells = [(i + 1).to_string(), field.heading.clone()].into_iter().chain(of_groups).map(Cell::new);
        Row::new(cells.chain([Cell::new(fields::text(all)).face(Face::Bold)]).collect())
    });
    let rows: Vec<Row> = rows.collect();
    let nobody_owes = totals.iter().flatten().any(|total| total.coverage.obliged == 0);

    let heading = Block::plain(Style::bold(12), Align::Left);
    paragraph(flow, fields::TITLE, heading.above(pt(10)).keep(pt(90)));
    flow.gap(pt(4));
    let number = 39;
    let count = i64::try_from(groups.len() + 1).unwrap_or(1);
    let mut widths = vec![(11, Align::Centre), (236 - number * count, Align::Left)];
    widths.extend(std::iter::repeat_n((number, Align::Right), groups.len() + 1));
    let mut labels = vec!["TT", fields::TITLE];
    labels.extend(groups.iter().map(|group| group.heading()));
    labels.push("Tổng cộng");
    let head = head_of(&labels, None);
    Table { columns: columns(&widths), head, rows, size: SIZE, keep: NOTES }.draw(flow);
    if nobody_owes {
        note(flow, "Dấu “–”: đơn vị thuộc nhóm không phải báo cáo chỉ tiêu này.");
    }
}
