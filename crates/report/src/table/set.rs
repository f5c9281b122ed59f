//! Setting tables: the text of each cell becomes lines that fit it, and each row gets its height.

use super::{HeadCell, Row, Table};
use crate::font::Fonts;
use crate::page::{Flow, Length, pt};
use crate::text::{self, Align, Line, Style};

/// Between a rule and text beside it.
const PAD_X: Length = pt(3);
/// The same in the head, whose columns of numbers are tight.
const HEAD_PAD_X: Length = 1500;
/// Between a rule and text above or below it.
pub(super) const PAD_Y: Length = 2500;
/// The smallest size to which a number is set, so that it is not broken.
const SIZE_MIN: i64 = 5;

/// A cell with its lines, ready to be drawn.
pub(super) struct Set {
    pub(super) lines: Vec<Line>,
    pub(super) style: Style,
    pub(super) align: Align,
    pub(super) x: Length,
    pub(super) width: Length,
    pub(super) pad: Length,
    pub(super) goes_on: bool,
}

/// A row with its cells set.
pub(super) struct SetRow {
    pub(super) cells: Vec<Set>,
    pub(super) height: Length,
    /// Its height where it is the first on a page, and shows again what goes on from the page before.
    pub(super) height_at_top: Length,
}

impl Table {
    pub(super) fn span(&self, column: usize, columns: usize) -> Length {
        self.columns.iter().skip(column).take(columns).map(|column| column.width).sum()
    }

    pub(super) fn set(&self, flow: &Flow, row: &Row, deepest: Length) -> SetRow {
        let (mut column, mut x, mut cells) = (0, flow.geometry.left, Vec::new());
        let lines_max =
            usize::try_from((deepest - 2 * PAD_Y) / Style::regular(self.size).leading()).unwrap_or(1).max(1);
        for cell in &row.cells {
            let width = self.span(column, cell.columns);
            let align = cell.align.or_else(|| self.columns.get(column).map(|column| column.align));
            let align = align.unwrap_or(Align::Left);
            let mut style = Style { face: cell.face, size: self.size };
            if align == Align::Right {
                style = fitting(flow.fonts, &cell.text, style, width - 2 * PAD_X);
            }
            let mut lines = text::lines(flow.fonts, &cell.text, style, width - 2 * PAD_X, 0);
            // A row is never taller than a page: what is beyond it could not be drawn anyway.
            lines.truncate(lines_max);
            cells.push(Set { lines, style, align, x, width, pad: PAD_X, goes_on: cell.goes_on });
            (column, x) = (column + cell.columns, x + width);
        }
        let tallest = |cells: &mut dyn Iterator<Item = &Set>| cells.map(height_of).max().unwrap_or_default();
        let height = tallest(&mut cells.iter().filter(|cell| !cell.goes_on));
        SetRow { height, height_at_top: tallest(&mut cells.iter()), cells }
    }

    pub(super) fn set_head(&self, flow: &Flow, cell: &HeadCell) -> Set {
        let style = Style { face: cell.face, size: self.size };
        let width = self.span(cell.column, cell.columns);
        let lines = text::lines(flow.fonts, &cell.text, style, width - 2 * HEAD_PAD_X, 0);
        let x = flow.geometry.left + self.span(0, cell.column);
        Set { lines, style, align: Align::Centre, x, width, pad: HEAD_PAD_X, goes_on: false }
    }

    /// The height of each row of the head: cells of one row first, then taller ones stretch their last row.
    pub(super) fn head_heights(&self, flow: &Flow) -> Vec<Length> {
        let count = self.head.iter().map(|cell| cell.row + cell.rows).max().unwrap_or_default();
        let mut heights = vec![0; count];
        let mut cells: Vec<&HeadCell> = self.head.iter().collect();
        cells.sort_by_key(|cell| cell.rows);
        for cell in cells {
            let wanted = height_of(&self.set_head(flow, cell));
            let last = cell.row + cell.rows - 1;
            let above: Length = heights[cell.row..last].iter().sum();
            heights[last] = heights[last].max(wanted - above);
        }
        heights
    }
}

/// The largest size, at most that of the style, at which no word is wider than the measure: a number is not broken.
fn fitting(fonts: &Fonts, content: &str, style: Style, measure: Length) -> Style {
    let content = text::clean(fonts, content);
    let fits = |size: &i64| {
        let style = Style { size: *size, ..style };
        content.split([' ', '\n']).all(|word| text::width(fonts, word, style) <= measure)
    };
    let size = (SIZE_MIN..=style.size).rev().find(fits).unwrap_or(SIZE_MIN);
    Style { size, ..style }
}

pub(super) fn height_of(cell: &Set) -> Length {
    i64::try_from(cell.lines.len()).unwrap_or(i64::MAX) * cell.style.leading() + 2 * PAD_Y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Geometry, mm};
    use crate::table::{Cell, Column};

    fn cells(number: &str, name: &str) -> Vec<Set> {
        let flow = Flow::new(Fonts::get().expect("fonts"), Geometry::LANDSCAPE, None);
        let columns = vec![Column::new(mm(16), Align::Right), Column::new(mm(40), Align::Left)];
        let rows = vec![Row::new(vec![Cell::new(number), Cell::new(name)])];
        let table = Table { columns, head: Vec::new(), rows, size: 10, keep: 0 };
        table.set(&flow, &table.rows[0], flow.geometry.depth()).cells
    }

    #[test]
    fn a_long_number_is_set_smaller_and_never_broken() {
        for (number, size) in [("205.488", 10), ("1.205.488", 9), ("12.205.488", 8), ("112.205.488", 7)] {
            let cell = &cells(number, "Tỉnh")[0];
            let lines: Vec<&str> = cell.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!((lines, cell.style.size), (vec![number], size));
        }
    }

    #[test]
    fn no_line_is_wider_than_its_cell() {
        let without_spaces = "KhôngCóDấuCách".repeat(9);
        for name in ["Tỷ lệ thực hiện chứng thực bản sao điện tử từ bản chính tại UBND cấp xã", &without_spaces]
        {
            for cell in cells("có thể từ 72,73% đến 100,00% khi đủ số liệu", name) {
                assert!(cell.lines.len() > 1 && cell.lines.iter().all(|line| line.width <= cell.width - 2 * PAD_X));
            }
        }
    }
}
