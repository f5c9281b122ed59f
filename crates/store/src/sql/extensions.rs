//! Permissions to file after the lock.

use baocao_app::ports::{ExtensionRow, Failure, StoreError};
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::submission::SubmissionKey;

use super::row::{Row, id, instant, submission, text};
use super::session::{SqlTx, query};

statements! {
    /// Adds an extension.
    APPEND = "insert into extension (unit_id, form, period, reason, expires_at, granted_by, granted_at) \
              values ($1, $2, $3, $4, $5, $6, $7) returning id";
    /// The extension of a submission that expires last, if that is not over.
    VALID = "select id, unit_id, form, period, reason, expires_at, granted_by, granted_at from extension \
             where unit_id = $1 and form = $2 and period = $3 and expires_at > $4 \
             order by expires_at desc, id desc limit 1";
    /// Extensions that are over and for which no edition was asked.
    LAPSED = "select id, unit_id, form, period, reason, expires_at, granted_by, granted_at from extension e \
              where e.form = $1 and e.expires_at <= $2 \
              and not exists (select 1 from close_request r where r.extension_id = e.id) \
              order by expires_at, id";
}

fn read(row: &Row) -> Result<ExtensionRow, Failure> {
    Ok(ExtensionRow {
        id: id(row)?,
        key: submission(row)?,
        reason: text(row, "reason")?,
        expires_at: instant(row, "expires_at")?,
        granted_by: text(row, "granted_by")?,
        granted_at: instant(row, "granted_at")?,
    })
}

pub(super) async fn append(tx: &mut SqlTx, extension: &ExtensionRow) -> Result<i64, StoreError> {
    let statement = query(APPEND)
        .bind(extension.key.unit.0)
        .bind(extension.key.form.as_str())
        .bind(extension.key.period.to_string())
        .bind(&extension.reason)
        .bind(extension.expires_at.micros())
        .bind(&extension.granted_by)
        .bind(extension.granted_at.micros());
    tx.one("adding an extension", statement, id).await
}

pub(super) async fn valid(
    tx: &mut SqlTx,
    key: &SubmissionKey,
    now: Instant,
) -> Result<Option<ExtensionRow>, StoreError> {
    let statement =
        query(VALID).bind(key.unit.0).bind(key.form.as_str()).bind(key.period.to_string()).bind(now.micros());
    tx.optional("looking for an extension", statement, read).await
}

pub(super) async fn lapsed(tx: &mut SqlTx, form: &FormCode, now: Instant) -> Result<Vec<ExtensionRow>, StoreError> {
    tx.all("looking for extensions that are over", query(LAPSED).bind(form.as_str()).bind(now.micros()), read).await
}
