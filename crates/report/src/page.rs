//! Geometry of Decree 30/2020/NĐ-CP, and the flow of content from page to page.
//!
//! Lengths are whole thousandths of a point, so that no page break hangs on rounding. Vertical positions are measured
//! downwards from the upper edge of the paper; only `pdf` turns them over.

use crate::ReportError;
use crate::font::Fonts;
use crate::pdf::Sheet;
use crate::text::{self, Style};

/// A length in thousandths of a point.
pub(crate) type Length = i64;

/// The most pages of one file: a province of 2022 with the most communes (some 630 units) and ten indicators takes about
/// a thousand. Beyond that a reader wants the open data.
pub(crate) const PAGES_MAX: usize = 1_500;

/// Size of page numbers.
const PAGE_NUMBER: Style = Style::regular(14);

/// So many points.
pub(crate) const fn pt(points: i64) -> Length {
    points * 1000
}

/// So many millimetres.
pub(crate) const fn mm(millimetres: i64) -> Length {
    tenths_mm(millimetres * 10)
}

/// So many tenths of a millimetre: 12,7 mm is `tenths_mm(127)`.
pub(crate) const fn tenths_mm(tenths: i64) -> Length {
    tenths * 36_000 / 127
}

/// Paper and margins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) width: Length,
    pub(crate) height: Length,
    top: Length,
    bottom: Length,
    pub(crate) left: Length,
    right: Length,
}

impl Geometry {
    /// A4 upright: the body of a document (article 8: margins 20–25, 20–25, 30–35, 15–20 mm).
    pub(crate) const PORTRAIT: Self =
        Self { width: mm(210), height: mm(297), top: mm(20), bottom: mm(20), left: mm(30), right: mm(15) };
    /// A4 across: annexes with wide tables.
    pub(crate) const LANDSCAPE: Self =
        Self { width: mm(297), height: mm(210), top: mm(20), bottom: mm(20), left: mm(25), right: mm(25) };
    /// A4 upright with even margins: a sheet that is not a document.
    pub(crate) const CARD: Self =
        Self { width: mm(210), height: mm(297), top: mm(15), bottom: mm(20), left: mm(20), right: mm(20) };

    /// The width between the margins.
    pub(crate) const fn measure(&self) -> Length {
        self.width - self.left - self.right
    }

    /// The height between the margins.
    pub(crate) const fn depth(&self) -> Length {
        self.height - self.top - self.bottom
    }
}

/// Pages being filled from top to bottom.
pub(crate) struct Flow {
    pub(crate) fonts: &'static Fonts,
    pub(crate) geometry: Geometry,
    /// What stands in the top margin of each page, left of the number: the mark of a draft.
    mark: Option<&'static str>,
    sheets: Vec<Sheet>,
    /// How far the current page is filled, from the upper edge of the paper.
    pub(crate) y: Length,
}

impl Flow {
    /// An empty first page.
    pub(crate) fn new(fonts: &'static Fonts, geometry: Geometry, mark: Option<&'static str>) -> Self {
        let mut flow = Self { fonts, geometry, mark, sheets: Vec::new(), y: 0 };
        flow.turn();
        flow
    }

    /// Goes on to a new page. The first page shows no number (article 8).
    pub(crate) fn turn(&mut self) {
        let mut sheet = Sheet::new(self.geometry.width, self.geometry.height);
        let number = self.sheets.len() + 1;
        let baseline = mm(13);
        if number > 1 {
            let number = number.to_string();
            let x = (self.geometry.width - text::width(self.fonts, &number, PAGE_NUMBER)) / 2;
            sheet.text(x, baseline, PAGE_NUMBER, &number, 0);
            if let Some(mark) = self.mark {
                sheet.text(self.geometry.left, baseline, Style::italic(11), mark, 0);
            }
        }
        self.sheets.push(sheet);
        self.y = self.geometry.top;
    }

    /// The page being filled.
    pub(crate) fn sheet(&mut self) -> &mut Sheet {
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    /// Draws something on every page so far.
    pub(crate) fn on_every_page(&mut self, draw: impl Fn(&mut Sheet)) {
        self.sheets.iter_mut().for_each(draw);
    }

    /// How much height is left on this page.
    pub(crate) const fn room(&self) -> Length {
        self.geometry.height - self.geometry.bottom - self.y
    }

    /// Whether nothing stands on this page yet.
    pub(crate) const fn is_at_top(&self) -> bool {
        self.y <= self.geometry.top
    }

    /// Turns the page unless so much height is left. A fresh page is never left empty.
    pub(crate) fn need(&mut self, height: Length) {
        if self.room() < height && !self.is_at_top() {
            self.turn();
        }
    }

    /// Leaves a gap; none at the top of a page.
    pub(crate) fn gap(&mut self, height: Length) {
        if !self.is_at_top() {
            self.y += height;
        }
    }

    /// How many pages there are.
    pub(crate) fn pages(&self) -> usize {
        self.sheets.len()
    }

    /// The pages.
    pub(crate) fn finish(self) -> Vec<Sheet> {
        self.sheets
    }
}

/// Refuses a file that is longer than any reader expects.
pub(crate) fn check_length(sheets: &[Sheet]) -> Result<(), ReportError> {
    if sheets.len() > PAGES_MAX {
        return Err(ReportError::TooLong { pages: sheets.len(), limit: PAGES_MAX });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_those_of_the_decree() {
        for (length, expected) in [(Geometry::PORTRAIT.measure(), mm(165)), (Geometry::PORTRAIT.depth(), mm(257))] {
            assert!((length - expected).abs() <= 3, "{length} is not {expected}");
        }
        assert_eq!(mm(254), 720_000);
        assert_eq!(tenths_mm(127), 36_000); // first line indent of 1,27 cm
    }
}
