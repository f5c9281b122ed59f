//! The last annex of a later edition: what it changed of the one before it, old and new, and why.

use baocao_domain::edition::Edition;
use baocao_domain::restatement::Restatement;
use baocao_domain::rounding::count_text;

use super::{NOTES, SIZE, columns, head_of, note, nothing, row};
use crate::page::Flow;
use crate::table::Table;
use crate::text::Align;
use crate::words;

/// The most changes that are printed, some eight pages of them; the open data has all.
pub(crate) const CHANGES_MAX: usize = 100;

pub(super) fn draw(flow: &mut Flow, edition: &Edition, restatement: &Restatement) {
    let widths = [
        (11, Align::Centre),
        (52, Align::Left),
        (66, Align::Left),
        (35, Align::Right),
        (35, Align::Right),
        (48, Align::Left),
    ];
    let labels = ["TT", "Đơn vị", "Nội dung", "Số cũ", "Số mới", "Lý do"];
    let mut rows: Vec<_> = restatement
        .for_people()
        .into_iter()
        .take(CHANGES_MAX)
        .enumerate()
        .map(|(i, change)| {
            let [old, new] = change.values_in_words(edition);
            let (item, why) = (change.item.in_words(edition), restatement.why_in_words(edition, change));
            row([(i + 1).to_string(), words::name_of_change(edition, change), item, old, new, words::capitalised(&why)])
        })
        .collect();
    if rows.is_empty() {
        rows.push(nothing(labels.len(), "Không có số liệu, kết quả nào thay đổi."));
    }
    let head = head_of(&labels, None);
    Table { columns: columns(&widths), head, rows, size: SIZE, keep: NOTES }.draw(flow);
    note(flow, &where_all_are(edition, restatement));
}

/// Where every change can be read.
pub(crate) fn where_all_are(edition: &Edition, restatement: &Restatement) -> String {
    let total = restatement.for_people().len();
    let count = |n: usize| count_text(i64::try_from(n).unwrap_or(i64::MAX));
    let shown = if total > CHANGES_MAX {
        format!("Phụ lục này nêu {} thay đổi đầu tiên trong tổng số {} thay đổi. ", count(CHANGES_MAX), count(total))
    } else {
        String::new()
    };
    format!("{shown}Toàn bộ nội dung thay đổi nêu trong tệp changes.csv của bản công bố {}.", edition.id)
}
