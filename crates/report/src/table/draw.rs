//! Drawing tables: rows are set once, chunks of rows that belong together are put on pages, rules are joined.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Table;
use super::set::{PAD_Y, Set, SetRow, height_of};
use crate::page::{Flow, Length};
use crate::text;

/// Thickness of rules.
const RULE: Length = 500;

impl Table {
    /// Draws the table, turning pages as needed; the last row never stands alone on a page.
    pub(crate) fn draw(&self, flow: &mut Flow) {
        let head = self.head_heights(flow);
        let head_height: Length = head.iter().sum();
        let deepest = flow.geometry.depth() - head_height;
        let rows: Vec<SetRow> = self.rows.iter().map(|row| self.set(flow, row, deepest)).collect();
        flow.need(head_height + self.first_height(&rows, deepest));
        let turns = self.turns(&rows, flow.room() - head_height, deepest);
        self.draw_head(flow, &head);
        let mut rules: BTreeMap<Length, Length> = BTreeMap::new();
        for (i, turns) in turns.into_iter().enumerate() {
            if turns {
                if rows[i].cells.iter().any(|cell| cell.goes_on) {
                    self.horizontal(flow);
                }
                close(flow, &mut rules, &[]);
                flow.turn();
                self.draw_head(flow, &head);
            }
            self.draw_row(flow, &rows, i, turns, &mut rules);
        }
        close(flow, &mut rules, &[]);
    }

    /// The height of what must not be parted from the head.
    fn first_height(&self, rows: &[SetRow], deepest: Length) -> Length {
        self.chunks().first().map_or(0, |chunk| self.wanted(rows, chunk, chunk.start, deepest))
    }

    /// Before which rows the page is turned, where so much room is left on the first one and `deepest` on the others.
    fn turns(&self, rows: &[SetRow], mut room: Length, deepest: Length) -> Vec<bool> {
        let mut turns = Vec::with_capacity(rows.len());
        for chunk in self.chunks() {
            for i in chunk.clone() {
                let is_full = room < self.wanted(rows, &chunk, i, deepest);
                room = if is_full { deepest - rows[i].height_at_top } else { room - rows[i].height };
                turns.push(is_full);
            }
        }
        turns
    }

    /// The rows that belong together: each keeps its next, and the last row is kept with the one before.
    fn chunks(&self) -> Vec<Range<usize>> {
        let count = self.rows.len();
        let mut chunks = Vec::new();
        let mut start = 0;
        for (i, row) in self.rows.iter().enumerate() {
            let last_follows = i + 2 == count;
            let is_kept = row.keeps_next || last_follows;
            if !is_kept || i + 1 == count {
                chunks.push(start..i + 1);
                start = i + 1;
            }
        }
        chunks
    }

    /// The height that must be free before row `i` of a chunk is drawn. A chunk that fits a page is put on one, so that
    /// only its first row asks; one that is taller is broken, but neither its first nor its last row stands alone.
    fn wanted(&self, rows: &[SetRow], chunk: &Range<usize>, i: usize, deepest: Length) -> Length {
        let height = |range: Range<usize>| {
            let keep = if range.end == rows.len() { self.keep } else { 0 };
            rows[range].iter().map(|row| row.height).sum::<Length>() + keep
        };
        let whole = height(chunk.clone());
        if whole <= deepest {
            return if i == chunk.start { whole } else { 0 };
        }
        let left = chunk.end - i;
        let together = if i == chunk.start || left == 2 { left.min(2) } else { 1 };
        height(i..i + together).min(deepest)
    }

