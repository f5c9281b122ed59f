//! Calls as the front door sees them: every use of an operator's key is noted, and so is how often no good key was shown.
//!
//! An operator may do everything, so each of its calls is an entry of its own, written before the call runs. Whoever has
//! no good key may call as often as the limits let him: such calls are counted, one count per reason, and written once a
//! minute and at the stop. A stranger can neither fill the disk nor the memory, and still leaves a trace.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use baocao_domain::reason::Reason;

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::AppError;

/// How often calls without a good key are written down.
pub const WRITTEN_EVERY: Duration = Duration::from_secs(60);

/// The reasons that are counted; others are noted by the use case that refused.
pub const COUNTED: [Reason; 4] = [Reason::KeyMissing, Reason::KeyUnknown, Reason::KeyExpired, Reason::KeyRevoked];

/// Who calls without a good key.
const STRANGER: &str = "unknown";

/// The action of both kinds of entry.
const CALL: &str = "call";

/// Calls without a good key since they were written down, by the reason's code: as many numbers as there are reasons.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    counts: Mutex<BTreeMap<&'static str, (Reason, u64)>>,
}

impl Strangers {
    fn count(&self, reason: Reason, calls: u64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, count) = counts.entry(reason.code()).or_insert((reason, 0));
        *count = count.saturating_add(calls);
    }

    fn take(&self) -> Vec<(Reason, u64)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *counts).into_values().collect()
    }
}

impl App {
    /// Notes that an operator's key is used for a call, before the call runs. Nothing for other keys.
    ///
    /// # Errors
    /// Those of the database: a call that cannot be noted does not run.
    pub async fn note_call(&self, actor: &Actor, method: &str) -> Result<(), AppError> {
        if actor.role != Role::Operator {
            return Ok(());
        }
        let mut tx = self.ports.store.begin().await?;
        let entry = Entry {
            actor: &actor.client,
            action: CALL,
            object: method.to_owned(),
            content_hash: String::new(),
            refused: None,
        };
        let noted = audit::record(tx.as_mut(), self.now(), entry).await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// Counts a call that showed no good key.
    pub fn count_stranger(&self, reason: Reason) {
        if COUNTED.contains(&reason) {
            self.strangers.count(reason, 1);
        }
    }

    /// Writes down how many calls showed no good key since the last time: one entry per reason. What cannot be written
    /// is counted on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_strangers(&self) -> Result<(), AppError> {
        let counts = self.strangers.take();
        if counts.is_empty() {
            return Ok(());
        }
        let noted = self.write_strangers(&counts).await;
        if noted.is_err() {
            counts.iter().for_each(|(reason, calls)| self.strangers.count(*reason, *calls));
        }
        noted
    }

    async fn write_strangers(&self, counts: &[(Reason, u64)]) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        let entry = |(reason, calls): &(Reason, u64)| Entry {
            actor: STRANGER,
            action: CALL,
            object: format!("{calls} calls"),
            content_hash: String::new(),
            refused: Some(*reason),
        };
        let noted = audit::record_all(tx.as_mut(), self.now(), counts.iter().map(entry).collect()).await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }
}
