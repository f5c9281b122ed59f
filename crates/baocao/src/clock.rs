//! Clocks: the machine's, one that a play moves, one that goes on where a play ended, and one that
//! follows a file.
//!
//! The only file that asks the machine for the time of day.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant as Monotonic;

use baocao_app::ports::Clock;
use baocao_domain::instant::Instant;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Instant {
        Instant::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn is_of_the_world(&self) -> bool {
        true
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct PlayClock {
    micros: Arc<AtomicI64>,
}

impl PlayClock {
    /// Stands at this instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self { micros: Arc::new(AtomicI64::new(instant.micros())) }
    }

    /// Moves forward to this instant; never back.
    pub fn move_to(&self, instant: Instant) {
        self.micros.fetch_max(instant.micros(), Ordering::SeqCst);
    }
}

impl Clock for PlayClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

/// Stands where a file says: microseconds since 1970, read at each question. For tests of debug builds, which move the time of
/// several processes at once; an unreadable file leaves the clock where it was last.
#[derive(Debug)]
pub struct FileClock {
    path: PathBuf,
    last: AtomicI64,
}

impl FileClock {
    /// Follows this file.
    #[must_use]
    pub const fn follow(path: PathBuf) -> Self {
        Self { path, last: AtomicI64::new(0) }
    }
}

impl Clock for FileClock {
    fn now(&self) -> Instant {
        let read = std::fs::read_to_string(&self.path).ok().and_then(|text| text.trim().parse().ok());
        if let Some(micros) = read {
            self.last.store(micros, Ordering::SeqCst);
        }
        Instant::from_micros(self.last.load(Ordering::SeqCst))
    }
}

/// Goes on from a stored instant, as fast as real time.
#[derive(Debug, Clone, Copy)]
pub struct ResumedClock {
    from: Instant,
    since: Monotonic,
}

impl ResumedClock {
    /// Goes on from this instant.
    #[must_use]
    pub fn from(instant: Instant) -> Self {
        Self { from: instant, since: Monotonic::now() }
    }
}

impl Clock for ResumedClock {
    fn now(&self) -> Instant {
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        Instant::from_micros(self.from.micros().saturating_add(passed))
    }
}
