//! The lunisolar calendar of Vietnam (âm lịch), computed for 2000–2100.
//!
//! A lunar month begins on the day, on the legal clock (UTC+7), of a new moon. Month 11 is the month of the winter
//! solstice. Where thirteen months lie between two such months, the first of them in which the sun enters no new
//! twelfth of its path (trung khí) is the leap month, and takes the number of the month before it.
//!
//! New moons: Meeus, Astronomical Algorithms (2nd ed.), chapter 49, all terms; good to half a minute. The sun:
//! chapter 25, low accuracy; good to 0.01°, a quarter of an hour. ΔT (uniform time against the turning Earth): Espenak
//! and Meeus; what it will be in 2100 is known to some minutes. That is enough. Of the new moons that begin months 1
//! and 3, none in 2000–2100 is nearer to midnight than 6 minutes (the closest: 13/4/2086), and none of the sun's
//! entries that decide on a leap month is nearer to the midnight in question than half an hour (the closest:
//! 20/4/2099). A few other months begin so close to midnight (8/5/2054, 15/11/2077, 18/10/2085: within a minute) that
//! their first day cannot be told for certain today; no holiday hangs on them.
//!
//! Everything is a whole number of billionths: of a day, a degree, a century, or of 1. Leap months cannot be
//! asked for: no holiday falls into one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::instant::LEGAL_OFFSET_HOURS;
use crate::period::YEARS;

/// The solar day of a day of a lunar month that is not a leap month: the 10th of month 3 of 2022 is 10/4/2022.
///
/// `None` outside the lunar years 2000–2100, and for days that the month does not have (it has 29 or 30).
#[must_use]
pub fn solar_of(lunar_year: i16, lunar_month: i8, lunar_day: i8) -> Option<Date> {
    let month = YEARS.contains(&lunar_year).then(|| MONTHS.get(&(lunar_year, lunar_month)))??;
    let is_day_of_month = lunar_day >= 1 && i64::from(lunar_day) <= month.days;
    is_day_of_month.then(|| day(month.first + i64::from(lunar_day) - 1))
}

/// The first day of the lunar year that begins in this solar year (mùng 1 Tết); `None` outside 2000–2100.
#[must_use]
pub fn lunar_new_year(year: i16) -> Option<Date> {
    solar_of(year, 1, 1)
}

/// A lunar month that is not a leap month.
struct Month {
    /// Its first day, as days since 01/01/2000.
    first: i64,
    /// 29 or 30.
    days: i64,
}

/// All months by lunar year and number, made once: a new moon is the sum of 39 sines.
static MONTHS: LazyLock<BTreeMap<(i16, i8), Month>> = LazyLock::new(months);

/// What one new moon decides: the day, and in which twelfth (0–11) of its path the sun stands when the day begins.
struct Moon {
    day: i64,
    twelfth: i128,
}

/// The winter solstice is the entry into this twelfth, at 270°.
const WINTER: i128 = 9;

fn months() -> BTreeMap<(i16, i8), Month> {
    // Lunation 0 is in January 2000. The year 2000 rests on the solstice of 1999; 2100 ends before that of 2101.
    let moons: Vec<Moon> = (-3..=1263).filter_map(moon).collect();
    let holds_solstice = |i: &usize| moons[*i].twelfth < WINTER && moons[*i + 1].twelfth >= WINTER;
    let elevenths: Vec<usize> = (0..moons.len() - 1).filter(holds_solstice).collect();
    let mut months = BTreeMap::new();
    for pair in elevenths.windows(2) {
        let (first, end) = (pair[0], pair[1]);
        let enters_no_twelfth = |i: &usize| moons[*i].twelfth == moons[*i + 1].twelfth;
        let leap = (first..end).find(enters_no_twelfth).filter(|_| end - first == 13);
        let (mut year, mut number) = (day(moons[first].day).year(), 11);
        for i in (first..end).filter(|i| Some(*i) != leap) {
            let month = Month { first: moons[i].day, days: moons[i + 1].day - moons[i].day };
            months.insert((year, number), month);
            (year, number) = if number == 12 { (year + 1, 1) } else { (year, number + 1) };
        }
    }
    months
}

/// The day so many days after 01/01/2000.
fn day(number: i64) -> Date {
    date(2000, 1, 1).saturating_add(number.days())
}

/// `None` for lunations that are millions of years away.
fn moon(lunation: i128) -> Option<Moon> {
    let day = (new_moon(lunation) + CLOCK).div_euclid(ONE);
    Some(Moon { day: i64::try_from(day).ok()?, twelfth: sun_at_midnight(day) / (30 * ONE) })
}

/// 1, in billionths: of a day, a degree, a century, or of 1.
const ONE: i128 = 1_000_000_000;

