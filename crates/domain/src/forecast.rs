//! Forecasts: how many new cases a target still needs, and whether they can still come before the lock.
//!
//! What is *needed* is exact: [`Threshold::new_cases_needed`] on the figures so far. What is *expected* is the volume
//! of a reference month, spread evenly over its days: nobody knows more about the days that are left, and a rule that
//! fits on one line can be checked by everyone who is measured by it. The forecast only compares the two; it never says
//! that a target will be met.
//!
//! **A case that counts.** For "at least" and "exactly 100%" a needed case is counted above and below (a dossier that
//! comes online). For "at most" it is counted below only (a dossier that is not late).
//!
//! **Reached is not won.** It says that the verdict would be MET if nothing more came. Further cases can undo it: those
//! that are not counted above for "at least", those that are for "at most".
//!
//! **Within reach is the best case.** It says that the target is reached if all expected cases count. Each expected one
//! that does not raises the need.
//!
//! **Nothing yet (0/0).** The verdict would be NOT_APPLICABLE: neither met nor missed, and it stays so if nothing
//! comes. There is no lack to make up, but no target met either. The forecast therefore asks what would make the
//! verdict MET, and that is one case: 1/1 reaches every "at least", 0/1 every "at most". So `needed` is `Some(1)`, and
//! [`Prospect::OutOfReach`] with no day left means here that the verdict stays "không phát sinh", not that it is
//! missed.
//!
//! Where an indicator counts distinct procedures, `needed` is an upper bound (a procedure that is counted below already
//! may come to count above as well), and the volume of its reference month is a number of procedures.

use serde::{Deserialize, Serialize};

use crate::indicator::Ratio;
use crate::rounding::{count_in_prose, threshold_in_words};
use crate::target::{Direction, Threshold};

/// From what the volume still to come is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// The denominator of the reference month: all cases that were counted below.
    pub last_volume: i64,
    /// The days of its window.
    pub reference_days: i64,
    /// The days that are still counted before the period is locked; zero or less: none.
    pub days_left: i64,
}

/// What a target still needs, beside what can be expected to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// The fewest new cases that make the verdict MET, if each of them counts; zero if it would be met now. None: no
    /// number of them does.
    pub needed: Option<i64>,
    /// The new cases of every kind that may be expected.
    pub expected: i64,
    /// What follows from the two.
    pub prospect: Prospect,
}

/// Whether a target can still be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Prospect {
    /// The target is reached by the figures so far.
    Reached,
    /// The expected volume is enough, if enough of it counts.
    WithinReach,
    /// More is needed than the volume of the reference month lets expect.
    BeyondLastVolume,
    /// No number of new cases reaches it, or no day is left.
    OutOfReach,
}

impl Outlook {
    /// The volume still to come: ⌊last volume × days left / reference days⌋. Zero where no day is left or the reference
    /// has no days or no volume.
    #[must_use]
    pub fn expected(self) -> i64 {
        if self.last_volume <= 0 || self.reference_days <= 0 || self.days_left <= 0 {
            return 0;
        }
        let volume = i128::from(self.last_volume) * i128::from(self.days_left) / i128::from(self.reference_days);
        i64::try_from(volume).unwrap_or(i64::MAX)
    }
}

impl Forecast {
    /// The forecast for the ratio so far.
    #[must_use]
    pub fn of(so_far: Ratio, threshold: Threshold, outlook: Outlook) -> Self {
        let needed = if so_far.denominator == 0 { Some(1) } else { threshold.new_cases_needed(so_far) };
        let expected = outlook.expected();
        let prospect = match needed {
            Some(0) => Prospect::Reached,
            None => Prospect::OutOfReach,
            Some(_) if outlook.days_left <= 0 => Prospect::OutOfReach,
            Some(needed) if needed > expected => Prospect::BeyondLastVolume,
            Some(_) => Prospect::WithinReach,
        };
        Self { needed, expected, prospect }
    }