    fn draw_row(
        &self,
        flow: &mut Flow,
        rows: &[SetRow],
        i: usize,
        is_at_top: bool,
        rules: &mut BTreeMap<Length, Length>,
    ) {
        let row = &rows[i];
        let (top, height) = (flow.y, if is_at_top { row.height_at_top } else { row.height });
        let mut edges: Vec<Length> = row.cells.iter().map(|cell| cell.x).collect();
        edges.push(flow.geometry.left + self.width());
        close(flow, rules, &edges);
        for edge in edges {
            rules.entry(edge).or_insert(top);
        }
        for cell in row.cells.iter().filter(|cell| is_at_top || !cell.goes_on) {
            draw_cell(flow, cell, top, height);
        }
        flow.y += height;
        match rows.get(i + 1) {
            Some(below) if below.cells.iter().any(|cell| cell.goes_on) => rule_above(flow, &below.cells),
            _ => self.horizontal(flow),
        }
    }

    fn width(&self) -> Length {
        self.columns.iter().map(|column| column.width).sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::Fonts;
    use crate::page::{Geometry, mm};
    use crate::table::{Cell, Column, HeadCell, Row};
    use crate::text::Align;

    fn flow() -> Flow {
        Flow::new(Fonts::get().expect("fonts"), Geometry::LANDSCAPE, None)
    }

    fn table(rows: Vec<Row>) -> Table {
        let columns = vec![Column::new(mm(16), Align::Right), Column::new(mm(40), Align::Left)];
        Table { columns, head: vec![HeadCell::new(0, 0, "Số"), HeadCell::new(0, 1, "Tên")], rows, size: 10, keep: 0 }
    }

    fn row(number: &str, name: &str) -> Row {
        Row::new(vec![Cell::new(number), Cell::new(name)])
    }

    /// On which page each row is drawn, where the table begins a page.
    fn pages(rows: impl Iterator<Item = Row>) -> Vec<usize> {
        let (flow, table) = (flow(), table(rows.collect()));
        let deepest = flow.geometry.depth() - table.head_heights(&flow).iter().sum::<Length>();
        let rows: Vec<SetRow> = table.rows.iter().map(|row| table.set(&flow, row, deepest)).collect();
        let turns = table.turns(&rows, deepest, deepest);
        let mut page = 1;
        let pages = turns.into_iter().map(|turns| {
            page += usize::from(turns);
            page
        });
        pages.collect()
    }

    #[test]
    fn rows_that_belong_together_share_a_page_unless_they_fill_more_than_one() {
        let kept = |count: usize| {
            let rows = (0..count).map(|i| row(&i.to_string(), "Xã"));
            rows.enumerate().map(move |(i, row)| if i + 1 < count { row.keeping_next() } else { row })
        };
        let on = |rows: &[usize]| -> Vec<usize> {
            rows.iter().enumerate().flat_map(|(i, count)| vec![i + 1; *count]).collect()
        };
        // A landscape page takes 28 such rows.
        assert_eq!(pages(kept(20).chain(kept(20))), on(&[20, 20]));
        assert_eq!(pages(kept(20).chain(kept(40)).chain(kept(2))), on(&[28, 28, 6]), "a tall chunk fills the page");
        assert_eq!(pages(kept(27).chain(kept(40)).chain(kept(2))), on(&[27, 28, 14]), "its first row is not alone");
        assert_eq!(pages(kept(29).chain(kept(2))), on(&[27, 4]), "nor its last");
    }

    #[test]
    fn what_goes_on_from_the_page_before_is_named_again() {
        let mut rows = vec![row("1", "Sở Y tế").keeping_next()];
        rows.extend(
            (0..40).map(|_| Row::new(vec![Cell::new("1"), Cell::going_on("Sở Y tế (tiếp theo)")]).keeping_next()),
        );
        let mut flow = flow();
        table(rows).draw(&mut flow);
        assert_eq!(flow.pages(), 2);
        let particulars = crate::pdf::Particulars {
            title: String::new(),
            author: String::new(),
            at: baocao_domain::instant::Instant::from_micros(0),
        };
        let pdf = crate::pdf::write(flow.finish(), &particulars).expect("bytes");
        let times = crate::pdf::page_texts(&pdf).expect("text").join(" ").matches("(tiếp theo)").count();
        assert_eq!(times, 1, "only where the page begins");
    }
}
