//! Numbers as people read them in Vietnamese official documents: thousands dot, decimal comma, rounding half-up.
//!
//! Only text is rounded, never a figure. Shares that exhaust one whole are rounded half-up each, and what is then
//! missing to 100 goes to the largest part: the rule that reproduces 19,67 / 80,19 / 0,14 in report 433/BC-UBND.

use crate::indicator::Ratio;
use crate::target::Threshold;

/// The most decimals that are ever printed.
const DECIMALS_MAX: u32 = 9;

/// A count with thousands dots: `205.488`.
#[must_use]
pub fn count_text(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if count < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A count in running text, where one below ten takes a zero: `07`.
#[must_use]
pub fn count_in_prose(count: i64) -> String {
    if (1..10).contains(&count) { format!("0{count}") } else { count_text(count) }
}

/// A share as percent, half-up: `31,52%`. None for a denominator of zero.
#[must_use]
pub fn percent_text(ratio: Ratio, decimals: u32) -> Option<String> {
    Some(format!("{}%", decimal_text(hundredths(ratio, decimals)?, decimals)))
}

/// A share beside its threshold: digits are added until text and verdict agree (49,996% is not printed as 50,00%).
#[must_use]
pub fn percent_text_beside(ratio: Ratio, threshold: Threshold) -> Option<String> {
    let reached = threshold.is_reached_by(ratio);
    let agrees = |decimals: u32| {
        let printed = hundredths(ratio, decimals)? * 10_i128.pow(u32::from(threshold.scale));
        let stands = printed.cmp(&(i128::from(threshold.value) * 10_i128.pow(decimals)));
        Some(threshold.direction.admits(stands) == reached)
    };
    let decimals = (2..=DECIMALS_MAX).find(|decimals| agrees(*decimals) == Some(true)).unwrap_or(DECIMALS_MAX);
    percent_text(ratio, decimals)
}

/// A threshold as a decision states it: `50%`, `57,5%`.
#[must_use]
pub fn threshold_text(threshold: Threshold) -> String {
    format!("{}%", decimal_text(i128::from(threshold.value), u32::from(threshold.scale)))
}

/// A threshold with its direction: `tối thiểu 50%`, `phải đạt 100%`.
#[must_use]
pub fn threshold_in_words(threshold: Threshold) -> String {
    format!("{} {}", threshold.direction.in_words(), threshold_text(threshold))
}

/// The distance from a threshold in percentage points, with its sign, two decimals: `+1,25`, `-3,40`.
#[must_use]
pub fn distance_text(ratio: Ratio, threshold: Threshold) -> Option<String> {
    if ratio.denominator <= 0 {
        return None;
    }
    let scale = 10_i128.pow(u32::from(threshold.scale));
    let above = i128::from(ratio.numerator) * 100 * scale - i128::from(threshold.value) * i128::from(ratio.denominator);
    let rounded = half_up(above.abs() * 100, scale * i128::from(ratio.denominator));
    let sign = if above < 0 { "-" } else { "+" };
    Some(format!("{sign}{}", decimal_text(rounded, 2)))
}

/// Shares of one whole, in percent: half-up each, the residual to 100 on the largest part. None if all are zero.
#[must_use]
pub fn partition_text(parts: &[i64], decimals: u32) -> Option<Vec<String>> {
    let denominator: i64 = parts.iter().sum();
    let mut shares = Vec::with_capacity(parts.len());
    for numerator in parts {
        shares.push(hundredths(Ratio { numerator: *numerator, denominator }, decimals)?);
    }
    let residual = 100 * 10_i128.pow(decimals) - shares.iter().sum::<i128>();
    // The first of equally large parts takes it, so that the text does not depend on chance.
    let largest = (0..parts.len()).rev().max_by_key(|i| parts[*i])?;
    shares[largest] += residual;
    Some(shares.into_iter().map(|share| format!("{}%", decimal_text(share, decimals))).collect())
}

/// A share in units of 10^-decimals percent, half-up.
fn hundredths(ratio: Ratio, decimals: u32) -> Option<i128> {
    if ratio.denominator <= 0 {
        return None;
    }
    Some(half_up(i128::from(ratio.numerator) * 100 * 10_i128.pow(decimals), i128::from(ratio.denominator)))
}

/// Rounds a quotient of non-negative numbers half-up.
const fn half_up(dividend: i128, divisor: i128) -> i128 {
    (2 * dividend + divisor).div_euclid(2 * divisor)
}

fn decimal_text(value: i128, decimals: u32) -> String {
    let unit = 10_i128.pow(decimals);
    let whole = count_text(i64::try_from(value / unit).unwrap_or(i64::MAX));
    if decimals == 0 {
        return whole;
    }
    format!("{whole},{:0width$}", value % unit, width = decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Direction;

    fn percent(numerator: i64, denominator: i64) -> String {
        percent_text(Ratio { numerator, denominator }, 2).expect("a share")
    }

    #[test]
    fn report_433_reads_as_it_was_printed() {
        assert_eq!(count_text(205_488), "205.488");
        assert_eq!(percent(64_771, 205_488), "31,52%");
        assert_eq!(percent(67, 2_945), "2,28%");
        assert_eq!(percent_text(Ratio { numerator: 1_046, denominator: 1_819 }, 1).as_deref(), Some("57,5%"));
        assert_eq!(partition_text(&[39_850, 162_404, 289], 2).expect("shares"), ["19,67%", "80,19%", "0,14%"]);
    }

    #[test]
    fn small_counts_take_a_zero_in_prose_only() {
        assert_eq!(
            [count_in_prose(7), count_in_prose(0), count_in_prose(10), count_in_prose(1_819)],
            ["07", "0", "10", "1.819"]
        );
        assert_eq!([count_text(7), count_text(-1_234_567), count_text(100)], ["7", "-1.234.567", "100"]);
    }

    #[test]
    fn text_and_verdict_agree() {
        let beside = |numerator, denominator| {
            percent_text_beside(Ratio { numerator, denominator }, Threshold::percent(50)).expect("a share")
        };
        assert_eq!(beside(49_996, 100_000), "49,996%");
        assert_eq!(beside(50_004, 100_000), "50,00%");
        let exactly = Threshold { direction: Direction::Exactly, ..Threshold::percent(100) };
        let at_most = Threshold { direction: Direction::AtMost, ..Threshold::percent(2) };
        let text = |ratio, threshold| percent_text_beside(ratio, threshold).expect("a share");
        assert_eq!(text(Ratio { numerator: 99_996, denominator: 100_000 }, exactly), "99,996%");
        assert_eq!(text(Ratio { numerator: 2_004, denominator: 100_000 }, at_most), "2,004%");
        assert_eq!(text(Ratio { numerator: 1_996, denominator: 100_000 }, at_most), "2,00%");
        assert_eq!(beside(1, 2), "50,00%");
        assert_eq!(beside(499, 1_000), "49,90%");
        assert_eq!(percent_text_beside(Ratio::default(), Threshold::percent(50)), None);
    }

    #[test]
    fn the_distance_has_a_sign() {
        let distance = |numerator, denominator| distance_text(Ratio { numerator, denominator }, Threshold::percent(50));
        assert_eq!(distance(3, 4).as_deref(), Some("+25,00"));
        assert_eq!(distance(466, 1_000).as_deref(), Some("-3,40"));
        assert_eq!(distance(0, 0), None);
    }
}
