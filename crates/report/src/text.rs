//! Text: cleaned, measured, broken into lines, justified.
//!
//! Vietnamese breaks at spaces only. A no-break space (U+00A0) keeps two words together and is drawn as a space.

use unicode_normalization::UnicodeNormalization;

use crate::font::{Face, Fonts, REPLACEMENT};
use crate::page::{Flow, Length, pt, tenths_mm};

/// Keeps the words beside it on one line.
pub(crate) const NO_BREAK_SPACE: char = '\u{a0}';

/// A face at a size in whole points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) face: Face,
    pub(crate) size: i64,
}

impl Style {
    pub(crate) const fn regular(size: i64) -> Self {
        Self { face: Face::Regular, size }
    }

    pub(crate) const fn bold(size: i64) -> Self {
        Self { face: Face::Bold, size }
    }

    pub(crate) const fn italic(size: i64) -> Self {
        Self { face: Face::Italic, size }
    }

    /// From baseline to baseline: single spacing of Times New Roman is 1,15.
    pub(crate) const fn leading(self) -> Length {
        self.size * 1150
    }

    /// From the top of a line to its baseline.
    pub(crate) const fn rise(self) -> Length {
        self.size * 905
    }
}

/// Where lines stand between the margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
    Justified,
}

/// Text from outside made harmless: NFC; control characters become spaces, invisible ones (bidirectional overrides,
/// joiners, soft hyphens) vanish, and what the faces lack becomes `?`.
pub(crate) fn clean(fonts: &Fonts, text: &str) -> String {
    let regular = fonts.face(Face::Regular);
    text.nfc()
        .filter(|c| !is_invisible(*c))
        .map(|c| match c {
            '\n' | NO_BREAK_SPACE => c,
            '\u{2010}' | '\u{2011}' => '-',
            '\u{202f}' | '\u{2007}' => NO_BREAK_SPACE,
            c if c.is_whitespace() || c.is_control() => ' ',
            c if regular.advance(c).is_some() => c,
            _ => REPLACEMENT,
        })
        .collect()
}

const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The width of cleaned text on one line.
pub(crate) fn width(fonts: &Fonts, text: &str, style: Style) -> Length {
    let font = fonts.face(style.face);
    let fallback = font.advance(REPLACEMENT).unwrap_or_default();
    let advance = |c: char| font.advance(if c == NO_BREAK_SPACE { ' ' } else { c }).unwrap_or(fallback);
    text.chars().map(advance).sum::<i64>() * style.size
}

/// A line of text, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) width: Length,
    /// The last of its paragraph: never stretched.
    pub(crate) is_last: bool,
}

/// Breaks text into lines: the first `indent` narrower than the others. A word wider than a line is broken inside.
pub(crate) fn lines(fonts: &Fonts, text: &str, style: Style, measure: Length, indent: Length) -> Vec<Line> {
    let text = clean(fonts, text);
    let space = width(fonts, " ", style);
    let mut lines: Vec<Line> = Vec::new();
    let mut first = true;
    for part in text.split('\n') {
        let mut line = Line { text: String::new(), width: 0, is_last: false };
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            for piece in pieces(fonts, word, style, measure - indent) {
                let wide = width(fonts, piece, style);
                let room = if first { measure - indent } else { measure };
                if !line.text.is_empty() && line.width + space + wide > room {
                    lines.push(std::mem::replace(&mut line, Line { text: String::new(), width: 0, is_last: false }));
                    first = false;
                }
                if !line.text.is_empty() {
                    line.text.push(' ');
                    line.width += space;
                }
                line.text.push_str(piece);
                line.width += wide;
            }
        }
        line.is_last = true;
        lines.push(line);
        first = false;
    }
    for line in &mut lines {
        line.text = line.text.replace(NO_BREAK_SPACE, " ");
    }
    lines
}

/// A word, or the pieces of one that is wider than a line.
fn pieces<'a>(fonts: &Fonts, word: &'a str, style: Style, measure: Length) -> Vec<&'a str> {
    if width(fonts, word, style) <= measure {
        return vec![word];
    }
    let (mut pieces, mut start, mut wide) = (Vec::new(), 0, 0);
    for (i, c) in word.char_indices() {
        let advance = width(fonts, c.encode_utf8(&mut [0; 4]), style);
        if i > start && wide + advance > measure {
            pieces.push(&word[start..i]);
            (start, wide) = (i, 0);
        }
        wide += advance;
    }
    pieces.push(&word[start..]);
    pieces
}

/// Breaks text into as many lines as it needs, but about equally long: for centred titles.
pub(crate) fn balanced_lines(fonts: &Fonts, text: &str, style: Style, measure: Length) -> Vec<Line> {
    let count = lines(fonts, text, style, measure, 0).len();
    let (mut too_narrow, mut wide_enough) = (measure / 2, measure);
    while wide_enough - too_narrow > 1000 {
        let middle = i64::midpoint(too_narrow, wide_enough);
        if lines(fonts, text, style, middle, 0).len() > count {
            too_narrow = middle;
        } else {
            wide_enough = middle;
        }
    }
    lines(fonts, text, style, wide_enough, 0)
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) style: Style,
    pub(crate) align: Align,
    pub(crate) indent: Length,
    /// The gap above it.
    pub(crate) above: Length,
    pub(crate) leading: Length,
    /// Height that must be left below it on the same page: headings stay with what they head.
    pub(crate) keep: Length,
}

