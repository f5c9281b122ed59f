//! The annexes of the report, on landscape pages of the same file, each numbered from 1.
//!
//! Which annexes there are follows from the edition: without targets there is nothing to list results against, and where
//! every report came in time nobody is named; only a later edition changed anything. Those that there are, are numbered without gaps.

mod changes;
mod dossiers;
mod filings;
mod missed;
mod results;

use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::issue::IssueRecord;
use baocao_domain::unit::PeerGroup;
use baocao_domain::wording;

pub(crate) use changes::{CHANGES_MAX, where_all_are};
pub(crate) use dossiers::{APART, NOT_OWED, name_with_notes};
pub(crate) use filings::{days_late, troubled};

use crate::font::{Face, Fonts};
use crate::page::{Flow, Geometry, Length, mm, pt};
use crate::reading::Reading;
use crate::results::{judged, roles};
use crate::table::{Cell, Column, HeadCell, Row, heads, numbering};
use crate::text::{Align, Block, Style, paragraph};
use crate::words;

/// Size of text in tables.
const SIZE: i64 = 10;
/// Room for two notes under a table.
const NOTES: Length = pt(36);

/// One of the annexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Annex {
    /// What was received and resolved, by unit.
    Dossiers,
    /// Every indicator of every unit with a target.
    Results,
    /// Who missed a target, and by how much.
    Missed,
    /// Whose reports came late or not at all.
    Filings,
    /// What a later edition changed.
    Changes,
}

impl Annex {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Dossiers => "KẾT QUẢ GIẢI QUYẾT HỒ SƠ THỦ TỤC HÀNH CHÍNH",
            Self::Results => "KẾT QUẢ THỰC HIỆN CHỈ TIÊU ĐƯỢC GIAO",
            Self::Missed => "CÁC ĐƠN VỊ CHƯA ĐẠT CHỈ TIÊU ĐƯỢC GIAO",
            Self::Filings => "CÁC ĐƠN VỊ GỬI BÁO CÁO CHẬM, CHƯA GỬI BÁO CÁO",
            Self::Changes => "NỘI DUNG ĐÍNH CHÍNH",
        }
    }

    fn draw(self, flow: &mut Flow, reading: &Reading<'_>) {
        match self {
            Self::Dossiers => dossiers::draw(flow, reading),
            Self::Results => results::draw(flow, reading),
            Self::Missed => missed::draw(flow, reading),
            Self::Filings => filings::draw(flow, reading.edition),
            Self::Changes => {
                if let Some(restatement) = &reading.edition.restatement {
                    changes::draw(flow, reading.edition, restatement);
                }
            }
        }
    }

    /// Which period or days the annex is about.
    fn period(self, reading: &Reading<'_>) -> String {
        let edition = reading.edition;
        let period = edition.id.period.in_words();
        match self {
            Self::Dossiers | Self::Filings => {
                format!("Kỳ báo cáo: {period} ({})", wording::window(edition.window))
            }
            Self::Missed if reading.is_judged_by_year() => format!("Lũy kế {}", wording::window(edition.year_to_date)),
            Self::Missed => format!("Kỳ báo cáo: {period}; {}", words::uncapitalised(&days(reading, true))),
            Self::Results => days(reading, false),
            Self::Changes => {
                let of = edition.restatement.as_ref().map(|restatement| restatement.of.to_string());
                format!("Bản công bố {} so với bản công bố {}", edition.id, of.unwrap_or_default())
            }
        }
    }
}

/// The annexes that the edition calls for, in order.
pub(crate) fn all(reading: &Reading<'_>) -> Vec<Annex> {
    let has_filings = troubled(reading.edition).next().is_some();
    let targets = reading.has_targets().then_some([Annex::Results, Annex::Missed]);
    let filings = has_filings.then_some(Annex::Filings);
    let changes = reading.edition.restatement.is_some().then_some(Annex::Changes);
    [Annex::Dossiers].into_iter().chain(targets.into_iter().flatten()).chain(filings).chain(changes).collect()
}

/// Roman numbers of annexes.
pub(crate) const NUMERALS: [&str; 5] = ["I", "II", "III", "IV", "V"];

