//! Rendered documents and issue records.

use baocao_app::ports::{DocumentKind, DocumentRow, Failure, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;

use super::row::{Row, edition, form, id, instant, integer, named, number, text, unit};
use super::session::{SqlTx, query};
use crate::fault::broken;

statements! {
    /// Adds a document unless it is there already.
    APPEND = "insert into document (form, period, edition, kind, unit, file_name, sha256, size_bytes, made_at) \
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
              on conflict (form, period, edition, kind, unit) do nothing";
    /// The documents of an edition. The names of the kinds sort as the kinds do.
    ALL = "select id, form, period, edition, kind, unit, file_name, sha256, size_bytes, made_at from document \
           where form = $1 and period = $2 and edition = $3 order by kind, unit";
    /// Adds an issue record.
    APPEND_ISSUE = "insert into issue \
                    (form, period, edition, number, issued_on, signatory, signatory_lines, recorded_at) \
                    values ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// The issue record of an edition.
    ISSUE = "select number, issued_on, signatory, signatory_lines from issue \
             where form = $1 and period = $2 and edition = $3";
}

fn read(row: &Row) -> Result<DocumentRow, Failure> {
    Ok(DocumentRow {
        id: id(row)?,
        form: form(row)?,
        edition: edition(row)?,
        kind: named(row, "kind", DocumentKind::parse)?,
        unit: unit(row)?,
        file_name: text(row, "file_name")?,
        sha256: text(row, "sha256")?,
        size_bytes: integer(row, "size_bytes")?,
        made_at: instant(row, "made_at")?,
    })
}

fn read_issue(row: &Row) -> Result<IssueRecord, Failure> {
    Ok(IssueRecord {
        number: number(row, "number")?,
        date: text(row, "issued_on")?.parse()?,
        signatory: text(row, "signatory")?,
        signatory_lines: serde_json::from_str(&text(row, "signatory_lines")?)?,
    })
}

pub(super) async fn append(tx: &mut SqlTx, document: &DocumentRow) -> Result<bool, StoreError> {
    let statement = bound(APPEND, &document.form, document.edition)
        .bind(document.kind.code())
        .bind(document.unit.as_str())
        .bind(&document.file_name)
        .bind(&document.sha256)
        .bind(document.size_bytes)
        .bind(document.made_at.micros());
    let added = tx.run("adding a document", statement).await?;
    Ok(added == 1)
}

pub(super) async fn all(tx: &mut SqlTx, form: &FormCode, edition: EditionId) -> Result<Vec<DocumentRow>, StoreError> {
    tx.all("reading the documents of an edition", bound(ALL, form, edition), read).await
}

pub(super) async fn append_issue(
    tx: &mut SqlTx,
    form: &FormCode,
    edition: EditionId,
    record: &IssueRecord,
    at: Instant,
) -> Result<(), StoreError> {
    const DOING: &str = "adding an issue record";
    let lines = serde_json::to_string(&record.signatory_lines).map_err(|error| broken(DOING, error))?;
    let statement = bound(APPEND_ISSUE, form, edition)
        .bind(i64::from(record.number))
        .bind(record.date.to_string())
        .bind(&record.signatory)
        .bind(lines)
        .bind(at.micros());
    tx.run_one(DOING, statement).await
}

pub(super) async fn issue(
    tx: &mut SqlTx,
    form: &FormCode,
    edition: EditionId,
) -> Result<Option<IssueRecord>, StoreError> {
    tx.optional("reading an issue record", bound(ISSUE, form, edition), read_issue).await
}

/// A statement whose first three values name an edition.
fn bound(statement: &'static str, form: &FormCode, edition: EditionId) -> super::session::Query {
    query(statement).bind(form.as_str()).bind(edition.period.to_string()).bind(i64::from(edition.number))
}
