//! Values of cells and of the head: each is proved by one reader, and a reader that refuses says what it expected.

use baocao_domain::period::{PeriodKey, YEARS};
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::unit::Tier;
use jiff::civil::{Date, Time};

/// The longest name, heading or remark, in characters.
pub const TEXT_LENGTH_MAX: usize = 1_000;

/// The most digits behind the point of a percentage.
pub const THRESHOLD_SCALE_MAX: usize = 4;

/// How much of a wrong value is repeated, in characters.
const QUOTED_LENGTH_MAX: usize = 40;

/// How many known names a remedy lists.
const NAMES_LISTED_MAX: usize = 12;

/// The tiers below the province, as data writes them.
pub(super) const TIERS_BELOW: [(&str, Tier); 3] = [
    (Tier::Department.code(), Tier::Department),
    (Tier::District.code(), Tier::District),
    (Tier::Commune.code(), Tier::Commune),
];

/// A wrong value as faults repeat it.
pub(super) fn quoted(given: &str) -> String {
    format!("{:?}", given.chars().take(QUOTED_LENGTH_MAX).collect::<String>())
}

/// `a, b or c`.
pub(super) fn either(words: &[&str]) -> String {
    match words {
        [] => "a known one, and there is none".into(),
        [one] => (*one).into(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// The known names as a remedy lists them: the first few of many.
pub(super) fn names<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match known.get(NAMES_LISTED_MAX..) {
        None | Some([]) => either(&known),
        Some(more) => format!("{} (and {} more)", known[..NAMES_LISTED_MAX].join(", "), more.len()),
    }
}

/// One of a few words.
pub(super) fn one_of<T: Copy>(words: &[(&str, T)]) -> impl Fn(&str) -> Result<T, String> {
    move |given| match words.iter().find(|(word, _)| *word == given) {
        Some((_, value)) => Ok(*value),
        None => {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Err(format!("{}; expected {}", quoted(given), either(&words)))
        }
    }
}

/// What may be left empty.
pub(super) fn optional<T, E>(parse: impl Fn(&str) -> Result<T, E>) -> impl Fn(&str) -> Result<Option<T>, E> {
    move |given| if given.is_empty() { Ok(None) } else { parse(given).map(Some) }
}

/// Proves that a text can be printed: not empty, no blanks around it, no control character.
pub(super) fn text(given: &str) -> Result<String, String> {
    let is_printable = !given.is_empty() && given.trim() == given && !given.chars().any(char::is_control);
    if is_printable && given.chars().count() <= TEXT_LENGTH_MAX {
        return Ok(given.to_owned());
    }
    let expected = format!("expected 1 to {TEXT_LENGTH_MAX} characters on one line, no blanks around");
    Err(format!("{} is not a proper text; {expected}", quoted(given)))
}

/// A day.
pub(super) fn date(given: &str) -> Result<Date, String> {
    let date = Some(given).filter(|given| given.len() == 10).and_then(|given| given.parse().ok());
    date.ok_or_else(|| format!("{} is not a day; expected such as 2022-06-21", quoted(given)))
}

/// A day of a year that periods may be of: a slip in the year is seen.
pub(super) fn date_of_periods(given: &str) -> Result<Date, String> {
    let day = date(given)?;
    if YEARS.contains(&day.year()) {
        return Ok(day);
    }
    Err(format!("{day} is of the year {}; expected {} to {}", day.year(), YEARS.start(), YEARS.end()))
}

/// A year that periods may be of.
pub(super) fn year(given: &str) -> Result<i16, String> {
    let year = given.parse().ok().filter(|year| given.len() == 4 && YEARS.contains(year));
    year.ok_or_else(|| format!("{} is not a year; expected {} to {}", quoted(given), YEARS.start(), YEARS.end()))
}

/// A month: longer periods are folded, nobody files them.
pub(super) fn month(given: &str) -> Result<PeriodKey, String> {
    let period = PeriodKey::parse(given).ok().filter(|period| period.is_month());
    period.ok_or_else(|| format!("{} is not a month; expected such as 2022-M07", quoted(given)))
}

/// A time of day.
pub(super) fn clock(given: &str) -> Result<Time, String> {
    let time = Some(given).filter(|given| given.len() == 5).and_then(|given| given.parse().ok());
    time.ok_or_else(|| format!("{} is not a time of day; expected such as 17:00", quoted(given)))
}

/// Yes or no.
pub(super) fn flag(given: &str) -> Result<bool, String> {
    one_of(&[("0", false), ("1", true)])(given)
}

/// Any tier.
pub(super) fn tier(given: &str) -> Result<Tier, String> {
    one_of(&Tier::ALL.map(|tier| (tier.code(), tier)))(given)
}

/// A tier that is competent for procedures, or that reports.
pub(super) fn tier_below(given: &str) -> Result<Tier, String> {
    one_of(&TIERS_BELOW)(given)
}

/// A level of online service, of either vocabulary.
pub(super) fn level(given: &str) -> Result<ServiceLevel, String> {
    one_of(&ServiceLevel::ALL.map(|level| (level.code(), level)))(given)
}

/// A percentage from 0 to 100, without its decimal point, and how many digits stood behind it.
pub(super) fn percentage(given: &str) -> Result<(i64, u8), String> {
    let expected = || format!("{}; expected a percentage from 0 to 100, such as 80 or 57.5", quoted(given));
    read_percentage(given).ok_or_else(expected)
}

/// A percentage without its decimal point that stands for 100 at this scale.
pub(super) fn hundred(scale: u8) -> i64 {
    100 * 10_i64.pow(u32::from(scale))
}

fn read_percentage(given: &str) -> Option<(i64, u8)> {
    let (whole, decimals) = given.split_once('.').unwrap_or((given, ""));
    let is_written_out = given.contains('.') != decimals.is_empty();
    let is_number = !whole.is_empty() && whole.len() <= 3 && decimals.len() <= THRESHOLD_SCALE_MAX;
    let digits = format!("{whole}{decimals}");
    if !is_written_out || !is_number || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = u8::try_from(decimals.len()).ok()?;
    let value: i64 = digits.parse().ok()?;
    (value <= hundred(scale)).then_some((value, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_from_0_to_100() {
        for (given, expected) in [
            ("80", Some((80, 0))),
            ("57.5", Some((575, 1))),
            ("100.00", Some((10_000, 2))),
            ("0", Some((0, 0))),
            ("100.1", None),
            ("101", None),
            ("-1", None),
            ("57,5", None),
            ("57.", None),
            (".5", None),
            ("+5", None),
            ("", None),
            ("1.00001", None),
        ] {
            assert_eq!(percentage(given).ok(), expected, "{given:?}");
        }
    }

    #[test]
    fn days_months_years_and_hours_are_written_in_one_way() {
        fn check<T>(reads: fn(&str) -> Result<T, String>, accepted: &str, refused: &[&str]) {
            assert!(reads(accepted).is_ok(), "{accepted:?}");
            for given in refused {
                let told = reads(given).err().unwrap_or_else(|| panic!("{given:?} was accepted"));
                assert!(told.contains("expected"), "{told}");
            }
        }
        check(date, "2022-06-21", &["", "21/6/2022", "2022-6-21", "2022-06-31", "2022-06-21T00:00"]);
        check(date_of_periods, "2022-06-21", &["1922-06-21", "2202-06-21", "2022-13-01"]);
        check(month, "2022-M07", &["", "2022-07", "2022-Q3", "2022", "2022-M13"]);
        check(year, "2022", &["", "22", "1999", "2101", "+2022", "02022"]);
        check(clock, "17:00", &["", "17h00", "25:00", "17:00:00", "7:00"]);
        check(flag, "1", &["", "yes", "2", "01"]);
    }

    #[test]
    fn a_remedy_lists_what_is_known() {
        assert_eq!(names([]), "a known one, and there is none");
        assert_eq!(names(["a"]), "a");
        assert_eq!(names(["a", "b", "c"]), "a, b or c");
        assert_eq!(names(["x"; 14]), "x, x, x, x, x, x, x, x, x, x, x, x (and 2 more)");
        assert_eq!(one_of(&[("a", 1), ("b", 2)])("c"), Err("\"c\"; expected a or b".into()));
    }

    #[test]
    fn a_text_can_be_printed_on_one_line() {
        for (given, accepted) in [("Sở Y tế", true), ("", false), (" Sở", false), ("Sở\tY tế", false)] {
            assert_eq!(text(given).is_ok(), accepted, "{given:?}");
        }
        assert!(text(&"a".repeat(TEXT_LENGTH_MAX)).is_ok() && text(&"a".repeat(TEXT_LENGTH_MAX + 1)).is_err());
    }
}
