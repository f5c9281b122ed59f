//! Frozen editions.

use baocao_app::ports::{EditionRow, Failure, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;

use super::row::{Row, edition, form, instant, integer, optional_instant, text};
use super::session::{SqlTx, query};

statements! {
    /// Adds an edition.
    APPEND = "insert into edition (form, period, number, document, content_hash, sealed_at, released_at) \
              values ($1, $2, $3, $4, $5, $6, $7)";
    /// An edition with its document.
    EDITION = "select form, period, number as edition, document, content_hash, sealed_at, released_at from edition \
               where form = $1 and period = $2 and number = $3";
    /// All editions of a form without their documents. Names do not sort as periods close.
    ALL = "select form, period, number as edition, '' as document, content_hash, sealed_at, released_at from edition \
           where form = $1 order by period, number";
    /// Releases an edition; zero rows means that it is released already, or not there.
    RELEASE = "update edition set released_at = $4 \
               where form = $1 and period = $2 and number = $3 and released_at is null";
    /// Whether an edition is there.
    COUNT = "select count(*) as editions from edition where form = $1 and period = $2 and number = $3";
}

fn read(row: &Row) -> Result<EditionRow, Failure> {
    Ok(EditionRow {
        form: form(row)?,
        id: edition(row)?,
        document: text(row, "document")?,
        content_hash: text(row, "content_hash")?,
        sealed_at: instant(row, "sealed_at")?,
        released_at: optional_instant(row, "released_at")?,
    })
}

pub(super) async fn append(tx: &mut SqlTx, edition: &EditionRow) -> Result<(), StoreError> {
    let statement = bound(APPEND, &edition.form, edition.id)
        .bind(&edition.document)
        .bind(&edition.content_hash)
        .bind(edition.sealed_at.micros())
        .bind(edition.released_at.map(Instant::micros));
    tx.run_one("adding an edition", statement).await
}

pub(super) async fn by_id(tx: &mut SqlTx, form: &FormCode, id: EditionId) -> Result<Option<EditionRow>, StoreError> {
    tx.optional("reading an edition", bound(EDITION, form, id), read).await
}

pub(super) async fn all(tx: &mut SqlTx, form: &FormCode) -> Result<Vec<EditionRow>, StoreError> {
    let mut editions = tx.all("reading the editions", query(ALL).bind(form.as_str()), read).await?;
    editions.sort_by_key(|row| row.id);
    Ok(editions)
}

/// A second release changes nothing: the first instant stays.
pub(super) async fn release(tx: &mut SqlTx, form: &FormCode, id: EditionId, at: Instant) -> Result<bool, StoreError> {
    const DOING: &str = "releasing an edition";
    if tx.run(DOING, bound(RELEASE, form, id).bind(at.micros())).await? == 1 {
        return Ok(true);
    }
    match tx.one(DOING, bound(COUNT, form, id), |row| integer(row, "editions")).await? {
        1 => Ok(false),
        _ => Err(crate::fault::broken(DOING, format!("there is no edition {id}"))),
    }
}

/// A statement whose first three values name an edition.
fn bound(statement: &'static str, form: &FormCode, id: EditionId) -> super::session::Query {
    query(statement).bind(form.as_str()).bind(id.period.to_string()).bind(i64::from(id.number))
}
