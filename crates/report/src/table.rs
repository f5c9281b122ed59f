//! Tables: columns of a given width, wrapped cells, thin rules, a head that is repeated on every page.

use std::collections::BTreeMap;

use crate::font::Face;
use crate::page::{Flow, Length, pt};
use crate::text::{self, Align, Line, Style};

/// Thickness of rules.
const RULE: Length = 500;
/// Between a rule and text beside it.
const PAD_X: Length = pt(3);
/// The same in the head, whose columns of numbers are tight.
const HEAD_PAD_X: Length = 1500;
/// Between a rule and text above or below it.
const PAD_Y: Length = 2500;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) width: Length,
    pub(crate) align: Align,
}

impl Column {
    pub(crate) const fn new(width: Length, align: Align) -> Self {
        Self { width, align }
    }
}

/// A cell of the head: may cover several rows and columns.
#[derive(Debug, Clone)]
pub(crate) struct HeadCell {
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
    face: Face,
    text: String,
}

impl HeadCell {
    pub(crate) fn new(row: usize, column: usize, text: impl Into<String>) -> Self {
        Self { row, column, rows: 1, columns: 1, face: Face::Bold, text: text.into() }
    }

    /// Covering so many rows and columns.
    pub(crate) fn over(self, rows: usize, columns: usize) -> Self {
        Self { rows, columns, ..self }
    }

    pub(crate) fn face(self, face: Face) -> Self {
        Self { face, ..self }
    }
}

/// A cell of the body: may cover several columns.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    face: Face,
    columns: usize,
    align: Option<Align>,
    goes_on: bool,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), face: Face::Regular, columns: 1, align: None, goes_on: false }
    }

    /// The cell above goes on through this row; the row above must be kept with this one.
    pub(crate) fn going_on() -> Self {
        Self { goes_on: true, ..Self::new("") }
    }

    pub(crate) fn face(self, face: Face) -> Self {
        Self { face, ..self }
    }

    /// Covering so many columns.
    pub(crate) fn over(self, columns: usize) -> Self {
        Self { columns, ..self }
    }

    pub(crate) fn align(self, align: Align) -> Self {
        Self { align: Some(align), ..self }
    }
}

/// A row of the body.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    cells: Vec<Cell>,
    /// Never the last on a page: the heading of a group stays with its first unit.
    keeps_next: bool,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self { cells, keeps_next: false }
    }

    pub(crate) fn keeping_next(self) -> Self {
        Self { keeps_next: true, ..self }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) head: Vec<HeadCell>,
    pub(crate) rows: Vec<Row>,
    pub(crate) size: i64,
    /// Height that the last row must leave below it: notes stay with their table.
    pub(crate) keep: Length,
}

/// The row of column numbers under a head: `(1) (2) …`, in italics.
pub(crate) fn numbering(row: usize, labels: &[&str]) -> Vec<HeadCell> {
    labels.iter().enumerate().map(|(i, label)| HeadCell::new(row, i, *label).face(Face::Italic)).collect()
}

/// A cell with its lines, ready to be drawn.
struct Set {
    lines: Vec<Line>,
    style: Style,
    align: Align,
    x: Length,
    width: Length,
    pad: Length,
    goes_on: bool,
}

impl Table {
    /// Draws the table, turning pages as needed; the last row never stands alone on a page.
    pub(crate) fn draw(&self, flow: &mut Flow) {
        let head = self.head_heights(flow);
        let head_height: Length = head.iter().sum();
        let deepest = flow.geometry.depth() - head_height;
        let rows: Vec<(Vec<Set>, Length)> = self.rows.iter().map(|row| self.set(flow, row, deepest)).collect();
        let together = |i: usize| self.together(&rows, i);

        flow.need(head_height + together(0).min(deepest));
        self.draw_head(flow, &head);
        let mut rules: BTreeMap<Length, Length> = BTreeMap::new();
        for (i, (cells, height)) in rows.iter().enumerate() {
            if flow.room() < together(i).min(deepest) {
                close(flow, &mut rules, &[]);
                flow.turn();
                self.draw_head(flow, &head);
            }
            let top = flow.y;
            let mut edges: Vec<Length> = cells.iter().map(|cell| cell.x).collect();
            edges.push(flow.geometry.left + self.width());
            close(flow, &mut rules, &edges);
            for edge in edges {
                rules.entry(edge).or_insert(top);
            }
            for cell in cells {
                draw_cell(flow, cell, top, *height);
            }
            flow.y += height;
            match rows.get(i + 1) {
                Some((below, _)) if below.iter().any(|cell| cell.goes_on) => rule_above(flow, below),
                _ => self.horizontal(flow),
            }
        }
        close(flow, &mut rules, &[]);
    }

