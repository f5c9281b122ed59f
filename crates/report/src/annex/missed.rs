//! Phụ lục III: who missed a target for the record, and by how much.

use baocao_domain::rounding::count_text;
use baocao_domain::target::Verdict;

use super::{NOTES, SIZE, columns, head_of, note, nothing, numbered, row};
use crate::page::{Flow, Length};
use crate::reading::Reading;
use crate::results::{NONE, ResultRow, Role, days, of_record, roles};
use crate::table::Table;
use crate::text::Align;
use crate::thresholds;

pub(super) fn draw(flow: &mut Flow, reading: &Reading<'_>) {
    let missed = of_record(reading, Verdict::Missed);
    let roles: Vec<Role> = roles(missed.iter().map(|(_, result)| result));
    let days = days(reading, &roles);
    let shows_span = days.is_some();
    let mut labels = vec!["TT", "Đơn vị", "Chỉ tiêu"];
    labels.extend(shows_span.then_some("Kết quả tính"));
    let results_from = labels.len() + 1;
    labels.extend([
        thresholds::head(reading),
        if reading.states_maxima() { "Kết quả" } else { "Đạt" },
        "Tử số",
        "Mẫu số",
        thresholds::shortfall_head(reading),
        thresholds::new_cases_head(reading),
    ]);
    let mut rows: Vec<_> = missed
        .iter()
        .enumerate()
        .map(|(i, (unit, result))| {
            let [number, name] = numbered(i + 1, reading.edition, unit);
            let name = result.basis().map_or_else(|| name.clone(), |basis| format!("{name} ({basis})"));
            let span = shows_span.then(|| result.role.label().to_owned());
            let names = [number, name, result.head.short_name.clone()];
            row(names.into_iter().chain(span).chain(figures(reading, result)))
        })
        .collect();
    if rows.is_empty() {
        rows.push(nothing(labels.len(), "Không có đơn vị chưa đạt chỉ tiêu được giao."));
    }
    let head = head_of(&labels, days.map(|days| (results_from, 3, days)));
    Table { columns: columns(&widths(reading, shows_span)), head, rows, size: SIZE, keep: NOTES }.draw(flow);
    for text in thresholds::notes(reading) {
        note(flow, &text);
    }
}

/// Widths in millimetres. Words of direction and labels take their room from names, which can wrap.
fn widths(reading: &Reading<'_>, shows_span: bool) -> Vec<(Length, Align)> {
    let (name, indicator, threshold) = if reading.states_minima_only() { (62, 58, 16) } else { (56, 55, 25) };
    let (name, indicator) = if shows_span { (name - 10, indicator - 9) } else { (name, indicator) };
    // Beside "thiếu" or "vượt" a number and its noun take more.
    let (lacking, new) = if reading.states_maxima() { (27, 22) } else { (23, 26) };
    let names = [(11, Align::Centre), (name, Align::Left), (indicator, Align::Left)];
    let span = shows_span.then_some((19, Align::Left));
    let figures = [threshold, 17, 17, 17, lacking, new].map(|width| (width, Align::Right));
    names.into_iter().chain(span).chain(figures).collect()
}

fn figures(reading: &Reading<'_>, result: &ResultRow<'_>) -> [String; 6] {
    let ratio = result.outcome.ratio;
    let none = || NONE.to_owned();
    let threshold = result.judgement().map(|judgement| thresholds::text(reading, judgement.threshold));
    [
        threshold.unwrap_or_default(),
        result.share(ratio).unwrap_or_else(none),
        count_text(ratio.numerator),
        count_text(ratio.denominator),
        thresholds::shortfall(reading, result).unwrap_or_else(none),
        thresholds::new_cases(reading.edition, result).unwrap_or_else(none),
    ]
}
