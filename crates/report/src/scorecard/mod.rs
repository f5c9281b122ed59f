//! The scorecard: one sheet about one unit. It informs; it is no document, and nobody signs it.
//!
//! One page where everything fits at a size that can be read; else, with many indicators and single fields, the back of
//! the sheet too. What does not fit is set smaller, the remarks of the regime are left out last, a name without end is
//! cut.

mod figures;
mod targets;

use baocao_domain::edition::{Edition, Filing, UnitResult};
use baocao_domain::ids::UnitCode;
use baocao_domain::rounding::count_text;
use baocao_domain::wording;

pub(crate) use figures::{Shown, field_rows};

use crate::annex::APART;
use crate::font::Fonts;
use crate::page::{Flow, Geometry, Length, mm, pt};
use crate::pdf::{self, Particulars};
use crate::reading::Reading;
use crate::results::NONE;
use crate::table::{Cell, Column, Row, Table, heads};
use crate::text::{self, Align, Block, Style, paragraph};
use crate::{ReportError, words};

/// Sizes of text that are tried, with and without the remarks, on so many pages, until the sheet holds it all.
const ATTEMPTS: [(i64, bool, usize); 12] = [
    (11, true, 1),
    (10, true, 1),
    (9, true, 1),
    (8, true, 1),
    (9, false, 1),
    (8, false, 1),
    (10, true, PAGES_MAX),
    (9, true, PAGES_MAX),
    (8, true, PAGES_MAX),
    (9, false, PAGES_MAX),
    (8, false, PAGES_MAX),
    (6, false, PAGES_MAX),
];
/// Front and back of a sheet.
pub(crate) const PAGES_MAX: usize = 2;

/// One sheet about one unit: its reports, its figures, its indicators against targets, and what is missing.
///
/// # Errors
/// [`ReportError`] if the edition has no such unit, or the PDF library is not content.
pub fn scorecard(edition: &Edition, unit: &UnitCode) -> Result<Vec<u8>, ReportError> {
    let unit = edition.unit(unit).ok_or_else(|| ReportError::UnknownUnit(unit.clone()))?;
    let fonts = Fonts::get()?;
    let reading = Reading::of(edition);
    let mut pages = 0;
    for (size, remarks, pages_max) in ATTEMPTS {
        let mut flow = Flow::new(fonts, Geometry::CARD, None);
        Card { reading: &reading, unit, size, has_back: pages_max > 1 }.draw(&mut flow, remarks);
        pages = flow.pages();
        if pages <= pages_max {
            let particulars = Particulars {
                title: format!(
                    "{} – {}",
                    text::clean(fonts, &words::name(edition, unit)),
                    edition.id.period.in_words()
                ),
                author: words::issuer_in_full(&edition.letterhead),
                at: edition.sealed_at,
            };
            return pdf::write(flow.finish(), &particulars);
        }
    }
    Err(ReportError::TooLong { pages, limit: PAGES_MAX })
}

struct Card<'a> {
    reading: &'a Reading<'a>,
    unit: &'a UnitResult,
    size: i64,
    /// Whether targets begin on the back of the sheet.
    has_back: bool,
}

