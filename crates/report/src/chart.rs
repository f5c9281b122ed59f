//! A bar per indicator: the share that was reached, and a mark where the target stands.

use baocao_domain::target::Threshold;

use crate::page::{Flow, Length, mm, pt};
use crate::results::ResultRow;
use crate::text::{self, Align, Style};
use crate::thresholds;

/// Where bars begin, right of their labels.
const LABEL: Length = mm(58);
/// The length of 100%.
const WHOLE: Length = mm(70);
const THICKNESS: Length = mm(4);
/// Between a bar and the words beside it.
const GAP: Length = mm(3);
/// How far the mark of the target reaches beyond the bar.
const OVERHANG: Length = mm(1);
/// Grey of the bar, and of nothing behind it.
const GREY_PERCENT: u8 = 65;

/// Whether a row has a bar: it is judged for the record, and something happened.
pub(crate) fn has_bar(row: &ResultRow<'_>) -> bool {
    let is_judged = row.role.is_of_record && row.judgement().is_some();
    is_judged && row.outcome.coverage.reported > 0 && row.outcome.ratio.denominator > 0
}

/// Bars for the rows that have one.
pub(crate) fn bars(flow: &mut Flow, rows: &[ResultRow<'_>], size: i64) {
    let style = Style::regular(size);
    let (left, measure) = (flow.geometry.left, flow.geometry.measure());
    for row in rows.iter().filter(|row| has_bar(row)) {
        let (Some(judgement), ratio) = (row.judgement(), row.outcome.ratio) else { continue };
        let Some(share) = row.share(ratio) else { continue };
        let words = format!("{share} ({})", thresholds::beside_a_share(judgement.threshold));
        let words_from = LABEL + WHOLE + GAP;
        let label = text::lines(flow.fonts, &row.head.short_name, style, LABEL - mm(2), 0);
        let words = text::lines(flow.fonts, &words, style, measure - words_from, 0);
        let high = |lines: &[text::Line]| i64::try_from(lines.len()).unwrap_or_default() * style.leading();
        let height = high(&label).max(high(&words)).max(THICKNESS + 2 * OVERHANG) + pt(2);
        flow.need(height);
        let top = flow.y;
        for (lines, x, wide) in [(&label, left, LABEL), (&words, left + words_from, measure - words_from)] {
            let mut y = top + (height - high(lines)) / 2;
            for line in lines {
                text::place(flow, line, style, Align::Left, (x, y), wide);
                y += style.leading();
            }
        }
        let (bar, above) = (left + LABEL, top + (height - THICKNESS) / 2);
        let reached = part_of_whole(ratio.numerator, ratio.denominator);
        flow.sheet().fill((bar, above), (reached, THICKNESS), GREY_PERCENT);
        frame(flow, bar, above);
        let target = bar + position(judgement.threshold);
        flow.sheet().rule((target, above - OVERHANG), (target, above + THICKNESS + OVERHANG), pt(2));
        flow.y += height;
    }
}

fn frame(flow: &mut Flow, left: Length, top: Length) {
    let (right, below) = (left + WHOLE, top + THICKNESS);
    let sheet = flow.sheet();
    for (from, to) in [
        ((left, top), (right, top)),
        ((left, below), (right, below)),
        ((left, top), (left, below)),
        ((right, top), (right, below)),
    ] {
        sheet.rule(from, to, 400);
    }
}

/// A share as a length; never longer than the whole.
fn part_of_whole(numerator: i64, denominator: i64) -> Length {
    if denominator <= 0 {
        return 0;
    }
    let length = i128::from(numerator) * i128::from(WHOLE) / i128::from(denominator);
    i64::try_from(length).unwrap_or(WHOLE).clamp(0, WHOLE)
}

fn position(threshold: Threshold) -> Length {
    part_of_whole(threshold.value, 100_i64.saturating_mul(10_i64.saturating_pow(threshold.scale.into())))
}

#[cfg(test)]
mod tests {
    use baocao_domain::target::Direction;

    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(part_of_whole(1, 2), WHOLE / 2);
        assert_eq!(part_of_whole(3, 2), WHOLE);
        assert_eq!(part_of_whole(0, 0), 0);
        assert_eq!(position(Threshold { value: 575, scale: 1, direction: Direction::AtMost }), WHOLE * 575 / 1000);
    }
}
