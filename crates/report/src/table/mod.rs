//! Tables: columns of a given width, wrapped cells, thin rules, a head that is repeated on every page.

mod draw;
mod set;

use crate::font::Face;
use crate::page::Length;
use crate::text::Align;

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

    /// The cell above goes on through this row; the row above must be kept with this one. The text is shown where a page
    /// ends in between, so that no page begins with rows of nobody.
    pub(crate) fn going_on(text: impl Into<String>) -> Self {
        Self { goes_on: true, ..Self::new(text) }
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
    /// Kept on one page with the next row: the heading of a group stays with its first unit.
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

/// A head of one row; of two, where `group` puts one heading over some columns: the first, how many, and its text.
pub(crate) fn heads(labels: &[&str], group: Option<(usize, usize, String)>) -> Vec<HeadCell> {
    let rows = if group.is_some() { 2 } else { 1 };
    let is_under = |i: usize| group.as_ref().is_some_and(|(first, count, _)| (*first..first + count).contains(&i));
    let one = |(i, label): (usize, &&str)| match is_under(i) {
        true => HeadCell::new(1, i, *label),
        false => HeadCell::new(0, i, *label).over(rows, 1),
    };
    let mut head: Vec<HeadCell> = labels.iter().enumerate().map(one).collect();
    head.extend(group.map(|(first, count, text)| HeadCell::new(0, first, text).over(1, count)));
    head
}

/// The row of column numbers under a head: `(1) (2) …`, in italics.
pub(crate) fn numbering(row: usize, labels: &[&str]) -> Vec<HeadCell> {
    labels.iter().enumerate().map(|(i, label)| HeadCell::new(row, i, *label).face(Face::Italic)).collect()
}
