//! A bar per indicator: the share that was reached, and a mark where the target stands.

use baocao_domain::edition::{Outcome, UnitResult};
use baocao_domain::rounding::{percent_text_beside, threshold_text};
use baocao_domain::target::Threshold;

use crate::page::{Flow, Length, mm, pt};
use crate::text::{self, Align, Style};

/// Where bars begin, right of their labels.
const LABEL: Length = mm(58);
/// The length of 100%.
const WHOLE: Length = mm(80);
const THICKNESS: Length = mm(4);
/// How far the mark of the target reaches beyond the bar.
const OVERHANG: Length = mm(1);
/// Grey of the bar, and of nothing behind it.
const GREY_PERCENT: u8 = 65;

/// Bars for the outcomes that a target was judged for; none for one without dossiers.
pub(crate) fn bars<'a>(
    flow: &mut Flow,
    outcomes: impl Iterator<Item = &'a Outcome>,
    size: i64,
    label_of: impl Fn(&Outcome) -> String,
) {
    let style = Style::regular(size);
    for outcome in outcomes {
        let Some(judgement) = &outcome.judgement else { continue };
        let threshold = judgement.threshold;
        let Some(share) = percent_text_beside(outcome.ratio, threshold) else { continue };
        let lines = text::lines(flow.fonts, &label_of(outcome), style, LABEL - mm(2), 0);
        let lines_height = i64::try_from(lines.len()).unwrap_or_default() * style.leading();
        let height = lines_height.max(THICKNESS + 2 * OVERHANG) + pt(2);
        flow.need(height);
        let (left, top) = (flow.geometry.left, flow.y);
        let mut y = top + (height - lines_height) / 2;
        for line in &lines {
            text::place(flow, line, style, Align::Left, (left, y), LABEL);
            y += style.leading();
        }
        let (bar, above) = (left + LABEL, top + (height - THICKNESS) / 2);
        let reached = part_of_whole(outcome.ratio.numerator, outcome.ratio.denominator);
        let target = bar + position(threshold);
        let sheet = flow.sheet();
        sheet.fill((bar, above), (reached, THICKNESS), GREY_PERCENT);
        frame(flow, bar, above);
        let (from, to) = (above - OVERHANG, above + THICKNESS + OVERHANG);
        flow.sheet().rule((target, from), (target, to), pt(2));
        let words = format!("{share} (giao {})", threshold_text(threshold));
        let y = top + (height - style.leading()) / 2 + style.rise();
        flow.sheet().text(bar + WHOLE + mm(3), y, style, &words, 0);
        flow.y += height;
    }
}

/// Whether the unit has a bar to show.
pub(crate) fn has_bars(unit: &UnitResult, span: baocao_domain::edition::Span) -> bool {
    unit.judged(span).any(|(outcome, _)| outcome.ratio.denominator > 0)
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
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(part_of_whole(1, 2), WHOLE / 2);
        assert_eq!(part_of_whole(3, 2), WHOLE);
        assert_eq!(part_of_whole(0, 0), 0);
        assert_eq!(position(Threshold { value: 575, scale: 1 }), WHOLE * 575 / 1000);
    }
}
