//! Instants and days.

use baocao_domain::instant::Instant;
use baocao_domain::reason::{Finding, Reason};
use jiff::civil::Date;
use prost_types::Timestamp;

use crate::google::r#type::Date as DateMessage;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// The first and the last second that a `Timestamp` may name: the years 1 to 9999.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// An instant as messages bear it.
#[must_use]
pub fn timestamp(instant: Instant) -> Timestamp {
    let micros = instant.micros();
    let nanos = micros.rem_euclid(MICROS_PER_SECOND) * 1_000;
    // Below 10^9 by the line above.
    Timestamp { seconds: micros.div_euclid(MICROS_PER_SECOND), nanos: i32::try_from(nanos).unwrap_or_default() }
}

/// The instant, cut to microseconds; none where the message names no instant of the years 1 to 9999.
pub(crate) fn instant(timestamp: &Timestamp) -> Option<Instant> {
    let nanos = Some(i64::from(timestamp.nanos)).filter(|nanos| (0..1_000_000_000).contains(nanos))?;
    let seconds = Some(timestamp.seconds).filter(|seconds| SECONDS.contains(seconds))?;
    Some(Instant::from_micros(seconds * MICROS_PER_SECOND + nanos / 1_000))
}

/// A day as messages bear it.
#[must_use]
pub fn date_message(date: Date) -> DateMessage {
    DateMessage { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// The day; none where the message names no whole day of the calendar.
fn date(message: DateMessage) -> Option<Date> {
    let year = i16::try_from(message.year).ok().filter(|year| *year > 0)?;
    Date::new(year, i8::try_from(message.month).ok()?, i8::try_from(message.day).ok()?).ok()
}

/// The day at a path of a request; `expected` says what it is the day of.
pub(crate) fn read_day(given: Option<DateMessage>, path: &str, expected: &str) -> Result<Date, Finding> {
    let text = given.map(|day| format!("{}-{}-{}", day.year, day.month, day.day)).unwrap_or_default();
    given.and_then(date).ok_or_else(|| Finding::new(path, Reason::FieldRequired, text, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_comes_back_to_the_microsecond() {
        for micros in [0, 1, -1, -1_000_001, 1_663_304_400_000_000, 253_402_300_799_999_999] {
            let sent = timestamp(Instant::from_micros(micros));
            assert!((0..1_000_000_000).contains(&sent.nanos), "{micros}");
            assert_eq!(instant(&sent), Some(Instant::from_micros(micros)), "{micros}");
        }
    }

    #[test]
    fn what_names_no_instant_is_none() {
        for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000)] {
            assert_eq!(instant(&Timestamp { seconds, nanos }), None, "{seconds} {nanos}");
        }
    }

    #[test]
    fn a_day_is_whole_or_none() {
        for (year, month, day, is_day) in [
            (2022, 9, 16, true),
            (2024, 2, 29, true),
            (2022, 2, 29, false),
            (0, 9, 16, false),
            (2022, 9, 0, false),
            (2022, 0, 1, false),
            (70_000, 1, 1, false),
            (2022, 300, 1, false),
        ] {
            let message = DateMessage { year, month, day };
            assert_eq!(date(message).map(date_message), is_day.then_some(message), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn an_absent_day_and_one_that_is_none_are_faults_that_say_what_was_given() {
        let day = |month, day| Some(DateMessage { year: 2022, month, day });
        let read = |given| read_day(given, "issued", "the day of issue").map_err(|f| (f.path, f.given));
        assert_eq!(read(day(9, 16)), Ok(jiff::civil::date(2022, 9, 16)));
        assert_eq!(read(day(2, 30)), Err(("issued".to_owned(), "2022-2-30".to_owned())));
        assert_eq!(read(None), Err(("issued".to_owned(), String::new())));
    }
}