/// From the legal midnight that begins 01/01/2000 to the epoch of the series, 12:00 UTC, in days.
const CLOCK: i128 = ONE / 2 + LEGAL_OFFSET_HOURS as i128 * ONE / 24;

/// The instant of a new moon in days since noon of 01/01/2000, universal time.
fn new_moon(lunation: i128) -> i128 {
    let t = lunation * ONE * 100 / 123_685;
    let angle = |start, per_lunation, rest: [i128; 2]| {
        start + per_lunation * lunation + times(t, polynomial(t, &[0, rest[0], rest[1]]))
    };
    let eccentricity = polynomial(t, &[ONE, -2_516_000, -7_400]);
    let sun = angle(2_553_400_000, 29_105_356_700, [-1_400, -110]);
    let moon = angle(201_564_300_000, 385_816_935_280, [10_758_200, 12_380]);
    let latitude = angle(160_710_800_000, 390_670_502_840, [-1_611_800, -2_270]);
    let node = angle(124_774_600_000, -1_563_755_880, [2_067_200, 2_150]);
    let mut at = angle(5_097_660_000, 29_530_588_861, [154_370, -150]);
    for (amplitude, powers, [suns, moons, latitudes, nodes]) in MOON_TERMS {
        let term = sine(suns * sun + moons * moon + latitudes * latitude + nodes * node);
        at += (0..*powers).fold(amplitude * term / 100_000, |term, _| times(term, eccentricity));
    }
    for (amplitude, start, per_lunation) in PLANET_TERMS {
        at += amplitude * sine(start * ONE / 100 + per_lunation * lunation * ONE / 1_000_000) / 1_000_000;
    }
    at - delta_t(t)
}

/// The sun's apparent longitude at the legal midnight that begins a day (counted from 01/01/2000), 0–360°.
fn sun_at_midnight(day: i128) -> i128 {
    let about = day * ONE / 36_525;
    let t = (day * ONE - CLOCK + delta_t(about)) / 36_525;
    let anomaly = polynomial(t, &[357_529_110_000, 35_999_050_290_000, -153_700]);
    let centre = times(polynomial(t, &[1_914_602_000, -4_817_000, -14_000]), sine(anomaly))
        + times(polynomial(t, &[19_993_000, -101_000]), sine(2 * anomaly))
        + times(289_000, sine(3 * anomaly));
    let node = polynomial(t, &[125_040_000_000, -1_934_136_000_000]);
    let mean = polynomial(t, &[280_466_460_000, 36_000_769_830_000, 303_200]);
    (mean + centre - 5_690_000 - times(4_780_000, sine(node))).rem_euclid(360 * ONE)
}

/// By how many days uniform time is ahead of universal time, so many centuries after 2000.
fn delta_t(t: i128) -> i128 {
    let until_2050 = [62_920_000_000, 32_217_000_000, 55_890_000_000];
    let from_2050 = [-740_000_000, 171_480_000_000, 32_000_000_000];
    let seconds = polynomial(t, if t < ONE / 2 { &until_2050 } else { &from_2050 });
    seconds / 86_400
}

fn times(a: i128, b: i128) -> i128 {
    a * b / ONE
}

/// Coefficients from the constant upwards.
fn polynomial(t: i128, coefficients: &[i128]) -> i128 {
    coefficients.iter().rev().fold(0, |sum, coefficient| times(sum, t) + coefficient)
}

/// The sine of an angle in degrees, good to some billionths.
fn sine(degrees: i128) -> i128 {
    let (half_turns, rest) = (degrees.div_euclid(180 * ONE), degrees.rem_euclid(180 * ONE));
    let acute = rest.min(180 * ONE - rest);
    let radians = times(acute, 3_141_592_654) / 180;
    let (mut sum, mut term, mut n) = (radians, radians, 1);
    while term != 0 {
        term = -times(times(term, radians), radians) / ((n + 1) * (n + 2));
        sum += term;
        n += 2;
    }
    if half_turns % 2 == 0 { sum } else { -sum }
}

