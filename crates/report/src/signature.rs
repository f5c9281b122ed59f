//! The foot of an administrative document: recipients on the left, authority, post and name on the right.
//!
//! No signature and no seal is ever imitated: the space for them stays empty.

use baocao_domain::issue::IssueRecord;
use baocao_domain::regime::Letterhead;

use crate::font::{Face, RECIPIENTS_HEADING};
use crate::page::{Flow, Length, mm, pt};
use crate::text::{self, Align, Line, Style};

const HEADING: Style = Style { face: Face::BoldItalic, size: 12 };
const RECIPIENT: Style = Style::regular(11);
const SIGNATORY: Style = Style::bold(14);

/// Width of the left block; the right one takes the rest.
const LEFT_BLOCK: Length = mm(88);
/// Room for signature and seal.
const SEAL: Length = mm(28);
/// The first recipient wherever the document names an addressee.
const AS_ABOVE: &str = "Như trên";

/// The foot, broken into lines.
pub(crate) struct Foot {
    recipients: Vec<Line>,
    authority: Vec<Line>,
    name: Vec<Line>,
}

impl Foot {
    pub(crate) fn new(flow: &Flow, letterhead: &Letterhead, issue: Option<&IssueRecord>) -> Self {
        let right_block = flow.geometry.measure() - LEFT_BLOCK;
        let lines = |content: &str, style, measure| text::lines(flow.fonts, content, style, measure, 0);
        let own = issue.map(|issue| &issue.signatory_lines).filter(|lines| !lines.is_empty());
        let name = issue.map(|issue| issue.signatory.as_str());
        Self {
            recipients: recipients(&letterhead.recipients)
                .iter()
                .flat_map(|recipient| lines(recipient, RECIPIENT, LEFT_BLOCK - mm(3)))
                .collect(),
            authority: own
                .unwrap_or(&letterhead.signatory_lines)
                .iter()
                .flat_map(|line| lines(line, SIGNATORY, right_block))
                .collect(),
            name: name.map_or_else(Vec::new, |name| lines(name, SIGNATORY, right_block)),
        }
    }

    /// The height of the foot, which is never parted by a page's end.
    pub(crate) fn height(&self) -> Length {
        let high = |lines: &[Line], style: Style| i64::try_from(lines.len()).unwrap_or_default() * style.leading();
        let left = HEADING.leading() + high(&self.recipients, RECIPIENT);
        let right = high(&self.authority, SIGNATORY) + SEAL + high(&self.name, SIGNATORY).max(SIGNATORY.leading());
        left.max(right) + pt(12)
    }

    pub(crate) fn draw(&self, flow: &mut Flow) {
        flow.need(self.height());
        flow.gap(pt(12));
        let (left, top) = (flow.geometry.left, flow.y);
        let (right, right_block) = (left + LEFT_BLOCK, flow.geometry.measure() - LEFT_BLOCK);

        flow.sheet().text(left, top + HEADING.rise(), HEADING, RECIPIENTS_HEADING, 0);
        let mut y = top + HEADING.leading();
        for line in &self.recipients {
            text::place(flow, line, RECIPIENT, Align::Left, (left, y), LEFT_BLOCK);
            y += RECIPIENT.leading();
        }
        let below = y;

        y = top;
        for line in &self.authority {
            text::place(flow, line, SIGNATORY, Align::Centre, (right, y), right_block);
            y += SIGNATORY.leading();
        }
        y += SEAL;
        for line in &self.name {
            text::place(flow, line, SIGNATORY, Align::Centre, (right, y), right_block);
            y += SIGNATORY.leading();
        }
        flow.y = below.max(y);
    }
}

/// `- Như trên;` first, each on its own line, the last with a full stop.
fn recipients(named: &[String]) -> Vec<String> {
    let as_above = AS_ABOVE.to_owned();
    let mut all: Vec<&String> = named.iter().collect();
    if !all.contains(&&as_above) {
        all.insert(0, &as_above);
    }
    let last = all.len() - 1;
    all.iter().enumerate().map(|(i, name)| format!("- {name}{}", if i == last { '.' } else { ';' })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_punctuated_as_the_decree_says() {
        let named = ["Thường trực Tỉnh ủy", "Lưu: VT, KSTT"].map(String::from);
        assert_eq!(recipients(&named), ["- Như trên;", "- Thường trực Tỉnh ủy;", "- Lưu: VT, KSTT."]);
    }
}