    /// The forecast as one Vietnamese line; the ratio and the threshold are those that it was made of, the noun is the
    /// indicator's (`hồ sơ`, `dịch vụ`).
    #[must_use]
    pub fn in_words(self, so_far: Ratio, threshold: Threshold, noun: &str) -> String {
        let target = format!("chỉ tiêu {}", threshold_in_words(threshold));
        let counting = match threshold.direction {
            Direction::AtLeast | Direction::Exactly => "được tính vào tử số",
            Direction::AtMost => "không tính vào tử số",
        };
        let nothing_yet = so_far.denominator == 0;
        let Some(needed) = self.needed.map(count_in_prose) else {
            return format!("Không còn khả năng đạt {target}, dù phát sinh thêm bao nhiêu {noun}.");
        };
        let ending = match self.prospect {
            Prospect::Reached => return format!("Đang đạt {target}; cần giữ đến khi khóa kỳ."),
            Prospect::OutOfReach if nothing_yet => return format!("Không phát sinh {noun}; không đánh giá {target}."),
            Prospect::OutOfReach => {
                return format!(
                    "Không còn khả năng đạt {target}: đã hết thời gian mà còn cần {needed} {noun} mới {counting}."
                );
            }
            Prospect::BeyondLastVolume => "khó đạt",
            Prospect::WithinReach => "còn khả năng đạt",
        };
        let start = if nothing_yet { format!("Chưa phát sinh {noun}; cần") } else { "Cần".to_owned() };
        let expected = count_in_prose(self.expected);
        format!(
            "{start} {needed} {noun} mới {counting} để đạt {target}; dự kiến phát sinh thêm {expected} {noun}: \
             {ending}."
        )
    }
}

