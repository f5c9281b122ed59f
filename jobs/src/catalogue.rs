//! The catalogue of jobs: data in, schedules out.

use std::time::Duration;

use baocao_app::instant::Instant;
use serde::Deserialize;

/// The catalogue as it is shipped.
const SHIPPED: &str = include_str!("../catalogue.toml");

/// Hours by which the legal time of Vietnam is ahead of UTC, in which cron text is read.
const LEGAL_OFFSET_HOURS: u8 = 7;

/// Which job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobName {
    /// Plans periods.
    Plan,
    /// Closes what is due.
    Close,
    /// Shows what is staged.
    Publish,
    /// Hands mail over.
    Mail,
    /// Copies everything.
    Backup,
}

impl JobName {
    /// The name as in the catalogue and in logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Close => "close",
            Self::Publish => "publish",
            Self::Mail => "mail",
            Self::Backup => "backup",
        }
    }
}

/// How fast the clock of business runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As the wall clock: jobs are woken as the catalogue says.
    Wall,
    /// A simulated clock may jump a month at once: every job is woken every second.
    Simulated,
}

/// When a job is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Each second.
    EverySecond,
    /// Each minute.
    EveryMinute,
    /// Once a day, at this hour and minute of the legal clock.
    Daily(u8, u8),
}

/// An entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEntry {
    /// Which job.
    pub name: JobName,
    /// When it is woken.
    pub wake: Wake,
    /// A run that takes longer is logged.
    pub budget: Duration,
    /// One line for the operator.
    pub why: String,
}

/// Why the catalogue is refused.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is not TOML of the right shape.
    #[error("the job catalogue does not read")]
    Toml(#[from] toml::de::Error),
    /// A wake is in none of our words.
    #[error("job {job}: wake {given:?} is none of \"every second\", \"every minute\", \"daily HH:MM\"")]
    Wake {
        /// The job.
        job: &'static str,
        /// What the catalogue says.
        given: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    job: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: JobName,
    wake: String,
    budget_s: u64,
    why: String,
}

/// The shipped catalogue.
///
/// # Errors
/// [`CatalogueError`], which a test rules out for the shipped text.
pub fn shipped() -> Result<Vec<JobEntry>, CatalogueError> {
    read(SHIPPED)
}

/// When the catalogue wakes a job.
pub(crate) fn wake_of(job: JobName) -> Result<Option<Wake>, CatalogueError> {
    Ok(shipped()?.into_iter().find(|entry| entry.name == job).map(|entry| entry.wake))
}

fn read(text: &str) -> Result<Vec<JobEntry>, CatalogueError> {
    let catalogue: Catalogue = toml::from_str(text)?;
    catalogue
        .job
        .into_iter()
        .map(|row| {
            let wake = Wake::parse(&row.wake)
                .ok_or_else(|| CatalogueError::Wake { job: row.name.code(), given: row.wake.clone() })?;
            Ok(JobEntry { name: row.name, wake, budget: Duration::from_secs(row.budget_s), why: row.why })
        })
        .collect()
}

impl Wake {
    fn parse(words: &str) -> Option<Self> {
        match words {
            "every second" => Some(Self::EverySecond),
            "every minute" => Some(Self::EveryMinute),
            _ => {
                let (hour, minute) = words.strip_prefix("daily ")?.split_once(':')?;
                let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
                (hour < 24 && minute < 60).then_some(Self::Daily(hour, minute))
            }
        }
    }

    /// When it is woken next after this instant.
    #[must_use]
    pub fn next_after(self, now: Instant) -> Instant {
        const SECOND: i64 = 1_000_000;
        const DAY: i64 = 24 * 3600 * SECOND;
        let (every, at) = match self {
            Self::EverySecond => (SECOND, 0),
            Self::EveryMinute => (60 * SECOND, 0),
            Self::Daily(hour, minute) => {
                let legal = i64::from(hour) * 3600 + i64::from(minute) * 60;
                (DAY, (legal - i64::from(LEGAL_OFFSET_HOURS) * 3600) * SECOND)
            }
        };
        let passed = (now.micros() - at).div_euclid(every);
        Instant::from_micros(at + (passed + 1) * every)
    }

    /// The words of the catalogue.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::EverySecond => "every second".into(),
            Self::EveryMinute => "every minute".into(),
            Self::Daily(hour, minute) => format!("daily {hour:02}:{minute:02}"),
        }
    }

    /// Cron text with seconds, in UTC: sec min hour day month weekday.
    #[must_use]
    pub fn cron(self) -> String {
        match self {
            Self::EverySecond => "* * * * * *".into(),
            Self::EveryMinute => "0 * * * * *".into(),
            Self::Daily(hour, minute) => format!("0 {minute} {} * * *", (hour + 24 - LEGAL_OFFSET_HOURS) % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_names_every_job_once() {
        let mut names: Vec<_> = shipped().expect("catalogue").into_iter().map(|job| job.name).collect();
        names.sort();
        assert_eq!(names, [JobName::Plan, JobName::Close, JobName::Publish, JobName::Mail, JobName::Backup]);
    }

    #[test]
    fn the_next_wake_is_told_in_legal_time() {
        let minutes = |minutes: i64| Instant::from_micros(minutes * 60_000_000);
        // 1970-01-01T00:00:00Z is 07:00 in Vietnam.
        for (words, now, next) in [
            ("every minute", 0, 1),
            ("daily 07:10", 0, 10),
            ("daily 07:10", 10, 24 * 60 + 10),
            ("daily 00:10", 0, 17 * 60 + 10),
        ] {
            let wake = Wake::parse(words).expect("words");
            assert_eq!(wake.next_after(minutes(now)), minutes(next), "{words} after {now}");
            assert_eq!(wake.words(), words);
        }
    }

    #[test]
    fn our_words_become_cron_text_in_utc() {
        for (words, cron) in [
            ("every second", "* * * * * *"),
            ("every minute", "0 * * * * *"),
            ("daily 00:10", "0 10 17 * * *"),
            ("daily 12:00", "0 0 5 * * *"),
        ] {
            assert_eq!(Wake::parse(words).map(Wake::cron).as_deref(), Some(cron));
        }
        for words in ["", "daily 24:00", "daily", "0 0 2 30 2 *"] {
            assert_eq!(Wake::parse(words), None, "{words:?}");
        }
    }
}
