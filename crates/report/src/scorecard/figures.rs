//! The figures of a scorecard: the columns of the form, and its single fields.

use baocao_domain::edition::UnitResult;
use baocao_domain::fold::FieldTotal;
use baocao_domain::ids::ColumnCode;
use baocao_domain::rounding::count_text;
use baocao_domain::wording;

use super::Card;
use crate::counts::{NO_FIGURES, is_all_missing};
use crate::fields;
use crate::page::{Flow, pt};
use crate::reading::Reading;
use crate::results::NONE;
use crate::table::{Cell, Row};
use crate::text::Align;

/// Which figures a scorecard shows: a unit that owes no reports has none of its own, not zeros.
pub(crate) struct Shown {
    pub(crate) own: bool,
    pub(crate) subtree: bool,
}

impl Shown {
    pub(crate) fn of(reading: &Reading<'_>, unit: &UnitResult) -> Self {
        let subtree = reading.has_units_below(unit);
        Self { own: !unit.filings.is_empty() || !subtree, subtree }
    }
}

/// The single fields that the unit or one below it owes: number and heading, its own total, and that with everything
/// below.
pub(crate) fn field_rows<'a>(
    reading: &Reading<'a>,
    unit: &'a UnitResult,
) -> Vec<(usize, &'a str, FieldTotal, FieldTotal)> {
    let totals = unit.own_fields.iter().zip(&unit.subtree_fields);
    let rows = reading.edition.form.single_fields.iter().zip(totals).enumerate();
    rows.map(|(i, (field, (own, subtree)))| (i + 1, field.heading.as_str(), *own, *subtree))
        .filter(|(_, _, own, subtree)| own.coverage.obliged > 0 || subtree.coverage.obliged > 0)
        .collect()
}

impl Card<'_> {
    pub(super) fn figures(&self, flow: &mut Flow) {
        let own_is_known = !is_all_missing(self.unit);
        let own = |text: String| match (self.unit.filings.is_empty(), own_is_known) {
            (true, _) => NONE.to_owned(),
            (false, false) => NO_FIGURES.to_owned(),
            (false, true) => text,
        };
        let value = |row: &[i64], code: &ColumnCode| count_text(self.edition().value(row, code.as_str()));
        let codes = self.edition().form.printed_order();
        let rows = codes.into_iter().map(|code| {
            let (number, heading) = self.column(code);
            let figures = [own(value(&self.unit.own, code)), value(&self.unit.subtree, code)];
            (format!("({number})"), heading.to_owned(), figures)
        });
        self.figure_table(flow, ["Cột", "Số hồ sơ"], rows);
        let months = self.unit.missing_months();
        if own_is_known && !months.is_empty() {
            self.small(flow, &format!("{NO_FIGURES} {} của đơn vị.", wording::periods(&months)));
        }
    }

    /// The single fields; nothing where nobody owes any.
    pub(super) fn single_fields(&self, flow: &mut Flow) {
        let rows = field_rows(self.reading, self.unit);
        if rows.is_empty() {
            return;
        }
        flow.gap(pt(6));
        let rows = rows.into_iter().map(|(number, heading, own, subtree)| {
            (number.to_string(), heading.to_owned(), [fields::text(own), fields::text(subtree)])
        });
        self.figure_table(flow, ["TT", fields::TITLE], rows);
    }

    /// A table of figures: of the unit itself, and with everything below it.
    fn figure_table(
        &self,
        flow: &mut Flow,
        [number, heading]: [&str; 2],
        rows: impl Iterator<Item = (String, String, [String; 2])>,
    ) {
        let shown = Shown::of(self.reading, self.unit);
        let rows = rows.map(|(number, heading, [own, subtree])| {
            let figures = shown.own.then_some(own).into_iter().chain(shown.subtree.then_some(subtree));
            Row::new([number, heading].into_iter().chain(figures).map(Cell::new).collect())
        });
        let mut labels = vec![number, heading];
        labels.extend(shown.own.then_some("Của đơn vị"));
        labels.extend(shown.subtree.then_some("Kể cả đơn vị trực thuộc"));
        let mut widths = vec![(14, Align::Centre), (if labels.len() == 4 { 84 } else { 120 }, Align::Left)];
        widths.extend(labels.iter().skip(2).map(|_| (36, Align::Right)));
        self.table(&widths, &labels, rows.collect()).draw(flow);
    }

    /// Number and heading of a column, filed or derived.
    fn column(&self, code: &ColumnCode) -> (u8, &str) {
        let form = &self.edition().form;
        let filed = form.columns.iter().map(|column| (&column.code, column.number, &column.heading));
        let derived = form.derived.iter().map(|column| (&column.code, column.number, &column.heading));
        filed
            .chain(derived)
            .find(|(found, ..)| *found == code)
            .map_or((0, ""), |(_, number, heading)| (number, heading.as_str()))
    }
}
