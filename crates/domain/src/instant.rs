//! Points in time and the legal zone.
//!
//! An [`Instant`] is a whole number of microseconds since 1970-01-01T00:00:00Z: it sorts, compares and is stored the
//! same way on every database. Days and clock times of the law are read in one fixed zone, +07:00, which has had no
//! daylight saving since 1975; so no zone database is needed, and none is asked.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// Hours by which the legal time of Vietnam is ahead of UTC.
pub const LEGAL_OFFSET_HOURS: i8 = 7;

/// A point in time: microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The instant so many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant at which the legal clock shows this day and time.
    #[must_use]
    pub fn at(day: Date, time: Time) -> Self {
        let seconds_ahead = i64::from(LEGAL_OFFSET_HOURS) * 3600;
        let as_if_utc = DateTime::from_parts(day, time).to_zoned(TimeZone::UTC);
        let micros = as_if_utc.map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond());
        Self(micros.saturating_sub(seconds_ahead * 1_000_000))
    }

    /// Day and time that the legal clock shows.
    #[must_use]
    pub fn legal(self) -> DateTime {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        Offset::constant(LEGAL_OFFSET_HOURS).to_datetime(timestamp)
    }

    /// The day that the legal clock shows.
    #[must_use]
    pub fn local_date(self) -> Date {
        self.legal().date()
    }

    /// The instant so many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// For open data: `2022-09-16T12:00:00+07:00`.
    #[must_use]
    pub fn iso(self) -> String {
        format!("{}+{LEGAL_OFFSET_HOURS:02}:00", self.legal().strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn noon_in_lang_son_is_five_in_the_morning_utc() {
        let noon = Instant::at(date(2022, 9, 16), time(12, 0, 0, 0));
        assert_eq!(noon.micros(), 1_663_304_400_000_000);
        assert_eq!(noon.iso(), "2022-09-16T12:00:00+07:00");
        assert_eq!(Instant::at(date(2022, 1, 1), time(0, 30, 0, 0)).local_date(), date(2022, 1, 1));
    }
}
