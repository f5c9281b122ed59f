//! Backing up (sao lưu) by the clock: once a night, by whichever process looks first.
//!
//! How a copy is made is not known here; see [`Backups`](crate::ports::Backups). What is kept here is when: the setting
//! `backup_due` is the next instant. Whoever finds it past moves it on by an hour before it begins, in one transaction, so
//! that a second process is idle meanwhile and a backup that was killed or failed is made again an hour later; who succeeds
//! moves it to the next night.

use baocao_domain::instant::Instant;
use jiff::civil::Time;

use crate::app::App;
use crate::audit::{self, Unnoted};
use crate::error::AppError;

/// The setting that says when the next backup is due.
pub const BACKUP_DUE: &str = "backup_due";

/// How long others leave a backup to whoever began it, and the pause after one that failed, in seconds.
const CLAIM_SECONDS: i64 = 3_600;

/// No backup is due later than that, in seconds.
const AHEAD_MAX_SECONDS: i64 = 25 * 3_600;

impl App {
    /// Makes a backup if the last one is older than the last time the legal clock showed this time (seconds after
    /// midnight); answers with its name. Idle otherwise, and where no backups were set up. The first one is made in the
    /// first night.
    ///
    /// # Errors
    /// Those of the backup and of the database.
    pub async fn back_up_due(&self, time_s: i64) -> Result<Option<String>, AppError> {
        let Some(backups) = self.ports.backups.clone() else { return Ok(None) };
        if !self.claim_backup(time_s).await? {
            return Ok(None);
        }
        // The backup itself says which object it misses, and what is wrong with the rows.
        self.have_what_can_be_had().await;
        let name = backups.make(self.now()).await.map_err(AppError::failed("make a backup"))?;
        self.keep_bookkeeping(BACKUP_DUE, &next(self.now(), time_s).micros().to_string()).await?;
        Ok(Some(name))
    }

    /// Whether it is ours to make a backup now.
    async fn claim_backup(&self, time_s: i64) -> Result<bool, AppError> {
        let now = self.now();
        let stored = self.ports.store.read().await?.setting(BACKUP_DUE).await?;
        let due = stored.as_deref().and_then(|micros| micros.parse().ok()).map(Instant::from_micros);
        // One that lies further away than a night was set by a clock that was ahead.
        if due.is_some_and(|due| now < due && due <= now.plus_seconds(AHEAD_MAX_SECONDS)) {
            return Ok(false);
        }
        self.compare_clocks().await?;
        let mut tx = self.ports.store.begin().await?;
        let is_ours = match &stored {
            Some(stored) => {
                let then = now.plus_seconds(CLAIM_SECONDS).micros().to_string();
                // False: between the look and the transaction somebody else has begun.
                tx.move_setting(BACKUP_DUE, stored, &then).await?
            }
            None => {
                tx.put_setting(BACKUP_DUE, &next(now, time_s).micros().to_string()).await?;
                false
            }
        };
        audit::commit_unnoted(tx, Unnoted::Bookkeeping).await?;
        Ok(is_ours)
    }
}

/// When the legal clock shows this time next.
fn next(now: Instant, time_s: i64) -> Instant {
    let today = Instant::at(now.local_date(), Time::midnight()).plus_seconds(time_s);
    if now < today { today } else { today.plus_seconds(24 * 3_600) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn the_next_night_is_tonight_until_it_has_come() {
        let at = |day, hour, minute| Instant::at(date(2022, 9, day), time(hour, minute, 0, 0));
        let half_past_one = 90 * 60;
        for (now, expected) in [
            (at(16, 0, 10), at(16, 1, 30)),
            (at(16, 1, 30), at(17, 1, 30)),
            (at(16, 23, 59), at(17, 1, 30)),
            (at(30, 12, 0), Instant::at(date(2022, 10, 1), time(1, 30, 0, 0))),
        ] {
            assert_eq!(next(now, half_past_one), expected, "{}", now.iso());
        }
    }
}
