//! Mails that wait, are being sent, or are done.

use baocao_app::ports::{DeliveryRow, DeliveryState, Failure, Purpose, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;

use super::row::{Row, edition, flag, form, instant, named, number, text, unit};
use super::session::{SqlTx, query};

/// The text that reads mails, with what follows.
macro_rules! select_delivery {
    ($rest:literal) => {
        concat!(
            "select id, form, period, edition, unit, purpose, recipient, message_sha256, state, attempts, next_at, \
             data_begun, doubts, last_reply, queued_at from delivery ",
            $rest
        )
    };
}

statements! {
    /// Queues a mail; zero rows means that there is one to this recipient for this cause.
    ENQUEUE = "insert into delivery (id, form, period, edition, unit, purpose, recipient, message_sha256, state, \
               attempts, next_at, data_begun, doubts, last_reply, queued_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
               on conflict (form, period, edition, unit, recipient, purpose) do nothing";
    /// Mails whose instant has come, oldest first.
    DUE = select_delivery!(
        "where state in ('queued', 'unknown') and next_at <= $1 order by next_at, queued_at, id limit $2"
    );
    /// Mails that somebody was at.
    INTERRUPTED = select_delivery!("where state = 'sending' order by next_at, queued_at, id");
    /// Mails that are not with the relay yet.
    UNSENT = select_delivery!(
        "where state in ('queued', 'sending', 'unknown') order by queued_at, id limit $1"
    );
    /// The mails of an edition.
    ALL = select_delivery!(
        "where form = $1 and period = $2 and edition = $3 order by unit, recipient, purpose"
    );
    /// Moves a mail on; zero rows means that it is not in that state.
    MOVE = "update delivery set state = $3, attempts = $4, next_at = $5, data_begun = $6, doubts = $7, \
            last_reply = $8 \
            where id = $1 and state = $2";
}

fn read(row: &Row) -> Result<DeliveryRow, Failure> {
    Ok(DeliveryRow {
        id: text(row, "id")?,
        form: form(row)?,
        edition: edition(row)?,
        unit: unit(row)?,
        purpose: named(row, "purpose", Purpose::parse)?,
        recipient: text(row, "recipient")?,
        message_sha256: text(row, "message_sha256")?,
        state: named(row, "state", DeliveryState::parse)?,
        attempts: number(row, "attempts")?,
        next_at: instant(row, "next_at")?,
        data_begun: flag(row, "data_begun")?,
        doubts: number(row, "doubts")?,
        last_reply: text(row, "last_reply")?,
        queued_at: instant(row, "queued_at")?,
    })
}

pub(super) async fn enqueue(tx: &mut SqlTx, delivery: &DeliveryRow) -> Result<bool, StoreError> {
    let statement = query(ENQUEUE)
        .bind(&delivery.id)
        .bind(delivery.form.as_str())
        .bind(delivery.edition.period.to_string())
        .bind(i64::from(delivery.edition.number))
        .bind(delivery.unit.as_str())
        .bind(delivery.purpose.code())
        .bind(&delivery.recipient)
        .bind(&delivery.message_sha256)
        .bind(delivery.state.code())
        .bind(i64::from(delivery.attempts))
        .bind(delivery.next_at.micros())
        .bind(delivery.data_begun)
        .bind(i64::from(delivery.doubts))
        .bind(&delivery.last_reply)
        .bind(delivery.queued_at.micros());
    let added = tx.run("queueing a mail", statement).await?;
    Ok(added == 1)
}

pub(super) async fn due(tx: &mut SqlTx, now: Instant, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError> {
    tx.all("reading the mails that are due", query(DUE).bind(now.micros()).bind(i64::from(batch_max)), read).await
}

pub(super) async fn interrupted(tx: &mut SqlTx) -> Result<Vec<DeliveryRow>, StoreError> {
    tx.all("reading interrupted mails", query(INTERRUPTED), read).await
}

pub(super) async fn unsent(tx: &mut SqlTx, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError> {
    tx.all("reading mails that were not sent", query(UNSENT).bind(i64::from(batch_max)), read).await
}

pub(super) async fn all(tx: &mut SqlTx, form: &FormCode, edition: EditionId) -> Result<Vec<DeliveryRow>, StoreError> {
    let statement = query(ALL).bind(form.as_str()).bind(edition.period.to_string()).bind(i64::from(edition.number));
    tx.all("reading the mails of an edition", statement, read).await
}

pub(super) async fn move_on(tx: &mut SqlTx, from: DeliveryState, to: &DeliveryRow) -> Result<bool, StoreError> {
    let statement = query(MOVE)
        .bind(&to.id)
        .bind(from.code())
        .bind(to.state.code())
        .bind(i64::from(to.attempts))
        .bind(to.next_at.micros())
        .bind(to.data_begun)
        .bind(i64::from(to.doubts))
        .bind(&to.last_reply);
    let moved = tx.run("moving a mail on", statement).await?;
    Ok(moved == 1)
}
