//! Delivering: queued mail is handed over, one message at a time, at least once.
//!
//! `sending` is durable before the first byte, `data_begun` before the body, `sent` right after the relay's 250. Between
//! our last byte and our note nobody can know whether the relay has the message (RFC 1047): such a message is `unknown`,
//! waits, and is repeated once with the same bytes and the same Message-ID. A second doubt is held for an operator.

use async_trait::async_trait;
use baocao_domain::instant::Instant;

use crate::app::App;
use crate::audit::{self, Entry, Unnoted};
use crate::content;
use crate::error::AppError;
use crate::hold::{Switch, held};
use crate::lease::HeldLease;
use crate::ports::{BeforeBody, DeliveryRow, DeliveryState, Envelope, SendFailure, StoreError, Tx};
use crate::setup::SERVICE;

/// The name of the lease under which mail is handed over.
pub(crate) const LEASE: &str = "mail";

/// Pauses before the next try, in seconds: 1 and 5 and 15 minutes, then 1 and 4 hours, then each 4 hours.
const PAUSES_SECONDS: [i64; 5] = [60, 300, 900, 3_600, 14_400];

/// After so long a message that nobody takes is given up, in seconds: five days (RFC 5321, 4.5.4.1). Not before every pause was
/// waited for once: while mail is held, or nothing runs, time passes without a try.
const GIVE_UP_SECONDS: i64 = 5 * 24 * 3_600;

/// How long a message in doubt waits for its one repeat, in seconds.
const DOUBT_SECONDS: i64 = 900;

/// How often a message in doubt is repeated.
const REPEATS_MAX: u32 = 1;

/// Failures in a row after which a run of the job stops: the relay is down.
const FAILURES_IN_A_ROW_MAX: u32 = 10;

/// What a call of the job did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliverReport {
    /// Accepted by the relay.
    pub sent: u32,
    /// Put off.
    pub deferred: u32,
    /// Given up, or waiting for an operator.
    pub failed: u32,
}

impl App {
    /// Before a run: nobody is at the messages that somebody was at. Those whose body had begun are in doubt.
    async fn recover_deliveries(&self, lease: &HeldLease) -> Result<(), AppError> {
        let mut tx = self.begin_under(lease).await?;
        let interrupted = tx.interrupted_deliveries().await?;
        if interrupted.is_empty() {
            return Ok(());
        }
        let (now, mut entries) = (self.now(), Vec::new());
        for delivery in interrupted {
            let after = if delivery.data_begun {
                in_doubt(delivery, "interrupted after the body had begun", now)
            } else {
                DeliveryRow { state: DeliveryState::Queued, next_at: now, ..delivery }
            };
            entries.extend(move_on(tx.as_mut(), &after).await?);
        }
        Ok(commit(tx, now, entries).await?)
    }

