//! The head of an administrative document: boxes 1 to 5 of Decree 30/2020/NĐ-CP, and the addressee.

use baocao_domain::edition::Edition;
use baocao_domain::issue::IssueRecord;

use crate::page::{Flow, Length, mm, pt};
use crate::text::{self, Align, Block, Style};
use crate::words;

const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// The mark of a document that nobody has signed.
pub(crate) const DRAFT: &str = "DỰ THẢO";

/// Width of the left block; the right one takes the rest.
const LEFT_BLOCK: Length = mm(66);
/// Thickness of the rules under organ, motto and subject.
const RULE: Length = 750;

/// Draws boxes 1 to 5.
pub(crate) fn draw(flow: &mut Flow, edition: &Edition, issue: Option<&IssueRecord>) {
    let letterhead = &edition.letterhead;
    let (left, top) = (flow.geometry.left, flow.y);
    let right = left + LEFT_BLOCK;
    let right_width = flow.geometry.measure() - LEFT_BLOCK;

    let organ = [letterhead.issuer.as_str(), letterhead.issuer_place.as_str()];
    let mut y_left = top;
    let mut width = 0;
    for line in organ {
        (y_left, width) = centred(flow, line, Style::bold(13), (left, y_left), LEFT_BLOCK);
    }
    rule(flow, left + LEFT_BLOCK / 2, y_left + pt(2), width * 2 / 5);

    let (y, _) = centred(flow, NATION, Style::bold(13), (right, top), right_width);
    let (y_right, width) = centred(flow, MOTTO, Style::bold(14), (right, y), right_width);
    rule(flow, right + right_width / 2, y_right + pt(2), width);

    let y = y_left.max(y_right) + pt(9);
    let number = format!("Số: {}", words::number(letterhead, issue));
    let (mut below, _) = centred(flow, &number, Style::regular(13), (left, y), LEFT_BLOCK);
    let date = format!("{}, {}", letterhead.place, words::date_of_issue(edition, issue));
    let (y_date, _) = centred(flow, &date, Style::italic(13), (right, y), right_width);
    if issue.is_none() {
        below = boxed(flow, DRAFT, Style::bold(13), (left, below + pt(5)), LEFT_BLOCK);
    }
    flow.y = below.max(y_date) + pt(12);

    text::paragraph(flow, "BÁO CÁO", Block::plain(Style::bold(14), Align::Centre));
    let subject = words::subject(edition);
    text::paragraph(flow, &subject, Block::plain(Style::bold(14), Align::Centre));
    let centre = left + flow.geometry.measure() / 2;
    let y = flow.y + pt(4);
    rule(flow, centre, y, mm(50));
    flow.y += pt(10);

    let addressee = format!("Kính gửi: {}.", letterhead.addressee);
    text::paragraph(flow, &addressee, Block::plain(Style::regular(14), Align::Centre).above(pt(6)));
    flow.y += pt(6);
}

/// A line in the middle of a block; wraps if it must. Gives where the next line begins, and the width of the last.
fn centred(flow: &mut Flow, content: &str, style: Style, at: (Length, Length), measure: Length) -> (Length, Length) {
    let (x, mut y) = at;
    let mut width = 0;
    for line in text::balanced_lines(flow.fonts, content, style, measure) {
        text::place(flow, &line, style, Align::Centre, (x, y), measure);
        (y, width) = (y + style.leading(), line.width);
    }
    (y, width)
}

fn rule(flow: &mut Flow, centre: Length, y: Length, width: Length) {
    flow.sheet().rule((centre - width / 2, y), (centre + width / 2, y), RULE);
}

/// A line in a box of its own width. Gives where the box ends.
fn boxed(flow: &mut Flow, content: &str, style: Style, at: (Length, Length), measure: Length) -> Length {
    let (x, y) = at;
    let half = text::width(flow.fonts, content, style) / 2 + mm(4);
    let (below, _) = centred(flow, content, style, (x, y + pt(2)), measure);
    let (left, right, below) = (x + measure / 2 - half, x + measure / 2 + half, below + pt(2));
    let sheet = flow.sheet();
    for (from, to) in [
        ((left, y), (right, y)),
        ((left, below), (right, below)),
        ((left, y), (left, below)),
        ((right, y), (right, below)),
    ] {
        sheet.rule(from, to, RULE);
    }
    below
}
