//! Rows as the texts of their cells, whatever stands in them: what a proof reads.
//!
//! Order is by the columns of the table, named in full: to PostgreSQL `order by id` is the text that was selected as `id`.

use baocao_app::ports::{Cells, Failure, StoreError, Table};
use sqlx::Row as _;

use super::row::Row;
use super::session::{SqlTx, query};

/// Where a key that is a number begins.
const FIRST_NUMBER: &str = "-9223372036854775808";

statements! {
    /// Values of the installation.
    SETTING = "select name, value from setting where name >= $1 order by setting.name limit $2";
    /// Regimes as they were applied.
    REGIME = "select cast(id as text), name, document, content_hash, cast(applied_at as text) from regime where id >= \
              cast($1 as bigint) order by regime.id limit $2";
    /// Versions of units.
    UNIT_VERSION = "select cast(unit_id as text), valid_from, code, name, tier, peer_group, cast(parent_id as text), \
                    cast(dissolved as text) from unit_version where (unit_id, valid_from) >= (cast($1 as bigint), $2) \
                    order by unit_version.unit_id, unit_version.valid_from limit $3";
    /// Periods.
    PERIOD = "select form, period, cast(opens as text), cast(due as text), cast(locks as text), cast(publishes as \
              text), cast(sealed_edition as text) from period where (form, period) >= ($1, $2) order by period.form, \
              period.period limit $3";
    /// Submissions: which unit files for which form and month.
    SUBMISSION = "select cast(id as text), cast(unit_id as text), form, period from submission where id >= cast($1 as \
                  bigint) order by submission.id limit $2";
    /// Revisions of submissions.
    REVISION = "select cast(id as text), cast(submission_id as text), cast(number as text), figures, cast(nil as \
                text), note, content_hash, cast(received_at as text), client from revision where id >= cast($1 as \
                bigint) order by revision.id limit $2";
    /// Answers that were given.
    ANSWER = "select client, request_id, method, content_hash, receipt, cast(answered_at as text) from answer where \
              (client, request_id) >= ($1, $2) order by answer.client, answer.request_id limit $3";
    /// Permissions to file after the lock.
    EXTENSION = "select cast(id as text), cast(unit_id as text), form, period, reason, cast(expires_at as text), \
                 granted_by, cast(granted_at as text) from extension where id >= cast($1 as bigint) order by \
                 extension.id limit $2";
    /// Close runs.
    CLOSE_RUN = "select cast(id as text), form, period, cast(edition as text), cause, step, revisions, cast(regime_id \
                 as text), cast(sealed_at as text), cast(tries as text), cast(failures as text), last_error, \
                 cast(next_try_at as text), cast(held as text), cast(skip_notify as text), \
                 cast(abandoned as text), cast(fence as text) from close_run where id >= cast($1 as bigint) order by \
                 close_run.id limit $2";
    /// Requests for another edition.
    CLOSE_REQUEST = "select cast(id as text), form, period, cause, cast(requested_at as text), \
                     cast(extension_id as text), cast(run_id as text) from close_request where id >= cast($1 as bigint) \
                     order by close_request.id limit $2";
    /// Whole periods opened again.
    REOPENING = "select cast(id as text), form, period, reason, cast(until_at as text), requested_by, requested_key, \
                 cast(requested_at as text), approved_by, approved_key, cast(approved_at as text), cast(run_id as text) \
                 from reopening where id >= cast($1 as bigint) order by reopening.id limit $2";
    /// Editions.
    EDITION = "select form, period, cast(number as text), document, content_hash, cast(sealed_at as text), \
               cast(released_at as text) from edition where (form, period, number) >= ($1, $2, cast($3 as bigint)) \
               order by edition.form, edition.period, edition.number limit $4";
    /// Documents of editions.
    DOCUMENT = "select form, period, cast(edition as text), kind, unit, file_name, sha256, cast(size_bytes as text), \
                cast(made_at as text), cast(id as text) from document where (form, period, edition, kind, unit) >= \
                ($1, $2, cast($3 as bigint), $4, $5) order by document.form, document.period, document.edition, \
                document.kind, document.unit limit $6";
    /// Issue records of editions.
    ISSUE = "select form, period, cast(edition as text), cast(number as text), issued_on, signatory, signatory_lines, \
             cast(recorded_at as text) from issue where (form, period, edition) >= ($1, $2, cast($3 as bigint)) order \
             by issue.form, issue.period, issue.edition limit $4";
    /// Mails.
    DELIVERY = "select id, form, period, cast(edition as text), unit, purpose, recipient, message_sha256, state, \
                cast(attempts as text), cast(next_at as text), cast(data_begun as text), cast(doubts as text), \
                last_reply, cast(queued_at as text) from delivery where id >= $1 order by delivery.id limit $2";
    /// Keys.
    API_KEY = "select id, client, role, cast(scope as text), secret_sha256, cast(expires_at as text), cast(revoked_at \
               as text) from api_key where id >= $1 order by api_key.id limit $2";
    /// Entries of the audit chain.
    AUDIT = "select cast(seq as text), prev_hash, cast(noted_at as text), actor, action, object, content_hash, \
             outcome, hash from audit where seq >= cast($1 as bigint) order by audit.seq limit $2";
    /// The end of the audit chain.
    AUDIT_HEAD = "select cast(id as text), cast(seq as text), hash, cast(noted_at as text) from audit_head where id \
                  >= cast($1 as bigint) order by audit_head.id limit $2";
}

