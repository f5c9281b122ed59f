//! Rates and shares as whole numbers, wide enough that no sum of them overflows.

use crate::indicator::Ratio;
use crate::rounding::percent_text_beside;
use crate::target::{Direction, Threshold};

/// Rates are added in units of 10⁻⁹ percent, which is exact for up to nine decimals. The largest weight times 100%
/// takes 100 of the 127 bits, so more than a hundred million parts can be summed.
const SCALE_MAX: u8 = 9;

/// One percentage point in those units.
pub(super) const POINT: i128 = 1_000_000_000;

/// 100% in those units.
pub(super) const FULL: i128 = 100 * POINT;

/// The rate in units of 10⁻⁹ percent. None if it is not "at least" a percentage from 0 to 100, or "exactly" 100.
pub(super) fn exact(rate: Threshold) -> Option<i128> {
    let decimals = SCALE_MAX.checked_sub(rate.scale)?;
    let exact = i128::from(rate.value) * 10_i128.pow(u32::from(decimals));
    let is_proper = match rate.direction {
        Direction::AtLeast => (0..=FULL).contains(&exact),
        Direction::Exactly => exact == FULL,
        Direction::AtMost => false,
    };
    is_proper.then_some(exact)
}

/// The quotient, rounded up.
pub(super) const fn ceiling(dividend: i128, divisor: i128) -> i128 {
    (dividend + divisor - 1).div_euclid(divisor)
}

/// A count, or the largest that can be said.
pub(super) fn saturated(count: i128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The share as text whose digits agree with whether it reaches the threshold.
pub(super) fn share_beside(numerator: i128, denominator: i128, threshold: Threshold) -> Option<String> {
    // Narrowed with what is left of the whole, so that their sum is the denominator.
    let [numerator, rest] = *narrowed(&[numerator, denominator - numerator]) else { return None };
    percent_text_beside(Ratio { numerator, denominator: numerator + rest }, threshold)
}

/// The same proportions in 64 bits, their sum too: divided by what they have in common and, where that is not enough,
/// by powers of two, which moves no share by as much as 10⁻¹² percent.
pub(super) fn narrowed(parts: &[i128]) -> Vec<i64> {
    let common = parts.iter().fold(0, |common, part| greatest_divisor(common, *part)).max(1);
    let mut sum = parts.iter().sum::<i128>() / common;
    let mut divisor = common;
    while sum > i128::from(i64::MAX) {
        sum /= 2;
        divisor *= 2;
    }
    parts.iter().map(|part| saturated(part / divisor)).collect()
}

const fn greatest_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