    /// Hands over what is due, at most one batch. A message's trouble does not stop the next; a dead relay does. Idle while
    /// another instance is at it; while mail is held nothing is begun.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn deliver_due(&self) -> Result<DeliverReport, AppError> {
        if self.held(Switch::Mail).await?.is_some() {
            return Ok(DeliverReport::default());
        }
        let mut tx = self.ports.store.read().await?;
        let has_work =
            !tx.due_deliveries(self.now(), 1).await?.is_empty() || !tx.interrupted_deliveries().await?.is_empty();
        drop(tx);
        if !has_work {
            return Ok(DeliverReport::default());
        }
        self.compare_clocks().await?;
        let Some(lease) = self.take_lease(LEASE).await? else { return Ok(DeliverReport::default()) };
        let report = self.deliver_under(&lease).await;
        self.let_go(lease).await;
        report
    }

    async fn deliver_under(&self, lease: &HeldLease) -> Result<DeliverReport, AppError> {
        self.recover_deliveries(lease).await?;
        let batch_max = self.settings.mail_batch_max;
        let due = self.ports.store.read().await?.due_deliveries(self.now(), batch_max).await?;
        let mut report = DeliverReport::default();
        let mut failures_in_a_row = 0;
        for delivery in due {
            let Some(state) = self.deliver_one(lease, delivery).await? else { continue };
            match state {
                DeliveryState::Sent => report.sent += 1,
                DeliveryState::Failed | DeliveryState::Held => report.failed += 1,
                _ => report.deferred += 1,
            }
            failures_in_a_row = if state == DeliveryState::Sent { 0 } else { failures_in_a_row + 1 };
            if failures_in_a_row >= FAILURES_IN_A_ROW_MAX {
                tracing::warn!(failures = failures_in_a_row, "mail relay takes nothing, stopped for now");
                break;
            }
        }
        Ok(report)
    }

    /// Hands over one message; none if somebody else is at it, or mail is held meanwhile.
    async fn deliver_one(&self, lease: &HeldLease, delivery: DeliveryRow) -> Result<Option<DeliveryState>, AppError> {
        let was = delivery.state;
        let claimed = DeliveryRow {
            state: DeliveryState::Sending,
            attempts: delivery.attempts + 1,
            data_begun: false,
            ..delivery
        };
        let mut tx = self.begin_under(lease).await?;
        // With the claim: a message that is begun after the hold has been set would be one too many.
        if held(tx.as_mut(), Switch::Mail).await?.is_some() || !tx.move_delivery(was, &claimed).await? {
            return Ok(None);
        }
        audit::commit_unnoted(tx, Unnoted::DeliveryTry).await?;
        self.reach("mail.claimed");

        let message = match self.message_bytes(&claimed).await {
            Ok(message) => message,
            Err(error) => {
                // Another instance may have it, or the disk and the database another moment: it is tried like any other.
                let later = deferred(&claimed, &error.chain(), self.now());
                return self.note_outcome(lease, later).await.map(Some);
            }
        };
        let envelope = Envelope { from: self.settings.mail_from.clone(), to: claimed.recipient.clone() };
        let mark = Mark { app: self, lease, delivery: claimed.clone() };
        let answer = self.ports.mailer.send(&envelope, &message, &mark).await;
        if answer.is_ok() {
            self.reach("mail.accepted");
        }
        let now = self.now();
        let after = match answer {
            Ok(accepted) => DeliveryRow { state: DeliveryState::Sent, last_reply: accepted.reply, ..claimed },
            Err(SendFailure::Permanent(reply)) => {
                DeliveryRow { state: DeliveryState::Failed, last_reply: reply, ..claimed }
            }
            Err(SendFailure::Temporary(reply)) => deferred(&claimed, &reply, now),
            Err(SendFailure::InDoubt(reply)) => in_doubt(claimed, &reply, now),
        };
        self.note_outcome(lease, after).await.map(Some)
    }

    async fn note_outcome(&self, lease: &HeldLease, mut after: DeliveryRow) -> Result<DeliveryState, AppError> {
        after.last_reply = after.last_reply.chars().take(500).collect();
        let mut tx = self.begin_under(lease).await?;
        let entries = move_on(tx.as_mut(), &after).await?.into_iter().collect();
        commit(tx, self.now(), entries).await?;
        self.reach("mail.noted");
        if after.state != DeliveryState::Sent {
            tracing::warn!(
                delivery.id = %after.id, state = after.state.code(), attempts = after.attempts, reply = %after.last_reply,
                "mail not handed over"
            );
        }
        Ok(after.state)
    }
}

fn deferred(delivery: &DeliveryRow, reply: &str, now: Instant) -> DeliveryRow {
    let tried = usize::try_from(delivery.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES_SECONDS.get(tried).or(PAUSES_SECONDS.last()).copied().unwrap_or(DOUBT_SECONDS);
    let given_up = tried >= PAUSES_SECONDS.len() && delivery.queued_at.plus_seconds(GIVE_UP_SECONDS) <= now;
    DeliveryRow {
        state: if given_up { DeliveryState::Failed } else { DeliveryState::Queued },
        next_at: now.plus_seconds(pause),
        last_reply: reply.to_owned(),
        ..delivery.clone()
    }
}

/// The relay may have it: one repeat after a pause, then an operator decides.
fn in_doubt(delivery: DeliveryRow, reply: &str, now: Instant) -> DeliveryRow {
    let doubts = delivery.doubts + 1;
    DeliveryRow {
        state: if doubts > REPEATS_MAX { DeliveryState::Held } else { DeliveryState::Unknown },
        next_at: now.plus_seconds(DOUBT_SECONDS),
        doubts,
        last_reply: reply.to_owned(),
        ..delivery
    }
}

/// Moves a mail on from where somebody was at it; answers with what is to be noted. That one which was never in doubt
/// still waits is no news.
async fn move_on(tx: &mut dyn Tx, after: &DeliveryRow) -> Result<Option<Entry<'static>>, StoreError> {
    let still_waits = after.state == DeliveryState::Queued && after.doubts == 0;
    if !tx.move_delivery(DeliveryState::Sending, after).await? || still_waits {
        return Ok(None);
    }
    let action = match after.state {
        DeliveryState::Queued | DeliveryState::Sending => "mail.deferred",
        DeliveryState::Sent => "mail.sent",
        DeliveryState::Unknown => "mail.unknown",
        DeliveryState::Failed => "mail.failed",
        DeliveryState::Held => "mail.held",
    };
    Ok(Some(Entry::about(SERVICE, action, &content::delivery(after), "")))
}