/// Chapter 49, new moon: amplitude in 10⁻⁵ days, power of the eccentricity, and the multiples of the sun's anomaly, the
/// moon's anomaly, the moon's argument of latitude and the longitude of its node.
const MOON_TERMS: &[(i128, u8, [i128; 4])] = &[
    (-40_720, 0, [0, 1, 0, 0]),
    (17_241, 1, [1, 0, 0, 0]),
    (1_608, 0, [0, 2, 0, 0]),
    (1_039, 0, [0, 0, 2, 0]),
    (739, 1, [-1, 1, 0, 0]),
    (-514, 1, [1, 1, 0, 0]),
    (208, 2, [2, 0, 0, 0]),
    (-111, 0, [0, 1, -2, 0]),
    (-57, 0, [0, 1, 2, 0]),
    (56, 1, [1, 2, 0, 0]),
    (-42, 0, [0, 3, 0, 0]),
    (42, 1, [1, 0, 2, 0]),
    (38, 1, [1, 0, -2, 0]),
    (-24, 1, [-1, 2, 0, 0]),
    (-17, 0, [0, 0, 0, 1]),
    (-7, 0, [2, 1, 0, 0]),
    (4, 0, [0, 2, -2, 0]),
    (4, 0, [3, 0, 0, 0]),
    (3, 0, [1, 1, -2, 0]),
    (3, 0, [0, 2, 2, 0]),
    (-3, 0, [1, 1, 2, 0]),
    (3, 0, [-1, 1, 2, 0]),
    (-2, 0, [-1, 1, -2, 0]),
    (-2, 0, [1, 3, 0, 0]),
    (2, 0, [0, 4, 0, 0]),
];