impl Prospect {
    /// As open data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reached => "REACHED",
            Self::WithinReach => "WITHIN_REACH",
            Self::BeyondLastVolume => "BEYOND_LAST_VOLUME",
            Self::OutOfReach => "OUT_OF_REACH",
        }
    }

    /// As official documents write it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Reached => "Đang đạt",
            Self::WithinReach => "Còn khả năng đạt",
            Self::BeyondLastVolume => "Khó đạt: cần nhiều hơn số dự kiến phát sinh",
            Self::OutOfReach => "Không còn khả năng đạt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Outlook = Outlook { last_volume: i64::MAX, reference_days: 1, days_left: 1 };

    fn threshold(value: i64, scale: u8, direction: Direction) -> Threshold {
        Threshold { value, scale, direction }
    }

    fn at_least(percent: i64) -> Threshold {
        threshold(percent, 0, Direction::AtLeast)
    }

    fn at_most(percent: i64) -> Threshold {
        threshold(percent, 0, Direction::AtMost)
    }

    /// Whether the verdict is MET: something happened, and it is enough.
    fn is_met(ratio: Ratio, threshold: Threshold) -> bool {
        ratio.denominator > 0 && threshold.is_reached_by(ratio)
    }

    fn with_more(so_far: Ratio, threshold: Threshold, more: i64) -> Ratio {
        let counted = if threshold.direction == Direction::AtMost { 0 } else { more };
        Ratio { numerator: so_far.numerator + counted, denominator: so_far.denominator + more }
    }

    #[test]
    fn borders_of_what_is_needed() {
        let exactly_all = threshold(100, 0, Direction::Exactly);
        let decimals = |direction| threshold(575, 1, direction);
        for (numerator, denominator, threshold, needed) in [
            // Exactly t, one below, one above.
            (50, 100, at_least(50), Some(0)),
            (49, 100, at_least(50), Some(2)),
            (51, 100, at_least(50), Some(0)),
            (466, 1_000, at_least(50), Some(68)),
            // t = 0 and t = 100.
            (0, 9, at_least(0), Some(0)),
            (9, 9, at_least(100), Some(0)),
            (8, 9, at_least(100), None),
            (9, 9, exactly_all, Some(0)),
            (8, 9, exactly_all, None),
            // 57,5%.
            (575, 1_000, decimals(Direction::AtLeast), Some(0)),
            (574, 1_000, decimals(Direction::AtLeast), Some(3)),
            (99, 200, decimals(Direction::AtLeast), Some(38)),
            (575, 1_000, decimals(Direction::AtMost), Some(0)),
            (576, 1_000, decimals(Direction::AtMost), Some(2)),
            // At most: cases that are not counted above.
            (5, 100, at_most(5), Some(0)),
            (6, 100, at_most(5), Some(20)),
            (4, 100, at_most(5), Some(0)),
            (0, 9, at_most(0), Some(0)),
            (1, 9, at_most(0), None),
            (9, 9, at_most(100), Some(0)),
            // Nothing yet: one case decides.
            (0, 0, at_least(0), Some(1)),
            (0, 0, at_least(50), Some(1)),
            (0, 0, at_least(100), Some(1)),
            (0, 0, exactly_all, Some(1)),
            (0, 0, at_most(0), Some(1)),
            (0, 0, at_most(5), Some(1)),
        ] {
            let so_far = Ratio { numerator, denominator };
            let forecast = Forecast::of(so_far, threshold, PLENTY);
            assert_eq!(forecast.needed, needed, "{numerator}/{denominator} against {threshold:?}");
            let prospect = match needed {
                Some(0) => Prospect::Reached,
                Some(_) => Prospect::WithinReach,
                None => Prospect::OutOfReach,
            };
            assert_eq!(forecast.prospect, prospect, "{numerator}/{denominator} against {threshold:?}");
        }
    }

    #[test]
    fn what_is_needed_meets_the_target_and_one_case_fewer_does_not() {
        let mut tried = 0;
        for denominator in 0..=25 {
            for numerator in 0..=denominator {
                for direction in [Direction::AtLeast, Direction::AtMost] {
                    for (value, scale) in [(0, 0), (1, 0), (20, 0), (50, 0), (575, 1), (99, 0), (999, 1), (100, 0)] {
                        let (so_far, threshold) =
                            (Ratio { numerator, denominator }, threshold(value, scale, direction));
                        let met_with = |more| is_met(with_more(so_far, threshold, more), threshold);
                        match Forecast::of(so_far, threshold, PLENTY).needed {
                            Some(0) => assert!(met_with(0), "{so_far:?} {threshold:?}"),
                            Some(needed) => {
                                assert!(met_with(needed), "{so_far:?} {threshold:?}: {needed} are not enough");
                                assert!(!met_with(needed - 1), "{so_far:?} {threshold:?}: {needed} are too many");
                            }
                            None => assert!(!met_with(1_000_000_000), "{so_far:?} {threshold:?}"),
                        }
                        tried += 1;
                    }
                }
            }
        }
        assert_eq!(tried, 351 * 16);
    }

    #[test]
    fn the_expected_volume_is_rounded_down() {
        for (last_volume, reference_days, days_left, expected) in [
            (310, 31, 10, 100),
            (100, 31, 10, 32), // 32,26
            (99, 100, 1, 0),
            (100, 30, 0, 0),
            (100, 30, -3, 0),
            (100, 0, 5, 0),
            (0, 30, 5, 0),
            (-1, 30, 5, 0),
            (i64::MAX, 31, 31, i64::MAX),
            (i64::MAX, 1, 31, i64::MAX), // more than can be said
        ] {
            assert_eq!(Outlook { last_volume, reference_days, days_left }.expected(), expected, "{last_volume}");
        }
    }

    #[test]
    fn prospects() {
        // Ten dossiers a day: 68 are needed.
        let days = |days_left| Outlook { last_volume: 310, reference_days: 31, days_left };
        for (numerator, denominator, threshold, days_left, prospect) in [
            (466, 1_000, at_least(50), 7, Prospect::WithinReach),
            (466, 1_000, at_least(50), 6, Prospect::BeyondLastVolume),
            (465, 1_000, at_least(50), 7, Prospect::WithinReach), // exactly 70 of 70
            (464, 1_000, at_least(50), 7, Prospect::BeyondLastVolume),
            (466, 1_000, at_least(50), 0, Prospect::OutOfReach),
            (466, 1_000, at_least(50), -1, Prospect::OutOfReach),
            (500, 1_000, at_least(50), 0, Prospect::Reached),
            (999, 1_000, at_least(100), 365, Prospect::OutOfReach),
            (53, 1_000, at_most(5), 6, Prospect::WithinReach),
            (54, 1_000, at_most(5), 7, Prospect::BeyondLastVolume),
            (0, 0, at_least(50), 1, Prospect::WithinReach),
            (0, 0, at_least(50), 0, Prospect::OutOfReach),
        ] {
            let so_far = Ratio { numerator, denominator };
            let forecast = Forecast::of(so_far, threshold, days(days_left));
            assert_eq!(forecast.prospect, prospect, "{numerator}/{denominator}, {days_left} days left");
        }
        let no_reference = Outlook { last_volume: 0, reference_days: 31, days_left: 9 };
        let forecast = Forecast::of(Ratio::default(), at_least(50), no_reference);
        assert_eq!(forecast, Forecast { needed: Some(1), expected: 0, prospect: Prospect::BeyondLastVolume });
    }

    #[test]
    fn a_forecast_is_said_in_one_line() {
        let line = |numerator, denominator, threshold, days_left| {
            let so_far = Ratio { numerator, denominator };
            let outlook = Outlook { last_volume: 310, reference_days: 31, days_left };
            Forecast::of(so_far, threshold, outlook).in_words(so_far, threshold, "hồ sơ")
        };
        for (said, expected) in [
            (line(50, 100, at_least(50), 3), "Đang đạt chỉ tiêu tối thiểu 50%; cần giữ đến khi khóa kỳ."),
            (
                line(49, 100, at_least(50), 3),
                "Cần 02 hồ sơ mới được tính vào tử số để đạt chỉ tiêu tối thiểu 50%; dự kiến phát sinh thêm 30 hồ sơ: \
                 còn khả năng đạt.",
            ),
            (
                line(6, 100, at_most(5), 1),
                "Cần 20 hồ sơ mới không tính vào tử số để đạt chỉ tiêu tối đa 5%; dự kiến phát sinh thêm 10 hồ sơ: khó \
                 đạt.",
            ),
            (
                line(0, 0, at_least(50), 3),
                "Chưa phát sinh hồ sơ; cần 01 hồ sơ mới được tính vào tử số để đạt chỉ tiêu tối thiểu 50%; dự kiến \
                 phát sinh thêm 30 hồ sơ: còn khả năng đạt.",
            ),
            (line(0, 0, at_least(50), 0), "Không phát sinh hồ sơ; không đánh giá chỉ tiêu tối thiểu 50%."),
            (
                line(8, 9, threshold(100, 0, Direction::Exactly), 3),
                "Không còn khả năng đạt chỉ tiêu phải đạt 100%, dù phát sinh thêm bao nhiêu hồ sơ.",
            ),
            (
                line(99, 200, threshold(575, 1, Direction::AtLeast), 0),
                "Không còn khả năng đạt chỉ tiêu tối thiểu 57,5%: đã hết thời gian mà còn cần 38 hồ sơ mới được tính \
                 vào tử số.",
            ),
        ] {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn open_data_and_serde_say_the_same() {
        use serde::de::IntoDeserializer;
        use serde::de::value::{Error, StrDeserializer};
        for prospect in [Prospect::Reached, Prospect::WithinReach, Prospect::BeyondLastVolume, Prospect::OutOfReach] {
            let text: StrDeserializer<'_, Error> = prospect.code().into_deserializer();
            assert_eq!(Prospect::deserialize(text), Ok(prospect));
        }
    }
}