/// Commits what became of mails: with the entries that note it, or as the tries that they were.
async fn commit(mut tx: Box<dyn Tx>, now: Instant, entries: Vec<Entry<'_>>) -> Result<(), StoreError> {
    if entries.is_empty() {
        return audit::commit_unnoted(tx, Unnoted::DeliveryTry).await;
    }
    let noted = audit::record_all(tx.as_mut(), now, entries).await?;
    audit::commit(tx, noted).await.map(drop)
}

/// Makes "the body has begun" durable.
struct Mark<'a> {
    app: &'a App,
    lease: &'a HeldLease,
    delivery: DeliveryRow,
}

#[async_trait]
impl BeforeBody for Mark<'_> {
    async fn note(&self) -> Result<(), StoreError> {
        const DOING: &str = "marking the body of a mail";
        let begun = self.app.begin_under(self.lease).await;
        let mut tx = begun.map_err(|error| match error {
            AppError::Store(error) => error,
            // Somebody else has the mail now: not one byte of the body goes out.
            _ => StoreError::Conflict { doing: DOING },
        })?;
        let begun = DeliveryRow { data_begun: true, ..self.delivery.clone() };
        if !tx.move_delivery(DeliveryState::Sending, &begun).await? {
            return Err(StoreError::Conflict { doing: DOING });
        }
        audit::commit_unnoted(tx, Unnoted::DeliveryTry).await?;
        self.app.reach("mail.body");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::edition::EditionId;
    use baocao_domain::ids::{FormCode, UnitCode};

    use super::*;
    use crate::ports::Purpose;

    const DAY_SECONDS: i64 = 24 * 3_600;

    fn tried(attempts: u32) -> DeliveryRow {
        DeliveryRow {
            id: "d".into(),
            form: FormCode::parse("tthc").expect("a form"),
            edition: EditionId::parse("2022-M07/1").expect("an edition"),
            unit: UnitCode::parse("90").expect("a unit"),
            purpose: Purpose::Notice,
            recipient: "a@b.example".into(),
            message_sha256: String::new(),
            state: DeliveryState::Sending,
            attempts,
            next_at: Instant::from_micros(0),
            data_begun: false,
            doubts: 0,
            last_reply: String::new(),
            queued_at: Instant::from_micros(0),
        }
    }

    /// Attempts, days since it was queued, whether it is given up, and the pause before the next try.
    #[test]
    fn a_message_is_given_up_after_five_days_of_tries() {
        for (attempts, days, is_given_up, pause) in [
            (1, 0, false, 60),
            (2, 0, false, 300),
            (5, 1, false, 14_400),
            (6, 4, false, 14_400),
            (6, 5, true, 14_400),
            (34, 5, true, 14_400),
            // Held for a month, then refused for now: greylisting says so to every first try.
            (1, 31, false, 60),
            (5, 31, false, 14_400),
        ] {
            let now = Instant::from_micros(0).plus_seconds(days * DAY_SECONDS);
            let after = deferred(&tried(attempts), "450 4.7.1 later", now);
            assert_eq!(after.state == DeliveryState::Failed, is_given_up, "{attempts} tries in {days} days");
            assert_eq!(after.next_at, now.plus_seconds(pause), "{attempts} tries in {days} days");
        }
    }
}
