//! Geometry of the small charts: whole numbers on a scale of a thousand, drawn by the templates as inline SVG.
//!
//! A chart never stands alone: the number that it shows is written beside it, so it is hidden from screen readers.

use baocao_domain::indicator::Ratio;
use baocao_domain::target::Threshold;

/// The width of every chart.
const FULL: i64 = 1_000;

/// A share as a bar, with a mark at the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bar {
    /// How far it is filled.
    pub(crate) filled: i64,
    /// Where the threshold stands.
    pub(crate) mark: i64,
}

impl Bar {
    /// None where there is no share.
    pub(crate) fn of(ratio: Ratio, threshold: Threshold) -> Option<Self> {
        let whole = 100 * 10_i64.checked_pow(threshold.scale.into())?;
        Some(Self {
            filled: part_of_full(ratio.numerator, ratio.denominator)?,
            mark: part_of_full(threshold.value, whole)?,
        })
    }
}

/// One piece of a bar that is divided into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it begins.
    pub(crate) x: i64,
    /// How wide it is.
    pub(crate) width: i64,
}

/// The pieces of a whole, in order: they leave no gap and fill the bar exactly. None for an empty whole.
pub(crate) fn pieces(parts: &[i64]) -> Option<Vec<Piece>> {
    let whole: i64 = parts.iter().sum();
    let (mut sum, mut x) = (0, 0);
    parts
        .iter()
        .map(|part| {
            sum += part;
            let end = part_of_full(sum, whole)?;
            let piece = Piece { x, width: end - x };
            x = end;
            Some(piece)
        })
        .collect()
}

fn part_of_full(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let place = i128::from(part) * i128::from(FULL) / i128::from(whole);
    i64::try_from(place.clamp(0, i128::from(FULL))).ok()
}

#[cfg(test)]
mod tests {
    use baocao_domain::target::Direction;

    use super::*;

    #[test]
    fn pieces_fill_the_bar() {
        let pieces = pieces(&[39_850, 162_404, 289]).expect("a whole");
        assert_eq!(pieces.iter().map(|piece| piece.width).sum::<i64>(), FULL);
        assert_eq!(pieces[1], Piece { x: 196, width: 802 });
        assert_eq!(super::pieces(&[0, 0]), None);
    }

    #[test]
    fn a_bar_never_leaves_its_frame() {
        let bar = |numerator, denominator, threshold| Bar::of(Ratio { numerator, denominator }, threshold);
        let threshold = Threshold { value: 575, scale: 1, direction: Direction::AtLeast };
        assert_eq!(bar(3, 2, threshold), Some(Bar { filled: 1_000, mark: 575 }));
        assert_eq!(bar(0, 0, Threshold::percent(50)), None);
    }
}