/// The number of an annex; none if there is no such annex.
pub(crate) fn numeral(reading: &Reading<'_>, annex: Annex) -> Option<&'static str> {
    all(reading).iter().position(|other| *other == annex).and_then(|i| NUMERALS.get(i)).copied()
}

/// The annexes, drawn.
pub(crate) fn draw(
    fonts: &'static Fonts,
    reading: &Reading<'_>,
    issue: Option<&IssueRecord>,
    mark: Option<&'static str>,
) -> Vec<Flow> {
    let draw = |(annex, numeral): (Annex, &str)| {
        let mut flow = Flow::new(fonts, Geometry::LANDSCAPE, mark);
        head(&mut flow, reading, issue, (annex, numeral));
        annex.draw(&mut flow, reading);
        flow
    };
    all(reading).into_iter().zip(NUMERALS).map(draw).collect()
}

fn head(flow: &mut Flow, reading: &Reading<'_>, issue: Option<&IssueRecord>, (annex, numeral): (Annex, &str)) {
    let edition = reading.edition;
    let centred = |style| Block::plain(style, Align::Centre);
    paragraph(flow, &format!("Phụ lục {numeral}"), centred(Style::bold(14)));
    paragraph(flow, annex.title(), centred(Style::bold(13)));
    paragraph(flow, &annex.period(reading), centred(Style::regular(13)));
    let letterhead = &edition.letterhead;
    let source = format!(
        "(Kèm theo Báo cáo số {} {} của {})",
        words::number(letterhead, issue),
        words::date_of_issue(edition, issue),
        words::issuer_in_full(letterhead)
    );
    paragraph(flow, &source, centred(Style::italic(13)));
    flow.gap(pt(6));
}

/// The days of progress and of what is judged: `Tiến độ: quý III năm 2022 (…); lũy kế: …`.
fn days(reading: &Reading<'_>, of_record_only: bool) -> String {
    let judged = judged(reading);
    let roles = roles(judged.iter().flat_map(|(_, rows)| rows));
    let roles = roles.into_iter().filter(|role| role.is_of_record || !of_record_only);
    let parts: Vec<String> = roles
        .map(|role| {
            let (label, days) = (words::uncapitalised(role.label()), wording::window(reading.window(role.span)));
            if !of_record_only && reading.is_the_period(role.span) {
                return format!("{label}: {} ({days})", reading.edition.id.period.in_words());
            }
            format!("{label}: {days}")
        })
        .collect();
    words::capitalised(&parts.join("; "))
}

// ---- what the annexes have in common ------------------------------------------------------------------------------

fn unit_of_measure(flow: &mut Flow, text: &str) {
    paragraph(flow, text, Block::plain(Style::italic(11), Align::Right).keep(pt(60)));
    flow.gap(pt(2));
}

fn note(flow: &mut Flow, text: &str) {
    paragraph(flow, text, Block::plain(Style::italic(11), Align::Justified).above(pt(4)));
}

/// A row over the whole width, where a table has nothing to say.
fn nothing(columns: usize, text: &str) -> Row {
    Row::new(vec![Cell::new(text).over(columns).face(Face::Italic).align(Align::Centre)])
}

fn columns(widths: &[(Length, Align)]) -> Vec<Column> {
    widths.iter().map(|(width, align)| Column::new(mm(*width), *align)).collect()
}

/// A head with the row of column numbers under it.
fn head_of(labels: &[&str], group: Option<(usize, usize, String)>) -> Vec<HeadCell> {
    let numbers: Vec<String> = (1..=labels.len()).map(|i| format!("({i})")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let below = if group.is_some() { 2 } else { 1 };
    heads(labels, group).into_iter().chain(numbering(below, &numbers)).collect()
}

fn group_row(group: PeerGroup, columns: usize) -> Row {
    let letter = Cell::new(group.letter()).face(Face::Bold);
    Row::new(vec![letter, Cell::new(group.heading()).face(Face::Bold).over(columns - 1)]).keeping_next()
}

/// The cells of a row.
fn row(cells: impl IntoIterator<Item = String>) -> Row {
    Row::new(cells.into_iter().map(Cell::new).collect())
}

/// A unit's name with its number in the list.
fn numbered(number: usize, edition: &Edition, unit: &UnitResult) -> [String; 2] {
    [number.to_string(), words::name(edition, unit)]
}
