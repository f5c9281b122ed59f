//! The indicators of a scorecard against their targets: a table, bars, places in the group, and what they rest on.

use baocao_domain::indicator::Scope;
use baocao_domain::target::{Span, Verdict};
use baocao_domain::wording;

use super::Card;
use crate::page::{Flow, mm, pt};
use crate::results::{NONE, ResultRow, days, roles, rows};
use crate::sentences::targets::NO_TARGET;
use crate::table::{Cell, Column, Row, Table, heads};
use crate::text::Align;
use crate::{chart, restrictions, thresholds, words};

/// Where no decision expects anything of the unit.
pub(crate) const NO_THRESHOLD: &str = "Không giao";

impl Card<'_> {
    pub(super) fn targets(&self, flow: &mut Flow) {
        let rows = rows(self.reading, self.unit);
        if rows.is_empty() {
            return self.say(flow, "Không có chỉ số áp dụng cho đơn vị trong kỳ báo cáo.");
        }
        self.results(flow, &rows);
        if rows.iter().any(chart::has_bar) {
            flow.gap(pt(5));
            chart::bars(flow, &rows, self.size);
        }
        for sentence in ranges(&rows).into_iter().chain(self.places(&rows)) {
            self.small(flow, &sentence);
        }
        self.small(flow, &self.basis(&rows));
    }

    fn results(&self, flow: &mut Flow, rows: &[ResultRow<'_>]) {
        let reading = self.reading;
        let labels = [
            "Chỉ tiêu",
            "Kết quả tính",
            if reading.states_minima_only() { "Giao" } else { thresholds::head(reading) },
            "Tử số",
            "Mẫu số",
            "Kết quả",
            "Chênh lệch",
            "Đánh giá",
            thresholds::shortfall_head(reading),
        ];
        // Words of direction take more room, and their documents have more rows, which should not wrap.
        let widths = if reading.states_minima_only() {
            [36, 15, 12, 17, 17, 17, 16, 18, 22]
        } else {
            [30, 13, 22, 16, 16, 16, 15, 23, 19]
        };
        let [left, right] = [Align::Left, Align::Right];
        let aligns = [left, left, right, right, right, right, right, left, right];
        let columns = widths.into_iter().zip(aligns).map(|(width, align)| Column::new(mm(width), align)).collect();
        let head = heads(&labels, days(reading, &roles(rows.iter())).map(|days| (3, 4, days)));
        Table { columns, head, rows: self.result_rows(rows), size: self.size, keep: 0 }.draw(flow);
    }

    /// The rows of the table: the name of an indicator stands once.
    fn result_rows(&self, rows: &[ResultRow<'_>]) -> Vec<Row> {
        let is_first = |i: usize| i == 0 || rows[i - 1].head.code != rows[i].head.code;
        let set = |(i, row): (usize, &ResultRow<'_>)| {
            let name = &row.head.short_name;
            let name = if is_first(i) { Cell::new(name) } else { Cell::going_on(name) };
            let set = Row::new([name].into_iter().chain(self.cells(row).map(Cell::new)).collect());
            if i + 1 < rows.len() && !is_first(i + 1) { set.keeping_next() } else { set }
        };
        rows.iter().enumerate().map(set).collect()
    }

    fn cells(&self, row: &ResultRow<'_>) -> [String; 8] {
        let none = || NONE.to_owned();
        let threshold = row.judgement().map(|judgement| thresholds::text(self.reading, judgement.threshold));
        let [numerator, denominator, share, distance] = row.measured();
        [
            row.role.label().to_owned(),
            threshold.unwrap_or_else(none),
            numerator,
            denominator,
            share,
            distance,
            row.verdict().map_or(NO_THRESHOLD, Verdict::in_words).to_owned(),
            thresholds::shortfall(self.reading, row).unwrap_or_else(none),
        ]
    }

    /// The places in the group, in one sentence.
    fn places(&self, rows: &[ResultRow<'_>]) -> Option<String> {
        let group = self.unit.group?;
        let of_record = rows.iter().filter(|row| row.role.is_of_record);
        let places: Vec<String> = of_record
            .filter_map(|row| {
                let rank = row.outcome.rank?;
                Some(format!("{} xếp thứ\u{a0}{}/{}", row.head.short_name, rank.place, rank.of))
            })
            .collect();
        (!places.is_empty()).then(|| {
            format!(
                "Trong nhóm {} (các đơn vị cùng cách tính, kết quả bằng nhau thì cùng thứ hạng): {}.",
                group.heading(),
                places.join("; ")
            )
        })
    }

    /// Over which days the results are taken, by which decisions, and whose rows count.
    fn basis(&self, rows: &[ResultRow<'_>]) -> String {
        let (edition, reading) = (self.edition(), self.reading);
        let mut sentences = vec![self.days_of_results(rows)];
        if !reading.has_targets() {
            sentences.push(format!("{NO_TARGET} Kết quả để theo dõi."));
        } else if rows.iter().all(|row| row.judgement().is_none()) {
            sentences.push("Đơn vị không được giao chỉ tiêu, kết quả để theo dõi.".to_owned());
        } else {
            let is_of_the_unit = |number: &str| {
                rows.iter().any(|row| row.judgement().is_some_and(|judgement| judgement.decision == number))
            };
            let decisions = edition.decisions.iter().filter(|decision| is_of_the_unit(&decision.number));
            let decisions: Vec<String> =
                decisions.map(|decision| wording::decision(&decision.number, decision.issued)).collect();
            sentences.push(format!("Chỉ tiêu giao tại {}.", decisions.join("; ")));
        }
        sentences.extend(restrictions::of_unit(reading, self.unit, rows));
        let with_units_below = rows.iter().filter(|row| row.outcome.scope == Scope::Subtree).count();
        if reading.has_units_below(self.unit) && with_units_below > 0 {
            let which =
                if with_units_below == rows.len() { "Kết quả" } else { "Kết quả các chỉ tiêu khác" };
            sentences.push(format!("{which} tính cả các đơn vị trực thuộc."));
        }
        sentences.join(" ")
    }

    /// What the labels of the rows stand for.
    fn days_of_results(&self, rows: &[ResultRow<'_>]) -> String {
        let reading = self.reading;
        let days = |span| wording::window(reading.window(span));
        if reading.has_targets() && reading.is_judged_by_year() {
            let to_date = days(Span::YearToDate);
            return if reading.is_the_period(Span::YearToDate) {
                format!("Lũy kế: {to_date}, là căn cứ đánh giá, trùng với kỳ báo cáo.")
            } else {
                format!("Tiến độ: {}; lũy kế: {to_date}, là căn cứ đánh giá.", days(Span::Period))
            };
        }
        let parts = roles(rows.iter()).into_iter().map(|role| {
            let is_judged = role.is_of_record && reading.has_targets();
            let purpose = if is_judged { ", là căn cứ đánh giá" } else { "" };
            format!("{}: {}{purpose}", words::uncapitalised(role.label()), days(role.span))
        });
        format!("{}.", words::capitalised(&parts.collect::<Vec<_>>().join("; ")))
    }
}

/// Where missing reports leave a result open, how far; and on how many reports a verdict rests that they cannot change.
fn ranges(rows: &[ResultRow<'_>]) -> Option<String> {
    let of_record = rows.iter().filter(|row| row.role.is_of_record && row.judgement().is_some());
    let said: Vec<String> = of_record
        .filter_map(|row| {
            let said = if row.verdict() == Some(Verdict::Uncertain) { row.range() } else { row.basis() };
            said.map(|said| format!("{}: {said}", row.head.short_name))
        })
        .collect();
    (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
}