    fn width(&self) -> Length {
        self.columns.iter().map(|column| column.width).sum()
    }

    fn span(&self, column: usize, columns: usize) -> Length {
        self.columns.iter().skip(column).take(columns).map(|column| column.width).sum()
    }

    /// The height that must be free for row `i`: its own, and that of the rows it is kept with.
    fn together(&self, rows: &[(Vec<Set>, Length)], i: usize) -> Length {
        let mut height = 0;
        for (at, (_, row)) in rows.iter().enumerate().skip(i) {
            height += row;
            if at + 1 == rows.len() {
                height += self.keep;
            }
            let last_follows = at + 2 == rows.len();
            if !self.rows[at].keeps_next && !last_follows {
                break;
            }
        }
        height
    }

    fn set(&self, flow: &Flow, row: &Row, deepest: Length) -> (Vec<Set>, Length) {
        let (mut column, mut x, mut cells) = (0, flow.geometry.left, Vec::new());
        let style = |face| Style { face, size: self.size };
        let lines_max = usize::try_from((deepest - 2 * PAD_Y) / style(Face::Regular).leading()).unwrap_or(1).max(1);
        for cell in &row.cells {
            let width = self.span(column, cell.columns);
            let align = cell.align.or_else(|| self.columns.get(column).map(|column| column.align));
            let style = style(cell.face);
            let mut lines = text::lines(flow.fonts, &cell.text, style, width - 2 * PAD_X, 0);
            // A row is never taller than a page: what is beyond it could not be drawn anyway.
            lines.truncate(lines_max);
            cells.push(Set {
                lines,
                style,
                align: align.unwrap_or(Align::Left),
                x,
                width,
                pad: PAD_X,
                goes_on: cell.goes_on,
            });
            (column, x) = (column + cell.columns, x + width);
        }
        let height = cells.iter().map(height_of).max().unwrap_or_default();
        (cells, height)
    }

    fn set_head(&self, flow: &Flow, cell: &HeadCell) -> Set {
        let style = Style { face: cell.face, size: self.size };
        let width = self.span(cell.column, cell.columns);
        let lines = text::lines(flow.fonts, &cell.text, style, width - 2 * HEAD_PAD_X, 0);
        let x = flow.geometry.left + self.span(0, cell.column);
        Set { lines, style, align: Align::Centre, x, width, pad: HEAD_PAD_X, goes_on: false }
    }

    /// The height of each row of the head: cells of one row first, then taller ones stretch their last row.
    fn head_heights(&self, flow: &Flow) -> Vec<Length> {
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

    fn draw_head(&self, flow: &mut Flow, heights: &[Length]) {
        let top = flow.y;
        let down_to = |row: usize| top + heights[..row].iter().sum::<Length>();
        self.horizontal(flow);
        for cell in &self.head {
            let set = self.set_head(flow, cell);
            let (above, below) = (down_to(cell.row), down_to(cell.row + cell.rows));
            draw_cell(flow, &set, above, below - above);
            let sheet = flow.sheet();
            for x in [set.x, set.x + set.width] {
                sheet.rule((x, above), (x, below), RULE);
            }
            sheet.rule((set.x, below), (set.x + set.width, below), RULE);
        }
        flow.y = down_to(heights.len());
    }

    fn horizontal(&self, flow: &mut Flow) {
        let (left, y, width) = (flow.geometry.left, flow.y, self.width());
        flow.sheet().rule((left, y), (left + width, y), RULE);
    }
}

/// The rule between two rows, left out where a cell goes on.
fn rule_above(flow: &mut Flow, cells: &[Set]) {
    let y = flow.y;
    for cell in cells.iter().filter(|cell| !cell.goes_on) {
        flow.sheet().rule((cell.x, y), (cell.x + cell.width, y), RULE);
    }
}

fn height_of(cell: &Set) -> Length {
    i64::try_from(cell.lines.len()).unwrap_or(i64::MAX) * cell.style.leading() + 2 * PAD_Y
}

fn draw_cell(flow: &mut Flow, cell: &Set, top: Length, height: Length) {
    let mut y = top + (height - height_of(cell)) / 2 + PAD_Y;
    for line in &cell.lines {
        text::place(flow, line, cell.style, cell.align, (cell.x + cell.pad, y), cell.width - 2 * cell.pad);
        y += cell.style.leading();
    }
}

/// Draws the open vertical rules that do not go on through the next row.
fn close(flow: &mut Flow, rules: &mut BTreeMap<Length, Length>, going_on: &[Length]) {
    let y = flow.y;
    rules.retain(|x, top| {
        let goes_on = going_on.contains(x);
        if !goes_on {
            flow.sheet().rule((*x, *top), (*x, y), RULE);
        }
        goes_on
    });
}