/// Chapter 49, pull of the planets: amplitude in 10⁻⁶ days, argument in 10⁻² degrees, its growth in 10⁻⁶ degrees.
/// (That the first argument also has a part in T², −0.009173°, changes nothing above some milliseconds.)
const PLANET_TERMS: &[(i128, i128, i128)] = &[
    (325, 29_977, 107_408),
    (165, 25_188, 16_321),
    (164, 25_183, 26_651_886),
    (126, 34_942, 36_412_478),
    (110, 8_466, 18_206_239),
    (62, 14_174, 53_303_771),
    (60, 20_714, 2_453_732),
    (56, 15_484, 7_306_860),
    (47, 3_452, 27_261_239),
    (42, 20_719, 121_824),
    (40, 29_134, 1_844_379),
    (37, 16_172, 24_198_154),
    (35, 23_956, 25_513_099),
    (23, 33_155, 3_592_518),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tet_falls_on_the_days_that_are_known() {
        for tet in [
            date(2000, 2, 5),
            date(2007, 2, 17), // in China a day later: 23:14 in Hà Nội is past midnight in Beijing
            date(2015, 2, 19),
            date(2016, 2, 8),
            date(2017, 1, 28),
            date(2018, 2, 16),
            date(2019, 2, 5),
            date(2020, 1, 25),
            date(2021, 2, 12),
            date(2022, 2, 1),
            date(2023, 1, 22),
            date(2024, 2, 10),
            date(2025, 1, 29),
            date(2026, 2, 17),
            date(2030, 2, 2),  // in China a day later
            date(2053, 2, 18), // in China a day later
        ] {
            assert_eq!(lunar_new_year(tet.year()), Some(tet));
        }
    }

    #[test]
    fn the_hung_kings_day_falls_on_the_days_that_are_known() {
        for day in [
            date(2018, 4, 25),
            date(2019, 4, 14),
            date(2020, 4, 2),
            date(2021, 4, 21),
            date(2022, 4, 10),
            date(2023, 4, 29), // behind the leap month 2
            date(2024, 4, 18),
            date(2025, 4, 7),
            date(2026, 4, 26),
        ] {
            assert_eq!(solar_of(day.year(), 3, 10), Some(day));
        }
    }

    /// Found with another theory of the moon (ELP 2000) and of the sun (VSOP87), in floating point.
    #[test]
    fn every_year_agrees_with_an_ephemeris() {
        let tet_after_20_january = [
            16, 4, 23, 12, 2, 20, 9, 28, 18, 6, 25, 14, 3, 21, 11, 30, 19, 8, 27, 16, 5, 23, 12, 2, 21, 9, 28, 17, 6,
            24, 13, 3, 22, 11, 30, 19, 8, 26, 15, 4, 23, 12, 2, 21, 10, 28, 17, 6, 25, 13, 3, 22, 12, 29, 19, 8, 26,
            15, 4, 23, 13, 1, 20, 9, 28, 16, 6, 25, 14, 3, 22, 11, 30, 18, 7, 26, 16, 4, 23, 13, 2, 20, 9, 28, 17, 6,
            25, 14, 4, 21, 10, 29, 18, 7, 26, 16, 5, 23, 12, 1, 20,
        ];
        let hung_kings_after_tet = [
            69, 69, 69, 69, 97, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 97, 68, 68, 68,
            69, 69, 69, 69, 68, 68, 68, 68, 68, 69, 68, 68, 69, 68, 68, 97, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 69,
            68, 68, 69, 68, 68, 68, 68, 69, 69, 69, 69, 69, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68,
            68, 68, 68, 68, 67, 67, 68, 68, 69, 69, 69, 69, 68, 68, 67, 68, 68, 69, 98, 68,
        ];
        for ((year, tet), hung_kings) in YEARS.zip(tet_after_20_january).zip(hung_kings_after_tet) {
            let new_year = date(year, 1, 20).saturating_add(tet.days());
            assert_eq!(lunar_new_year(year), Some(new_year));
            assert_eq!(solar_of(year, 3, 10), Some(new_year.saturating_add(hung_kings.days())));
        }
    }

    /// The same ephemeris: instants of new moons (UTC), and the sun's longitude in 10⁻³ degrees when their day begins.
    #[test]
    fn moon_and_sun_agree_with_an_ephemeris() {
        let noon = date(2000, 1, 1).at(12, 0, 0, 0);
        for (lunation, at, sun) in [
            (0, date(2000, 1, 6).at(18, 13, 39, 0), 285679),
            (88, date(2007, 2, 17).at(16, 14, 18, 0), 327638),
            (105, date(2008, 7, 3).at(2, 18, 34, 0), 101167),
            (210, date(2016, 12, 29).at(6, 53, 11, 0), 277399),
            (315, date(2025, 6, 25).at(10, 31, 32, 0), 93432),
            (372, date(2030, 2, 2).at(16, 7, 23, 0), 312880),
            (420, date(2033, 12, 21).at(18, 46, 18, 0), 270138),
            (525, date(2042, 6, 17).at(19, 47, 48, 0), 86647),
            (630, date(2050, 12, 14).at(5, 17, 30, 0), 261873),
            (735, date(2059, 6, 10).at(5, 56, 35, 0), 78901),
            (840, date(2067, 12, 6).at(14, 4, 20, 0), 253618),
            (945, date(2076, 6, 1).at(17, 13, 22, 0), 72089),
            (1050, date(2084, 11, 27).at(21, 38, 36, 0), 246404),
            (1155, date(2093, 5, 25).at(6, 6, 42, 0), 64309),
            (1260, date(2101, 11, 21).at(4, 47, 50, 0), 238193),
        ] {
            let seconds = at.duration_since(noon).as_secs();
            let off_s = new_moon(lunation) * 86_400 / ONE - i128::from(seconds);
            assert!(off_s.abs() <= 40, "lunation {lunation}: {off_s} s off");
            let day = i128::from(moon(lunation).expect("near").day);
            let off = sun_at_midnight(day) / 1_000_000 - sun;
            assert!(off.abs() <= 10, "lunation {lunation}: the sun is {off} thousandths of a degree off");
        }
    }

    #[test]
    fn a_year_has_twelve_or_thirteen_months_and_ends_on_the_day_before_the_next() {
        let first_days: Vec<Date> = YEARS.filter_map(lunar_new_year).collect();
        assert_eq!(first_days.len(), 101);
        for pair in first_days.windows(2) {
            let days = (pair[1] - pair[0]).get_days();
            assert!((353..=355).contains(&days) || (383..=385).contains(&days), "{}: {days} days", pair[0]);
            let [last, none] = [29, 30].map(|n| solar_of(pair[0].year(), 12, n));
            assert_eq!(none.or(last), pair[1].yesterday().ok());
        }
    }

    #[test]
    fn a_leap_month_takes_no_number() {
        for (year, month, first) in [
            (2020, 5, date(2020, 6, 21)),  // 4, then leap 4
            (2025, 7, date(2025, 8, 23)),  // 6, then leap 6
            (2033, 12, date(2034, 1, 20)), // 11, then leap 11
            (2099, 3, date(2099, 4, 20)),  // 2, then leap 2
        ] {
            assert_eq!(solar_of(year, month, 1), Some(first), "{year}-{month}");
            let month_before = solar_of(year, month - 1, 1).expect("a month");
            assert!((first - month_before).get_days() > 57, "{year}-{month}");
        }
    }

    #[test]
    fn there_is_no_other_day() {
        for (year, month, day) in
            [(1999, 1, 1), (2101, 1, 1), (2022, 0, 1), (2022, 13, 1), (2022, 1, 0), (2022, 1, 31), (2022, 1, -1)]
        {
            assert_eq!(solar_of(year, month, day), None, "{year}-{month}-{day}");
        }
        assert_eq!((solar_of(2021, 12, 29), solar_of(2021, 12, 30)), (Some(date(2022, 1, 31)), None));
    }

    #[test]
    fn sines_are_good_to_some_billionths() {
        for (degrees, expected) in [
            (0, 0),
            (30, 500_000_000),
            (90, ONE),
            (135, 707_106_781),
            (180, 0),
            (210, -500_000_000),
            (-60, -866_025_404),
            (360 * 1263 + 45, 707_106_781),
        ] {
            assert!((sine(degrees * ONE) - expected).abs() <= 10, "{degrees}: {}", sine(degrees * ONE));
        }
    }
}
