//! The scorecard: one page about one unit. It informs; it is no document, and nobody signs it.
//!
//! Exactly one page: what does not fit is set smaller, a name without end is cut.

use baocao_domain::edition::{Edition, Filing, Span, UnitResult};
use baocao_domain::ids::{ColumnCode, UnitCode};
use baocao_domain::indicator::Scope;
use baocao_domain::rounding::{count_text, threshold_text};
use baocao_domain::target::Verdict;
use baocao_domain::wording;

use crate::counts::is_all_missing;
use crate::font::Fonts;
use crate::page::{Flow, Geometry, Length, mm, pt};
use crate::pdf::{self, Particulars};
use crate::results::{NONE, measured, spans, spans_coincide, unit_outcomes};
use crate::table::{Cell, Column, HeadCell, Row, Table};
use crate::text::{self, Align, Block, Style, paragraph};
use crate::{ReportError, chart, words};

/// Sizes of text that are tried, with and without the remarks, until the page holds it all.
const ATTEMPTS: [(i64, bool); 7] = [(11, true), (10, true), (9, true), (8, true), (9, false), (8, false), (6, false)];
/// What stands in place of a figure that is not known.
const UNKNOWN: &str = "Chưa có số liệu";

/// One page about one unit: its reports, its figures, its indicators against targets, and what is missing.
///
/// # Errors
/// [`ReportError`] if the edition has no such unit, or the PDF library is not content.
pub fn scorecard(edition: &Edition, unit: &UnitCode) -> Result<Vec<u8>, ReportError> {
    let unit = edition.unit(unit).ok_or_else(|| ReportError::UnknownUnit(unit.clone()))?;
    let fonts = Fonts::get()?;
    let mut pages = 0;
    for (size, remarks) in ATTEMPTS {
        let mut flow = Flow::new(fonts, Geometry::CARD, None);
        Card { edition, unit, size }.draw(&mut flow, remarks);
        pages = flow.pages();
        if pages == 1 {
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
    Err(ReportError::TooLong { pages, limit: 1 })
}

/// Which figures a scorecard shows: a unit that owes no reports has none of its own, not zeros.
pub(crate) struct Shown {
    pub(crate) own: bool,
    pub(crate) subtree: bool,
}

impl Shown {
    pub(crate) fn of(edition: &Edition, unit: &UnitResult) -> Self {
        let subtree = edition.units.iter().any(|other| other.parent.as_ref() == Some(&unit.code));
        Self { own: !unit.filings.is_empty() || !subtree, subtree }
    }
}

struct Card<'a> {
    edition: &'a Edition,
    unit: &'a UnitResult,
    size: i64,
}

impl Card<'_> {
    fn draw(&self, flow: &mut Flow, remarks: bool) {
        self.title(flow);
        self.heading(flow, "1. Báo cáo đã gửi");
        self.filings(flow);
        self.heading(flow, "2. Kết quả giải quyết hồ sơ thủ tục hành chính");
        self.figures(flow);
        self.heading(flow, "3. Kết quả thực hiện chỉ tiêu được giao");
        self.targets(flow);
        if remarks && !self.edition.remarks.is_empty() {
            self.heading(flow, "Ghi chú");
            for remark in &self.edition.remarks {
                self.small(flow, &format!("- {remark}"));
            }
        }
        self.footer(flow);
    }

    fn title(&self, flow: &mut Flow) {
        let centred = |style| Block::plain(style, Align::Centre);
        let letterhead = &self.edition.letterhead;
        paragraph(flow, &words::issuer_in_full(letterhead), centred(Style::regular(self.size)));
        paragraph(flow, "PHIẾU KẾT QUẢ", centred(Style::bold(16)).above(pt(8)));
        let subject = "Giải quyết thủ tục hành chính và thực hiện chỉ tiêu được giao";
        paragraph(flow, subject, centred(Style::bold(self.size + 1)));
        flow.gap(pt(6));

        paragraph(flow, &words::name(self.edition, self.unit), centred(Style::bold(self.size + 4)));
        let period = format!(
            "Mã đơn vị: {}. Kỳ báo cáo: {} ({})",
            self.unit.code,
            self.edition.id.period.in_words(),
            wording::window(self.edition.window)
        );
        paragraph(flow, &period, centred(Style::regular(self.size)).above(pt(2)));
    }

    fn heading(&self, flow: &mut Flow, heading: &str) {
        let block = Block::plain(Style::bold(self.size + 1), Align::Left);
        paragraph(flow, heading, block.above(pt(9)).keep(pt(30)));
        flow.gap(pt(3));
    }

    fn small(&self, flow: &mut Flow, note: &str) {
        paragraph(flow, note, Block::plain(Style::italic((self.size - 1).max(6)), Align::Justified).above(pt(2)));
    }

    fn has_units_below(&self) -> bool {
        Shown::of(self.edition, self.unit).subtree
    }

    fn filings(&self, flow: &mut Flow) {
        let coverage = self.unit.subtree_coverage;
        let received = format!("{}/{}", count_text(coverage.reported), count_text(coverage.obliged));
        if self.unit.filings.is_empty() {
            let note = format!("Đơn vị không gửi báo cáo riêng; số liệu tổng hợp từ {received} báo cáo tháng.");
            return paragraph(flow, &note, Block::plain(Style::regular(self.size), Align::Left));
        }
        let rows = self.unit.filings.iter().map(|(month, filing)| {
            let (received, revision, state) = match filing {
                Filing::Missing => (NONE.to_owned(), NONE.to_owned(), "Chưa gửi".to_owned()),
                Filing::Reported { revision, received_at, late, nil } => {
                    let state = if *late { "Gửi chậm" } else { "Đúng hạn" };
                    let state = if *nil { format!("{state}; không phát sinh hồ sơ") } else { state.to_owned() };
                    (wording::moment(*received_at), revision.to_string(), state)
                }
            };
            Row::new([words::capitalised(&month.in_words()), received, revision, state].map(Cell::new).into())
        });
        self.table(
            &[(42, Align::Left), (58, Align::Left), (20, Align::Centre), (50, Align::Left)],
            &["Kỳ", "Thời điểm nhận", "Lần gửi", "Tình trạng"],
            rows.collect(),
        )
        .draw(flow);
        if self.has_units_below() {
            self.small(flow, &format!("Kể cả các đơn vị trực thuộc: đã nhận {received} báo cáo tháng."));
        }
    }

    fn figures(&self, flow: &mut Flow) {
        let shown = Shown::of(self.edition, self.unit);
        let own_is_known = !is_all_missing(self.unit);
        let rows = self
            .edition
            .form
            .printed_order()
            .into_iter()
            .map(|code| {
                let (number, heading) = self.column(code);
                let value = |row: &[i64]| count_text(self.edition.value(row, code.as_str()));
                let mut cells = vec![format!("({number})"), heading.to_owned()];
                if shown.own {
                    cells.push(if own_is_known { value(&self.unit.own) } else { UNKNOWN.to_owned() });
                }
                if shown.subtree {
                    cells.push(value(&self.unit.subtree));
                }
                Row::new(cells.into_iter().map(Cell::new).collect())
            })
            .collect();
        let mut labels = vec!["Cột", "Số hồ sơ"];
        labels.extend(shown.own.then_some("Của đơn vị"));
        labels.extend(shown.subtree.then_some("Kể cả đơn vị trực thuộc"));
        let mut widths = vec![(14, Align::Centre), (if labels.len() == 4 { 84 } else { 120 }, Align::Left)];
        widths.extend(labels.iter().skip(2).map(|_| (36, Align::Right)));
        self.table(&widths, &labels, rows).draw(flow);
        let months = self.unit.missing_months();
        if own_is_known && !months.is_empty() {
            self.small(flow, &format!("{UNKNOWN} {} của đơn vị.", wording::periods(&months)));
        }
    }

    /// Number and heading of a column, filed or derived.
    fn column(&self, code: &ColumnCode) -> (u8, &str) {
        let form = &self.edition.form;
        let filed = form.columns.iter().map(|column| (&column.code, column.number, &column.heading));
        let derived = form.derived.iter().map(|column| (&column.code, column.number, &column.heading));
        filed
            .chain(derived)
            .find(|(found, ..)| *found == code)
            .map_or((0, ""), |(_, number, heading)| (number, heading.as_str()))
    }

    fn targets(&self, flow: &mut Flow) {
        let mut rows = Vec::new();
        for head in &self.edition.indicators {
            for (span, label) in spans(self.edition) {
                let found = unit_outcomes(self.unit, *span).find(|outcome| outcome.indicator == head.code);
                let Some(outcome) = found else { continue };
                let (ratio, judgement) = (outcome.ratio, outcome.judgement.as_ref());
                let none = || NONE.to_owned();
                let threshold = judgement.map(|judgement| judgement.threshold);
                let [numerator, denominator, share, distance] = measured(outcome);
                let cells = [
                    head.short_name.clone(),
                    (*label).to_owned(),
                    threshold.map_or_else(none, threshold_text),
                    numerator,
                    denominator,
                    share,
                    distance,
                    judgement.map_or_else(|| "Không giao".to_owned(), |j| j.verdict.in_words().to_owned()),
                    judgement
                        .filter(|judgement| judgement.verdict == Verdict::Missed)
                        .map(|judgement| judgement.threshold.shortfall(ratio))
                        .map_or_else(none, |shortfall| format!("{} {}", count_text(shortfall), head.noun)),
                ];
                rows.push(Row::new(cells.map(Cell::new).into()));
            }
        }
        let widths = [
            (34, Align::Left),
            (15, Align::Left),
            (12, Align::Right),
            (18, Align::Right),
            (18, Align::Right),
            (17, Align::Right),
            (16, Align::Right),
            (18, Align::Left),
            (22, Align::Right),
        ];
        let labels =
            ["Chỉ tiêu", "Kết quả tính", "Giao", "Tử số", "Mẫu số", "Kết quả", "Chênh lệch", "Đánh giá", "Còn thiếu"];
        self.table(&widths, &labels, rows).draw(flow);
        if chart::has_bars(self.unit, Span::YearToDate) {
            flow.gap(pt(5));
            let label = |outcome: &baocao_domain::edition::Outcome| {
                self.edition.indicator(&outcome.indicator).map_or_else(String::new, |head| head.short_name.clone())
            };
            chart::bars(flow, unit_outcomes(self.unit, Span::YearToDate), self.size, label);
        }
        self.small(flow, &self.basis());
    }

    /// Over which days the results are taken, by which decisions, and whose rows count.
    fn basis(&self) -> String {
        let edition = self.edition;
        let decisions: Vec<String> = edition
            .decisions
            .iter()
            .map(|decision| format!("Quyết định số {} {}", decision.number, wording::day_in_full(decision.issued)))
            .collect();
        let to_date = wording::window(edition.year_to_date);
        let mut basis = if spans_coincide(edition) {
            format!("Lũy kế: {to_date}, là căn cứ đánh giá, trùng với kỳ báo cáo.")
        } else {
            format!("Tiến độ: {}; lũy kế: {to_date}, là căn cứ đánh giá.", wording::window(edition.window))
        };
        if self.unit.judged(Span::YearToDate).next().is_none() {
            basis.push_str(" Đơn vị không được giao chỉ tiêu, kết quả để theo dõi.");
        } else if !decisions.is_empty() {
            basis.push_str(&format!(" Chỉ tiêu giao tại {}.", decisions.join("; ")));
        }
        if self.has_units_below() && edition.indicators.iter().any(|head| head.scope == Scope::Subtree) {
            basis.push_str(" Kết quả tính cả các đơn vị trực thuộc.");
        }
        basis
    }

    fn table(&self, widths: &[(Length, Align)], labels: &[&str], rows: Vec<Row>) -> Table {
        Table {
            columns: widths.iter().map(|(width, align)| Column::new(mm(*width), *align)).collect(),
            head: labels.iter().enumerate().map(|(i, label)| HeadCell::new(0, i, *label)).collect(),
            rows,
            size: self.size,
            keep: 0,
        }
    }

    /// In the bottom margin: which frozen snapshot the page was made from.
    fn footer(&self, flow: &mut Flow) {
        let style = Style::italic(9);
        let words = format!(
            "Bản công bố {}; số liệu chốt lúc {}. Phiếu để thông tin, không ký, không đóng dấu.",
            self.edition.id,
            wording::moment(self.edition.sealed_at)
        );
        let (left, right) = (flow.geometry.left, flow.geometry.width - flow.geometry.left);
        let y = flow.geometry.height - mm(16);
        flow.sheet().rule((left, y), (right, y), 500);
        let x = (flow.geometry.width - text::width(flow.fonts, &words, style)) / 2;
        flow.sheet().text(x, y + pt(12), style, &words, 0);
    }
}