impl Card<'_> {
    fn draw(&self, flow: &mut Flow, remarks: bool) {
        self.title(flow);
        self.heading(flow, "1. Báo cáo đã gửi");
        self.filings(flow);
        self.heading(flow, "2. Kết quả giải quyết hồ sơ thủ tục hành chính");
        self.figures(flow);
        self.single_fields(flow);
        if self.has_back && flow.pages() == 1 {
            flow.turn();
        }
        self.heading(flow, "3. Kết quả thực hiện chỉ tiêu được giao");
        self.targets(flow);
        if remarks && !self.edition().remarks.is_empty() {
            self.heading(flow, "Ghi chú");
            for remark in &self.edition().remarks {
                self.small(flow, &format!("- {remark}"));
            }
        }
        self.footer(flow);
    }

    const fn edition(&self) -> &Edition {
        self.reading.edition
    }

    fn title(&self, flow: &mut Flow) {
        let centred = |style| Block::plain(style, Align::Centre);
        let letterhead = &self.edition().letterhead;
        paragraph(flow, &words::issuer_in_full(letterhead), centred(Style::regular(self.size)));
        paragraph(flow, "PHIẾU KẾT QUẢ", centred(Style::bold(16)).above(pt(8)));
        let subject = "Giải quyết thủ tục hành chính và thực hiện chỉ tiêu được giao";
        paragraph(flow, subject, centred(Style::bold(self.size + 1)));
        flow.gap(pt(6));

        paragraph(flow, &words::name(self.edition(), self.unit), centred(Style::bold(self.size + 4)));
        if !self.reading.is_added(self.unit) {
            paragraph(flow, APART, centred(Style::italic(self.size)));
        }
        let period = format!(
            "Mã đơn vị: {}. Kỳ báo cáo: {} ({})",
            self.unit.code,
            self.edition().id.period.in_words(),
            wording::window(self.edition().window)
        );
        paragraph(flow, &period, centred(Style::regular(self.size)).above(pt(2)));
    }

    fn heading(&self, flow: &mut Flow, heading: &str) {
        let block = Block::plain(Style::bold(self.size + 1), Align::Left);
        paragraph(flow, heading, block.above(pt(9)).keep(pt(30)));
        flow.gap(pt(3));
    }

    fn say(&self, flow: &mut Flow, sentence: &str) {
        paragraph(flow, sentence, Block::plain(Style::regular(self.size), Align::Left));
    }

    fn small(&self, flow: &mut Flow, note: &str) {
        paragraph(flow, note, Block::plain(Style::italic((self.size - 1).max(6)), Align::Justified).above(pt(2)));
    }

    fn filings(&self, flow: &mut Flow) {
        let coverage = self.unit.subtree_coverage;
        let received = format!("{}/{}", count_text(coverage.reported), count_text(coverage.obliged));
        let has_units_below = self.reading.has_units_below(self.unit);
        if self.unit.filings.is_empty() && !has_units_below {
            return self.say(flow, "Đơn vị không phải báo cáo trong kỳ.");
        }
        if self.unit.filings.is_empty() {
            let note = format!("Đơn vị không gửi báo cáo riêng; số liệu tổng hợp từ {received} báo cáo tháng.");
            return self.say(flow, &note);
        }
        let rows = self.unit.filings.iter().map(|owed| {
            let (received, revision, state) = match owed.filing {
                Filing::Missing => (NONE.to_owned(), NONE.to_owned(), "Chưa gửi".to_owned()),
                Filing::Reported { revision, received_at, late, nil } => {
                    let state = if late { "Gửi chậm" } else { "Đúng hạn" };
                    let state = if nil { format!("{state}; không phát sinh hồ sơ") } else { state.to_owned() };
                    (wording::moment(received_at), revision.to_string(), state)
                }
            };
            Row::new([words::capitalised(&owed.month.in_words()), received, revision, state].map(Cell::new).into())
        });
        self.table(
            &[(42, Align::Left), (58, Align::Left), (20, Align::Centre), (50, Align::Left)],
            &["Kỳ", "Thời điểm nhận", "Lần gửi", "Tình trạng"],
            rows.collect(),
        )
        .draw(flow);
        if has_units_below {
            self.small(flow, &format!("Kể cả các đơn vị trực thuộc: đã nhận {received} báo cáo tháng."));
        }
    }

    fn table(&self, widths: &[(Length, Align)], labels: &[&str], rows: Vec<Row>) -> Table {
        Table {
            columns: widths.iter().map(|(width, align)| Column::new(mm(*width), *align)).collect(),
            head: heads(labels, None),
            rows,
            size: self.size,
            keep: 0,
        }
    }

    /// In the bottom margin of each page: which frozen snapshot it was made from.
    fn footer(&self, flow: &mut Flow) {
        let style = Style::italic(9);
        let words = format!(
            "Bản công bố {}; số liệu chốt lúc {}. Phiếu để thông tin, không ký, không đóng dấu.",
            self.edition().id,
            wording::moment(self.edition().sealed_at)
        );
        let (left, right) = (flow.geometry.left, flow.geometry.width - flow.geometry.left);
        let y = flow.geometry.height - mm(16);
        let x = (flow.geometry.width - text::width(flow.fonts, &words, style)) / 2;
        flow.on_every_page(|sheet| {
            sheet.rule((left, y), (right, y), 500);
            sheet.text(x, y + pt(12), style, &words, 0);
        });
    }
}