impl Block {
    /// Body text: size 14, justified, first line indented by 1,27 cm, 6 pt above, lines at 1,2.
    pub(crate) const BODY: Self = Self {
        style: Style::regular(14),
        align: Align::Justified,
        indent: tenths_mm(127),
        above: pt(6),
        leading: 14 * 1200,
        keep: 0,
    };

    /// The same in another style, with its single spacing.
    pub(crate) const fn plain(style: Style, align: Align) -> Self {
        Self { style, align, indent: 0, above: 0, leading: style.leading(), keep: 0 }
    }

    /// With this gap above.
    pub(crate) const fn above(self, above: Length) -> Self {
        Self { above, ..self }
    }

    /// Kept together with so much of what follows.
    pub(crate) const fn keep(self, keep: Length) -> Self {
        Self { keep, ..self }
    }
}

/// Sets a paragraph over the whole measure. Never leaves a single line of it on a page if it has more.
pub(crate) fn paragraph(flow: &mut Flow, text: &str, block: Block) {
    let (measure, left) = (flow.geometry.measure(), flow.geometry.left);
    let lines = match block.align {
        Align::Centre => balanced_lines(flow.fonts, text, block.style, measure),
        _ => lines(flow.fonts, text, block.style, measure, block.indent),
    };
    flow.gap(block.above);
    let count = lines.len();
    for (i, line) in lines.iter().enumerate() {
        let remaining = i64::try_from(count - i).unwrap_or(i64::MAX);
        // Two lines stay together at both ends; a heading takes all of itself and what it must be kept with.
        let together = match (i, remaining) {
            _ if block.keep > 0 => remaining * block.leading + block.keep,
            (0, 3) => 3 * block.leading,
            (0, _) | (_, 2) => remaining.min(2) * block.leading,
            _ => block.leading,
        };
        flow.need(together);
        let indent = if i == 0 { block.indent } else { 0 };
        let y = flow.y;
        place(flow, line, block.style, block.align, (left + indent, y), measure - indent);
        flow.y += block.leading;
    }
}

/// Draws one line whose upper left corner is given, inside a measure.
pub(crate) fn place(flow: &mut Flow, line: &Line, style: Style, align: Align, at: (Length, Length), measure: Length) {
    let spare = measure - line.width;
    let gaps = i64::try_from(line.text.matches(' ').count()).unwrap_or(i64::MAX);
    let (shift, stretch) = match align {
        Align::Centre => (spare / 2, 0),
        Align::Right => (spare, 0),
        Align::Justified if !line.is_last && gaps > 0 && spare > 0 => (0, spare / gaps),
        Align::Left | Align::Justified => (0, 0),
    };
    let (x, y) = at;
    flow.sheet().text(x + shift, y + style.rise(), style, &line.text, stretch);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::mm;

    fn fonts() -> &'static Fonts {
        Fonts::get().expect("fonts")
    }

    #[test]
    fn hostile_text_is_made_harmless() {
        for (given, expected) in [
            ("Xa\u{303} A\u{309}", "Xã Ả"),
            ("a\u{202e}cba\u{2066}", "acba"),
            ("a\u{0}b\tc\r", "a b c "),
            ("漢字 😀", "?? ?"),
            ("Sở\u{a0}Y tế", "Sở\u{a0}Y tế"),
        ] {
            assert_eq!(clean(fonts(), given), expected, "{given:?}");
        }
    }

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "Ủy ban nhân dân tỉnh báo cáo kết quả công tác kiểm soát thủ tục hành chính trên địa bàn tỉnh";
        let measure = mm(50);
        let broken = lines(fonts(), text, Style::regular(14), measure, mm(10));
        assert!(broken.len() > 3);
        assert!(broken.iter().all(|line| line.width <= measure));
        assert!(broken[0].width <= measure - mm(10));
        let joined: Vec<&str> = broken.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(joined.join(" "), text);
    }

    #[test]
    fn a_word_without_spaces_is_broken_inside() {
        let word = "W".repeat(200);
        let broken = lines(fonts(), &word, Style::bold(14), mm(50), 0);
        assert!(broken.iter().all(|line| line.width <= mm(50)));
        assert_eq!(broken.iter().map(|line| line.text.as_str()).collect::<String>().replace(' ', ""), word);
    }

    #[test]
    fn a_balanced_title_has_no_lonely_last_word() {
        let title = "Kết quả công tác kiểm soát thủ tục hành chính trên địa bàn tỉnh Lạng Sơn quý III năm 2022";
        let broken = balanced_lines(fonts(), title, Style::bold(14), mm(150));
        let shortest = broken.iter().map(|line| line.width).min().expect("lines");
        let longest = broken.iter().map(|line| line.width).max().expect("lines");
        assert!(shortest * 4 > longest * 3, "{broken:?}");
    }

    #[test]
    fn a_no_break_space_holds_a_number_and_its_noun_together() {
        let broken = lines(fonts(), "tiếp nhận 205.488\u{a0}hồ\u{a0}sơ", Style::regular(14), mm(40), 0);
        assert_eq!(broken.last().expect("a line").text, "205.488 hồ sơ");
    }
}