/// The statement that reads a table, and the key from which on every row comes.
const fn statement(table: Table) -> (&'static str, &'static [&'static str]) {
    match table {
        Table::Setting => (SETTING, &[""]),
        Table::Regime => (REGIME, &[FIRST_NUMBER]),
        Table::UnitVersion => (UNIT_VERSION, &[FIRST_NUMBER, ""]),
        Table::Period => (PERIOD, &["", ""]),
        Table::Submission => (SUBMISSION, &[FIRST_NUMBER]),
        Table::Revision => (REVISION, &[FIRST_NUMBER]),
        Table::Answer => (ANSWER, &["", ""]),
        Table::Extension => (EXTENSION, &[FIRST_NUMBER]),
        Table::CloseRun => (CLOSE_RUN, &[FIRST_NUMBER]),
        Table::CloseRequest => (CLOSE_REQUEST, &[FIRST_NUMBER]),
        Table::Reopening => (REOPENING, &[FIRST_NUMBER]),
        Table::Edition => (EDITION, &["", "", FIRST_NUMBER]),
        Table::Document => (DOCUMENT, &["", "", FIRST_NUMBER, "", ""]),
        Table::Issue => (ISSUE, &["", "", FIRST_NUMBER]),
        Table::Delivery => (DELIVERY, &[""]),
        Table::ApiKey => (API_KEY, &[""]),
        Table::Audit => (AUDIT, &[FIRST_NUMBER]),
        Table::AuditHead => (AUDIT_HEAD, &[FIRST_NUMBER]),
    }
}

pub(super) async fn cells(
    tx: &mut SqlTx,
    table: Table,
    from: &[String],
    batch_max: u32,
) -> Result<Vec<Cells>, StoreError> {
    let (text, first) = statement(table);
    let mut statement = query(text);
    for (place, least) in first.iter().enumerate() {
        statement = statement.bind(from.get(place).map_or_else(|| (*least).to_owned(), Clone::clone));
    }
    tx.all("reading cells", statement.bind(i64::from(batch_max)), read).await
}

pub(super) fn read(row: &Row) -> Result<Cells, Failure> {
    (0..row.len()).map(|place| cell(row, place)).collect()
}

/// A cell as text. What is no text at all still reads, as something that nobody has noted.
fn cell(row: &Row, place: usize) -> Result<Option<String>, Failure> {
    match row.try_get::<Option<String>, _>(place) {
        Ok(text) => Ok(text),
        Err(sqlx::Error::ColumnDecode { .. }) => {
            let bytes: Option<Vec<u8>> = row.try_get_unchecked(place)?;
            Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        }
        Err(error) => Err(error.into()),
    }
}
