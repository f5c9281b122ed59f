//! Periods opened again as a whole.

use baocao_app::ports::{Failure, ReopeningRow, Signature, StoreError};
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use super::row::{Row, form, id, instant, optional_instant, optional_integer, optional_text, period, text};
use super::session::{SqlTx, query};

/// The text that reads reopenings, with what follows.
macro_rules! select_reopening {
    ($rest:literal) => {
        concat!(
            "select id, form, period, reason, until_at, requested_by, requested_key, requested_at, approved_by, \
             approved_key, approved_at, run_id from reopening ",
            $rest
        )
    };
}

statements! {
    /// Adds a request to reopen.
    APPEND = "insert into reopening (form, period, reason, until_at, requested_by, requested_key, requested_at) \
              values ($1, $2, $3, $4, $5, $6, $7) returning id";
    /// Reopenings that no run has taken up.
    OPEN = select_reopening!("where form = $1 and run_id is null order by id");
    /// One reopening.
    REOPENING = select_reopening!("where id = $1");
    /// Approves; zero rows means that it is approved already, or not there.
    APPROVE = "update reopening set approved_by = $2, approved_key = $3, approved_at = $4 \
               where id = $1 and approved_at is null";
    /// A run takes up the approved reopenings of its period.
    TAKE = "update reopening set run_id = $3 \
            where form = $1 and period = $2 and approved_at is not null and run_id is null";
}

fn read(row: &Row) -> Result<ReopeningRow, Failure> {
    let approved = (
        optional_text(row, "approved_by")?,
        optional_text(row, "approved_key")?,
        optional_instant(row, "approved_at")?,
    );
    Ok(ReopeningRow {
        id: id(row)?,
        form: form(row)?,
        period: period(row)?,
        reason: text(row, "reason")?,
        until: instant(row, "until_at")?,
        requested: Signature {
            client: text(row, "requested_by")?,
            key: text(row, "requested_key")?,
            at: instant(row, "requested_at")?,
        },
        approved: match approved {
            (Some(client), Some(key), Some(at)) => Some(Signature { client, key, at }),
            _ => None,
        },
        run: optional_integer(row, "run_id")?,
    })
}

pub(super) async fn append(tx: &mut SqlTx, reopening: &ReopeningRow) -> Result<i64, StoreError> {
    let statement = query(APPEND)
        .bind(reopening.form.as_str())
        .bind(reopening.period.to_string())
        .bind(&reopening.reason)
        .bind(reopening.until.micros())
        .bind(&reopening.requested.client)
        .bind(&reopening.requested.key)
        .bind(reopening.requested.at.micros());
    tx.one("asking to reopen a period", statement, id).await
}

pub(super) async fn open(tx: &mut SqlTx, form: &FormCode) -> Result<Vec<ReopeningRow>, StoreError> {
    tx.all("reading the open reopenings", query(OPEN).bind(form.as_str()), read).await
}

pub(super) async fn by_id(tx: &mut SqlTx, id: i64) -> Result<Option<ReopeningRow>, StoreError> {
    tx.optional("reading a reopening", query(REOPENING).bind(id), read).await
}

pub(super) async fn approve(tx: &mut SqlTx, id: i64, approved: &Signature) -> Result<bool, StoreError> {
    let statement = query(APPROVE).bind(id).bind(&approved.client).bind(&approved.key).bind(approved.at.micros());
    Ok(tx.run("approving a reopening", statement).await? == 1)
}

pub(super) async fn take(tx: &mut SqlTx, form: &FormCode, period: PeriodKey, run: i64) -> Result<(), StoreError> {
    let statement = query(TAKE).bind(form.as_str()).bind(period.to_string()).bind(run);
    tx.run("taking up reopenings", statement).await.map(drop)
}
