//! The province's report (BC-UBND) on a longer period: body and annexes, on the model of report 433/BC-UBND.
//!
//! Only what the edition holds is stated. Parts of the model for which there is no form yet (published procedures,
//! simplification, petitions, training …) and its judgements in prose are absent, not filled with samples.

use baocao_domain::edition::Edition;
use baocao_domain::issue::IssueRecord;

use crate::annex;
use crate::counts::check_form;
use crate::font::Fonts;
use crate::letterhead::{self, DRAFT};
use crate::page::{Flow, Geometry, check_length, pt};
use crate::pdf::{self, Particulars};
use crate::reading::Reading;
use crate::results::standing_of_record;
use crate::sentences::{self, targets::NO_TARGET};
use crate::signature::Foot;
use crate::summary;
use crate::text::{Align, Block, Style, paragraph};
use crate::{ReportError, words};

/// Letters of points (điểm) in the Vietnamese alphabet.
const POINTS: [&str; 23] =
    ["a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "x", "y"];

/// The province's report on a longer period. Without an issue record it is a draft: `DỰ THẢO`, and number, day and
/// name are left blank.
///
/// # Errors
/// [`ReportError`] if the form is another one, the document is too long, or the PDF library is not content.
pub fn report(edition: &Edition, issue: Option<&IssueRecord>) -> Result<Vec<u8>, ReportError> {
    check_form(edition)?;
    let fonts = Fonts::get()?;
    let reading = Reading::of(edition);
    let mark = issue.is_none().then_some(DRAFT);
    let mut flow = Flow::new(fonts, Geometry::PORTRAIT, mark);
    letterhead::draw(&mut flow, edition, issue);
    body(&mut flow, &reading);
    closing(&mut flow, edition, issue);

    let mut sheets = flow.finish();
    for annex in annex::draw(fonts, &reading, issue, mark) {
        sheets.extend(annex.finish());
    }
    check_length(&sheets)?;
    let particulars = Particulars {
        title: format!("Báo cáo {}", words::uncapitalised(&words::subject(edition))),
        author: words::issuer_in_full(&edition.letterhead),
        at: edition.sealed_at,
    };
    pdf::write(sheets, &particulars)
}

fn body(flow: &mut Flow, reading: &Reading<'_>) {
    let edition = reading.edition;
    say(flow, &sentences::opening(edition));
    part(flow, "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN");
    section(flow, "1. Tình hình, kết quả giải quyết thủ tục hành chính");
    for sentence in sentences::dossiers(edition) {
        say(flow, &sentence);
    }
    summary::dossiers(flow, reading);
    section(flow, "2. Thực hiện cơ chế một cửa, một cửa liên thông và thủ tục hành chính trên môi trường điện tử");
    for sentence in sentences::services(reading) {
        say(flow, &sentence);
    }
    section(flow, "3. Kết quả thực hiện chỉ tiêu được giao");
    targets(flow, reading);
    section(flow, "4. Tình hình gửi báo cáo của các cơ quan, đơn vị");
    for sentence in sentences::filings(reading) {
        say(flow, &sentence);
    }
    if let Some(restatement) = &edition.restatement {
        section(flow, "5. Nội dung đính chính");
        for sentence in sentences::changes::changes(reading, restatement) {
            say(flow, &sentence);
        }
    }
    part(flow, "II. GHI CHÚ VỀ SỐ LIỆU");
    for note in sentences::notes(edition) {
        say(flow, &format!("- {note}"));
    }
}

fn closing(flow: &mut Flow, edition: &Edition, issue: Option<&IssueRecord>) {
    let foot = Foot::new(flow, &edition.letterhead, issue);
    // The last sentence goes with the signature: a signature alone on a page would sign nothing.
    paragraph(flow, &sentences::closing(edition), Block::BODY.keep(foot.height()));
    foot.draw(flow);
}

fn part(flow: &mut Flow, heading: &str) {
    let block = Block { indent: Block::BODY.indent, ..Block::plain(Style::bold(14), Align::Left) };
    paragraph(flow, heading, block.above(pt(8)).keep(pt(64)));
}

fn section(flow: &mut Flow, heading: &str) {
    let block = Block { indent: Block::BODY.indent, ..Block::plain(Style::bold(14), Align::Justified) };
    paragraph(flow, heading, block.above(pt(6)).keep(pt(46)));
}

fn say(flow: &mut Flow, sentence: &str) {
    paragraph(flow, sentence, Block::BODY);
}

fn targets(flow: &mut Flow, reading: &Reading<'_>) {
    let heads = &reading.edition.indicators;
    if !reading.has_targets() {
        say(flow, NO_TARGET);
        if !heads.is_empty() {
            say(flow, &sentences::targets::to_follow(reading));
        }
        for (i, head) in heads.iter().enumerate() {
            say(flow, &format!("{}) {}", point(i), sentences::targets::without_target(reading, head)));
        }
        return;
    }
    say(flow, &sentences::targets::decisions(reading));
    let standings = heads.iter().filter_map(|head| Some((head, standing_of_record(reading, head)?)));
    for (i, (head, standing)) in standings.enumerate() {
        say(flow, &format!("{}) {}", point(i), sentences::targets::standing(reading, head, &standing)));
        for sentence in sentences::targets::missed(reading, head) {
            say(flow, &sentence);
        }
    }
    summary::standings(flow, reading);
    say(flow, "Kết quả của từng đơn vị nêu tại Phụ lục II; đơn vị chưa đạt và số còn thiếu nêu tại Phụ lục III.");
}

/// The letter of the n-th point; a number beyond the alphabet.
fn point(n: usize) -> String {
    POINTS.get(n).map_or_else(|| (n + 1).to_string(), |letter| (*letter).to_owned())
}
